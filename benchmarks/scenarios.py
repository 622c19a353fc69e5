"""Scenarios on a board against a loop over ``assess``: 10,000 projects × 6 years, 1,000 random scenarios.

The loop is run for a sample of the scenarios only; its time a scenario is what is compared. Both sides take turns
in one run and must agree. Run: .venv/bin/python benchmarks/scenarios.py
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import effeval as ee
from effeval.columns import indicators
from effeval.scenarios import Board, options, outcomes, random_scenarios

PROJECTS, YEARS, SCENARIOS = 10_000, range(2019, 2025), 1_000
SAMPLE = 20  # scenarios that the loop judges
ROUNDS = 5


def made_up(projects: int) -> ee.Dataset:
    """Projects of all measures with random figures in every one of six years, each twentieth missing."""
    random = np.random.default_rng(35)
    ids = [f"SYN-{number:05}" for number in range(projects)]
    cases = pd.DataFrame(
        {
            "project_id": ids,
            "applicant": "Synthetic",
            "measure": random.integers(1, 14, projects),
            "kato": random.choice(ee.regions()["kato"], projects),
            "oked": random.choice(ee.sectors()["sector"], projects),
            "category": random.choice(["small", "medium", "large"], projects),
            "support_year": random.integers(YEARS[0], YEARS[-1] - 1, projects),
            "commissioning_year": random.integers(YEARS[0], YEARS[-1], projects),
            "term_end_year": YEARS[-1],
            "status": "implementing",
        }
    )
    rows = projects * len(YEARS)
    observations = pd.DataFrame({"project_id": np.repeat(ids, len(YEARS)), "year": np.tile(YEARS, projects)})
    for name in indicators():
        figures = random.lognormal(5, 0.3, rows).round(1)
        observations[name] = np.where(random.random(rows) < 0.05, np.nan, figures)
    growth = {"year": list(YEARS), "wage_growth_forecast": 0.1, "source": "made up"}
    return ee.load({"projects": cases, "observations": observations, "reference": pd.DataFrame(growth)})


def settings_of(law: ee.Methodology, scenario: pd.Series) -> dict:
    """One row of the table of scenarios as settings by path."""
    offered, found = options(law), {}
    for name, value in scenario.items():
        taken = next((o.settings for o in offered.get(name, ()) if o.id == value), {name: value})
        found |= taken
    return found


def loop(data: ee.Dataset, law: ee.Methodology, scenarios: pd.DataFrame) -> list[pd.DataFrame]:
    """Each scenario by ``assess`` and ``fulfilment``, with the ranks of regions."""
    found = []
    for _, scenario in scenarios.iterrows():
        anew = ee.fulfilment(ee.assess(data, law.replace(settings_of(law, scenario))), "region")
        shown = anew["rate"].where(anew["assessed"] >= 5)
        found.append(anew.assign(rank=shown.rank(method="min", ascending=False)))
    return found


def timed(way: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = way()
    return time.perf_counter() - start, found


def agree(found: pd.DataFrame, anew: list[pd.DataFrame], places: list[int]) -> None:
    """Stop if the arrays and the loop differ in anything."""
    by_scenario = dict(list(found.groupby("scenario")))
    for place, table in zip(places, anew, strict=True):
        own = by_scenario[place].reset_index(drop=True).astype({"rank": "float64"})
        names = ["region", "assessed", "fulfilled", "rate", "rank"]
        pd.testing.assert_frame_equal(own[names], table[names])


def many(data: ee.Dataset, law: ee.Methodology) -> None:
    """1,000 random scenarios in arrays against the loop; the board is made anew each time, that counts too."""
    scenarios = random_scenarios(law, draws=SCENARIOS, seed=35)
    places = list(range(0, SCENARIOS, SCENARIOS // SAMPLE))
    fast, slow = [], []
    for _ in range(ROUNDS):
        taken, found = timed(lambda: outcomes(Board(data, law), scenarios, by="region"))
        fast.append(taken / SCENARIOS)
        taken, anew = timed(lambda: loop(data, law, scenarios.iloc[places]))
        slow.append(taken / SAMPLE)
        agree(found, anew, places)
    ours, theirs = (1000 * statistics.median(times) for times in (fast, slow))
    print(f"loop over assess, {SAMPLE} of the scenarios   {theirs:8.2f} ms a scenario")
    print(
        f"outcomes, {SCENARIOS:,} scenarios, all ranks     {ours:8.2f} ms a scenario, {theirs / ours:.0f} x faster"
    )


def one(data: ee.Dataset, law: ee.Methodology) -> None:
    """One threshold moved after the first assessment, every criterion that has one in turn."""
    board = Board(data, law)
    board.assess(law)
    paths = [path for path in law.settings if path.endswith((".at_least", ".multiple"))]
    times, anew = [], []
    for turn in range(ROUNDS):
        for path in paths:
            after = law.replace({path: law.settings[path] * (1.01 + turn / 100)})
            taken, found = timed(lambda law=after: board.assess(law))
            times.append(taken)
        taken, table = timed(lambda law=after: ee.assess(data, law))
        anew.append(taken)
        pd.testing.assert_frame_equal(found, table)
    moved = f"{1000 * statistics.median(times):.1f} ms, at most {1000 * max(times):.1f} ms"
    ratio = statistics.median(anew) / statistics.median(times)
    print(f"assess anew                            {1000 * statistics.median(anew):8.1f} ms")
    print(f"one threshold moved on the board       {moved}, {ratio:.0f} x faster")


def main() -> None:
    data, law = made_up(PROJECTS), ee.Methodology.load("order-35")
    rows = len(ee.assess(data, law))
    print(f"{PROJECTS:,} projects × {len(YEARS)} years, {rows:,} rows judged (synthetic)")
    one(data, law)
    many(data, law)


if __name__ == "__main__":
    main()
