"""The form of Annex 1 against the bare cells of its rows: 10,000 rows, medians of interleaved runs.

Run: .venv/bin/python benchmarks/forms.py
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

import effeval as ee
from effeval.annex1 import write
from effeval.annex1.layout import Layout
from effeval.annex1.read import read

ROWS = 10_000
ROUNDS = 5
YEAR = 2025
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False}


def made_up(rows: int) -> ee.Dataset:
    """Projects of measure 13, all of whose three criteria are judged in the year; figures are random."""
    random = np.random.default_rng(35)
    ids = [f"SYN-{number:05}" for number in range(rows)]
    projects = pd.DataFrame(
        {
            "project_id": ids,
            "applicant": [f"Синтетикалық кәсіпорын {number:05}" for number in range(rows)],
            "measure": 13,
            "kato": random.choice(ee.regions()["kato"], rows),
            "oked": random.choice(ee.sectors()["sector"], rows),
            "tnved": "7208",
            "category": random.choice(["small", "medium", "large"], rows),
            "support_year": YEAR - 2,
            "status": "implementing",
        }
    )
    years = [YEAR - 2, YEAR - 1, YEAR]
    observations = pd.DataFrame({"project_id": np.repeat(ids, 3), "year": np.tile(years, rows)})
    for name in ("support_paid", "wage", "output_volume", "export_volume"):
        observations[name] = random.uniform(1e5, 1.3e5, 3 * rows).round(1)
    reference = pd.DataFrame({"year": [YEAR], "wage_growth_forecast": [0.1], "source": ["made up"]})
    return ee.load({"projects": projects, "observations": observations, "reference": reference})


def bare_cells(assessed: pd.DataFrame, data: ee.Dataset) -> list[list]:
    """What the rows of the form show, computed beforehand: values only."""
    judged = assessed[assessed["year"] == YEAR].set_index(["project_id", "criterion"])
    figures = judged[["plan", "actual", "score"]].to_numpy().reshape(len(data.projects), -1)
    support = judged["support_paid"].to_numpy()[:: figures.shape[1] // 3]
    regions, sectors = ee.names("region", lang="kk"), ee.names("sector", lang="kk")
    rows = []
    for number, project in enumerate(data.projects.itertuples()):
        place = f"{project.kato} {regions[project.kato[:2]]}"
        sector, score = f"{project.oked} {sectors[project.oked]}", figures[number][2::3].sum()
        row = [number + 1, project.applicant, place, sector, project.tnved, project.category]
        rows.append([*row, support[number], *figures[number], score, project.status, project.project_id])
    assert len(rows[0]) == Layout(3).column("project_id") + 1
    return rows


def write_bare(rows: list[list], path: Path) -> None:
    """The same cells by xlsxwriter alone: no formats, formulas or merged cells."""
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each way; they take turns, so that other load of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def compare(ours: str, bare: str, taken: dict[str, float]) -> None:
    """Print both times and their ratio."""
    for name in (bare, ours):
        print(f"{name:32} {taken[name]:6.2f} s   {taken[name] / taken[bare]:5.2f} x")


def writing(folder: Path, data: ee.Dataset) -> None:
    """``annex1.write`` against the bare cells by xlsxwriter."""
    methodology = ee.Methodology.load("order-35")
    assessed = ee.assess(data, methodology)
    rows = bare_cells(assessed, data)
    ours, bare = f"annex1.write, {len(rows):,} rows", "xlsxwriter, bare cells"
    ways = {
        bare: lambda: write_bare(rows, folder / "bare.xlsx"),
        ours: lambda: write(assessed, data, folder / "form.xlsx", year=YEAR, methodology=methodology),
    }
    compare(ours, bare, medians(ways))


def reading(form: Path) -> None:
    """``annex1.read`` against the cells by python-calamine alone, all sheets of the same workbook."""
    methodology = ee.Methodology.load("order-35")
    ours, bare = f"annex1.read, {ROWS:,} rows", "python-calamine, bare cells"
    ways = {bare: lambda: read_bare(form), ours: lambda: read(form, methodology=methodology)}
    compare(ours, bare, medians(ways))


def read_bare(form: Path) -> list[list[list]]:
    """Every cell, uninterpreted."""
    book = CalamineWorkbook.from_path(form)
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def main() -> None:
    data = made_up(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        writing(Path(folder), data)
        reading(Path(folder) / "form.xlsx")


if __name__ == "__main__":
    main()
