"""A board judges as assess does, whatever it judged before; many scenarios in arrays are many runs of assess."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import altered, with_question
from test_properties import frames, projects, readings, reference
from test_scenarios import three_exporters

import effeval as ee
from effeval.scenarios import (
    ROBUSTNESS,
    Board,
    break_even,
    causes,
    near_misses,
    options,
    outcomes,
    random_scenarios,
    ranges,
    robustness,
    robustness_by,
    sensitivity,
    stakes,
    sweep,
)
from effeval.scenarios.groups import ranks

LAW = ee.Methodology.load("order-35")
LEVELS = st.sampled_from(["region", "measure", "criterion", "status", ["measure", "year"], []])


def tables(data: ee.Dataset) -> dict[str, pd.DataFrame]:
    return {name: getattr(data, name).copy(deep=True) for name in ("projects", "observations", "reference")}


@settings(max_examples=30, deadline=None)
@given(projects, reference, st.lists(readings, min_size=1, max_size=4))
def test_a_board_judges_as_assess_does_in_any_order(drawn, series, chosen) -> None:
    data, laws = frames(drawn, series), [LAW.replace(settings_) for settings_ in chosen]
    kept, before = tables(data), LAW.settings
    board = Board(data, LAW)
    found = [board.assess(law) for law in [*laws, LAW, laws[0]]]
    for law, table in zip([*laws, LAW, laws[0]], found, strict=True):
        pd.testing.assert_frame_equal(table, ee.assess(data, law))
    for name, table in kept.items():
        pd.testing.assert_frame_equal(getattr(data, name), table)
    assert before == LAW.settings


@pytest.mark.parametrize("changed", [{"scale": "proportional"}, {"missing": "not_fulfilled"}])
def test_a_board_notes_a_change_of_the_scale_or_of_missing(changed) -> None:
    board, law = Board(three_exporters(), LAW), LAW.replace(changed)
    before = board.assess(LAW)
    assert not board.assess(law).equals(before)
    pd.testing.assert_frame_equal(board.assess(law), ee.assess(board.data, law))
    pd.testing.assert_frame_equal(board.assess(LAW), before)


@settings(max_examples=30, deadline=None)
@given(projects, reference, readings, st.lists(readings, min_size=1, max_size=4), LEVELS)
def test_outcomes_are_those_of_judging_anew(drawn, series, first, chosen, by) -> None:
    data, law = frames(drawn, series), LAW.replace(first)
    table = pd.DataFrame(chosen, index=[f"s{number}" for number in range(len(chosen))])
    found = outcomes(Board(data, law), table, by=by)
    for name, settings_ in zip(table.index, chosen, strict=True):
        # growth.at_least and the like stand in the order of the table's columns, not of each scenario
        ordered = {path: settings_[path] for path in table.columns if path in settings_}
        anew = ee.fulfilment(ee.assess(data, law.replace(ordered)), by)
        own = found[found["scenario"] == name].reset_index(drop=True)
        shown = [*([by] if isinstance(by, str) else by), "assessed", "fulfilled", "rate"]
        pd.testing.assert_frame_equal(own[shown], anew[shown])
        expected = anew["rate"].where(anew["assessed"] >= 5).rank(method="min", ascending=False)
        assert own["rank"].astype("float64").equals(expected)


def test_outcomes_take_readings_by_question_and_the_right_column_wins() -> None:
    # 2023: A 90 of 100, B 120 of 100; 2024: A 110 of 150 in all and 20 of 50 alone, B 120 at least of 100
    table = pd.DataFrame(
        {
            "exports_against_support": ["as_given", "each_year", None, "each_year"],
            "8.1.period": [None, None, "year", "cumulative"],
            "missing_figure": [None, None, None, "not_fulfilled"],
        }
    )
    found = outcomes(Board(three_exporters(), LAW), table, by=())
    assert found[["scenario", "fulfilled", "assessed"]].values.tolist() == [
        [0, 2, 4],
        [1, 1, 3],
        [2, 1, 3],
        [3, 2, 6],
    ]


def test_a_moved_threshold_runs_no_rule_again(sample_dir, monkeypatch) -> None:
    board, ran = Board(ee.load(sample_dir), LAW), []
    find = board.layout.find
    monkeypatch.setattr(
        board.layout, "find", lambda criterion: (ran.append(criterion.id), find(criterion))[1]
    )
    board.assess(LAW)
    assert sorted(ran) == sorted(criterion.id for criterion in LAW.criteria)
    ran.clear()
    moved = LAW.replace({"growth.at_least": 0.3, "coverage.multiple": 2, "missing": "not_fulfilled"})
    pd.testing.assert_frame_equal(board.assess(moved), ee.assess(board.data, moved))
    outcomes(board, pd.DataFrame({"growth.at_least": [0.1, 0.2], "return_on_support.multiple": [0.5, 1.0]}))
    assert ran == []
    board.assess(LAW.replace({"13.1.judge": "best"}))
    assert ran == ["13.1"]


def test_an_empty_group_is_the_last_and_counted() -> None:
    data = three_exporters()
    owned = replace(data, projects=data.projects.assign(holding=pd.Series(["x", None, None], dtype="str")))
    found = outcomes(Board(owned, LAW), pd.DataFrame({"8.1.multiple": [1.0]}), by="holding")
    anew = ee.fulfilment(ee.assess(owned, LAW), "holding")
    pd.testing.assert_frame_equal(
        found[["holding", "assessed", "fulfilled"]], anew[["holding", "assessed", "fulfilled"]]
    )
    assert found["holding"].isna().tolist() == [False, True] and found["assessed"].tolist() == [2, 2]


def test_a_reading_may_set_a_threshold_and_a_column_to_its_right_another() -> None:
    law = with_question({"8.1.multiple": 0.8}, {"8.1.period": "year"})
    table = pd.DataFrame({"test_only": ["one", "one+two", "one"], "8.1.multiple": [None, None, 1.3]})
    board = Board(three_exporters(), law)
    found = outcomes(board, table, by=())
    expected = [
        ee.assess(board.data, law.replace(chosen))["state"].eq("fulfilled").sum()
        for chosen in (
            {"8.1.multiple": 0.8},
            {"8.1.multiple": 0.8, "8.1.period": "year"},
            {"8.1.multiple": 1.3},
        )
    ]
    assert found["fulfilled"].tolist() == expected == [3, 2, 0]
    turned = outcomes(board, table[["8.1.multiple", "test_only"]], by=())
    assert turned["fulfilled"].tolist() == [3, 2, 3]


@pytest.mark.parametrize(
    "column, cells, error, said",
    [
        ("13.1.at_last", [0.1], ee.MethodologyError, "Near: 13.1.at_least"),
        ("13.1.at_last", [None], ee.MethodologyError, "Near: 13.1.at_least"),
        ("13.1.at_least", ["lots"], ee.MethodologyError, "13.1.at_least: "),
        ("13.1.at_least", [float("inf")], ee.MethodologyError, "13.1.at_least: "),
        ("8.1.multiple", [1.0, -1.0], ee.MethodologyError, "8.1.multiple: "),
        ("missing", ["gone"], ee.MethodologyError, "missing: "),
        ("twice_the_sum", ["income"], ee.ParameterError, "Near: income_itself"),
        ("twice_the_sum", ["sum_of_growth+income_itself"], ee.ParameterError, "To fix: one of as_given"),
    ],
)
def test_scenarios_that_cannot_be_are_refused(column, cells, error, said) -> None:
    with pytest.raises(error) as raised:
        outcomes(Board(three_exporters(), LAW), pd.DataFrame({column: cells}))
    assert said in str(raised.value)


def test_columns_twice_and_groups_of_results_are_refused() -> None:
    board, table = Board(three_exporters(), LAW), pd.DataFrame({"8.1.multiple": [1.0]})
    with pytest.raises(ee.ParameterError, match="twice"):
        outcomes(board, pd.concat([table, table], axis=1))
    for by in ("state", "score"):
        with pytest.raises(ee.ParameterError, match=f"{by} differs"):
            outcomes(board, table, by=by)


def test_a_board_refuses_other_criteria_and_lacking_columns() -> None:
    case = {
        "project_id": "A",
        "measure": 11,
        "support_year": 2023,
        "term_end_year": 2024,
        "status": "completed",
    }
    whole = dataset([case], {"A": {2023: {"export_value": 1.0}, 2024: {"export_value": 2.0}}}, reference={})
    board = Board(replace(whole, observations=whole.observations.drop(columns="export_volume")), LAW)
    asked = {"11.2.indicator": "export_volume"}
    for ask in (
        lambda: board.assess(LAW.replace(asked)),
        lambda: outcomes(board, pd.DataFrame([asked])),
        lambda: robustness(board),
    ):
        with pytest.raises(ee.DataError, match=r"(?s)export_volume.*11\.2"):
            ask()
    pd.testing.assert_frame_equal(board.assess(LAW), ee.assess(board.data, LAW))
    with pytest.raises(ee.ParameterError, match="other criteria"):
        board.assess(without_13_3())


def without_13_3() -> ee.Methodology:
    """Another edition: one criterion less, no questions."""
    return altered(
        lambda document: (document["measures"][12]["criteria"].pop(), document["questions"].clear())
    )


def test_editions_with_other_criteria_are_compared_all_the_same(sample_dir) -> None:
    data, other = ee.load(sample_dir), without_13_3()
    found = ee.compare(data, {"in force": LAW, "other": other}, by="measure")
    for name, law in {"in force": LAW, "other": other}.items():
        anew = ee.fulfilment(ee.assess(data, law), "measure", methodology=law)
        own = found[found["scenario"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[anew.columns], anew)
    anew = ee.assess(data, other)
    pd.testing.assert_frame_equal(ee.rejudge(ee.assess(data, LAW), data, LAW, other), anew)
    assert len(anew) < len(ee.assess(data, LAW))


def test_nothing_that_is_asked_changes_the_baseline_or_the_data(sample_dir) -> None:
    data = ee.load(sample_dir)
    kept, settings_, before = tables(data), LAW.settings, ee.assess(data, LAW)
    board = Board(data, LAW)
    scenarios = random_scenarios(LAW, draws=3, seed=35)
    drawn = scenarios.copy(deep=True)
    robust = robustness(board)
    stakes(robust, methodology=LAW)
    ranges(board, by="measure")
    outcomes(board, scenarios)
    sweep(board, "growth.at_least", [0.0, 0.5])
    near_misses(break_even(board))
    sensitivity(board, seed=35, draws=8)
    causes(board, LAW.replace({"growth.at_least": 0.0}))
    spoilt = board.assess(LAW)
    spoilt.loc[:, ["plan", "actual", "score"]] = -1.0
    spoilt["state"] = "spoilt"
    pd.testing.assert_frame_equal(board.assess(LAW), before)
    pd.testing.assert_frame_equal(scenarios, drawn)
    assert board.methodology is LAW and LAW.settings == settings_ and LAW.changes() == {}
    for name, table in kept.items():
        pd.testing.assert_frame_equal(getattr(data, name), table)


def test_ranks_share_the_better_place_and_leave_out_the_few() -> None:
    found = ranks(np.array([[5, 8, 4, 5, 0]]), np.array([[10, 10, 4, 10, 9]]))
    assert found[0].tolist()[:2] == [2, 1] and np.isnan(found[0, 2]) and found[0].tolist()[3:] == [2, 4]


def test_empty_data_and_no_scenarios_give_empty_tables() -> None:
    empty = Board(
        dataset(
            [{"project_id": "A", "measure": 8, "support_year": 2024, "status": "suspended"}], {}, reference={}
        ),
        LAW,
    )
    assert len(empty.assess(LAW)) == 0
    found = outcomes(empty, pd.DataFrame({"8.1.multiple": [1.0, 2.0]}))
    assert (
        len(found) == 2 * len(ee.regions()) and (found["assessed"] == 0).all() and found["rank"].isna().all()
    )
    assert len(outcomes(Board(three_exporters(), LAW), pd.DataFrame({"8.1.multiple": []}))) == 0


def test_options_leave_out_what_changes_nothing() -> None:
    found = options(LAW.replace({"8.1.period": "year", "9.1.period": "year"}))
    assert "exports_against_support" not in found and "growth_of_wages" not in found
    assert [o.id for o in options(LAW, joint=False)["base_of_growth"]] == [
        "as_given",
        "base_year_before",
        "best_year",
    ]
    with pytest.raises(ee.ParameterError, match="Near: twice_the_sum"):
        options(LAW, questions=["twice_a_sum"])


@settings(max_examples=20, deadline=None)
@given(projects, reference, readings, st.sets(st.integers(2019, 2026), max_size=3))
def test_a_board_of_some_years_has_their_rows_and_counts_from_the_others(
    drawn, series, changed, years
) -> None:
    data, law = frames(drawn, series), LAW.replace(changed)
    whole = ee.assess(data, law)
    part = Board(data, LAW, years=years).assess(law)
    pd.testing.assert_frame_equal(part, whole[whole["year"].isin(years)].reset_index(drop=True))


def test_the_selected_projects_alone_are_judged_as_in_the_whole(sample_dir) -> None:
    report = ee.scope.choose(sample_dir, region="63", measure=4, year=2024)
    assert 0 < len(report.selected.projects) < len(report.data.projects) / 10
    board = Board(report.selected, report.methodology, years=[2024])
    this_year = report.this_year.reset_index(drop=True)
    pd.testing.assert_frame_equal(board.assess(report.methodology), this_year)


@settings(max_examples=20, deadline=None)
@given(projects, reference, st.sampled_from(["region", "criterion", ["measure", "year"], []]))
def test_verdicts_by_robustness_add_up_and_count_money_once(drawn, series, by) -> None:
    robust = robustness(Board(frames(drawn, series), LAW))
    table = robustness_by(robust, by)
    assert table[list(ROBUSTNESS)].sum(axis=1).eq(table["due"]).all() and table["due"].sum() == len(robust)
    by = [by] if isinstance(by, str) else by
    for row in table.itertuples():
        own = robust[robust["robustness"] == "depends"]
        for name in by:
            own = own[own[name] == getattr(row, name)]
        assert row.depends == len(own) and row.depends_projects == own["project_id"].nunique()
        paid = own.groupby(["project_id", "year"])["support_paid"].first().sum()
        assert row.depends_support_paid == pytest.approx(paid)


def test_money_behind_what_depends_is_counted_once_a_project_and_year() -> None:
    rows = [
        ("A", 2023, "8.1", 5.0),
        ("A", 2023, "8.2", 5.0),
        ("A", 2024, "8.1", 7.0),
        ("B", 2024, "8.1", 9.0),
    ]
    robust = pd.DataFrame(rows, columns=["project_id", "year", "criterion", "support_paid"])
    robust = robust.assign(robustness=["depends", "depends", "depends", "every"])
    total = robustness_by(robust).iloc[0]
    assert total[["due", "depends", "depends_projects", "depends_support_paid"]].tolist() == [4, 3, 1, 12.0]
    of_criteria = robustness_by(robust, "criterion")
    assert of_criteria["depends_support_paid"].tolist() == [12.0, 5.0]
    with pytest.raises(ee.ParameterError, match="Near: criterion"):
        robustness_by(robust, "criterium")
