"""What the charts share: palette, classes of the rate, labels, notes and axes of percent."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from effeval.labels import heading, number, percent, phrase

# Okabe and Ito's palette, told apart by colour-blind readers and, by lightness, in grey print
INK, DIM, BLUE, ORANGE, LIGHT = "#222222", "#595959", "#0072B2", "#E69F00", "#D9D9D9"
# ColorBrewer's Blues, one class for every fifth of the rate: darker is more, in colour and in grey
RATE_COLOURS = ("#DEEBF7", "#9ECAE1", "#6BAED6", "#2171B5", "#08306B")
HATCH = "////"
_EDGE = {"edgecolor": DIM, "linewidth": 0.6}
FEW = 5  # a group of fewer is shown without colour: its rate says little
CODED = ("region", "sector", "measure", "criterion")
# before and after: the mark of each and its inside
SIDES = {"before": ("o", "white"), "after": ("D", BLUE)}
TOP = {
    "loc": "lower left",
    "bbox_to_anchor": (0, 1),
    "frameon": False,
    "borderaxespad": 0.2,
}  # a legend there


def rate_kinds(table: pd.DataFrame) -> pd.Series:
    """How to show a group: ``empty`` (nothing due), ``unjudged``, ``few`` (under five assessed) or ``rate``.

    Examples
    --------
    >>> rate_kinds(pd.DataFrame({"due": [0, 3, 6, 9], "assessed": [0, 0, 4, 5]})).tolist()
    ['empty', 'unjudged', 'few', 'rate']
    """
    due, assessed = table["due"], table["assessed"]
    kinds = np.select([due == 0, assessed == 0, assessed < FEW], ["empty", "unjudged", "few"], "rate")
    return pd.Series(kinds, index=table.index, dtype="str")


def fill_of(kind: str, rate: float) -> dict[str, str]:
    """Fill of a cell or an area: a colour for a rate, hatched grey where nothing was judged, else white."""
    if kind == "rate":
        return {"facecolor": RATE_COLOURS[min(int(rate * len(RATE_COLOURS)), len(RATE_COLOURS) - 1)]}
    if kind == "unjudged":
        return {"facecolor": LIGHT, "hatch": HATCH, "hatchcolor": "#8C8C8C"}
    return {"facecolor": "white"}


def ink_on(colour: str) -> str:
    """Black or white, whichever is read better on a colour (WCAG 2 contrast).

    Examples
    --------
    >>> ink_on("#2171B5"), ink_on("#DEEBF7")
    ('white', '#222222')
    """

    def luminance(name: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(name)]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    on_white, on_ink = 1.05 / (luminance(colour) + 0.05), (luminance(colour) + 0.05) / (luminance(INK) + 0.05)
    return "white" if on_white > on_ink else INK


def rate_key(kinds: pd.Series, *, lang: str) -> list[Patch]:
    """Entries of a legend: the classes of the rate, then the kinds without a colour that occur."""
    step = 100 // len(RATE_COLOURS)
    patches = [
        Patch(label=f"{low}–{percent((low + step) / 100, lang=lang)}", facecolor=colour, **_EDGE)
        for low, colour in zip(range(0, 100, step), RATE_COLOURS, strict=True)
    ]
    for kind, key in (("few", "chart.key.few"), ("unjudged", "nothing_assessed")):
        if (kinds == kind).any():
            patches.append(Patch(label=phrase(key, lang=lang), **fill_of(kind, 0.0), **_EDGE))
    return patches


def counts(fulfilled: int, assessed: int, *, lang: str) -> str:
    """The parts of a rate, short: "12/19"."""
    return f"{number(fulfilled, lang=lang)}/{number(assessed, lang=lang)}"


def level_label(code, name: str | None, *, coded: bool, lang: str, width: int = 34) -> str:
    """Code and name of a level for an axis, or the code alone, wrapped; "not given" for an empty one."""
    if pd.isna(code):
        return phrase("unknown", lang=lang)
    told = str(code) if name is None else f"{code} {name}" if coded else name
    return fill(told, width=width, break_long_words=False)


def level_labels(codes: Iterable, by: str, *, names: Mapping | None, lang: str, width: int = 34) -> list[str]:
    """Labels of the levels of a grouping column; the code itself where it has no name.

    Examples
    --------
    >>> level_labels(["63", "99"], "region", names={"63": "East"}, lang="en")
    ['63 East', '99']
    """
    names = names if names is not None else {}
    coded = by in CODED
    return [level_label(code, names.get(code), coded=coded, lang=lang, width=width) for code in codes]


def nothing(ax: Axes, lang: str) -> Axes:
    """Axes that say that there is nothing to draw."""
    ax.text(0.5, 0.5, phrase("nothing_assessed", lang=lang), ha="center", va="center", transform=ax.transAxes)
    ax.set(xticks=[], yticks=[])
    return ax


def percent_axis(axis, lang: str) -> None:
    """Ticks of a fraction as percent, none rounded to another."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, lang=lang, digits=2, trim=True)))


