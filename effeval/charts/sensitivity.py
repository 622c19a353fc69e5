"""What the rate is sensitive to: one threshold moved step by step, and all factors at once."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from effeval.charts.given import TALLIES, check
from effeval.charts.robustness import labels_of, name_rows, own_axes
from effeval.charts.style import (
    BLUE,
    DIM,
    HATCH,
    INK,
    LIGHT,
    TOP,
    beside,
    clean,
    counts,
    nothing,
    percent_axis,
    title,
)
from effeval.errors import ParameterError
from effeval.labels import number, percent, phrase

_THRESHOLDS = {  # how the values of each kind are written
    "at_least": lambda value, lang: percent(value, lang=lang, digits=2, trim=True),
    "multiple": lambda value, lang: number(value, lang=lang, digits=2),
}


def plot_sweep(
    table: pd.DataFrame, path: str, *, given: float | None = None, names: Mapping[str, str] | None = None, lang: str = "ru",
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Share of criteria fulfilled as a threshold moves, and where it stands now.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.scenarios.sweep`, not grouped.
    path : str
        The threshold, such as 13.1.at_least.
    given : float, optional
        Its value now, to be marked; a rule whose criteria differ has none.
    names : mapping, optional
        Words of the path, such as :func:`factor_names`; the path itself by default.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A line through the values in their order, with the number assessed in the title.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, the path is no threshold, or there
        is no such language.
    """
    needed = ["threshold", *TALLIES[1:]]
    check(table, needed, of="effeval.sweep", lang=lang, ax=ax, names=names, one=["threshold"])
    name = str(path).rpartition(".")[2]
    if name not in _THRESHOLDS:
        fix = "name the path that was swept, such as 13.1.at_least"
        raise ParameterError(f"{path!r} is no threshold.\nTo fix: {fix}")
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
    title(ax, f"{phrase('chart.sweep', lang=lang)}\n{labels_of([path], names)[0]}")
    line = table.dropna(subset="rate").sort_values("threshold", kind="stable")
    if line.empty:
        return nothing(ax, lang)
    ax.plot(line["threshold"], line["rate"], color=BLUE, linewidth=2, marker="o", markersize=3)
    if given is not None:
        _mark(ax, given, name, lang)
    for place, row in {"left": line.iloc[0], "right": line.iloc[-1]}.items():
        told = f"{percent(row['rate'], lang=lang)} ({counts(row['fulfilled'], row['assessed'], lang=lang)})"
        # the line falls from left to right: its start is free above, its end below, unless the axis is there
        below = place == "right" and row["rate"] > 0.15
        ax.annotate(
            told, (row["threshold"], row["rate"]), xytext=(4 if place == "left" else 0, -9 if below else 8),
            textcoords="offset points", ha=place, va="top" if below else "bottom", color=INK, fontsize=9,
        )  # fmt: skip
    percent_axis(ax.yaxis, lang)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _THRESHOLDS[name](value, lang)))
    words = phrase("share_fulfilled", lang=lang)
    ax.set(ylim=(-0.03, 1.2), xlabel=phrase(f"chart.sweep.{name}", lang=lang), ylabel=words)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.grid(axis="y", color=LIGHT, linewidth=0.6)
    return clean(ax)


def _mark(ax: Axes, given: float, name: str, lang: str) -> None:
    """The threshold as it is now, named above all that the line can reach."""
    ax.axvline(given, color=INK, linestyle="--", linewidth=1.2)
    told = f" {phrase('chart.sweep.given', lang=lang)}: {_THRESHOLDS[name](given, lang)} "
    side = "left" if given < sum(ax.get_xlim()) / 2 else "right"
    ax.text(given, 1.18, told, color=INK, va="top", ha=side, fontsize=9)


def plot_sensitivity(
    table: pd.DataFrame, *, names: Mapping[str, str] | None = None, lang: str = "ru", ax: Axes | None = None
) -> Axes:
    """Own and total share of each factor in the variance of the rate, with 95 % intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.scenarios.sensitivity`, or its first rows.
    names : mapping, optional
        Words of each factor, such as :func:`factor_names`; its path or id by default.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, as high as the factors need, by default.

    Returns
    -------
    matplotlib.axes.Axes
        Two bars a factor in the order of the table, S1 above ST.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    shares = [name + end for name in ("S1", "ST") for end in ("", "_low", "_high")]
    check(table, ["factor", *shares], of="effeval.sensitivity", lang=lang, ax=ax, names=names, one=["factor"])
    labels = labels_of(table["factor"], names)
    ax = own_axes(ax, labels, each=0.36, width=11.5)
    title(ax, phrase("chart.sensitivity", lang=lang), pad=28)
    if not table["ST"].notna().any():
        nothing(ax, lang)
        ax.texts[-1].set_text(phrase("chart.sensitivity.none", lang=lang))
        return ax
    places = np.arange(len(table))
    looks = {"S1": (BLUE, None, -0.18), "ST": (LIGHT, HATCH, 0.18)}
    for name, (colour, hatch, shift) in looks.items():
        ends = [table[name] - table[f"{name}_low"], table[f"{name}_high"] - table[name]]
        ax.barh(
            places + shift, table[name].clip(lower=0), height=0.34, color=colour, hatch=hatch, edgecolor=DIM,
            linewidth=0.6, label=phrase(f"chart.sensitivity.{name}", lang=lang),
        )  # fmt: skip
        ax.errorbar(
            table[name].clip(lower=0),
            places + shift,
            xerr=ends,
            fmt="none",
            ecolor=INK,
            elinewidth=1,
            capsize=2,
        )
        for place, value, high in zip(places + shift, table[name], table[f"{name}_high"], strict=True):
            beside(ax, percent(max(value, 0.0), lang=lang, digits=1), max(value, high, 0.0), place)
    ax.legend(ncols=2, **TOP)
    percent_axis(ax.xaxis, lang)
    right = max(1.0, table[["S1_high", "ST_high"]].max(axis=None))
    ax.set(xlim=(0, 1.1 * right), xlabel=phrase("chart.sensitivity.note", lang=lang))
    return name_rows(ax, labels)
