"""Where a verdict turns: to the last bit by assess itself, and by hand in tonnes and tenge."""

import numpy as np
import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import frames, projects, readings, reference
from test_scenarios import three_exporters

import effeval as ee
from effeval.rules import Finding
from effeval.scenarios import Board, break_even, near_misses, sweep
from effeval.scenarios.points import turning_points
from effeval.scoring import reaches

LAW = ee.Methodology.load("order-35")
PATHS = [path for path in LAW.settings if path.endswith((".at_least", ".multiple"))]
ALLOWED = {"at_least": (-1, 100), "multiple": (0, 1000)}  # by the schema of methodologies


@settings(max_examples=300, deadline=None)
@given(st.floats(1e-3, 1e12), st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_the_turning_point_is_the_last_threshold_reached(unit, actual, largest) -> None:
    one = [np.array([value]) for value in (unit, actual, largest)]
    at = turning_points(Finding(np.array([True]), one[0], one[1], one[2])).at
    assert reaches(at * unit, one[1], largest=one[2]) or at == -np.inf
    assert not reaches(np.nextafter(at, np.inf) * unit, one[1], largest=one[2]) or at == np.inf
    assert at == pytest.approx(actual / unit, abs=1.1e-12 * max(1, abs(actual), largest) / unit, rel=1e-11)


@settings(max_examples=20, deadline=None)
@given(projects, reference, readings, st.sampled_from(PATHS))
def test_a_verdict_turns_at_its_break_even_when_judged_anew(drawn, series, chosen, path) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    criterion, _, name = path.rpartition(".")
    found = break_even(Board(data, law))
    assert found["state"].isin(["fulfilled", "not_fulfilled"]).all()
    rows = found[(found["criterion"] == criterion) & found["break_even"].notna()]
    assert (rows["state"].eq("fulfilled") == (rows["threshold"] <= rows["break_even"])).all()
    for row in rows.head(4).itertuples():
        for value, kept in ((row.break_even, True), (np.nextafter(row.break_even, np.inf), False)):
            if not ALLOWED[name][0] <= value <= ALLOWED[name][1]:
                continue
            anew = ee.assess(data, law.replace({path: float(value)})).set_index(
                ["project_id", "year", "criterion"]
            )
            state = anew.loc[(row.project_id, row.year, criterion), "state"]
            assert (state == "fulfilled") is kept


@settings(max_examples=20, deadline=None)
@given(
    projects,
    reference,
    readings,
    st.sampled_from([*PATHS, "growth.at_least", "coverage.multiple"]),
    st.lists(st.sampled_from([0.0, 0.02, 0.1, 0.15, 1.0, 2.0]) | st.floats(0, 5), min_size=1, max_size=3),
    st.sampled_from(["region", "measure", []]),
)
def test_a_sweep_is_judging_anew_at_each_threshold(drawn, series, chosen, path, values, by) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    found = sweep(Board(data, law), path, values, by=by)
    owner, _, name = path.rpartition(".")
    mine = [c for c in LAW.criteria if owner in (c.id, c.rule)]
    parts = []
    for value in values:
        assessed = ee.assess(data, law.replace({path: value}))
        own = assessed["criterion"].isin([c.id for c in mine])
        # all groups are listed; the others have nothing of these criteria
        parts.append(ee.fulfilment(assessed.assign(state=assessed["state"].where(own, "not_due")), by))
    anew = pd.concat(parts, ignore_index=True)
    columns = [*([by] if isinstance(by, str) else by), "assessed", "fulfilled", "rate"]
    pd.testing.assert_frame_equal(found[columns], anew[columns])
    assert found["threshold"].tolist() == list(np.repeat(values, len(found) // len(values)))
    now = {law.criterion(c.id).parameters[name] for c in mine}
    assert found["given"].tolist() == [now == {value} for value in found["threshold"]]


def test_a_sweep_turns_at_the_break_even_itself(sample_dir) -> None:
    board = Board(ee.load(sample_dir), LAW)
    found = break_even(board)
    even = found.loc[found["criterion"] == "13.1", "break_even"].unique()
    swept = sweep(board, "13.1.at_least", [value for at in even for value in (at, np.nextafter(at, np.inf))])
    kept = swept["fulfilled"].to_numpy().reshape(-1, 2)
    assert len(even) > 10 and (kept[:, 0] > kept[:, 1]).all()


def grant(**volumes: float) -> ee.Dataset:
    """One project of measure 13 with its output by year, support in 2022; no other figures."""
    case = {"project_id": "A", "measure": 13, "support_year": 2022, "status": "implementing"}
    rows = {int(year[1:]): {"output_volume": volume} for year, volume in volumes.items()}
    return dataset([case], {"A": rows}, reference={})


@pytest.mark.parametrize(
    "end, state, even, gap",
    [
        (218.0, "not_fulfilled", 0.09, 2.0),
        (230.0, "fulfilled", 0.15, -10.0),
        (100.0, "not_fulfilled", -0.5, 120.0),
    ],
)
def test_growth_is_told_in_the_project_s_own_tonnes(end, state, even, gap) -> None:
    found = break_even(Board(grant(y2022=200.0, y2024=end), LAW))
    row = found.loc[0, ["criterion", "state", "threshold", "break_even", "figure", "needed", "gap"]].tolist()
    assert row == [
        "13.1",
        state,
        0.1,
        pytest.approx(even),
        pytest.approx(end),
        pytest.approx(220.0),
        pytest.approx(gap),
    ]
    assert len(found) == 1


def test_growth_from_nothing_needs_no_figure() -> None:
    found = break_even(Board(grant(y2022=0.0, y2024=5.0), LAW)).loc[0]
    assert found["break_even"] == np.inf and found["state"] == "fulfilled"
    assert found[["figure", "needed", "gap"]].isna().all()


@pytest.mark.parametrize(
    "reading, even, figure, needed",
    [("difference", 1.7, 270.0, 300.0), ("level", 2.7, 270.0, 200.0), ("cumulative", 2.5, 250.0, 200.0)],
)
def test_income_is_told_in_thousand_tenge(reading, even, figure, needed) -> None:
    case = {"project_id": "A", "measure": 6, "support_year": 2022, "status": "implementing"}
    income = {2022: 100.0, 2023: 180.0, 2024: 270.0}
    rows = {
        year: {"revenue": value, "support_paid": 100.0 if year == 2022 else None}
        for year, value in income.items()
    }
    board = Board(dataset([case], {"A": rows}, reference={}), LAW.replace({"6.1.measure_as": reading}))
    found = break_even(board).loc[0, ["break_even", "figure", "needed", "gap"]].tolist()
    assert found == pytest.approx([even, figure, needed, needed - figure])


def test_plans_and_forecasts_have_a_needed_figure_but_no_threshold() -> None:
    case = {"project_id": "A", "measure": 1, "support_year": 2022, "status": "implementing"}
    rows = {
        2022: {"wage": 200.0},
        2023: {"wage": 212.0},
        2024: {"sales_volume": 45.0, "sales_volume_plan": 50.0},
    }
    board = Board(dataset([case], {"A": rows}, reference={2023: 0.1}), LAW)
    found = break_even(board).set_index(["year", "criterion"])
    assert found.loc[(2023, "1.1"), ["figure", "needed", "gap"]].tolist() == pytest.approx([212, 220, 8])
    assert found.loc[(2024, "1.2"), ["figure", "needed", "gap"]].tolist() == pytest.approx([45, 50, 5])
    assert found[["threshold", "break_even"]].isna().all(axis=None)


def test_what_is_not_known_has_no_distance() -> None:
    board = Board(three_exporters(), LAW.replace({"missing": "not_fulfilled"}))
    found = break_even(board).set_index(["project_id", "year"])
    assert found.loc[("C", 2023), ["break_even", "figure", "needed", "gap"]].isna().all()
    assert found.loc[("C", 2023), "threshold"] == 1
    # B's 2024 lacks a figure, yet the known 120 are enough for 100
    assert found.loc[("B", 2024), ["break_even", "gap"]].tolist() == pytest.approx([1.2, -20])
    stricter = Board(three_exporters(), LAW.replace({"missing": "not_fulfilled", "8.1.multiple": 1.3}))
    short = break_even(stricter).set_index(["project_id", "year"]).loc[("B", 2024)]
    assert short["state"] == "not_fulfilled" and short[["break_even", "figure", "gap"]].isna().all()


def test_near_misses_reach_nine_tenths_of_the_plan_nearest_first() -> None:
    # 2023: A 90 of 100; 2024: A 110 of 150
    found = break_even(Board(three_exporters(), LAW))
    assert near_misses(found)[["project_id", "year"]].values.tolist() == [["A", 2023]]
    assert near_misses(found, within=0.3)[["project_id", "year"]].values.tolist() == [
        ["A", 2023],
        ["A", 2024],
    ]
    assert near_misses(found, within=0.09).empty


@pytest.mark.parametrize("path, values", [("13.1.judge", [0.1]), ("13.1.at_least", []), ("scale", [1.0])])
def test_what_is_no_threshold_is_not_swept(path, values) -> None:
    with pytest.raises(ee.ParameterError, match="To fix"):
        sweep(Board(three_exporters(), LAW), path, values)


def test_a_threshold_that_is_not_there_is_named_with_the_near_ones() -> None:
    with pytest.raises(ee.MethodologyError, match=r"Near: .*13\.1\.at_least"):
        sweep(Board(three_exporters(), LAW), "13.4.at_least", [0.1])
