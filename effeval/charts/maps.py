"""A map of the regions in an equal-area projection."""

import json
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from effeval.charts.given import TALLIES, check, made_by
from effeval.charts.style import DIM, INK, counts, fill_of, ink_on, rate_key, rate_kinds, title
from effeval.classifiers import names as official
from effeval.classifiers import regions
from effeval.errors import ParameterError
from effeval.labels import percent, phrase
from effeval.packaged import RESOURCES

if TYPE_CHECKING:  # imported where a map is drawn: other charts need not wait for it
    from geopandas import GeoDataFrame, GeoSeries

# Albers' equal-area conic projection with its standard parallels across Kazakhstan; kilometres
EQUAL_AREA = "+proj=aea +lat_1=45 +lat_2=52 +lat_0=48 +lon_0=67 +datum=WGS84 +units=km"
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

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, a code is no region, or there is
        no such language.
    """
    check(table, ["region", *TALLIES], of=made_by("region"), lang=lang, ax=ax, one=["region"])
    odd = [code for code in table["region"].dropna() if code not in set(regions()["region"])]
    if odd:
        fix = 'codes are texts such as "10"; read a file with dtype={"region": "str"}'
        raise ParameterError(f"{odd[0]!r} is no region of KATO.\nTo fix: {fix}")
    areas = map_areas(table, lang=lang)
    if ax is None:
        _, ax = plt.subplots(figsize=(13, 8.2), layout="constrained")
    title(ax, phrase("chart.map", lang=lang))
    shapes, labels = _shapes(), _labels()
    for area in areas.itertuples():
        shape = shapes[[area.region]]
        look = fill_of(area.kind, area.rate) | {"edgecolor": DIM, "linewidth": 0.7}
        _draw(ax, shape, look)
        if area.region in _INSETS:
            _inset(ax, area, shape, look)
        else:
            place, ink = labels[area.region], ink_on(look["facecolor"])
            _label(ax, area.text, (place.x, place.y), ink, va="center", hatched=area.kind == "unjudged")
    ax.legend(
        handles=rate_key(areas["kind"], lang=lang),
        title=phrase("share_fulfilled", lang=lang),
        loc="upper right",
        frameon=False,
        alignment="left",
    )
    ax.set_xlabel(fill(phrase("chart.map.note", lang=lang), width=130), loc="left", fontsize=8, color=DIM)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set(xticks=[], yticks=[], ylabel="")
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


@cache
def _boundaries() -> "GeoDataFrame":
    """The regions by code, with the points where their labels have room, projected."""
    from geopandas import GeoDataFrame, GeoSeries, points_from_xy

    text = (RESOURCES / "regions.geojson").read_text(encoding="utf-8")
    found = GeoDataFrame.from_features(json.loads(text), crs="EPSG:4326").set_index("region")
    longitude, latitude = zip(*found["label"], strict=True)
    labels = GeoSeries(points_from_xy(longitude, latitude), index=found.index, crs=found.crs)
    return found.assign(label=labels.to_crs(EQUAL_AREA)).to_crs(EQUAL_AREA)


def _shapes() -> "GeoSeries":
    return _boundaries().geometry


def _labels() -> "GeoSeries":
    return _boundaries()["label"]


def _draw(ax: Axes, shape: "GeoSeries", look: dict) -> None:
    """One region. (``GeoSeries.plot`` would redraw the whole of pyplot's current figure each time.)"""
    for polygon in shape.explode(ignore_index=True):
        rings = [Path(ring.coords, closed=True) for ring in (polygon.exterior, *polygon.interiors)]
        ax.add_patch(PathPatch(Path.make_compound_path(*rings), **look))


def _inset(ax: Axes, area, shape: "GeoSeries", look: dict) -> None:
    """A city enlarged to a common width, with its label below."""
    (x, y), (left, bottom, right, top) = _INSETS[area.region], shape.total_bounds
    larger = _INSET_KM / (max(right - left, top - bottom) / 2)
    middle = (left + right) / 2, (bottom + top) / 2
    moved = shape.scale(larger, larger, origin=middle).translate(x - middle[0], y - middle[1])
    _draw(ax, moved, look)
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
