"""A large synthetic data set as Parquet, fast and from a seed: random figures, every measure, every kind of gap.

Nobody stands behind a row. Made in pieces, so that it may be larger than memory; ``shuffled`` writes rows in random
order within the whole (then it is made in memory). Run:

    .venv/bin/python benchmarks/synthetic.py FOLDER --projects 100000 [--shuffled]
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

YEARS = np.arange(2019, 2025)
PIECE = 250_000  # projects made at once
EMPTY, LOST_ROWS = 0.05, 0.03  # of figures, of rows
REGIONS = [
    "10",
    "11",
    "15",
    "19",
    "23",
    "27",
    "31",
    "33",
    "35",
    "39",
    "43",
    "47",
    "55",
    "59",
    "61",
    "62",
    "63",
    "71",
    "75",
    "79",
]
FIGURES = [
    "support_paid",
    "wage",
    "sales_volume",
    "sales_volume_plan",
    "output_volume",
    "output_volume_plan",
    "jobs",
    "jobs_plan",
    "revenue",
    "export_value",
    "export_volume",
    "labour_productivity",
]
TREND = {"wage": 0.12, "revenue": 0.35}  # growth a year; 0.05 for the others
STATUSES = ["implementing", "completed", "suspended", "terminated"]


def projects(first: int, count: int, random: np.random.Generator) -> pa.Table:
    """A piece of the table ``projects``."""
    number = np.arange(first, first + count)
    ids = np.char.add("SYN-", np.char.zfill(number.astype("U8"), 8))
    district = np.char.add(random.choice(REGIONS, count), random.choice(["10", "16", "20", "30"], count))
    measure = random.integers(1, 14, count)
    support = random.integers(YEARS[0], YEARS[-1] - 1, count)
    commissioned = support + random.integers(0, 3, count)
    ended = support + random.integers(2, 6, count)
    term = np.isin(measure, (2, 4, 11))
    table = {
        "project_id": ids,
        "applicant": np.char.add("Synthetic ", number.astype("U8")),
        "bin": np.char.add("99134", np.char.zfill(number.astype("U7"), 7)),
        "measure": measure,
        "kato": np.char.add(district, "00000"),
        "oked": np.char.add(
            random.integers(10, 34, count).astype("U2"), random.choice(["", "1", "20", "51"], count)
        ),
        "category": random.choice(["small", "medium", "large"], count, p=[0.45, 0.33, 0.22]),
        "support_year": support,
        "commissioning_year": pa.array(commissioned, mask=random.random(count) < 0.2),
        "term_end_year": pa.array(ended, mask=~term | (random.random(count) < 0.1)),
        "status": random.choice(STATUSES, count, p=[0.5, 0.33, 0.08, 0.09]),
    }
    return pa.table({name: pa.array(values) for name, values in table.items()})


def observations(ids: pa.Array, random: np.random.Generator) -> pa.Table:
    """Their figures: six years of each project, some rows and some figures missing."""
    count = len(ids) * len(YEARS)
    kept = np.flatnonzero(random.random(count) >= LOST_ROWS)
    owner, year = np.divmod(kept, len(YEARS))
    table = {"project_id": ids.take(pa.array(owner)), "year": YEARS[year]}
    level = random.lognormal(9, 1, len(ids))[owner]
    for name in FIGURES:
        grown = level * (1 + TREND.get(name, 0.05)) ** year * random.lognormal(0, 0.1, len(kept))
        if name == "support_paid":
            grown = np.where(random.random(len(kept)) < 0.3, grown * 0.2, 0.0)
        table[name] = pa.array(grown.round(1), mask=random.random(len(kept)) < EMPTY)
    return pa.table(table)


def write(folder: Path, *, count: int, seed: int = 35, shuffled: bool = False) -> None:
    """Write the three tables into a folder; the same figures for the same numbers."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    growth = {
        "year": YEARS,
        "wage_growth_forecast": [0.1, 0.11, 0.12, 0.11, 0.1, 0.1],
        "source": ["synthetic"] * 6,
    }
    pq.write_table(pa.table(growth), folder / "reference.parquet")
    pieces = ((first, min(PIECE, count - first)) for first in range(0, count, PIECE))
    made = (_piece(first, size, random) for first, size in pieces)
    if shuffled:
        whole = [pa.concat_tables(tables) for tables in zip(*made, strict=True)]
        made = [tuple(table.take(pa.array(random.permutation(len(table)))) for table in whole)]
    writers = {}
    for tables in made:
        for name, table in zip(("projects", "observations"), tables, strict=True):
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()


def _piece(first: int, count: int, random: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    cases = projects(first, count, random)
    return cases, observations(cases["project_id"].combine_chunks(), random)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=35)
    parser.add_argument("--shuffled", action="store_true", help="rows in random order")
    asked = parser.parse_args()
    write(asked.folder, count=asked.projects, seed=asked.seed, shuffled=asked.shuffled)


if __name__ == "__main__":
    main()
