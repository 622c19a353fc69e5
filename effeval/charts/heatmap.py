"""Fulfilment by two groupings at once."""

import re
from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from effeval.charts.given import TALLIES, check, made_by
from effeval.charts.style import (
    counts,
    fill_of,
    ink_on,
    level_labels,
    nothing,
    rate_key,
    rate_kinds,
    title,
)
from effeval.labels import heading, phrase


def plot_heatmap(
    table: pd.DataFrame,
    *,
    rows: str = "region",
    columns: str = "measure",
    names: Mapping[str, Mapping] | None = None,
    lang: str = "ru",
    ax: Axes | None = None,
) -> Axes:
    """Fulfilment by two groupings: a cell for each pair with "12/19", coloured by the rate.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``rows`` and ``columns``.
    rows, columns : str
        Its two grouping columns.
    names : mapping of str to mapping, optional
        For each of the two, the name of each level; the code itself where there is none.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, as large as the groups need, by default.

    Returns
    -------
    matplotlib.axes.Axes
        Levels with something due. White with the counts under five assessed, grey and hatched where something
        was due and nothing could be judged, empty where nothing was due.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    pair = [rows, columns]
    check(table, [*pair, *TALLIES], of=made_by(*pair), lang=lang, ax=ax, names=names, one=pair)
    names = names if names is not None else {}
    cells = heatmap_cells(table, rows=rows, columns=columns, names=names, lang=lang)
    across, down = _labels(cells, "x", columns, names, lang), _labels(cells, "y", rows, names, lang)
    if ax is None:
        cell = max(0.58, _inches(list(cells["text"])))
        width = 3.4 + cell * max(len(across), 3) + _inches(down)
        row = max(0.33, 0.17 * max((label.count("\n") + 1 for label in down), default=1))
        height = 1.4 + row * max(len(down), 6) + _inches(across)
        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    title(ax, _title(rows, columns, lang))
    if cells.empty:
        return nothing(ax, lang)
    for cell in cells.itertuples():
        _draw(ax, cell)
    ax.set_xticks(range(len(across)), across)
    ax.set_yticks(range(len(down)), down)
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", rotation=90 if max(map(len, across)) > 3 else 0)
    ax.tick_params(length=0)
    ax.set(xlim=(-0.5, len(across) - 0.5), ylim=(len(down) - 0.5, -0.5))
    ax.set_xlabel(phrase("chart.heatmap.note", lang=lang), loc="left")
    ax.legend(
        handles=rate_key(cells["kind"], lang=lang),
        title=phrase("share_fulfilled", lang=lang),
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
        alignment="left",
    )
    ax.spines[:].set_visible(False)
    return ax


def heatmap_cells(
    table: pd.DataFrame, *, rows: str, columns: str, names: Mapping[str, Mapping], lang: str
) -> pd.DataFrame:
    """What :func:`plot_heatmap` draws: pairs with something due, their places, kinds and texts.

    Returns
    -------
    pandas.DataFrame
        ``rows``, ``columns``, ``x`` and ``y`` (places among the levels that occur, in the order of ``names``,
        the others sorted after them, an empty level last), ``rate``, ``kind`` (unjudged, few or
        rate) and ``text`` (fulfilled/assessed, empty if unjudged).

    Examples
    --------
    >>> table = pd.DataFrame({"region": ["10", "10", "63"], "measure": [1, 2, 2], "due": [9, 0, 2],
    ...                       "assessed": [8, 0, 0], "fulfilled": [6, 0, 0], "rate": [0.75, None, None]})
    >>> cells = heatmap_cells(table, rows="region", columns="measure", names={}, lang="en")
    >>> cells[["x", "y", "kind", "text"]]
       x  y      kind text
    0  0  0      rate  6/8
    1  1  1  unjudged
    """
    cells = table[table["due"] > 0].reset_index(drop=True)
    kinds = rate_kinds(cells)
    texts = [
        "" if kind == "unjudged" else counts(cell.fulfilled, cell.assessed, lang=lang)
        for kind, cell in zip(kinds, cells.itertuples(), strict=True)
    ]
    places = {place: _places(cells[by], names.get(by, {})) for place, by in (("x", columns), ("y", rows))}
    text = pd.Series(texts, dtype="str", index=cells.index)
    return cells[[rows, columns, "rate"]].assign(**places, kind=kinds, text=text)


def _places(codes: pd.Series, named: Mapping) -> pd.Series:
    known = [code for code in named if (codes == code).any()]
    other = sorted(set(codes.dropna()).difference(known), key=_natural)
    place = {code: place for place, code in enumerate([*known, *other])}
    return codes.map(place).fillna(len(place)).astype("int64")


def _natural(code: object) -> list[tuple[int, int | str]]:
    """A key to sort codes by, numbers within them as numbers.

    Examples
    --------
    >>> sorted(["10.1", "2.1", "West", 3], key=_natural)
    ['2.1', 3, '10.1', 'West']
    """
    parts = re.split("([0-9]+)", str(code))
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts if part]


def _labels(cells: pd.DataFrame, place: str, by: str, names: Mapping[str, Mapping], lang: str) -> list[str]:
    codes = cells.drop_duplicates(place).sort_values(place)[by]
    return level_labels(codes, by, names=names.get(by), lang=lang, width=26 if place == "x" else 44)


def _inches(labels: list[str]) -> float:
    """About how long the longest line of the labels is."""
    return 0.085 * max((len(line) for label in labels for line in label.splitlines()), default=0)


def _title(rows: str, columns: str, lang: str) -> str:
    named = {"rows": rows, "columns": columns}
    values = {key: heading("assessed", by, lang=lang).lower() for key, by in named.items()}
    return phrase("chart.heatmap", lang=lang, values=values)


def _draw(ax: Axes, cell) -> None:
    look = fill_of(cell.kind, cell.rate)
    edge = {"edgecolor": "white" if cell.kind == "rate" else "#BFBFBF", "linewidth": 0.8}
    ax.add_patch(Rectangle((cell.x - 0.5, cell.y - 0.5), 1, 1, clip_on=False, **look, **edge))
    ax.text(
        cell.x, cell.y, cell.text, ha="center", va="center", fontsize=8.5, color=ink_on(look["facecolor"])
    )
