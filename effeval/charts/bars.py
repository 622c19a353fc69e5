"""Bars: fulfilment by group, and number beside money."""

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from effeval.charts.given import INTERVAL, TALLIES, check, made_by
from effeval.charts.style import (
    BLUE,
    DIM,
    FEW,
    INK,
    LIGHT,
    ORANGE,
    TOP,
    beside,
    clean,
    fulfilment_title,
    level_labels,
    nothing,
    rate_axis,
    title,
)
from effeval.labels import money, parts, percent, phrase


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

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    check(table, [by, *TALLIES, *INTERVAL], of=made_by(by), lang=lang, ax=ax, names=names, one=[by])
    import seaborn as sns  # takes longer than all the rest; other charts need not wait for it

    bars = fulfilment_bars(table, by, names=names, lang=lang)
    if ax is None:
        lines = bars["label"].str.count("\n").add(1).sum()
        _, ax = plt.subplots(figsize=(9, 1.5 + 0.21 * lines + 0.16 * len(bars)), layout="constrained")
    title(ax, fulfilment_title(by, lang=lang))
    if bars.empty:
        return nothing(ax, lang)
    sns.barplot(
        data=bars.assign(place=range(len(bars))), x="rate", y="place", hue="few", palette={False: BLUE, True: LIGHT}, orient="h", ax=ax,
        errorbar=None, legend=False, saturation=1.0, width=0.62,
    )  # fmt: skip
    ax.set_yticks(range(len(bars)), bars["label"])  # two groups may have one name
    ax.hlines(range(len(bars)), bars["rate_low"], bars["rate_high"], color=INK, linewidth=1.2)
    for position, (text, high) in enumerate(zip(bars["text"], bars["rate_high"].fillna(0), strict=True)):
        ax.annotate(text, (high, position), xytext=(6, 0), textcoords="offset points", va="center", color=INK)
    note = fill(_note(bars, lang), width=66)  # a longer line would be cut at the edge of the figure
    ax.set(
        xlim=(0, 1.38),
        ylim=(len(bars) - 0.5, -0.5),
        ylabel="",
        xlabel=f"{phrase('share_fulfilled', lang=lang)}\n{note}",
    )
    rate_axis(ax, lang)
    return clean(ax)


def fulfilment_bars(table: pd.DataFrame, by: str, *, names: Mapping | None, lang: str) -> pd.DataFrame:
    """What :func:`plot_fulfilment` draws: groups with a criterion due, their labels and texts.

    Returns
    -------
    pandas.DataFrame
        ``label`` (code and name), ``rate``, ``rate_low``, ``rate_high``, ``text``, ``few`` (under five
        assessed).

    Examples
    --------
    >>> table = pd.DataFrame({"category": ["small"], "due": 20, "assessed": 19, "fulfilled": 12,
    ...                       "rate": 12 / 19, "rate_low": 0.41, "rate_high": 0.81})
    >>> fulfilment_bars(table, "category", names={"small": "small firms"}, lang="en")["label"].tolist()
    ['small firms']
    """
    bars = table[table["due"] > 0].reset_index(drop=True)
    labels = level_labels(bars[by], by, names=names, lang=lang)
    counts = zip(bars["fulfilled"], bars["assessed"], strict=True)
    return bars[["rate", "rate_low", "rate_high"]].assign(
        label=pd.Series(labels, dtype="str", index=bars.index),
        text=pd.Series([parts(f, a, lang=lang) for f, a in counts], dtype="str", index=bars.index),
        few=bars["assessed"] < FEW,
    )


