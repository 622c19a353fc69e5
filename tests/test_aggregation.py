"""Fulfilment and verdicts: hand-worked groups, levels, bounds, and what adds up."""

import numpy as np
import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from hypothesis import strategies as st

import effeval as ee
from effeval.columns import columns

LAW = ee.Methodology.load("order-35")
STATES = columns("assessed")["state"].choices


def rows(*cells: dict) -> pd.DataFrame:
    base = {
        "project_id": "A",
        "year": 2024,
        "measure": 3,
        "criterion": "3.1",
        "state": "fulfilled",
        "region": "63",
    }
    base |= {
        "plan": 1.0,
        "actual": 1.0,
        "attainment": 1.0,
        "support_paid": 10.0,
        "category": "small",
        "holding": "H",
    }
    frame = pd.DataFrame([base | cell for cell in cells])
    return frame.assign(score=frame["state"].map({"fulfilled": 1.0, "not_fulfilled": 0.0}))


def test_columns_are_those_of_the_contract() -> None:
    table = ee.fulfilment(rows({}), ["region", "measure"])
    assert list(table.columns) == [
        "region", "measure", "due", "assessed", "fulfilled", "rate", "rate_low", "rate_high", "rate_min", "rate_max",
        "coverage", "score", "max_score", "effectiveness", "projects", "support_paid",
    ]  # fmt: skip


def test_one_group_by_hand() -> None:
    """Five rows due: three fulfilled, one not, one without data; one row is not due."""
    states = ["fulfilled"] * 3 + ["not_fulfilled", "no_data", "not_due"]
    assessed = rows(*({"project_id": f"P{n}", "state": state} for n, state in enumerate(states)))
    row = ee.fulfilment(assessed).iloc[0]
    assert list(row[["due", "assessed", "fulfilled", "projects"]]) == [5, 4, 3, 6]
    assert list(row[["rate", "rate_min", "rate_max", "coverage"]]) == [3 / 4, 3 / 5, 4 / 5, 4 / 5]
    assert list(row[["score", "max_score", "effectiveness", "support_paid"]]) == [3, 4, 3 / 4, 60]


def test_interval_is_wilsons() -> None:
    """Bounds p solve |12/19 - p| = z sqrt(p (1 - p) / 19); 12 of 19 gives 0.410 to 0.809 in Wilson's tables."""
    states = ["fulfilled"] * 12 + ["not_fulfilled"] * 7
    row = ee.fulfilment(rows(*({"project_id": f"P{n}", "state": s} for n, s in enumerate(states)))).iloc[0]
    assert [round(row["rate_low"], 3), round(row["rate_high"], 3)] == [0.410, 0.809]
    for bound in (row["rate_low"], row["rate_high"]):
        assert abs(12 / 19 - bound) == pytest.approx(1.959963984540054 * np.sqrt(bound * (1 - bound) / 19))


@pytest.mark.parametrize(("state", "bounds"), [("fulfilled", "rate_high"), ("not_fulfilled", "rate_low")])
def test_interval_is_cut_to_0_and_1(state: str, bounds: str) -> None:
    row = ee.fulfilment(rows(*({"project_id": f"P{n}", "state": state} for n in range(7)))).iloc[0]
    assert row[bounds] == {"rate_high": 1.0, "rate_low": 0.0}[bounds]


def test_nothing_assessed_is_empty_and_never_zero() -> None:
    table = ee.fulfilment(rows({"state": "no_data"}, {"state": "not_due", "category": "large"}), "category")
    table = table.set_index("category")
    empty = ["rate", "rate_low", "rate_high", "effectiveness"]
    assert table[empty].isna().all(axis=None)
    assert list(table.loc["small", ["rate_min", "rate_max", "coverage"]]) == [0, 1, 0]
    assert table.loc["large", ["rate_min", "rate_max", "coverage"]].isna().all()
    assert list(table["due"]) == [0, 1]


@pytest.mark.parametrize(("by", "levels"), [("region", 20), ("measure", 13), ("criterion", 23)])
def test_every_level_is_there_even_without_projects(by: str, levels: int) -> None:
    table = ee.fulfilment(rows({}), by)
    assert len(table) == levels
    assert table["projects"].sum() == 1
    assert (table.loc[table["projects"] == 0, ["due", "assessed", "fulfilled", "support_paid"]] == 0).all(
        axis=None
    )
    assert table.loc[table["projects"] == 0, "rate"].isna().all()


