"""A map of the regions, without a library for maps.

The boundaries are a small file of polygons and the projection takes ten lines, so geopandas and what comes
with it (GDAL, GEOS, PROJ) need not be installed for one picture.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

from effeval.charts.style import DIM, INK, counts, fill_of, ink_on, rate_key, rate_kinds, title
from effeval.classifiers import names as official
from effeval.classifiers import regions
from effeval.labels import percent, phrase

EARTH = 6371.0  # mean radius, km
# Where the cities stand enlarged, below the country's south-west; by code, kilometres from the origin
_INSETS = {"71": (-800.0, -640.0), "75": (-510.0, -640.0), "79": (-220.0, -640.0)}
_INSET_KM = 90.0  # half the width of an enlarged city


def plot_map(table: pd.DataFrame, *, lang: str = "ru", ax: Axes | None = None) -> Axes:
    """Fulfilment by region on a map in an equal-area projection, the three cities enlarged beside it.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``region``.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, 13 inches wide, by default: the labels need about that much.

    Returns
    -------
    matplotlib.axes.Axes
        All regions, each with its name, rate and counts. White with the counts under five assessed, grey and
        hatched where something was due and nothing could be judged, white and a dash where nothing was due.
        Distances along the axes are kilometres.
    """
    areas = map_areas(table, lang=lang)
    if ax is None:
        _, ax = plt.subplots(figsize=(13, 8.2), layout="constrained")
    title(ax, phrase("chart.map", lang=lang))
    shapes = _shapes()
    for area in areas.itertuples():
        shape = shapes[area.region]
        look = fill_of(area.kind, area.rate) | {"edgecolor": DIM, "linewidth": 0.7}
        ax.add_patch(PathPatch(shape.path, **look))
        ink = ink_on(look["facecolor"])
        if area.region in _INSETS:
            _inset(ax, area, shape, look)
        else:
            _label(ax, area.text, shape.label, ink, va="center", hatched=area.kind == "unjudged")
    ax.legend(
        handles=rate_key(areas["kind"], lang=lang),
        title=phrase("share_fulfilled", lang=lang),
        loc="upper right",
        frameon=False,
        alignment="left",
    )
    ax.set_xlabel(fill(phrase("chart.map.note", lang=lang), width=130), loc="left", fontsize=8, color=DIM)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set(xticks=[], yticks=[])
    ax.margins(x=0.03, y=0.07)  # room for the legend
    ax.spines[:].set_visible(False)
    return ax


def map_areas(table: pd.DataFrame, *, lang: str) -> pd.DataFrame:
    """What :func:`plot_map` draws: the 20 regions with their kinds and texts.

    Returns
    -------
    pandas.DataFrame
        ``region``, ``rate``, ``kind`` (empty, unjudged, few or rate) and ``text`` (name, rate and counts).
        A region that the table has not got is empty; rows without a region have no place on a map.

    Examples
    --------
    >>> table = pd.DataFrame({"region": ["63", "71"], "due": [9, 2], "assessed": [8, 2], "fulfilled": [6, 1],
    ...                       "rate": [0.75, 0.5]})
    >>> areas = map_areas(table, lang="en").set_index("region")
    >>> areas.loc["71", "text"].split("\\n"), areas["kind"].value_counts().to_dict()
    (['Astana', '1/2'], {'empty': 18, 'rate': 1, 'few': 1})
    """
    tallies = ["due", "assessed", "fulfilled"]
    known = table.dropna(subset="region").set_index("region")[[*tallies, "rate"]]
    areas = known.reindex(pd.Index(regions()["region"], name="region")).reset_index()
    areas[tallies] = areas[tallies].fillna(0).astype("int64")
    areas["kind"] = rate_kinds(areas)
    called = official("region", lang=lang)
    texts = [f"{fill(called[area.region], width=16)}\n{_value(area, lang)}" for area in areas.itertuples()]
    return areas[["region", "rate", "kind"]].assign(text=pd.Series(texts, dtype="str"))


def albers(
    longitude: ArrayLike,
    latitude: ArrayLike,
    *,
    parallels: tuple[float, float] = (45.0, 52.0),
    origin: tuple[float, float] = (67.0, 48.0),
    radius: float = EARTH,
) -> tuple[np.ndarray, np.ndarray]:
    """Albers' equal-area conic projection of the sphere [1]_.

    Parameters
    ----------
    longitude, latitude : array_like
        Degrees.
    parallels : tuple of float
        The two standard parallels, degrees north.
    origin : tuple of float
        Longitude and latitude of the origin, degrees.
    radius : float
        Of the sphere; the results are in its unit.

    Returns
    -------
    tuple of numpy.ndarray
        x to the east and y to the north of the origin.

    References
    ----------
    .. [1] J. P. Snyder, "Map projections: a working manual", U.S. Geological Survey Professional Paper 1395
       (1987), pp. 98-100.

    Examples
    --------
    >>> x, y = albers(67.0, 48.0)
    >>> round(float(x), 6), round(float(y), 6)
    (0.0, 0.0)
    """
    longitude, latitude = np.radians(longitude), np.radians(latitude)
    (first, second), (middle, base) = np.radians(parallels), np.radians(origin)
    n = (np.sin(first) + np.sin(second)) / 2
    c = np.cos(first) ** 2 + 2 * n * np.sin(first)
    rho, rho_base = (radius * np.sqrt(c - 2 * n * np.sin(angle)) / n for angle in (latitude, base))
    theta = n * (longitude - middle)
    return rho * np.sin(theta), rho_base - rho * np.cos(theta)


@dataclass(frozen=True, eq=False)
class _Shape:
    """A region in kilometres: its outline with holes, and the point where its label has room."""

    path: Path
    label: tuple[float, float]


@cache
def _shapes() -> dict[str, _Shape]:
    text = (files("effeval") / "resources" / "regions.geojson").read_text(encoding="utf-8")
    found = {}
    for feature in json.loads(text)["features"]:
        outline = Path.make_compound_path(*(Path(ring, closed=True) for ring in _rings(feature["geometry"])))
        x, y = albers(*feature["properties"]["label"])
        found[feature["properties"]["region"]] = _Shape(outline, (float(x), float(y)))
    return found


def _rings(geometry: dict) -> Iterator[np.ndarray]:
    single = geometry["type"] == "Polygon"
    for polygon in [geometry["coordinates"]] if single else geometry["coordinates"]:
        for ring in polygon:
            yield np.column_stack(albers(*np.array(ring).T))


def _inset(ax: Axes, area, shape: _Shape, look: dict) -> None:
    """A city enlarged to a common width, with its label below."""
    box, (x, y) = shape.path.get_extents(), _INSETS[area.region]
    middle, half = (box.p0 + box.p1) / 2, max(box.width, box.height) / 2
    larger = (shape.path.vertices - middle) * (_INSET_KM / half) + (x, y)
    ax.add_patch(PathPatch(Path(larger, shape.path.codes), **look))
    _label(ax, area.text, (x, y - _INSET_KM - 15), INK, va="top", hatched=False)


def _label(ax: Axes, text: str, place: tuple[float, float], ink: str, *, va: str, hatched: bool) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6} if hatched else None
    ax.text(*place, text, ha="center", va=va, fontsize=7.5, linespacing=1.1, color=ink, bbox=box)


def _value(area, lang: str) -> str:
    if area.kind == "empty":
        return "—"
    if area.kind == "unjudged":
        return phrase("nothing_assessed", lang=lang)
    parts = counts(area.fulfilled, area.assessed, lang=lang)
    return parts if area.kind == "few" else f"{percent(area.rate, lang=lang)} ({parts})"