def rate_axis(ax: Axes, lang: str) -> None:
    """Ticks of a rate along the bottom: every quarter, as percent."""
    percent_axis(ax.xaxis, lang)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0])


def clean(ax: Axes) -> Axes:
    """Axes without a frame at the top and right and without tick marks."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(which="both", length=0)
    return ax


def beside(ax: Axes, text: str, value: float, place: float) -> None:
    """A text to the right of the end of a bar."""
    ax.annotate(
        text, (value, place), xytext=(5, 0), textcoords="offset points", va="center", color=INK, fontsize=8.5
    )


def side_key(called: Mapping[str, str]) -> list[Line2D]:
    """Entries of a legend: the marks of before and after, as they are called."""
    look = {"color": INK, "linestyle": "", "markersize": 8}
    return [
        Line2D([], [], marker=mark, markerfacecolor=face, label=called[side], **look)
        for side, (mark, face) in SIDES.items()
    ]


_TITLED = ("region", "district", "sector", "measure", "criterion", "category", "status", "year")


def fulfilment_title(by: str, *, lang: str) -> str:
    """Title of a chart of fulfilment by a column; one of the user's own is named as it is.

    Examples
    --------
    >>> fulfilment_title("region", lang="en"), fulfilment_title("holding", lang="en")
    ('Fulfilment of criteria by region', 'Fulfilment: holding')
    """
    if by in _TITLED:
        return phrase(f"chart.fulfilment.{by}", lang=lang)
    return phrase("chart.fulfilment.other", lang=lang, values={"by": heading("fulfilment", by, lang=lang)})


def title(ax: Axes, text: str, *, pad: float = 6.0) -> None:
    """What is shown, at the left over the axes; long ones wrap."""
    lines = [fill(line, width=60) for line in text.splitlines()]
    ax.set_title("\n".join(lines), loc="left", fontweight="bold", pad=pad)


def add_footer(ax: Axes, text: str) -> Axes:
    """Write where the numbers come from under the figure of an axes, and return the axes."""
    width = round(ax.figure.get_figwidth() * 13.3)  # characters of this size
    ax.figure.supxlabel(fill(text, width=width), x=0.01, ha="left", fontsize=8, color=DIM)
    return ax


def free_axes() -> Axes:
    """Axes of a figure that pyplot does not know, so that drawing on it leaves pyplot as it was."""
    return Figure(figsize=(9, 4), layout="constrained").subplots()


def png(ax: Axes, *, dpi: int = 100) -> bytes:
    """The figure of an axes as a PNG file, without the name of a software: equal data give equal bytes.

    A figure that pyplot made is closed.
    """
    picture = BytesIO()
    ax.figure.savefig(picture, format="png", dpi=dpi, metadata={"Software": None})
    plt.close(ax.figure)
    return picture.getvalue()
