"""What must hold for any data and any reading of the law."""

from dataclasses import replace

import oracle
import pandas as pd
import pytest
from build import dataset, judged
from hypothesis import given, settings
from hypothesis import strategies as st

import effeval as ee
from effeval.columns import columns, indicators

LAW = ee.Methodology.load("order-35")
FIRST, LAST = 2017, 2023
STATUSES = columns("projects")["status"].choices
# few distinct figures, so that equality, zeros and growth from zero are met often
figure = st.one_of(
    st.none(), st.sampled_from([0.0, 1.0, 2.0, 100.0, 110.0, 200_000.0, 230_000.0]), st.floats(0, 1e9)
)
year = st.integers(FIRST, LAST)
row = st.fixed_dictionaries({name: figure for name in indicators()})
project = st.fixed_dictionaries(
    {
        "measure": st.integers(1, 13),
        "support_year": year,
        "commissioning_year": st.none() | year,
        "term_end_year": st.none() | st.integers(FIRST, LAST + 2),
        "status": st.sampled_from(STATUSES),
        "rows": st.dictionaries(year, row, max_size=7),
    }
)
projects = st.lists(project, min_size=1, max_size=6)
reference = st.dictionaries(year, st.sampled_from([0.0, 0.1, 0.15, 0.2372]), max_size=7)
readings = st.fixed_dictionaries(
    {},
    optional={
        "growth_vs_reference.after": st.sampled_from([0, 1]),
        "plan.after": st.sampled_from([0, 1, 2, 3]),
        "growth.base_shift": st.sampled_from([0, -1]),
        "return_on_support.base_shift": st.sampled_from([0, -1]),
        "growth.judge": st.sampled_from(["last", "best"]),
        "return_on_support.judge": st.sampled_from(["last", "best"]),
        "return_on_support.measure_as": st.sampled_from(["difference", "cumulative", "level"]),
        "return_on_support.multiple": st.sampled_from([0, 1, 2, 0.5]),
        "coverage.period": st.sampled_from(["cumulative", "year"]),
        "coverage.multiple": st.sampled_from([0, 1, 1.5]),
        "growth.at_least": st.sampled_from([-0.5, 0, 0.1, 0.15]),
        "11.2.indicator": st.sampled_from(["export_value", "export_volume"]),
        "scale": st.sampled_from(["binary", "proportional"]),
        "missing": st.sampled_from(["excluded", "not_fulfilled"]),
    },
)


def frames(drawn: list[dict], series: dict[int, float]) -> ee.Dataset:
    ids = [f"P{number:02d}" for number in range(len(drawn))]
    table = [
        {"project_id": id} | {k: v for k, v in p.items() if k != "rows"}
        for id, p in zip(ids, drawn, strict=True)
    ]
    return dataset(table, {id: p["rows"] for id, p in zip(ids, drawn, strict=True)}, reference=series)


@settings(max_examples=100, deadline=None)
@given(projects, reference, readings)
def test_assess_agrees_with_the_plain_reading_of_the_contract(drawn, series, chosen) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    assessed = ee.assess(data, law)
    for number, p in enumerate(drawn if data.last_year is not None else []):
        for criterion in law.measures[p["measure"] - 1].criteria:
            plain = {"id": criterion.id, "rule": criterion.rule, "parameters": criterion.parameters}
            expected = oracle.judge(
                p, p["rows"], series, plain, last_year=data.last_year, missing=law.missing, scale=law.scale
            )
            found = judged(assessed, f"P{number:02d}", criterion.id)
            assert sorted(found) == sorted(expected)
            for judged_year, row in expected.items():
                approx = {
                    k: v if v is None or k == "state" else pytest.approx(v, rel=1e-9) for k, v in row.items()
                }
                assert found[judged_year] == approx, (criterion.id, judged_year)


@settings(max_examples=25, deadline=None)
@given(projects, reference, readings, st.integers(1, 5))
def test_chunks_by_project_add_up_to_the_whole(drawn, series, chosen, size) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    whole = ee.assess(data, law)
    ids = list(data.projects["project_id"])
    chunks = [ee.assess(data.subset(ids[start : start + size]), law) for start in range(0, len(ids), size)]
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), whole)
    tallies = pd.concat([ee.fulfilment(chunk, ["measure"]) for chunk in chunks])
    added = ["due", "assessed", "fulfilled", "score"]
    summed = tallies.groupby("measure")[added].sum()
    pd.testing.assert_frame_equal(summed, ee.fulfilment(whole, "measure").set_index("measure")[added])


@settings(max_examples=25, deadline=None)
@given(projects, reference, readings, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(drawn, series, chosen, random) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    shuffled = {}
    for name in ("projects", "observations", "reference"):
        order = list(range(len(getattr(data, name))))
        random.shuffle(order)
        shuffled[name] = getattr(data, name).iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(ee.assess(replace(data, **shuffled), law), ee.assess(data, law))


@settings(max_examples=25, deadline=None)
@given(projects, reference, readings)
def test_inputs_are_never_changed(drawn, series, chosen) -> None:
    data = frames(drawn, series)
    before = {name: getattr(data, name).copy(deep=True) for name in ("projects", "observations", "reference")}
    assessed = ee.assess(data, LAW.replace(chosen))
    kept = assessed.copy(deep=True)
    ee.fulfilment(assessed, ["region", "measure"])
    ee.verdicts(assessed)
    pd.testing.assert_frame_equal(assessed, kept)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(data, name), frame)
