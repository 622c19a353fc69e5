"""Charts of fulfilment, axes-level: each draws one frame on one axes and touches nothing else."""

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from effeval.labels import number, parts, percent, phrase

# Okabe and Ito's palette, told apart by colour-blind readers and, by lightness, in grey print
INK, DIM, BLUE, LIGHT = "#222222", "#595959", "#0072B2", "#D9D9D9"
FEW = 5  # a group of fewer is shown without colour: its rate says little


def plot_fulfilment(
    table: pd.DataFrame, by: str, *, names: Mapping | None = None, lang: str = "ru", ax: Axes | None = None
) -> Axes:
    """Share of criteria fulfilled by group: bars with 95 % intervals and "12 of 19 (63 %)".

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``by``.
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
        Groups from top to bottom in the order of the table; grey where fewer than five were assessed.
    """
    bars = fulfilment_bars(table, by, names=names, lang=lang)
    if ax is None:
        lines = bars["label"].str.count("\n").add(1).sum()
        _, ax = plt.subplots(figsize=(9, 1.5 + 0.21 * lines + 0.16 * len(bars)), layout="constrained")
    ax.set_title(phrase(f"chart.fulfilment.{by}", lang=lang), loc="left", fontweight="bold")
    if bars.empty:
        return _nothing(ax, lang)
    sns.barplot(
        data=bars, x="rate", y="label", hue="few", palette={False: BLUE, True: LIGHT}, orient="h", ax=ax,
        errorbar=None, legend=False, saturation=1.0, width=0.62,
    )  # fmt: skip
    ax.hlines(range(len(bars)), bars["rate_low"], bars["rate_high"], color=INK, linewidth=1.2)
    for position, (text, high) in enumerate(zip(bars["text"], bars["rate_high"].fillna(0), strict=True)):
        ax.annotate(text, (high, position), xytext=(6, 0), textcoords="offset points", va="center", color=INK)
    _percent_axis(ax.xaxis, lang)
    ax.set(xlim=(0, 1.38), ylabel="", xlabel=f"{phrase('share_fulfilled', lang=lang)}\n{_note(bars, lang)}")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    return _clean(ax)


def fulfilment_bars(table: pd.DataFrame, by: str, *, names: Mapping | None, lang: str) -> pd.DataFrame:
    """What :func:`plot_fulfilment` draws: groups with a criterion due, their labels and texts.

    Returns
    -------
    pandas.DataFrame
        ``label`` (code and name), ``rate``, ``rate_low``, ``rate_high``, ``text``, ``few`` (under five assessed).

    Examples
    --------
    >>> table = pd.DataFrame({"category": ["small"], "due": 20, "assessed": 19, "fulfilled": 12, "rate": 12 / 19,
    ...                       "rate_low": 0.41, "rate_high": 0.81})
    >>> fulfilment_bars(table, "category", names={"small": "small firms"}, lang="en")["label"].tolist()
    ['small firms']
    """
    bars = table[table["due"] > 0].reset_index(drop=True)
    names = names if names is not None else {}
    coded = by in ("region", "sector", "measure", "criterion")
    labels = [_label(code, names.get(code), coded, lang) for code in bars[by]]
    counts = zip(bars["fulfilled"], bars["assessed"], strict=True)
    return bars[["rate", "rate_low", "rate_high"]].assign(
        label=pd.Series(labels, dtype="str", index=bars.index),
        text=pd.Series([parts(f, a, lang=lang) for f, a in counts], dtype="str", index=bars.index),
        few=bars["assessed"] < FEW,
    )


def plot_trend(table: pd.DataFrame, *, lang: str = "ru", ax: Axes | None = None) -> Axes:
    """Share of criteria fulfilled by year, with its 95 % interval and the counts under each year.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``year``.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A line broken where nothing was assessed; hollow marks where fewer than five were.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
    ax.set_title(phrase("chart.trend", lang=lang), loc="left", fontweight="bold")
    line = trend_line(table)
    if line.empty:
        return _nothing(ax, lang)
    ax.fill_between(line["year"], line["rate_low"], line["rate_high"], color=BLUE, alpha=0.18, linewidth=0)
    sns.lineplot(data=line, x="year", y="rate", color=BLUE, errorbar=None, ax=ax, linewidth=2)
    few = line["assessed"] < FEW
    for rows, face in ((line[~few], BLUE), (line[few], "white")):
        ax.scatter(rows["year"], rows["rate"], color=face, edgecolor=BLUE, zorder=3, s=42)
    for row in line.dropna(subset="rate").itertuples():
        above = (0, 9) if row.rate < 0.9 else (0, -16)
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.5}
        ax.annotate(
            percent(row.rate, lang=lang), (row.year, row.rate), xytext=above, textcoords="offset points",
            ha="center", bbox=box,
        )  # fmt: skip
    counts = [
        f"{row.year}\n{number(row.fulfilled, lang=lang)}/{number(row.assessed, lang=lang)}"
        for row in line.itertuples()
    ]
    ax.set_xticks(line["year"], counts)
    _percent_axis(ax.yaxis, lang)
    ax.set(
        ylim=(-0.03, 1.04),
        xlabel=phrase("trend.counts", lang=lang),
        ylabel=phrase("share_fulfilled", lang=lang),
    )
    return _clean(ax)


def trend_line(table: pd.DataFrame) -> pd.DataFrame:
    """What :func:`plot_trend` draws: every calendar year from the first due to the last, in order.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2020, 2022], "due": 1, "assessed": 1, "fulfilled": [1, 0], "rate": [1.0, 0.0],
    ...                       "rate_low": 0.0, "rate_high": 1.0})
    >>> trend_line(table)["assessed"].tolist()
    [1, 0, 1]
    """
    line = table[table["due"] > 0].set_index("year").sort_index()
    if not line.empty:
        line = line.reindex(range(line.index.min(), line.index.max() + 1))
    counts = ["due", "assessed", "fulfilled"]
    line[counts] = line[counts].fillna(0).astype("int64")
    return line.rename_axis("year").reset_index()[["year", *counts, "rate", "rate_low", "rate_high"]]


def add_footer(ax: Axes, text: str) -> Axes:
    """Write where the numbers come from under the figure of an axes, and return the axes."""
    ax.figure.supxlabel(fill(text, width=120), x=0.01, ha="left", fontsize=8, color=DIM)
    return ax


def _nothing(ax: Axes, lang: str) -> Axes:
    """Axes that say that there is nothing to draw."""
    ax.text(0.5, 0.5, phrase("nothing_assessed", lang=lang), ha="center", va="center", transform=ax.transAxes)
    ax.set(xticks=[], yticks=[])
    return ax


def _label(code, name: str | None, coded: bool, lang: str) -> str:
    if pd.isna(code):
        return phrase("unknown", lang=lang)
    if name is None:
        return str(code)
    return fill(f"{code} {name}" if coded else name, width=34)


def _note(bars: pd.DataFrame, lang: str) -> str:
    note = phrase("interval_95", lang=lang)
    return f"{note}; {phrase('chart.grey', lang=lang)}" if bars["few"].any() else note


def _percent_axis(axis, lang: str) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, lang=lang)))


def _clean(ax: Axes) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(length=0)
    return ax