def plot_money_and_count(
    verdicts: pd.DataFrame, by: str, *, names: Mapping | None = None, lang: str = "ru", ax: Axes | None = None
) -> Axes:
    """Effective projects by number and by money: the share of projects beside the share of tenge.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        From :func:`effeval.verdicts`, usually of one year: over several, a project counts once a year.
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
        Two bars a group, number above money; light grey where fewer than five projects were judged, no bar
        for money where the judged projects got none in the year.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn, or there is no such language.
    """
    check(verdicts, [by, "verdict", "support_paid"], of="effeval.verdicts", lang=lang, ax=ax, names=names)
    pairs = money_and_count(verdicts, by)
    if ax is None:
        _, ax = plt.subplots(figsize=(11, 2.2 + 0.62 * len(pairs)), layout="constrained")
    title(ax, phrase("chart.money_and_count", lang=lang), pad=26)
    if pairs.empty:
        return nothing(ax, lang)
    places = pd.Series(range(len(pairs)), dtype="float64")
    for shift, share, colour in ((-0.19, "share_projects", BLUE), (0.19, "share_support", ORANGE)):
        colours = [LIGHT if few else colour for few in pairs["few"]]
        ax.barh(
            places + shift, pairs[share].fillna(0), height=0.36, color=colours, edgecolor=DIM, linewidth=0.5
        )
        for row in pairs.itertuples():
            text = _count_text(row, lang) if share == "share_projects" else _money_text(row, lang)
            value = getattr(row, share)
            beside(ax, text, 0 if pd.isna(value) else value, places[row.Index] + shift)
    ax.set_yticks(places, level_labels(pairs[by], by, names=names, lang=lang))
    key = {"chart.money_and_count.projects": BLUE, "chart.money_and_count.support": ORANGE}
    ax.legend(
        handles=[Patch(facecolor=c, edgecolor=DIM, label=phrase(k, lang=lang)) for k, c in key.items()],
        ncols=2, **TOP,
    )  # fmt: skip
    note = phrase("chart.money_and_count.note", lang=lang)
    grey = f"\n{phrase('chart.money_and_count.grey', lang=lang)}" if pairs["few"].any() else ""
    ax.set(xlim=(0, 1.72), ylim=(len(pairs) - 0.45, -0.55), xlabel=note + grey)
    rate_axis(ax, lang)
    return clean(ax)


def money_and_count(verdicts: pd.DataFrame, by: str) -> pd.DataFrame:
    """What :func:`plot_money_and_count` draws: effective projects and their support, and the shares of both.

    Returns
    -------
    pandas.DataFrame
        ``by``, ``projects`` (judged, each year once), ``effective``, ``share_projects``, ``support`` and
        ``support_effective`` (thousand tenge), ``share_support`` (empty where there was no support) and
        ``few``.

    Examples
    --------
    >>> verdicts = pd.DataFrame(
    ...     {"measure": 1, "verdict": ["effective", "partly"], "support_paid": [1.0, 3.0]})
    >>> money_and_count(verdicts, "measure")[["projects", "effective", "share_projects", "share_support"]]
       projects  effective  share_projects  share_support
    0         2          1             0.5           0.25
    """
    effective = verdicts["verdict"] == "effective"
    rows = pd.DataFrame(
        {
            by: verdicts[by],
            "projects": 1,
            "effective": effective.astype("int64"),
            "support": verdicts["support_paid"],
            "support_effective": verdicts["support_paid"].where(effective, 0.0),
        }
    )
    pairs = rows.groupby(by, dropna=False, observed=True, sort=True).sum().reset_index()
    pairs["share_projects"] = pairs["effective"] / pairs["projects"]
    pairs["share_support"] = pairs["support_effective"] / pairs["support"].where(pairs["support"] > 0)
    return pairs.assign(few=pairs["projects"] < FEW)


def _count_text(row, lang: str) -> str:
    return parts(row.effective, row.projects, lang=lang)


def _money_text(row, lang: str) -> str:
    if pd.isna(row.share_support):
        return phrase("chart.money_and_count.none", lang=lang)
    values = {"fulfilled": money(row.support_effective, lang=lang), "assessed": money(row.support, lang=lang)}
    return phrase("of", lang=lang, values=values | {"rate": percent(row.share_support, lang=lang)})


def _note(bars: pd.DataFrame, lang: str) -> str:
    note = phrase("interval_95", lang=lang)
    return f"{note}; {phrase('chart.grey', lang=lang)}" if bars["few"].any() else note
