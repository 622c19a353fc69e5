"""Fulfilment by year, with the years from which numbers compare no longer."""

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from effeval.charts.given import INTERVAL, TALLIES, check, made_by
from effeval.charts.style import BLUE, DIM, FEW, clean, counts, nothing, percent_axis, title
from effeval.classifiers import regions
from effeval.errors import ParameterError, expect
from effeval.labels import percent, phrase
from effeval.methodology import Methodology


def plot_trend(
    table: pd.DataFrame, *, breaks: Mapping[int, str] | None = None, lang: str = "ru", ax: Axes | None = None
) -> Axes:
    """Share of criteria fulfilled by year, with its 95 % interval and the counts under each year.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``year``.
    breaks : mapping of int to str, optional
        First years of something new and what it is, such as :func:`known_breaks`; none by default.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A line broken where nothing was assessed; hollow marks where fewer than five were. A dotted line
        before the first year of each break that has a year on both sides.

    Raises
    ------
    ParameterError
        The table lacks a column that is drawn or has several rows of a group, or there is no such language.
    """
    check(table, ["year", *TALLIES, *INTERVAL], of=made_by("year"), lang=lang, ax=ax, one=["year"])
    if breaks is not None:
        expect(breaks, Mapping, fix="breaks are a mapping of years to words, such as known_breaks() gives")
    years = table["year"]
    if not pd.api.types.is_numeric_dtype(years) or years.isna().any() or (years % 1 != 0).any():
        fix = 'such as table.astype({"year": "int64"})'
        raise ParameterError(f"The years are not whole numbers.\nTo fix: {fix}")
    import seaborn as sns  # takes longer than all the rest; other charts need not wait for it

    if ax is None:
        _, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
    title(ax, phrase("chart.trend", lang=lang))
    line = trend_line(table)
    if line.empty:
        return nothing(ax, lang)
    ax.fill_between(line["year"], line["rate_low"], line["rate_high"], color=BLUE, alpha=0.18, linewidth=0)
    sns.lineplot(data=line, x="year", y="rate", color=BLUE, errorbar=None, ax=ax, linewidth=2)
    few = line["assessed"].between(1, FEW - 1)
    for rows, face in ((line[~few], BLUE), (line[few], "white")):
        ax.scatter(rows["year"], rows["rate"], color=face, edgecolor=BLUE, zorder=3, s=42)
    for row in line.dropna(subset="rate").itertuples():
        above = (0, 9) if row.rate < 0.9 else (0, -16)
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.5}
        ax.annotate(
            percent(row.rate, lang=lang), (row.year, row.rate), xytext=above, textcoords="offset points",
            ha="center", bbox=box,
        )  # fmt: skip
    ticks = [f"{row.year}\n{counts(row.fulfilled, row.assessed, lang=lang)}" for row in line.itertuples()]
    ax.set_xticks(line["year"], ticks)
    percent_axis(ax.yaxis, lang)
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    ax.set(
        ylim=(-0.03, 1.04),
        xlabel=f"{phrase('trend.counts', lang=lang)}\n{_note(few.any(), lang)}",
        ylabel=phrase("share_fulfilled", lang=lang),
    )
    _mark(ax, _inside(breaks, line["year"]))
    return clean(ax)


def trend_line(table: pd.DataFrame) -> pd.DataFrame:
    """What :func:`plot_trend` draws: every calendar year from the first due to the last, in order.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2020, 2022], "due": 1, "assessed": 1, "fulfilled": [1, 0],
    ...                       "rate": [1.0, 0.0], "rate_low": 0.0, "rate_high": 1.0})
    >>> trend_line(table)["assessed"].tolist()
    [1, 0, 1]
    """
    line = table[table["due"] > 0].astype({"year": "int64"}).set_index("year").sort_index()
    if not line.empty:
        line = line.reindex(range(line.index.min(), line.index.max() + 1))
    tallies = ["due", "assessed", "fulfilled"]
    line[tallies] = line[tallies].fillna(0).astype("int64")
    return line.rename_axis("year").reset_index()[["year", *tallies, "rate", "rate_low", "rate_high"]]


def known_breaks(lang: str = "ru", *, methodology: Methodology | None = None) -> dict[int, str]:
    """Years from which numbers compare no longer with those before: new regions, the edition of the law.

    Parameters
    ----------
    lang : str
        kk, ru or en.
    methodology : Methodology, optional
        Whose edition is marked; order-35 by default.

    Examples
    --------
    >>> known_breaks("en")
    {2018: 'new regions', 2022: 'new regions', 2024: 'edition of 2024'}
    """
    law = methodology if methodology is not None else Methodology.load("order-35")
    edition = int(law.edition[:4])
    found = {int(day[:4]): [phrase("chart.break.regions", lang=lang)] for day in regions()["since"].dropna()}
    words = phrase("chart.break.edition", lang=lang, values={"year": edition})
    found.setdefault(edition, []).append(words)
    return {year: "; ".join(found[year]) for year in sorted(found)}


def _note(few: bool, lang: str) -> str:
    keys = ["chart.trend.band"] + (["chart.trend.hollow"] if few else [])
    return "; ".join(phrase(key, lang=lang) for key in keys)


def _inside(breaks: Mapping[int, str] | None, years: pd.Series) -> dict[int, str]:
    """Breaks with a year on both sides: elsewhere there is nothing to compare."""
    first, last = years.iloc[0], years.iloc[-1]
    return {} if breaks is None else {year: text for year, text in breaks.items() if first < year <= last}


def _mark(ax: Axes, breaks: Mapping[int, str]) -> None:
    if not breaks:
        return
    ax.set_ylim(-0.03, 1.18)
    for year, text in breaks.items():
        ax.vlines(year - 0.5, -0.03, 1.05, color=DIM, linestyle=":", linewidth=1)
        ax.text(year - 0.5, 1.07, fill(text, width=16), ha="center", va="bottom", fontsize=8, color=DIM)
