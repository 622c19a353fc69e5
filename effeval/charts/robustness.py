"""How robust verdicts and rates are: what hangs on each open question, and how far regions may move."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effeval.charts.given import TALLIES, check
from effeval.charts.style import (
    BLUE,
    DIM,
    FEW,
    HATCH,
    INK,
    LIGHT,
    ORANGE,
    TOP,
    beside,
    clean,
    counts,
    level_label,
    level_labels,
    nothing,
    rate_axis,
    title,
)
from effeval.errors import ParameterError, unknown
from effeval.labels import money, number, percent, phrase

_RANGE = ("rate_least", "rate_most", "rate_min", "rate_max", "rank", "rank_best", "rank_worst", *TALLIES[1:])
_WIDTH = 56  # characters of a line of a question
_KINDS = {"decided": (BLUE, None), "judged": (LIGHT, HATCH)}


def plot_stakes(
    table: pd.DataFrame, *, what: str = "verdicts", names: Mapping[str, str] | None = None, lang: str = "ru",
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """What hangs on each open question: verdicts, or the tenge behind them.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.scenarios.stakes`.
    what : str
        verdicts or support_paid.
    names : mapping, optional
        Words of each question, such as :func:`factor_names`; its id by default.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, as high as the questions need, by default.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a question, in the order of the table: first what turns between fulfilled and not, then, hatched,
        what is only judged or not.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    amounts = ["verdicts", "judged", "support_paid", "judged_support_paid"]
    check(table, ["question", *amounts], of="effeval.stakes", lang=lang, ax=ax, names=names, one=["question"])
    bars = stake_bars(table, what=what)
    labels = labels_of(bars["question"], names)
    ax = own_axes(ax, labels, each=0.42, width=11.5)
    title(ax, f"{phrase('chart.stakes', lang=lang)}\n{phrase(f'chart.stakes.{what}', lang=lang)}", pad=28)
    if bars.empty:
        return nothing(ax, lang)
    places = np.arange(len(bars))
    for kind, (colour, hatch) in _KINDS.items():
        left = 0 if kind == "decided" else bars["decided"]
        ax.barh(
            places,
            bars[kind],
            left=left,
            height=0.62,
            color=colour,
            hatch=hatch,
            edgecolor=DIM,
            linewidth=0.6,
        )
    for place, row in zip(places, bars.itertuples(), strict=True):
        told = [_amount(value, what, lang) for value in (row.decided, row.judged)]
        text = " + ".join(told) if row.decided + row.judged else "0"
        beside(ax, text, row.decided + row.judged, place)
    ax.legend(
        handles=[
            Patch(facecolor=colour, hatch=hatch, edgecolor=DIM, label=phrase(f"chart.stakes.{kind}", lang=lang))
            for kind, (colour, hatch) in _KINDS.items()
        ],
        ncols=2, **TOP,
    )  # fmt: skip
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _amount(value, what, lang) if value else "0"))
    ax.xaxis.set_major_locator(MaxNLocator(4) if what == "support_paid" else MaxNLocator(6, integer=True))
    note = "chart.stakes.note" if what == "verdicts" else "chart.stakes.note.support_paid"
    total = (bars["decided"] + bars["judged"]).max()
    ax.set(xlim=(0, 1.45 * total if total > 0 else 1), xlabel=phrase(note, lang=lang))
    return name_rows(ax, labels)


def stake_bars(table: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """What :func:`plot_stakes` draws: ``question``, ``decided`` and ``judged``, in verdicts or thousand tenge.

    Examples
    --------
    >>> table = pd.DataFrame({"question": ["a"], "verdicts": [3], "judged": [2], "support_paid": [5.0],
    ...                       "judged_support_paid": [1.0]})
    >>> stake_bars(table, what="support_paid")
      question  decided  judged
    0        a      5.0     1.0
    """
    amounts = {
        "verdicts": ("verdicts", "judged"),
        "support_paid": ("support_paid", "judged_support_paid"),
    }
    if what not in amounts:
        raise ParameterError(f"{unknown('stake', what, amounts)}\nTo fix: what is verdicts or support_paid")
    decided, judged = amounts[what]
    return table[["question"]].assign(decided=table[decided], judged=table[judged]).reset_index(drop=True)


def plot_ranges(
    table: pd.DataFrame,
    by: str = "region",
    *,
    names: Mapping | None = None,
    lang: str = "ru",
    ax: Axes | None = None,
) -> Axes:
    """How far the rate of each group depends on the reading of the law and on missing figures.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.scenarios.ranges`.
    by : str
        Its grouping column.
    names : mapping, optional
        Name of each level; the code itself where there is none.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, as high as the groups need, by default.

    Returns
    -------
    matplotlib.axes.Axes
        A thick bar from the least to the most over all readings, a dot for the reading taken (hollow where fewer
        than five were assessed), a thin line for what missing figures could make of it, and the rank.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    made = f'effeval.ranges(…, by="{by}")'
    check(table, [by, *_RANGE], of=made, lang=lang, ax=ax, names=names, one=[by])
    rows = table[table["rate_most"].notna()].reset_index(drop=True)
    labels = level_labels(rows[by], by, names=names, lang=lang)
    ax = own_axes(ax, labels, each=0.2, width=11)
    title(ax, phrase("chart.ranges", lang=lang), pad=28)
    if rows.empty:
        return nothing(ax, lang)
    for place, row in enumerate(rows.itertuples()):
        ax.hlines(place, row.rate_least, row.rate_most, color=LIGHT, linewidth=9, zorder=1)
        ax.vlines(
            [row.rate_least, row.rate_most], place - 0.27, place + 0.27, color=DIM, linewidth=1, zorder=2
        )
        ax.hlines(place, row.rate_min, row.rate_max, color=ORANGE, linewidth=2, zorder=2)
        face = "white" if row.assessed < FEW else BLUE
        ax.scatter(row.rate, place, s=46, color=face, edgecolor=BLUE, zorder=3)
        tally = f"{percent(row.rate, lang=lang)} ({counts(row.fulfilled, row.assessed, lang=lang)})"
        ax.text(1.02, place, f"{tally}, {_rank(row, lang)}", va="center", color=INK, fontsize=8.5)
    look = {"marker": "o", "linestyle": "", "color": BLUE}
    handles = [Line2D([], [], label=phrase("chart.ranges.given", lang=lang), **look)]
    for key, colour, width in (("readings", LIGHT, 9), ("missing", ORANGE, 2)):
        handles.append(
            Line2D([], [], color=colour, linewidth=width, label=phrase(f"chart.ranges.{key}", lang=lang))
        )
    ax.legend(handles=handles, ncols=3, **TOP)
    rate_axis(ax, lang)
    shown = f"{phrase('share_fulfilled', lang=lang)}\n{phrase('chart.ranges.note', lang=lang)}"
    ax.set(xlim=(0, 1.62), xlabel=shown)
    ax.vlines([0.25, 0.5, 0.75, 1.0], -0.5, len(rows) - 0.5, color=LIGHT, linewidth=0.6, zorder=0)
    return name_rows(ax, labels)


def _amount(value: float, what: str, lang: str) -> str:
    return number(value, lang=lang) if what == "verdicts" or not value else money(value, lang=lang)


def _rank(row, lang: str) -> str:
    if pd.isna(row.rank):
        return phrase("chart.ranges.no_rank", lang=lang)
    values = {"rank": row.rank, "best": row.rank_best, "worst": row.rank_worst}
    return phrase("chart.ranges.rank", lang=lang, values=values)


def labels_of(ids, names: Mapping[str, str] | None) -> list[str]:
    """Words of questions and paths, wrapped; the id itself where there are none."""
    names = names if names is not None else {}
    return [level_label(id, names.get(id), coded=False, lang="en", width=_WIDTH) for id in ids]


def own_axes(ax: Axes | None, labels: list[str], *, each: float, width: float) -> Axes:
    """The axes given, or those of a new figure, as high as its rows need."""
    if ax is not None:
        return ax
    lines = sum(1 + label.count("\n") for label in labels)
    _, ax = plt.subplots(figsize=(width, 2.0 + 0.2 * lines + each * len(labels)), layout="constrained")
    return ax


def name_rows(ax: Axes, labels: list[str]) -> Axes:
    """Names of the rows, the first at the top."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.45, -0.55)
    return clean(ax)