def test_levels_keep_the_order_of_the_law() -> None:
    criteria = ee.fulfilment(rows({}), "criterion")["criterion"]
    assert list(criteria) == [criterion.id for criterion in LAW.criteria]


def test_empty_grouping_value_is_a_group_of_its_own() -> None:
    assessed = rows({"holding": None}, {"project_id": "B"}, {"project_id": "C", "region": None})
    assert ee.fulfilment(assessed, "holding")["projects"].tolist() == [2, 1]
    regions = ee.fulfilment(assessed, "region")
    assert len(regions) == 21
    assert regions["region"].isna().tolist() == [False] * 20 + [True]
    assert regions["projects"].iloc[-1] == 1


def test_support_counts_each_project_and_year_once() -> None:
    two_criteria = rows({}, {"criterion": "3.2"}, {"year": 2023, "support_paid": 7.0})
    assert ee.fulfilment(two_criteria).loc[0, "support_paid"] == 17.0
    assert ee.fulfilment(two_criteria, "criterion").set_index("criterion").loc["3.2", "support_paid"] == 10.0
    assert ee.fulfilment(two_criteria).loc[0, "projects"] == 1


@pytest.mark.parametrize("by", [["sektor"], ["region", "region"], ["plan"], ["rate"]])
def test_unknown_or_repeated_columns_are_refused(by: list[str]) -> None:
    with pytest.raises(ee.ParameterError, match="To fix"):
        ee.fulfilment(rows({}), by)


def test_an_unknown_column_is_told_with_its_neighbours() -> None:
    with pytest.raises(ee.ParameterError, match="Near: region"):
        ee.fulfilment(rows({}), "regoin")


def test_verdicts_by_hand() -> None:
    states = {
        "A": ["fulfilled", "fulfilled"],
        "B": ["fulfilled", "not_fulfilled"],
        "C": ["not_fulfilled", "no_data"],
    }
    states |= {"D": ["no_data", "not_due"], "E": ["fulfilled", "no_data"]}
    cells = [
        {"project_id": project, "criterion": f"3.{n}", "state": state}
        for project, pair in states.items()
        for n, state in enumerate(pair, start=1)
    ]
    table = ee.verdicts(rows(*cells)).set_index("project_id")
    assert table["verdict"].to_dict() == {
        "A": "effective",
        "B": "partly",
        "C": "not_effective",
        "E": "effective",
    }
    assert table["assessed"].to_dict() == {"A": 2, "B": 2, "C": 1, "E": 1}
    assert list(table.columns[:5]) == ["year", "assessed", "fulfilled", "verdict", "measure"]
    assert {"region", "category", "support_paid", "holding"} <= set(table.columns)


def test_empty_data_give_empty_tables_with_all_columns() -> None:
    assessed = ee.assess(dataset([{"project_id": "P", "measure": 1, "support_year": 2020, "status": "completed"}], {},
                                 reference={}), LAW)  # fmt: skip
    assert list(assessed.columns) == list(columns("assessed"))
    assert len(assessed) == 0
    assert list(ee.fulfilment(assessed).loc[0, ["due", "projects", "support_paid"]]) == [0, 0, 0]
    assert len(ee.fulfilment(assessed, "region")) == 20
    assert len(ee.fulfilment(assessed, ["region", "year"])) == 0
    assert len(ee.verdicts(assessed)) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([2022, 2023]), st.sampled_from(STATES),
                          st.sampled_from(["63", "71", None])), min_size=1, max_size=25))  # fmt: skip
def test_tallies_of_the_parts_add_up_to_the_whole(drawn) -> None:
    assessed = rows(*({"project_id": p, "year": y, "state": s, "region": r} for p, y, s, r in drawn))
    added = ["due", "assessed", "fulfilled", "score"]
    whole = ee.fulfilment(assessed).loc[0, added].astype("float64")
    for by in (["region"], ["year"], ["region", "year", "project_id"]):
        parts = ee.fulfilment(assessed, by)
        assert list(parts[added].sum()) == list(whole)
        judged = parts[parts["assessed"] > 0]
        assert ((judged["rate_low"] <= judged["rate"]) & (judged["rate"] <= judged["rate_high"])).all()
        assert ((judged["rate_min"] <= judged["rate"]) & (judged["rate"] <= judged["rate_max"])).all()


@pytest.mark.parametrize(("column", "lang"), [("measure", "en"), ("region", "de")])
def test_names_that_are_not_there_are_refused(column, lang) -> None:
    with pytest.raises(ee.ParameterError, match="region, sector, the language one of kk, ru, en"):
        ee.names(column, lang=lang)
