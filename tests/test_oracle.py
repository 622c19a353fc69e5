"""The hand-worked cases and the reference implementation agree, and each criterion has what it needs."""

from pathlib import Path

import oracle
import pytest
import yaml

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
BOOKS = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES]
CASES = [(book["criterion"], case) for book in BOOKS for case in book["cases"]]
ORDINALS = ["second", "third", "fourth"]
FIGURES = ["plan", "actual", "attainment", "score"]


def rows_expected(book: dict) -> list[dict]:
    return [row for case in book["cases"] for row in case["expect"].values()]


@pytest.mark.parametrize(("criterion_id", "case"), CASES, ids=[f"{c} {case['name']}" for c, case in CASES])
def test_case_agrees_with_oracle(criterion_id: str, case: dict) -> None:
    criterion, missing, scale = oracle.with_settings(criterion_id, case.get("set", {}))
    found = oracle.judge(
        case["project"],
        case["observations"],
        case.get("reference", {}),
        criterion,
        last_year=case["last_year"],
        missing=missing,
        scale=scale,
    )
    assert list(found) == sorted(case["expect"])
    for year, expected in case["expect"].items():
        assert found[year]["state"] == expected["state"], year
        for name in FIGURES:
            value = expected.get(name)
            wanted = None if value is None else pytest.approx(value, rel=1e-9, abs=1e-15)
            assert found[year][name] == wanted, (year, name)


def test_one_file_for_each_criterion() -> None:
    assert [file.stem for file in FILES] == sorted(oracle.DEFAULTS)
    assert [book["criterion"] for book in BOOKS] == [file.stem for file in FILES]
    assert len(FILES) == 23


@pytest.mark.parametrize("book", BOOKS, ids=[book["criterion"] for book in BOOKS])
def test_form_of_the_file(book: dict) -> None:
    measure, position = map(int, book["criterion"].split("."))
    assert book["clause"] == (
        "Order No. 35 of 26 January 2024, Methodology, point 11, "
        f"subpoint {measure}), {ORDINALS[position - 1]} paragraph"
    )
    names = [case["name"] for case in book["cases"]]
    assert len(set(names)) == len(names)
    for case in book["cases"]:
        assert case["reason"].endswith(".")
        assert set(case["project"]) <= {"support_year", "commissioning_year", "term_end_year", "status"}
        assert max(case["observations"], default=0) <= case["last_year"]
        uses_reference = oracle.DEFAULTS[book["criterion"]][0] == "growth_vs_reference"
        assert ("reference" in case) == uses_reference, case["name"]
        for row in case["expect"].values():
            assert set(row) <= {"state", *FIGURES}
            assert row["state"] != "not_due" or len(row) == 1


@pytest.mark.parametrize("book", BOOKS, ids=[book["criterion"] for book in BOOKS])
def test_every_criterion_has_the_cases_it_needs(book: dict) -> None:
    rows = rows_expected(book)
    states = [row["state"] for row in rows]
    assert len(book["cases"]) >= 4
    assert any(row["state"] == "fulfilled" and row["actual"] == row["plan"] for row in rows)
    assert {"not_fulfilled", "no_data", "not_due"} <= set(states)


def test_no_two_files_share_their_figures() -> None:
    seen = {}
    for book in BOOKS:
        for case in book["cases"]:
            figures = repr(sorted((y, sorted(r.items())) for y, r in case["observations"].items() if r))
            key = (figures, repr(case.get("reference")))
            if figures != "[]":
                assert seen.setdefault(key, book["criterion"]) == book["criterion"], case["name"]
