"""The table ``observations`` of the synthetic sample: how the supported enterprises fared.

One story stands behind all figures of an enterprise: its real activity grows by a trend, by the year (2020
was bad, 2021 recovered), by its region, product, measure, category and status, and by chance. Volumes,
income, exports and jobs follow that activity, wages follow it weakly. All numbers below are invented.
"""

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.law import Measure
from effeval.methodology import Methodology
from effeval.sample_draws import Draws, doublings
from effeval.sample_gaps import with_gaps
from effeval.sample_projects import (
    COMMISSIONING_DELAYS,
    FIRST_YEAR,
    LAST_YEAR,
    YEARS,
    average_wages,
    products,
    wage_growth,
)

# real growth of activity a year, as fractions: the sum of these and of chance
TREND, NOISE, LUCK = 0.055, 0.06, 0.02
YEAR_EFFECTS = {
    2018: -0.02,
    2019: -0.01,
    2020: -0.085,
    2021: 0.03,
    2022: 0.0,
    2023: 0.01,
    2024: 0.02,
    2025: 0.03,
}
MEASURE_EFFECTS = {
    1: 0.005,
    2: 0.02,
    3: -0.015,
    4: 0.01,
    5: -0.02,
    6: -0.005,
    7: 0.012,
    8: 0.0,
    9: 0.015,
    10: 0.008,
    11: -0.01,
    12: -0.02,
    13: 0.02,
}
REGION_EFFECTS = {
    "10": -0.01,
    "11": 0.005,
    "15": 0.012,
    "19": 0.008,
    "23": 0.0,
    "27": -0.008,
    "31": -0.01,
    "33": -0.02,
    "35": 0.014,
    "39": 0.016,
    "43": -0.024,
    "47": -0.012,
    "55": 0.018,
    "59": 0.0,
    "61": -0.018,
    "62": -0.004,
    "63": 0.006,
    "71": 0.004,
    "75": 0.02,
    "79": 0.01,
}
CATEGORY_EFFECTS = {"small": -0.006, "medium": 0.002, "large": 0.008}
STATUS_EFFECTS = {"implementing": 0.0, "completed": 0.012, "suspended": -0.05, "terminated": -0.07}

# support in total: 20 million tenge doubled so many times, at most 50 billion
LEAST_SUPPORT, MOST_SUPPORT, SUPPORT_SPREAD = 20_000, 50_000_000, 1.5  # thousand tenge
SUPPORT_DOUBLINGS = {
    1: 6.6,
    2: 5.9,
    3: 4.7,
    4: 5.3,
    5: 7.0,
    6: 4.0,
    7: 3.1,
    8: 5.0,
    9: 5.2,
    10: 3.8,
    11: 4.3,
    12: 5.4,
    13: 3.3,
}
CATEGORY_DOUBLINGS = {"small": -1.8, "medium": 0.2, "large": 2.2}
TRANCHES = {(1.0, 0.0, 0.0): 55, (0.6, 0.4, 0.0): 27, (0.5, 0.3, 0.2): 18}  # of the total, year by year
ONE_TRANCHE_BELOW = 200_000

# income and what follows from it
INCOME_DOUBLINGS, INCOME_SPREAD = 2.4, 0.9  # income of the support year over the support in total
PRICE_GROWTH = 0.10
EXPORT_DOUBLINGS, EXPORT_SPREAD = -4.2, 0.9  # exports over income
MOST_EXPORTED, EXPORT_NOISE, EXPORT_PRICE_GROWTH = 0.6, 0.15, 0.03
SOLD, SOLD_NOISE = 0.96, 0.015  # of what is produced
LEAST_VOLUME = 400
INCOME_PER_JOB, JOBS_SPREAD = 30_000, 0.6  # thousand tenge a year; doublings
CATEGORY_JOBS = {"small": (8, 95), "medium": (60, 240), "large": (260, 9000)}
PLAN_GROWTH, JOBS_PLAN_GROWTH = 0.06, 0.03  # of the support year, each year
JOBS_FOLLOW, PRODUCTIVITY_FOLLOWS = 0.4, 0.25  # activity
JOBS_AS_PLANNED = 0.2
VALUE_ADDED, PRODUCTIVITY_NOISE = 0.4, 0.02
NEW_EXPORTERS, STILL_NONE = 0.2, 0.4  # of measures 11 and 13; of these

