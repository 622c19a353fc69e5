"""Scenarios: judged anew only where they differ, compared with the baseline, kept in files."""

import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from test_properties import frames, projects, readings, reference

import effeval as ee
from effeval import scenarios, scoring
from effeval.scenarios import board, causes, compare, flips, rejudge, transitions
from effeval.scenarios.files import Scenario, read_scenario, write_scenario

LAW = ee.Methodology.load("order-35")
COUNTED = dict(zip(scenarios.KINDS, [0] * 5, strict=True))


def three_exporters() -> ee.Dataset:
    """A exports 90, B 120, C reports nothing; each got 100 in 2023, A 50 more in 2024 (exports 20)."""
    case = {"measure": 8, "support_year": 2023, "status": "implementing"}
    table = [{"project_id": id} | case for id in ("A", "B", "C")]
    rows = {
        "A": {
            2023: {"support_paid": 100.0, "export_value": 90.0},
            2024: {"support_paid": 50.0, "export_value": 20.0},
        },
        "B": {2023: {"support_paid": 100.0, "export_value": 120.0}},
        "C": {2023: {"support_paid": 100.0}},
    }
    return dataset(table, rows, reference={})


def test_compare_gives_each_scenario_with_its_change_against_the_first() -> None:
    both = {"in force": LAW, "softer": LAW.replace({"8.1.multiple": 0.9})}
    found = compare(three_exporters(), both, by="year")
    # 2023: A 90 of 100, B 120 of 100; 2024: A 110 of 150 in all, B at least 120 of 100 though 2024 is missing
    assert found[["scenario", "year", "assessed", "fulfilled"]].values.tolist() == [
        ["in force", 2023, 2, 1],
        ["in force", 2024, 2, 1],
        ["softer", 2023, 2, 2],
        ["softer", 2024, 2, 1],
    ]
    assert found["fulfilled_change"].tolist() == [0, 0, 1, 0]
    assert found["rate_change"].tolist() == [0.0, 0.0, 0.5, 0.0]
    assert found["assessed_change"].tolist() == [0, 0, 0, 0]
    assert found["fulfilled_change"].dtype == found["assessed_change"].dtype == "int64"


def test_compare_over_all_rows_and_by_measure_lists_every_level() -> None:
    data = three_exporters()
    both = {"in force": LAW, "strict": LAW.replace({"missing": "not_fulfilled"})}
    whole = compare(data, both)
    assert whole[["scenario", "assessed", "assessed_change", "fulfilled_change"]].values.tolist() == [
        ["in force", 4, 0, 0],
        ["strict", 6, 2, 0],
    ]
    assert whole["rate_change"].tolist() == pytest.approx([0, 2 / 6 - 2 / 4])
    by_measure = compare(data, both, by="measure")
    assert by_measure["measure"].tolist() == [*range(1, 14)] * 2
    empty = by_measure[by_measure["measure"] == 1]
    assert empty["rate_change"].isna().all() and (empty["fulfilled_change"] == 0).all()


def test_compare_counts_nothing_where_the_baseline_lacks_the_group() -> None:
    both = {"in force": LAW, "tough": LAW.replace({"8.1.multiple": 9})}
    found = compare(three_exporters(), both, by="state")
    rows = found.set_index(["scenario", "state"])
    assert ("in force", "not_fulfilled") in rows.index and ("tough", "fulfilled") not in rows.index
    assert rows.loc[("tough", "not_fulfilled"), "assessed_change"] == 1  # 2 of A before, B in 2023 too
    assert found["assessed_change"].dtype == "int64"


@pytest.mark.parametrize("names, by", [((), "year"), (("a",), "scenario"), (("a",), "nothing_such")])
def test_compare_refuses_what_makes_no_sense(names, by) -> None:
    with pytest.raises(ee.ParameterError, match="To fix"):
        compare(three_exporters(), dict.fromkeys(names, LAW), by=by)


