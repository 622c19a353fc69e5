"""From counts that add up to rates: the division that comes last, whatever counted. Arrays only."""

from collections.abc import Mapping

import numpy as np

from effeval.classifiers import region_codes
from effeval.methodology import Methodology

Z_95 = 1.959963984540054
EVERY_LEVEL = ("region", "measure", "criterion")  # grouped by one of these alone, every level has a row


def levels(name: str, methodology: Methodology) -> list[str] | list[int]:
    """Every region, measure or criterion there is, in its order."""
    if name == "region":
        return region_codes()
    return [level.id for level in (methodology.measures if name == "measure" else methodology.criteria)]


def divided(tallies: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rates of counts, NaN where nothing was assessed or due.

    Parameters
    ----------
    tallies : mapping of str to numpy.ndarray
        ``due``, ``assessed``, ``fulfilled``, ``score``.

    Returns
    -------
    dict of str to numpy.ndarray of float64
        ``rate`` with its 95 % Wilson interval ``rate_low`` … ``rate_high``, ``rate_min``, ``rate_max``,
        ``coverage``, ``max_score`` and ``effectiveness``.

    Examples
    --------
    >>> counts = {"due": [4], "assessed": [2], "fulfilled": [1], "score": [1.0]}
    >>> found = divided({name: np.array(count) for name, count in counts.items()})
    >>> {name: found[name].tolist() for name in ("rate", "rate_min", "rate_max")}
    {'rate': [0.5], 'rate_min': [0.25], 'rate_max': [0.75]}
    """
    due, judged = (np.where(tallies[name] > 0, tallies[name], np.nan) for name in ("due", "assessed"))
    fulfilled = tallies["fulfilled"]
    low, high = _wilson(fulfilled / judged, judged)
    return {
        "rate": fulfilled / judged,
        "rate_low": low,
        "rate_high": high,
        "rate_min": fulfilled / due,
        "rate_max": (fulfilled + tallies["due"] - tallies["assessed"]) / due,
        "coverage": tallies["assessed"] / due,
        "max_score": tallies["assessed"].astype("float64"),
        "effectiveness": tallies["score"] / judged,
    }


def _wilson(share: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the 95 % interval, cut to 0…1; empty without trials."""
    spread = Z_95**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * np.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    low = np.where(
        share == 0, 0.0, np.clip(middle - half, 0, 1)
    )  # exact where the formula is, but for rounding
    high = np.where(share == 1, 1.0, np.clip(middle + half, 0, 1))
    return low, high
