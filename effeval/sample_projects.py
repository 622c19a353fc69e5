"""The table ``projects`` of the synthetic sample: who got which measure, where and when.

All shares are invented; they stand here as named constants.
"""

import json

import numpy as np
import pandas as pd

from effeval.columns import SYNTHETIC_PREFIX, columns
from effeval.packaged import RESOURCES
from effeval.sample_draws import Draws

FIRST_YEAR, LAST_YEAR = 2018, 2025
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)

MEASURE_SHARES = {1: 10, 2: 11, 3: 9, 4: 11, 5: 6, 6: 8, 7: 9, 8: 5, 9: 6, 10: 7, 11: 7, 12: 6, 13: 11}
REGION_SHARES = {
    "10": 3,
    "11": 4,
    "15": 6,
    "19": 6,
    "23": 4,
    "27": 3,
    "31": 4,
    "33": 2,
    "35": 13,
    "39": 6,
    "43": 2,
    "47": 4,
    "55": 9,
    "59": 3,
    "61": 4,
    "62": 2,
    "63": 8,
    "71": 6,
    "75": 11,
    "79": 7,
}
CLUSTER_REGIONS = ("15", "19", "35", "39", "55", "61", "63", "75", "79")  # measure 11 stays empty elsewhere
DISTRICTS = ("00", "12", "16", "20", "30")  # 00 is the region as a whole; the others need not exist
YEAR_SHARES = {2018: 13, 2019: 14, 2020: 12, 2021: 13, 2022: 14, 2023: 13, 2024: 12, 2025: 9}

CATEGORY_SHARES = {"small": 45, "medium": 33, "large": 22}
LARGE_MEASURES, LARGE_SHARES = (1, 2, 5), {"small": 22, "medium": 38, "large": 40}
EXPORTING_MEASURES = (7, 8, 9, 11, 13)  # these have a commodity code, and so has a part of the others
OTHERS_WITH_TNVED = 0.4
EMPTY_BIN = 0.05

COMMISSIONED_MEASURES = (1, 2, 3, 4, 5, 10, 13)
COMMISSIONING_DELAYS = {0: 25, 1: 40, 2: 25, 3: 10}  # years after support
NO_COMMISSIONING_YEAR = 0.08
TERMS = {2: (3, 7), 4: (3, 7), 11: (2, 4)}  # years of the lease, the loan, the joint projects
NO_TERM_END_YEAR = 0.10

TERMINATED, SUSPENDED = 0.09, 0.08
COMPLETED_BY_AGE = (0.0, 0.0, 0.25, 0.45, 0.6, 0.7, 0.75, 0.8)  # without a term, by years after support
COMPLETED_AFTER_TERM = 0.95