def judged_twice(settings_: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = three_exporters()
    return ee.assess(data, LAW), ee.assess(data, LAW.replace(settings_))


def test_transitions_count_rows_projects_and_money_once() -> None:
    found = transitions(*judged_twice({"8.1.multiple": 0.7})).set_index("kind")
    # 2023: A 90 ≥ 70; 2024: A 110 ≥ 105: two rows, one project, 100 + 50 thousand tenge
    assert found.loc["gained"].tolist() == [2, 1, 150.0]
    assert found["count"].to_dict() == COUNTED | {"gained": 2, "unchanged": 4}
    assert found.loc["unchanged", ["projects", "support_paid"]].tolist() == [2, 200.0]
    back = transitions(*reversed(judged_twice({"8.1.multiple": 0.7}))).set_index("kind")
    assert back["count"].to_dict() == COUNTED | {"lost": 2, "unchanged": 4}


def test_transitions_tell_newly_judged_from_no_longer_judged() -> None:
    before, after = judged_twice({"missing": "not_fulfilled"})
    assert transitions(before, after)["count"].tolist() == [0, 0, 2, 0, 4]
    assert transitions(after, before)["count"].tolist() == [0, 0, 0, 2, 4]


def test_flips_show_both_sides_and_agree_with_transitions() -> None:
    before, after = judged_twice({"8.1.multiple": 0.7})
    found = flips(before, after)
    shown = ["project_id", "year", "kind", "state_before", "state_after"]
    shown += ["plan_before", "plan_after", "actual_after"]
    assert found[shown].values.tolist() == [
        ["A", 2023, "gained", "not_fulfilled", "fulfilled", 100.0, 70.0, 90.0],
        ["A", 2024, "gained", "not_fulfilled", "fulfilled", 150.0, 105.0, 110.0],
    ]
    assert found["region"].tolist() == ["63", "63"] and len(flips(before, before)) == 0


def test_every_flip_names_the_parameters_that_turn_it() -> None:
    # A 2023: 90 of 100, 2024: 110 of 150 in all, 20 of 50 in the year
    made = board.Board(three_exporters(), LAW)
    softer = {"8.1.multiple": 0.4, "8.1.period": "year", "9.1.multiple": 0.1, "scale": "proportional"}
    found = causes(made, LAW.replace(softer))
    shown = ["project_id", "year", "kind", "parameters"]
    assert found[shown].values.tolist() == [
        ["A", 2023, "gained", "8.1.multiple"],
        ["A", 2024, "gained", "8.1.multiple"],
        ["B", 2024, "no_longer_judged", "8.1.period"],
    ]
    pd.testing.assert_frame_equal(
        found.drop(columns="parameters"),
        flips(made.assess(LAW), made.assess(LAW.replace(softer))),
    )
    both = causes(made, LAW.replace({"8.1.multiple": 0.4, "8.1.period": "year", "missing": "not_fulfilled"}))
    assert both[both["project_id"] == "C"][shown[1:]].values.tolist() == [[2023, "newly_judged", "missing"]]


def test_causes_are_together_or_each_by_itself() -> None:
    # income 100 in the base year, then 150 and 260: 50 and 160 more, 210 in all; the support was 120
    case = {"project_id": "A", "measure": 6, "support_year": 2022, "status": "implementing"}
    rows = {
        "A": {
            2022: {"support_paid": 120.0, "revenue": 100.0},
            2023: {"revenue": 150.0},
            2024: {"revenue": 260.0},
        }
    }
    made = board.Board(dataset([case], rows, reference={}), LAW)
    both = {"6.1.measure_as": "cumulative", "6.1.multiple": 1.7}
    assert causes(made, LAW.replace(both))["parameters"].tolist() == ["6.1.multiple, 6.1.measure_as"]
    either = {"6.1.measure_as": "level", "6.1.multiple": 1.2}
    assert causes(made, LAW.replace(either))["parameters"].tolist() == ["6.1.multiple | 6.1.measure_as"]


@pytest.mark.parametrize("what", [transitions, flips])
def test_rows_that_are_not_the_same_are_refused(what) -> None:
    before, after = judged_twice({"8.1.multiple": 0.7})
    with pytest.raises(ee.ParameterError, match="the same projects, years and criteria"):
        what(before, after[after["year"] == 2023])


@settings(max_examples=40, deadline=None)
@given(projects, reference, readings, readings)
def test_rejudging_is_judging_anew(drawn, series, first, second) -> None:
    data, before, after = frames(drawn, series), LAW.replace(first), LAW.replace(second)
    assessed = ee.assess(data, before)
    kept = assessed.copy(deep=True)
    tables = {name: getattr(data, name).copy(deep=True) for name in ("projects", "observations", "reference")}
    found, anew = rejudge(assessed, data, before, after), ee.assess(data, after)
    pd.testing.assert_frame_equal(found, anew)
    pd.testing.assert_frame_equal(assessed, kept)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(getattr(data, name), table)
    assert transitions(assessed, found)["count"].sum() == len(anew)
    assert len(flips(assessed, found)) == transitions(assessed, found)["count"].iloc[:4].sum()
    compared = compare(data, {"a": before, "b": after}, by="measure")
    expected = ee.fulfilment(anew, "measure").reset_index(drop=True)
    second_half = compared[compared["scenario"] == "b"].reset_index(drop=True)
    pd.testing.assert_frame_equal(second_half[expected.columns], expected)


def test_only_the_changed_criterion_is_judged_again(sample_dir, monkeypatch) -> None:
    data = ee.load(sample_dir)
    made, compared = board.Board(data, LAW), []
    before = made.assess(LAW)

    def spy(plan, actual, **rest):
        compared.append(len(plan))
        return scoring.compare(plan, actual, **rest)

    monkeypatch.setattr(board, "compare", spy)
    after = rejudge(before, made, LAW, LAW.replace({"13.1.at_least": 0.08}))
    assert compared == [len(before[before["criterion"] == "13.1"])]
    rejudge(after, made, LAW, LAW.replace({"13.1.at_least": 0.08}))
    assert len(compared) == 1


def test_rows_of_other_data_are_not_rejudged(sample_dir) -> None:
    data = ee.load(sample_dir)
    assessed = ee.assess(data, LAW)
    with pytest.raises(ee.ParameterError, match="assess"):
        part = assessed[assessed["region"] == "63"]
        rejudge(part, data, LAW, LAW.replace({"growth.at_least": 0.3}))


FULL = Scenario(
    title="Жұмсақ нұсқа",
    baseline="order-35",
    settings=(("13.1.at_least", 0.08), ("growth_vs_reference.after", 1), ("scale", "proportional")),
    author="Үміт",
    date="2026-01-31",
    reference="№ 35",
    description="two\nlines: and a colon",
)


def test_a_scenario_survives_its_file(tmp_path) -> None:
    write_scenario(tmp_path / "softer.yaml", FULL)
    assert read_scenario(tmp_path / "softer.yaml") == FULL
    assert [path.name for path in tmp_path.iterdir()] == ["softer.yaml"]
    assert "Жұмсақ" in (tmp_path / "softer.yaml").read_text(encoding="utf-8")


def test_a_scenario_written_by_hand_is_read(tmp_path) -> None:
    path = tmp_path / "hand.yaml"
    text = "title: T\nbaseline: order-35\ndate: 2026-01-31\nsettings:\n  13.1.at_least: 0.08\n"
    path.write_text(text, encoding="utf-8")
    found = read_scenario(path)
    assert found.date == "2026-01-31" and found.author == ""
    assert found.apply(LAW).changes() == {"13.1.at_least": 0.08}
    assert LAW.changes() == {}


def test_scenarios_stack_and_the_later_wins() -> None:
    later = Scenario("Later", baseline="order-35", settings=(("13.1.at_least", 0.2), ("6.1.multiple", 1)))
    assert later.apply(FULL.apply(LAW)).changes()["13.1.at_least"] == 0.2
    assert FULL.apply(later.apply(LAW)).changes()["13.1.at_least"] == 0.08


def test_a_scenario_of_another_edition_is_not_applied() -> None:
    with pytest.raises(ee.MethodologyError, match="order-99"):
        Scenario("Other", baseline="order-99", settings=()).apply(LAW)


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "not a mapping"),
        ("titel: T\nbaseline: order-35\nsettings: {}", "There is no key 'titel'. Near: title"),
        ("title: T\nsettings: {}", "baseline is missing"),
        ("title: 5\nbaseline: order-35\nsettings: {}", "title = 5 is not text"),
        ("title: T\nauthor:\nbaseline: order-35\nsettings: {}", "author is empty"),
        ("title: T\nbaseline: order-35\ndate: spring\nsettings: {}", "is no date"),
        ("title: T\nbaseline: order-35\nsettings: [1]", "not a mapping of paths"),
        ("title: T\nbaseline: order-35\nsettings:\n  13.1.at_last: 1", "Near: 13.1.at_least"),
        (
            "title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: lots",
            "13.1.at_least = lots is not a number",
        ),
        ("title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: 8", "could be 8 % or 800 %"),
        ("title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: yes", "is TRUE or FALSE, not a number"),
        (
            "title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: [1]",
            "13.1.at_least = [1] is not a number",
        ),
        ("title: T\nbaseline: order-35\nsettings:\n  13.1.at_least:", "13.1.at_least = None is not a number"),
        (
            "title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: 0.3\n  growth.at_least: 0.2",
            "no effect",
        ),
        (
            "title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: .nan",
            "13.1.at_least = nan is not a number",
        ),
        ("title: T\nbaseline: order-35\nsettings:\n  scale: 1\n  scale: 2", "key given twice"),
        ("title: [", "not readable as YAML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(tmp_path, text, said) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(path)
    assert said in str(raised.value) and "faulty.yaml" in str(raised.value)


def test_all_faults_are_named_at_once_and_nothing_faulty_is_written(tmp_path) -> None:
    faulty = Scenario("", baseline="order-35", settings=(("13.1.at_last", 1), ("scale", "round")))
    with pytest.raises(ee.MethodologyError) as raised:
        write_scenario(tmp_path / "faulty.yaml", faulty)
    assert all(word in str(raised.value) for word in ("3 faults", "title", "at_last", "scale", "To fix"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ee.MethodologyError, match="no scenario file"):
        read_scenario(tmp_path / "none.yaml")


def test_what_one_change_explains_stays_when_another_row_takes_two() -> None:
    # income from 100 to 150 and 260 (160 more, 210 in all more) for support of 120 and of 90, twice asked for
    case = {"measure": 6, "support_year": 2022, "status": "implementing"}
    figures = {2022: {"revenue": 100.0}, 2023: {"revenue": 150.0}, 2024: {"revenue": 260.0}}
    rows = {
        id: figures | {2022: {"revenue": 100.0, "support_paid": paid}}
        for id, paid in (("A", 120.0), ("B", 90.0))
    }
    made = board.Board(dataset([{"project_id": id} | case for id in rows], rows, reference={}), LAW)
    found = causes(made, LAW.replace({"6.1.measure_as": "cumulative", "6.1.multiple": 1.7}))
    assert found[["project_id", "parameters"]].values.tolist() == [
        ["A", "6.1.multiple, 6.1.measure_as"],
        ["B", "6.1.multiple | 6.1.measure_as"],
    ]
