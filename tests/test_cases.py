"""Worked cases that a lawyer can check by hand (tests/cases/*.yaml), judged by ``assess``."""

from pathlib import Path

import pytest
import yaml
from build import dataset, judged

import effeval as ee

BOOKS = [
    yaml.safe_load(f.read_text(encoding="utf-8"))
    for f in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
]
CASES = [(book["criterion"], case) for book in BOOKS for case in book["cases"]]


@pytest.mark.parametrize(("criterion", "case"), CASES, ids=[f"{c} {case['name']}" for c, case in CASES])
def test_case(criterion: str, case: dict) -> None:
    measure = int(criterion.split(".")[0])
    data = dataset(
        [{"project_id": "P", "measure": measure, **case["project"]}],
        {"P": case["observations"]},
        reference=case.get("reference", {}),
        last_year=case["last_year"],
    )
    methodology = ee.Methodology.load("order-35").replace(case.get("set", {}))
    found = judged(ee.assess(data, methodology), "P", criterion)
    assert sorted(found) == sorted(case["expect"])
    for year, expected in case["expect"].items():
        for name, value in found[year].items():
            wanted = expected.get(name)
            if isinstance(wanted, (int, float)):
                wanted = pytest.approx(wanted, rel=1e-9, abs=1e-15)
            assert value == wanted, (year, name)


def test_every_criterion_has_cases() -> None:
    criteria = [criterion.id for criterion in ee.Methodology.load("order-35").criteria]
    assert sorted(book["criterion"] for book in BOOKS) == sorted(criteria)
    assert all(len(book["cases"]) >= 4 for book in BOOKS)
