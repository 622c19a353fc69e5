"""The synthetic sample shows every state of every criterion, every kind of gap and met thresholds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import effeval as ee
from effeval import sample

COMMITTED = Path(__file__).parents[1] / "data" / "sample"


@pytest.fixture(scope="module")
def data() -> ee.Dataset:
    return ee.load(COMMITTED)


@pytest.fixture(scope="module")
def projects(data) -> pd.DataFrame:
    return data.projects


@pytest.fixture(scope="module")
def rows(data) -> pd.DataFrame:
    """Observations with the columns of their project and ``since``, the years since the support."""
    joined = data.observations.merge(data.projects, on="project_id", validate="many_to_one")
    return joined.assign(since=joined["year"] - joined["support_year"])


@pytest.fixture(scope="module")
def assessed(data) -> pd.DataFrame:
    return ee.assess(data, ee.Methodology.load("order-35"))


def test_every_criterion_is_in_every_state(assessed):
    found = pd.crosstab(assessed["criterion"], assessed["state"])
    assert len(found) == 23
    assert set(found.columns) == {"not_due", "no_data", "fulfilled", "not_fulfilled"}
    assert (found > 0).all(axis=None), found


def no_row(projects, rows):
    return ~projects["project_id"].isin(rows["project_id"])


def row_missing_in_the_middle(projects, rows):
    years = rows.groupby("project_id")["year"].agg(["min", "max", "size"])
    return years["size"] < years["max"] - years["min"] + 1


def reporting_stopped(projects, rows):
    last = rows.groupby(["project_id", "status"])["year"].max().reset_index()
    return (last["status"] == "implementing") & (last["year"] < 2025)


def empty_cell(projects, rows):
    return rows["wage"].isna() & rows["measure"].isin([1, 2, 3, 4, 5, 13])


def base_year_missing(projects, rows):
    grants = rows[rows["measure"] == 13].set_index("project_id")
    base, end = grants[grants["since"] == 0], grants[grants["since"] == 2]
    unknown = base[["output_volume", "export_volume", "wage"]].isna().all(axis=1)
    return unknown & base["support_paid"].notna() & unknown.index.isin(end.index)


def year_before_missing(projects, rows):
    first = rows[(rows["since"] == 0) & (rows["support_year"] > 2018)]
    before = rows.loc[rows["since"] == -1, "project_id"]
    return ~first["project_id"].isin(before)


def plan_missing(projects, rows):
    own = rows[rows["measure"].isin([1, 3, 5, 12]) & (rows["since"] >= 0)].groupby("project_id")
    return (own["sales_volume"].count() >= 3) & (own["sales_volume_plan"].count() == 0)


def no_commissioning_year_though_it_produces(projects, rows):
    return rows["commissioning_year"].isna() & rows["measure"].isin([2, 4]) & rows["output_volume"].notna()


def no_term_end_year(projects, rows):
    return projects["term_end_year"].isna() & projects["measure"].isin([2, 4, 11])


def no_unit(projects, rows):
    return projects["unit"].isna()


def support_is_zero(projects, rows):
    own = rows[rows["since"] >= 0].groupby("project_id")["support_paid"]
    return (own.sum() == 0) & (own.count() == own.size())


def support_is_not_reported(projects, rows):
    own = rows[rows["since"] >= 0].groupby("project_id")["support_paid"]
    return (own.count() == 0) & (own.size() > 1)


GAPS = [
    no_row,
    row_missing_in_the_middle,
    reporting_stopped,
    empty_cell,
    base_year_missing,
    year_before_missing,
    plan_missing,
    no_commissioning_year_though_it_produces,
    no_term_end_year,
    no_unit,
    support_is_zero,
    support_is_not_reported,
]


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.__name__)
def test_every_kind_of_gap_is_there_and_none_is_the_rule(gap, projects, rows):
    found = gap(projects, rows)
    assert found.any()
    assert found.mean() < 0.5


def test_a_missing_row_ends_the_growth_of_wages_in_no_data(projects, rows, assessed):
    years = rows.groupby("project_id")["year"].agg(["min", "max", "size"])
    holed = years.index[years["size"] < years["max"] - years["min"] + 1]
    hit = assessed[
        assessed["project_id"].isin(holed) & (assessed["criterion"].isin(["1.1", "2.2", "3.1", "4.2"]))
    ]
    assert (hit["state"] == "no_data").any()


def test_a_project_without_any_row_is_judged_on_empty_years(projects, rows, assessed):
    silent = projects.loc[no_row(projects, rows) & (projects["status"] != "terminated"), "project_id"]
    states = assessed.loc[assessed["project_id"].isin(silent), "state"]
    assert set(states) <= {"not_due", "no_data"} and "no_data" in set(states)


def test_some_are_terminated_before_anything_is_due(assessed):
    terminated = assessed[assessed["status"] == "terminated"].groupby("project_id")
    last, states = terminated["year"].max(), terminated["state"].agg(set)
    assert (states[last <= 2022] == {"not_due"}).any()


@pytest.mark.parametrize("rule", ["growth_vs_reference", "plan", "growth", "return_on_support", "coverage"])
def test_some_meet_a_threshold_exactly(rule, assessed):
    criteria = [
        criterion.id for criterion in ee.Methodology.load("order-35").criteria if criterion.rule == rule
    ]
    judged = assessed[assessed["criterion"].isin(criteria)]
    exact = judged[np.isclose(judged["actual"], judged["plan"], rtol=1e-12, atol=1e-12)]
    assert len(exact) and (exact["state"] == "fulfilled").all()


def test_a_large_sample_meets_the_threshold_of_every_criterion():
    projects = sample.make_projects(projects=8000, seed=35)
    frames = {"projects": projects, "observations": sample.make_observations(projects, seed=35)}
    methodology = ee.Methodology.load("order-35")
    judged = ee.assess(ee.load(frames | {"reference": sample.make_reference()}), methodology)
    exact = judged[np.isclose(judged["actual"], judged["plan"], rtol=1e-12, atol=1e-12)]
    count = exact["criterion"].value_counts()
    assert len(count) == len(methodology.criteria) and count.min() >= 10  # chance alone gives a few
    assert set(exact["state"]) == {"fulfilled"}


@pytest.mark.parametrize(
    ("end", "growth", "state"), [("more", np.inf, "fulfilled"), ("none", 0.0, "not_fulfilled")]
)
def test_some_exports_grow_from_zero_and_some_stay_there(rows, assessed, end, growth, state):
    grants = rows[rows["measure"] == 13].pivot(index="project_id", columns="since", values="export_volume")
    reached = grants[2] > 0 if end == "more" else grants[2] == 0
    chosen = grants.index[(grants[0] == 0) & reached]
    judged = assessed[assessed["project_id"].isin(chosen) & (assessed["criterion"] == "13.3")]
    judged = judged[judged["state"] != "not_due"]
    assert len(judged) and set(judged["state"]) == {state} and set(judged["actual"]) == {growth}