# wages
WAGE_EDGE, WAGE_FOLLOWS, WAGE_NOISE, WAGE_SPREAD = 0.008, 0.45, 0.045, 0.1
LEAST_WAGE = 60_000  # tenge a month
REGION_WAGES = {
    "10": 0.9,
    "11": 0.85,
    "15": 0.95,
    "19": 0.88,
    "23": 1.6,
    "27": 1.0,
    "31": 0.78,
    "33": 0.8,
    "35": 1.05,
    "39": 0.92,
    "43": 0.85,
    "47": 1.35,
    "55": 1.02,
    "59": 0.78,
    "61": 0.75,
    "62": 1.2,
    "63": 1.0,
    "71": 1.25,
    "75": 1.2,
    "79": 0.82,
}
USUALLY_REPORTED, USUAL_REPORTERS = ("jobs", "wage", "revenue"), 0.85


def make_observations(projects: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """The table ``observations`` of the sample; every figure is synthetic.

    Parameters
    ----------
    projects : pandas.DataFrame
        From :func:`make_projects`.
    seed : int
        The same as there.

    Returns
    -------
    pandas.DataFrame
        The contract's columns in the contract's order, whole numbers (``Int64``): thousand tenge, tenge a
        month, physical units, jobs; empty where not reported. Sorted by project and year.

    Examples
    --------
    >>> from effeval.sample_projects import make_projects
    >>> made = make_observations(make_projects(projects=13, seed=35), seed=35)
    >>> made["wage"].dropna().between(50_000, 2_000_000).all().item()
    True
    """
    draws = Draws(seed, 1)
    measures = Methodology.load("order-35").measures
    marks = _marks(projects)
    growth = _growth(projects, draws)
    total, paid = _support(projects, marks, draws)
    figures = _business(total, projects, growth, marks, draws)
    wages = _wages(projects, growth, draws)
    figures = _new_exporters(figures, marks, draws) | {"support_paid": paid, "wage": wages}
    figures = {name: np.rint(values) for name, values in figures.items()}
    figures = _before_commissioning(_needed(figures, marks, measures, draws), marks, measures)
    figures, reported = with_gaps(
        figures, marks=marks, status=projects["status"].to_numpy(), measures=measures, draws=draws
    )
    return _frame(figures, reported, projects)


def _marks(projects: pd.DataFrame) -> dict[str, np.ndarray]:
    """Measure and years of each project, (projects, 1), NaN where empty; ``since`` the support, in years."""
    names = ("measure", "support_year", "commissioning_year", "term_end_year")
    marks = {name: projects[name].to_numpy("float64", na_value=np.nan)[:, None] for name in names}
    return marks | {"since": YEARS - marks["support_year"]}


def _effects(keys: pd.Series, effects: dict) -> np.ndarray:
    return keys.map(effects).to_numpy("float64")


def _growth(projects: pd.DataFrame, draws: Draws) -> np.ndarray:
    """Real growth of activity in each year, a fraction, shape (projects, years)."""
    count = len(projects)
    own = _effects(projects["measure"], MEASURE_EFFECTS) + _effects(projects["kato"].str[:2], REGION_EFFECTS)
    own = own + _effects(projects["category"], CATEGORY_EFFECTS)
    own = own + _effects(projects["status"], STATUS_EFFECTS)
    own = own + products()["effect"].loc[projects["oked"]].to_numpy() + LUCK * draws.bell(count)
    years = np.array([YEAR_EFFECTS[year] for year in YEARS])
    return TREND + own[:, None] + years + NOISE * draws.bell(count, len(YEARS))


def _path(growth: np.ndarray, marks: dict[str, np.ndarray]) -> np.ndarray:
    """Level by year from the growth of each year; 1 in the support year."""
    level = np.cumprod(1.0 + growth, axis=1)
    place = (marks["support_year"] - FIRST_YEAR).astype("int64")
    return level / np.take_along_axis(level, place, axis=1)


def _support(projects: pd.DataFrame, marks: dict, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Support in total, shape (projects, 1), and paid in each year, thousand tenge; empty before it began."""
    count = len(projects)
    size = _effects(projects["measure"], SUPPORT_DOUBLINGS)
    size = size + _effects(projects["category"], CATEGORY_DOUBLINGS)
    size = doublings(np.abs(size + SUPPORT_SPREAD * draws.bell(count)))
    total = np.rint(np.minimum(LEAST_SUPPORT * size, MOST_SUPPORT) / 100)[:, None] * 100
    shares = np.array(list(TRANCHES))[draws.pick(dict(enumerate(TRANCHES.values())), count)]
    shares = np.where(total < ONE_TRANCHE_BELOW, np.array([1.0, 0.0, 0.0]), shares)
    paid = np.where(marks["since"] < 0, np.nan, 0.0)
    for year in range(shares.shape[1]):
        paid = np.where(marks["since"] == year, shares[:, [year]] * total, paid)
    return total, paid


def _business(
    total: np.ndarray, projects: pd.DataFrame, growth: np.ndarray, marks: dict, draws: Draws
) -> dict[str, np.ndarray]:
    """Volumes, their plans, income and exports, each of shape (projects, years)."""
    count, years = growth.shape
    price = products()["price"].loc[projects["oked"]].to_numpy("float64")[:, None]
    activity = _path(growth, marks)
    income = total * doublings(INCOME_DOUBLINGS + INCOME_SPREAD * draws.bell(count, 1))
    volume = np.maximum(income / price, LEAST_VOLUME)
    exported = np.minimum(doublings(EXPORT_DOUBLINGS + EXPORT_SPREAD * draws.bell(count, 1)), MOST_EXPORTED)
    exported = exported * (1.0 + EXPORT_NOISE * draws.bell(count, years))
    prices = _path(np.full((count, years), PRICE_GROWTH), marks)
    export_prices = _path(np.full((count, years), EXPORT_PRICE_GROWTH), marks)
    sold = SOLD * (1.0 + SOLD_NOISE * draws.bell(count, years))
    plan = np.where(marks["since"] < 0, np.nan, volume * (1.0 + PLAN_GROWTH * marks["since"]))
    return {
        "output_volume": volume * activity,
        "output_volume_plan": plan,
        "sales_volume": volume * activity * sold,
        "sales_volume_plan": plan * SOLD,
        "revenue": income * activity * prices,
        "export_value": income * activity * export_prices * exported,
        "export_volume": volume * activity * exported,
        **_work(income, projects["category"], growth, marks, draws),
    }


def _work(income: np.ndarray, category: pd.Series, growth: np.ndarray, marks: dict, draws: Draws) -> dict:
    """Jobs, by income within what the category of the entity allows, their plan, and productivity."""
    count, years = growth.shape
    low = _effects(category, {key: bounds[0] for key, bounds in CATEGORY_JOBS.items()})
    high = _effects(category, {key: bounds[1] for key, bounds in CATEGORY_JOBS.items()})
    first = income / INCOME_PER_JOB * doublings(JOBS_SPREAD * draws.bell(count, 1))
    first = np.maximum(first, (low * (1.0 + 0.6 * draws.uniform(count)))[:, None])
    first = np.minimum(first, (high * (0.6 + 0.3 * draws.uniform(count)))[:, None])
    plan = np.rint(first * (1.0 + JOBS_PLAN_GROWTH * marks["since"]))
    jobs = first * (1.0 + JOBS_FOLLOW * (_path(growth, marks) - 1.0))
    efficiency = PRODUCTIVITY_FOLLOWS * growth + PRODUCTIVITY_NOISE * draws.bell(count, years)
    return {
        "jobs": np.where(draws.chance(JOBS_AS_PLANNED, count, years), plan, jobs),
        "jobs_plan": np.where(marks["since"] < 0, np.nan, plan),
        "labour_productivity": VALUE_ADDED * income / first * _path(efficiency, marks),
    }


def _wages(projects: pd.DataFrame, growth: np.ndarray, draws: Draws) -> np.ndarray:
    """Average monthly wage, tenge: the national average times factors, then growth around that one's."""
    count, years = growth.shape
    factor = _effects(projects["kato"].str[:2], REGION_WAGES)
    factor = factor * products()["wage"].loc[projects["oked"]].to_numpy()
    level = average_wages()["average_wage"][FIRST_YEAR] * factor * (1.0 + WAGE_SPREAD * draws.bell(count))
    edge = WAGE_EDGE + WAGE_FOLLOWS * (growth - TREND) + WAGE_NOISE * draws.bell(count, years)
    rises = 1.0 + wage_growth() + edge
    rises[:, 0] = level
    return np.maximum(np.cumprod(rises, axis=1), LEAST_WAGE)


def _new_exporters(figures: dict, marks: dict, draws: Draws) -> dict:
    """Some of measures 11 and 13 export nothing when the support begins, and some of these never do."""
    count = len(marks["measure"])
    new = np.isin(marks["measure"], (11, 13)) & draws.chance(NEW_EXPORTERS, count, 1)
    none = new & ((marks["since"] <= 0) | draws.chance(STILL_NONE, count, 1))
    return figures | {name: np.where(none, 0.0, figures[name]) for name in ("export_value", "export_volume")}


def _needed(figures: dict, marks: dict, measures: tuple[Measure, ...], draws: Draws) -> dict:
    """Only figures that the measure's criteria are about, and from most the usual ones."""
    usual = draws.chance(USUAL_REPORTERS, len(marks["measure"]), 1)
    kept = {}
    for name in figures:
        needing = [measure.id for measure in measures if any(name in c.figures for c in measure.criteria)]
        asked = np.isin(marks["measure"], needing) | (usual & (name in USUALLY_REPORTED))
        kept[name] = np.where(asked | (name == "support_paid"), figures[name], np.nan)
    return kept


def _before_commissioning(figures: dict, marks: dict, measures: tuple[Measure, ...]) -> dict:
    """Where a criterion counts from the commissioning, nothing is produced or planned before it."""
    starts = {c.measure: c.parameters.get("start") for measure in measures for c in measure.criteria[:1]}
    built = np.isin(marks["measure"], [id for id, start in starts.items() if start == "commissioning_year"])
    # an empty year of an old project was forgotten: its plant is there, and reports
    forgotten = marks["support_year"] + max(COMMISSIONING_DELAYS) <= LAST_YEAR
    unknown = np.where(forgotten, marks["support_year"] + 1, np.inf)
    begin = np.where(np.isnan(marks["commissioning_year"]), unknown, marks["commissioning_year"])
    early = built & (YEARS < begin)
    names = ("output_volume", "output_volume_plan", "jobs_plan")
    return figures | {name: np.where(early, np.nan, figures[name]) for name in names}


def _frame(figures: dict, reported: np.ndarray, projects: pd.DataFrame) -> pd.DataFrame:
    """One row a project and year reported, in the contract's columns."""
    project, year = np.nonzero(reported)
    made = {"project_id": projects["project_id"].take(project).array, "year": YEARS[year]}
    for name, values in figures.items():
        made[name] = pd.array(values[project, year], dtype="Int64")
    return pd.DataFrame(made)[list(columns("observations"))]