def products() -> pd.DataFrame:
    """What the made-up enterprises produce, by ``oked``; the codes follow NACE classes and HS headings.

    ``tnved`` and ``unit`` as text; ``price`` in thousand tenge a unit, ``share`` of enterprises, ``wage`` as
    a multiple of the national average and ``effect`` on growth are invented.
    """
    codes = {"oked": "str", "tnved": "str", "unit": "str"}
    with (RESOURCES / "sample_products.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype=codes).set_index("oked")


def texts() -> dict:
    """Wording of the sample: the name of an applicant and the descriptions of the data package."""
    return json.loads((RESOURCES / "sample.json").read_text(encoding="utf-8"))


def average_wages() -> pd.DataFrame:
    """Average monthly nominal wage of one employee: ``average_wage`` (tenge) and ``source`` by ``year``."""
    with (RESOURCES / "average_wage.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines).set_index("year")


def wage_growth() -> np.ndarray:
    """Growth of the average wage over the year before, to four digits, for each year of the sample."""
    wages = average_wages()["average_wage"]
    return np.array([round(float(wages[year] / wages[year - 1]) - 1.0, 4) for year in YEARS])


def make_projects(*, projects: int, seed: int) -> pd.DataFrame:
    """The table ``projects`` of the sample; every row is synthetic.

    Parameters
    ----------
    projects : int
        How many rows.
    seed : int
        0 … 2³² − 1.

    Returns
    -------
    pandas.DataFrame
        The contract's columns in the contract's order: codes and names as text, years as whole numbers,
        empty where not known.

    Examples
    --------
    >>> made = make_projects(projects=600, seed=35)
    >>> made["project_id"].iloc[0], made["support_year"].between(2018, 2025).all().item()
    ('SYN-0001', True)
    """
    draws = Draws(seed, 0)
    measure = draws.pick(MEASURE_SHARES, projects)
    support = draws.pick(YEAR_SHARES, projects)
    usual, large = draws.pick(CATEGORY_SHARES, projects), draws.pick(LARGE_SHARES, projects)
    oked = draws.pick(products()["share"].to_dict(), projects)
    product = products().loc[oked].reset_index()
    exports = np.isin(measure, EXPORTING_MEASURES) | draws.chance(OTHERS_WITH_TNVED, projects)
    term_end = _term_end(measure, support, draws)
    number = pd.Series(np.arange(1, projects + 1)).astype("str").str.zfill(max(4, len(str(projects))))
    before, after = texts()["applicant"].split("{number}")
    made = {
        "project_id": SYNTHETIC_PREFIX + number,
        "applicant": before + number + after,
        "bin": _bins(support, draws),
        "measure": measure,
        "kato": _places(measure, draws),
        "oked": product["oked"],
        "tnved": product["tnved"].where(exports),
        "category": np.where(np.isin(measure, LARGE_MEASURES), large, usual),
        "unit": product["unit"],
        "support_year": support,
        "commissioning_year": _years(_commissioning(measure, support, draws)),
        "term_end_year": _years(term_end),
        "status": _statuses(support, term_end, draws),
    }
    return pd.DataFrame(made)[list(columns("projects"))]


def _years(values: np.ndarray) -> pd.Series:
    return pd.Series(values).astype("Int64")


def _bins(support: np.ndarray, draws: Draws) -> pd.Series:
    """Twelve digits with a right check digit and month 13 to 99, which no registered entity can have."""
    count = len(support)
    year, month = draws.whole(0, 25, count), draws.whole(13, 99, count)
    year = np.minimum(year, support - 2000)
    kind, serial = draws.whole(40, 43, count), draws.whole(0, 99_999, count)
    head = (year * 100 + month) * 100 + kind
    check = _check_digit(head * 100_000 + serial)
    while (check == 10).any():  # no check digit exists: the next serial number
        serial = np.where(check == 10, (serial + 1) % 100_000, serial)
        check = _check_digit(head * 100_000 + serial)
    number = (head * 100_000 + serial) * 10 + check
    return pd.Series(number).astype("str").str.zfill(12).mask(draws.chance(EMPTY_BIN, count))


def _check_digit(eleven: np.ndarray) -> np.ndarray:
    """Check digit of a BIN by its first eleven digits; 10 where there is none."""
    digits = [eleven // 10 ** (10 - place) % 10 for place in range(11)]
    first = sum(digit * (place + 1) for place, digit in enumerate(digits)) % 11
    second = sum(digit * ((place + 2) % 11 + 1) for place, digit in enumerate(digits)) % 11
    return np.where(first < 10, first, second)


def _places(measure: np.ndarray, draws: Draws) -> pd.Series:
    """KATO codes: a real region, a district that need not exist."""
    count = len(measure)
    anywhere = draws.pick(REGION_SHARES, count)
    cluster = draws.pick({region: REGION_SHARES[region] for region in CLUSTER_REGIONS}, count)
    district = draws.pick(dict.fromkeys(DISTRICTS, 1), count)
    return pd.Series(np.where(measure == 11, cluster, anywhere)) + district + "00000"


def _commissioning(measure: np.ndarray, support: np.ndarray, draws: Draws) -> np.ndarray:
    """Year of commissioning; empty where nothing is built, where it is to come, and in some by neglect."""
    count = len(measure)
    year = support + draws.pick(COMMISSIONING_DELAYS, count)
    known = np.isin(measure, COMMISSIONED_MEASURES) & (year <= LAST_YEAR)
    return np.where(known & ~draws.chance(NO_COMMISSIONING_YEAR, count), year, np.nan)


def _term_end(measure: np.ndarray, support: np.ndarray, draws: Draws) -> np.ndarray:
    """End of the lease, the loan or the joint projects; empty for other measures, and in some by neglect."""
    count = len(measure)
    end = np.full(count, np.nan)
    for number, (shortest, longest) in TERMS.items():
        end = np.where(measure == number, support + draws.whole(shortest, longest, count), end)
    return np.where(draws.chance(NO_TERM_END_YEAR, count), np.nan, end)


def _statuses(support: np.ndarray, term_end: np.ndarray, draws: Draws) -> np.ndarray:
    count = len(support)
    over = np.where(term_end <= LAST_YEAR, COMPLETED_AFTER_TERM, 0.0)
    chance = np.where(np.isnan(term_end), np.array(COMPLETED_BY_AGE)[LAST_YEAR - support], over)
    status = np.where(draws.chance(SUSPENDED, count), "suspended", "implementing")
    status = np.where(draws.chance(chance, count), "completed", status)
    return np.where(draws.chance(TERMINATED, count), "terminated", status)
