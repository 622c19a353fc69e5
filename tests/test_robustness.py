"""The grid of readings against judging anew under each; which question decides, by trying every pair."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import altered, question, with_question
from test_properties import frames, projects, readings, reference
from test_scenarios import three_exporters

import effeval as ee
from effeval.scenarios import Board, Grid, options, ranges, robustness, stakes
from effeval.scenarios import readings as readings_of

LAW = ee.Methodology.load("order-35")
OPEN = list(options(LAW))
KEY = ["project_id", "year", "criterion"]
COUNTS = ["fulfilled_in", "not_fulfilled_in", "no_data_in", "not_due_in"]


def anew(data: ee.Dataset, grid: Grid) -> pd.DataFrame:
    """State of every row, one column a reading that can be: each by assess."""
    tables = {}
    for number in np.flatnonzero(grid.valid):
        assessed = ee.assess(data, grid.methodology.replace(grid.settings(number)))
        tables[number] = assessed.set_index(KEY)["state"]
    return pd.DataFrame(tables)


def expected_level(states: pd.Series) -> str:
    kept, judged = states == "fulfilled", states.isin(["fulfilled", "not_fulfilled"])
    if not judged.any():
        return "not_judged"
    return "every" if kept.all() else "depends" if kept.any() else "none"


def expected_names(states: list[str], pairs: dict, what: str) -> set[str]:
    """Questions in which alone two readings differ, one with one verdict and one with the other."""
    found = set()
    for (one, other), name in pairs.items():
        pair = {states[one], states[other]}
        judged = pair & {"fulfilled", "not_fulfilled"}
        turns = len(judged) == 2 if what != "judging" else len(judged) == 1 < len(pair)
        if turns and (what != "deciding_alone" or one == 0):
            found.add(name)
    return found


def neighbours(grid: Grid) -> dict[tuple[int, int], str]:
    """Pairs of readings that differ in one question, with its id."""
    found = {}
    for one, other in combinations(range(len(grid.choices)), 2):
        differ = np.flatnonzero(grid.choices[one] != grid.choices[other])
        if len(differ) == 1:
            found[one, other] = list(grid.options)[differ[0]]
    return found


@settings(max_examples=15, deadline=None)
@given(projects, reference, readings, st.sets(st.sampled_from(OPEN), max_size=2), st.booleans())
def test_the_grid_is_judging_anew_under_every_reading(drawn, series, first, asked, joint) -> None:
    data, law = frames(drawn, series), LAW.replace(first)
    board, grid = Board(data, law), Grid(law, questions=sorted(asked), joint=joint)
    found = robustness(board, grid=grid).set_index(KEY)
    states = anew(data, grid)
    pairs = neighbours(grid)
    due = states[(states != "not_due").any(axis=1)]
    assert list(found.index) == list(due.index)
    for key, row in due.iterrows():
        own = found.loc[key]
        assert own["state"] == row.iloc[0] and own["robustness"] == expected_level(row)
        assert own[COUNTS].sum() == own["readings"]
        for name in COUNTS:
            assert (own[name] > 0) == (row == name.removesuffix("_in")).any()
        for what in ("deciding", "deciding_alone", "judging"):
            assert set(filter(None, own[what].split(", "))) == expected_names(list(row), pairs, what), (
                key,
                what,
            )
        if own["robustness"] == "depends":
            assert own["deciding"] or own["judging"]


@settings(max_examples=15, deadline=None)
@given(
    projects,
    reference,
    readings,
    st.sets(st.sampled_from(OPEN), max_size=2),
    st.sampled_from(["region", "measure", []]),
)
def test_ranges_are_the_ends_of_judging_anew(drawn, series, first, asked, by) -> None:
    data, law = frames(drawn, series), LAW.replace(first)
    grid = Grid(law, questions=sorted(asked))
    found = ranges(Board(data, law), by=by, grid=grid)
    laws = [law.replace(grid.settings(number)) for number in np.flatnonzero(grid.valid)]
    tables = [ee.fulfilment(ee.assess(data, one), by) for one in laws]
    rates = pd.DataFrame([table["rate"] for table in tables])
    shown = pd.DataFrame([table["rate"].where(table["assessed"] >= 5) for table in tables])
    ranked = shown.rank(axis=1, method="min", ascending=False)
    expected = {
        "rate": rates.iloc[0],
        "rate_least": rates.min(),
        "rate_most": rates.max(),
        "rank": ranked.iloc[0],
        "rank_best": ranked.min(),
        "rank_worst": ranked.max(),
        "readings": rates.notna().sum(),
        "rate_min": tables[0]["rate_min"],
        "rate_max": tables[0]["rate_max"],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(
            found[name].to_numpy(dtype="float64", na_value=np.nan), values.to_numpy(float)
        )


def income_case(**figures: float) -> ee.Dataset:
    """One project of measure 6 with support of 100 in 2022, income by year."""
    case = {"project_id": "A", "measure": 6, "support_year": 2022, "status": "implementing"}
    rows = {int(year[1:]): {"revenue": value} for year, value in figures.items()}
    rows[2022] = rows.get(2022, {}) | {"support_paid": 100.0}
    return dataset([case], {"A": rows}, reference={})


def test_a_verdict_that_depends_names_its_question() -> None:
    # 100 then 180 then 270: 170 more, 250 in all more, 270 itself; the plan is 200; there is no 2021
    board = Board(income_case(y2022=100.0, y2023=180.0, y2024=270.0), LAW)
    found = robustness(board, grid=Grid(LAW, questions=["twice_the_sum"])).set_index("year")
    row = found.loc[2024]
    assert row[["state", "robustness", "deciding", "deciding_alone", "judging"]].tolist() == [
        "not_fulfilled", "depends", "twice_the_sum", "twice_the_sum", "",
    ]  # fmt: skip
    assert row[["readings", *COUNTS]].tolist() == [3, 2, 1, 0, 0]
    assert list(found.index) == [2024], "it is due in that year alone"


def test_two_questions_may_decide_together_only() -> None:
    # either alternative alone does not do: 110 a year in 8.1 against 2 × 50 but both
    law = altered(lambda document: document["questions"].extend([
        question({"8.1.period": "year"}, id="by_year"), question({"8.1.multiple": 0.5}, id="half"),
    ]))  # fmt: skip
    case = {"project_id": "A", "measure": 8, "support_year": 2023, "status": "implementing"}
    figures = {
        2023: {"support_paid": 100.0, "export_value": 0.0},
        2024: {"support_paid": 100.0, "export_value": 60.0},
    }
    board = Board(dataset([case], {"A": figures}, reference={}), law)
    found = robustness(board, grid=Grid(law, questions=["by_year", "half"])).set_index("year")
    row = found.loc[2024]  # 60 of 200, of 100 by the year, of 100 at half: only 60 of 50 is enough
    assert row[["readings", *COUNTS, "robustness"]].tolist() == [4, 1, 3, 0, 0, "depends"]
    assert row[["deciding", "deciding_alone"]].tolist() == ["by_year, half", ""]
    table = stakes(found.reset_index(), methodology=law).set_index("question")
    assert table.loc["by_year", ["verdicts", "verdicts_alone", "projects", "support_paid"]].tolist() == [
        1,
        0,
        1,
        100,
    ]


def test_what_is_missing_is_neither_every_nor_fulfilled() -> None:
    board = Board(three_exporters(), LAW)
    without = robustness(board, grid=Grid(LAW, questions=["exports_against_support"])).set_index(
        ["project_id", "year"]
    )
    # C reports nothing; in 2024 it has no support, so by the year it is not judged
    assert without.loc[("C", 2023), ["robustness", "readings", "no_data_in"]].tolist() == ["not_judged", 2, 2]
    assert without.loc[("C", 2024), ["robustness", "no_data_in", "not_due_in", "judging"]].tolist() == [
        "not_judged",
        1,
        1,
        "",
    ]
    # B reached it in all, but is not judged by the year in 2024: fulfilled wherever judged, yet it depends
    assert without.loc[("B", 2024), ["robustness", "fulfilled_in", "not_due_in"]].tolist() == [
        "depends",
        1,
        1,
    ]
    assert without.loc[("B", 2024), ["deciding", "judging"]].tolist() == ["", "exports_against_support"]
    assert without.loc[("B", 2023), "robustness"] == "every"
    with_missing = robustness(board).set_index(["project_id", "year"])
    assert with_missing.loc[("C", 2023), ["robustness", "judging"]].tolist() == ["none", "missing_figure"]


def test_a_criterion_that_has_the_other_reading_already_has_one_reading_only() -> None:
    law = LAW.replace({"8.1.period": "year"})
    grid = Grid(law, questions=["exports_against_support"])
    assert grid.variants["8.1"].shape == () and grid.variants["9.1"].shape == (2,)
    assert (robustness(Board(three_exporters(), law), grid=grid)["readings"] == 1).all()


def test_stakes_count_projects_and_money_once_and_list_every_question() -> None:
    board = Board(three_exporters(), LAW)
    found = stakes(robustness(board), methodology=LAW)
    assert sorted(found["question"]) == sorted(options(LAW))
    table = found.set_index("question")
    # judged or not: C without figures 2023 and 2024 (100 + 0); B's 2024 needs none to be judged
    assert table.loc["missing_figure", ["verdicts", "judged", "judged_projects", "judged_support_paid"]].tolist() == [
        0, 2, 1, 100.0,
    ]  # fmt: skip
    assert table.loc["score_scale", "verdicts":].tolist() == [0] * 7
    assert found["verdicts"].is_monotonic_decreasing
    nothing = stakes(robustness(board).iloc[:0], methodology=LAW)
    assert (nothing["verdicts"] == 0).all() and len(nothing) == len(found)


def test_readings_that_contradict_each_other_are_marked_and_left_out() -> None:
    law = altered(lambda document: document["questions"].extend([
        question({"8.1.multiple": 0.5}, id="half"), question({"8.1.multiple": 3}, {"8.1.multiple": 0.5}, id="thrice"),
    ]))  # fmt: skip
    table = readings_of(law, questions=["half", "thrice"])
    assert table["refused"].tolist() == ["", "", "", "", "half and thrice set 8.1.multiple differently", ""]
    assert table.loc[5, ["half", "thrice"]].tolist() == ["one", "two"]
    board = Board(three_exporters(), law)
    grid = Grid(law, questions=["half", "thrice"])
    found = robustness(board, grid=grid)
    states = anew(board.data, grid)
    assert len(states.columns) == 5 and (found["readings"] == 5).all()
    for row in found.itertuples():
        assert (
            row.fulfilled_in == (states.loc[(row.project_id, row.year, row.criterion)] == "fulfilled").sum()
        )
    np.testing.assert_array_equal(ranges(board, by=(), grid=grid)["readings"], [5])


def test_a_combination_that_the_law_refuses_is_told_and_left_out(monkeypatch) -> None:
    # no combination of values breaks the schema of order-35, so a refusal is made up: half the support, best year
    replace = ee.Methodology.replace

    def refusing(self, settings):
        if settings.get("6.1.multiple") == 0.5 and settings.get("6.1.judge") == "best":
            raise ee.MethodologyError("6.1: cannot be")
        return replace(self, settings)

    law = with_question({"6.1.multiple": 0.5}, {"6.1.judge": "best"})
    monkeypatch.setattr(ee.Methodology, "replace", refusing)
    grid = Grid(law, questions=["test_only"])
    assert grid.frame()["refused"].tolist() == ["", "", "", "6.1: cannot be"]
    assert grid.frame()["test_only"].tolist() == ["as_given", "one", "two", "one+two"]
    board = Board(income_case(y2022=100.0, y2023=180.0, y2024=160.0), law)
    row = robustness(board, grid=grid).iloc[0]  # 60 of 200 or of 50, the best 80 of 200; 80 of 50 is refused
    assert row[["readings", *COUNTS]].tolist() == [3, 1, 2, 0, 0]
    assert ranges(board, by=(), grid=grid)["readings"].tolist() == [3]


@pytest.mark.parametrize("ask", [robustness, ranges])
def test_a_grid_of_another_methodology_is_refused(ask) -> None:
    with pytest.raises(ee.ParameterError, match=r"Grid\(board.methodology"):
        ask(Board(three_exporters(), LAW), grid=Grid(LAW.replace({"scale": "proportional"})))


def test_too_many_readings_are_refused() -> None:
    many = [
        question({"8.1.multiple": 2}, {"9.1.multiple": 2}, {"6.1.multiple": 3}, id=f"q_{n}") for n in "abcdef"
    ]
    law = altered(lambda document: document["questions"].extend(many))
    with pytest.raises(ee.ParameterError, match="combinations of readings"):
        Grid(law)
