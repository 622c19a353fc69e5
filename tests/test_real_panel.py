"""The how-to's code, run as it stands, on a real panel of firms; checked against a plain count."""

import csv
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "bring-your-own-data.md"
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def how_to(tmp_path_factory):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 2
    names: dict = {}
    folder = tmp_path_factory.mktemp("how-to")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    return names | {"folder": folder / "jtrain"}


def rows(folder: Path, name: str) -> list[dict]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def plain_count(folder: Path) -> dict[str, int]:
    """Criterion 13.2 without pandas: every year from the grant to the end of the panel."""
    wage = {
        (r["project_id"], int(r["year"])): float(r["wage"]) for r in rows(folder, "observations") if r["wage"]
    }
    reference = {int(r["year"]): float(r["wage_growth_forecast"]) for r in rows(folder, "reference")}
    count = {"fulfilled": 0, "not_fulfilled": 0, "no_data": 0}
    for project in rows(folder, "projects"):
        for year in range(int(project["support_year"]), 1990):
            now, before = wage.get((project["project_id"], year)), wage.get((project["project_id"], year - 1))
            if now is None or before is None or year not in reference:
                count["no_data"] += 1
            elif now / before - 1 >= reference[year] - ROUNDING:
                count["fulfilled"] += 1
            else:
                count["not_fulfilled"] += 1
    return count


def test_wage_criterion_agrees_with_a_plain_count(how_to) -> None:
    expected = plain_count(how_to["folder"])
    assert min(expected.values()) > 0  # the panel has all three, or the comparison would be thin
    row = how_to["by_criterion"].set_index("criterion").loc["13.2"]
    assert row["fulfilled"] == expected["fulfilled"]
    assert row["assessed"] == expected["fulfilled"] + expected["not_fulfilled"]
    assert row["due"] == sum(expected.values())
    assert row["projects"] == 66


def test_two_year_criteria_are_never_due(how_to) -> None:
    table = how_to["by_criterion"].set_index("criterion")
    assert list(table.loc[["13.1", "13.3"], "due"]) == [0, 0]
    assert table.loc[["13.1", "13.3"], "rate"].isna().all()
