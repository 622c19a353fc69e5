"""Fulfilment before and after: two years, or two scenarios."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from effeval.charts.given import TALLIES, check, made_by
from effeval.charts.style import (
    DIM,
    FEW,
    INK,
    LIGHT,
    SIDES,
    TOP,
    clean,
    counts,
    fulfilment_title,
    level_labels,
    nothing,
    rate_axis,
    side_key,
    title,
)
from effeval.errors import ParameterError
from effeval.labels import percent, phrase


def plot_dumbbell(
    before: pd.DataFrame,
    after: pd.DataFrame,
    by: str,
    *,
    names: Mapping | None = None,
    lang: str = "ru",
    ax: Axes | None = None,
) -> Axes:
    """Share of criteria fulfilled by group before and after: two marks joined by a line, each with its parts.

    Parameters
    ----------
    before, after : pandas.DataFrame
        From :func:`effeval.fulfilment`, both grouped by ``by``: of two years, or of two scenarios.
    by : str
        Their grouping column.
    names : mapping, optional
        Name of each level, the code itself where there is none; ``"before"`` and ``"after"`` name the two
        tables.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, as high as the groups need, by default.

    Returns
    -------
    matplotlib.axes.Axes
        Groups from top to bottom in the order of ``after``, then those of ``before`` alone; a circle is
        before, a diamond after, light grey where fewer than five were assessed.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    for table in (before, after):
        check(table, [by, *TALLIES[1:]], of=made_by(by), lang=lang, ax=ax, names=names, one=[by])
    texts = [pd.api.types.is_numeric_dtype(table[by]) for table in (before, after)]
    if texts[0] != texts[1]:
        fix = f'read files with dtype={{"{by}": "str"}}, if codes are texts'
        raise ParameterError(
            f"The codes of {by} are numbers in one table and texts in the other.\nTo fix: {fix}"
        )
    pairs = dumbbell_pairs(before, after, by)
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 2.0 + 0.44 * len(pairs)), layout="constrained")
    names = names if names is not None else {}
    called = {side: names.get(side, phrase(f"chart.{side}", lang=lang)) for side in SIDES}
    sides = f"{called['before']}\u00a0→\u00a0{called['after']}"
    title(ax, f"{fulfilment_title(by, lang=lang)}: {sides}", pad=26)
    if pairs.empty:
        return nothing(ax, lang)
    for row in pairs.itertuples():
        _draw(ax, row, lang)
    ax.set_yticks(range(len(pairs)), level_labels(pairs[by], by, names=names, lang=lang))
    ax.legend(handles=side_key(called), ncols=2, **TOP)
    few = pairs["few_before"].any() or pairs["few_after"].any()
    note = f"\n{phrase('chart.grey', lang=lang)}" if few else ""
    ax.set(
        xlim=(-0.24, 1.24), ylim=(len(pairs) - 0.5, -0.5), xlabel=phrase("share_fulfilled", lang=lang) + note
    )
    rate_axis(ax, lang)
    ax.grid(axis="x", color=LIGHT, linewidth=0.6, zorder=0)
    return clean(ax)


def dumbbell_pairs(before: pd.DataFrame, after: pd.DataFrame, by: str) -> pd.DataFrame:
    """What :func:`plot_dumbbell` draws: both tables side by side, groups with something assessed in either.

    Returns
    -------
    pandas.DataFrame
        ``by``, then ``assessed``, ``fulfilled``, ``rate`` and ``few`` (under five assessed, but some), each
        with ``_before`` and ``_after``; counts of a group that one table has not are zero, its rate is empty.

    Examples
    --------
    >>> before = pd.DataFrame(
    ...     {"measure": [1, 2], "assessed": [9, 2], "fulfilled": [3, 1], "rate": [1 / 3, 0.5]})
    >>> after = pd.DataFrame({"measure": [1], "assessed": [9], "fulfilled": [6], "rate": [2 / 3]})
    >>> pairs = dumbbell_pairs(before, after, "measure")
    >>> pairs[["measure", "fulfilled_before", "fulfilled_after", "few_before"]]
       measure  fulfilled_before  fulfilled_after  few_before
    0        1                 3                6       False
    1        2                 1                0        True
    """
    tallies = ["assessed", "fulfilled"]
    sides = [table[[by, *tallies, "rate"]] for table in (after, before)]
    pairs = sides[0].merge(
        sides[1], on=by, how="outer", suffixes=("_after", "_before"), validate="1:1", sort=False
    )
    order = {code: place for place, code in enumerate(pd.concat([after[by], before[by]]).drop_duplicates())}
    pairs = pairs.sort_values(by, key=lambda codes: codes.map(order), ignore_index=True)
    whole = [f"{name}_{side}" for name in tallies for side in SIDES]
    pairs[whole] = pairs[whole].fillna(0).astype("int64")
    pairs = pairs[(pairs["assessed_before"] > 0) | (pairs["assessed_after"] > 0)].reset_index(drop=True)
    few = {f"few_{side}": pairs[f"assessed_{side}"].between(1, FEW - 1) for side in SIDES}
    return pairs.assign(**few)


def _draw(ax: Axes, row, lang: str) -> None:
    """One group: the line, the marks, and the lower value to the left of them, the higher to the right."""
    ends = {side: getattr(row, f"rate_{side}") for side in SIDES}
    known = {side: rate for side, rate in ends.items() if not pd.isna(rate)}
    ax.hlines(row.Index, min(known.values()), max(known.values()), color=DIM, linewidth=2, zorder=1)
    left = min(known, key=known.get) if len(known) == 2 else None
    for side, rate in known.items():
        few, late = getattr(row, f"few_{side}"), side == "after"
        mark, face = SIDES[side]
        look = {"marker": mark, "s": 46 if late else 90, "color": LIGHT if few else face}
        ax.scatter(rate, row.Index, edgecolor=INK, zorder=3 if late else 2, **look)
        tallies = counts(getattr(row, f"fulfilled_{side}"), getattr(row, f"assessed_{side}"), lang=lang)
        offset, align = (-9, "right") if side == left else (9, "left")
        ax.annotate(
            f"{percent(rate, lang=lang)} ({tallies})",
            (rate, row.Index),
            xytext=(offset, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            fontsize=8.5,
            color=INK,
        )
