"""Fulfilment before and after for a screen on which the second side moves: only what moves is drawn again."""

from collections.abc import Mapping
from io import BytesIO
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import imsave

from effeval.charts.style import (
    BLUE,
    DIM,
    FEW,
    INK,
    LIGHT,
    SIDES,
    clean,
    counts,
    fulfilment_title,
    level_labels,
    nothing,
    rate_axis,
    side_key,
)
from effeval.labels import percent, phrase

WIDTH, ROW, ABOVE, BELOW = 9.5, 0.42, 0.9, 1.1  # inches
_LEFT, _RIGHT, _DOTS = 2.9, 6.6, 90


class LiveDumbbell:
    """Shares of criteria fulfilled by group: circles for before, drawn once, diamonds for after, which moves.

    Parameters
    ----------
    before : pandas.DataFrame
        From :func:`effeval.fulfilment`, grouped by ``by``; groups without projects are left out.
    by : str
        Its grouping column.
    names : mapping
        Name of each level.
    lang : str
        kk, ru or en.
    footer : str
        Where the numbers come from.
    """

    def __init__(self, before: pd.DataFrame, by: str, *, names: Mapping, lang: str, footer: str):
        self.by, self.lang = by, lang
        self.before = before[before["projects"] > 0].set_index(by)
        height = ABOVE + BELOW + ROW * max(len(self.before), 1)
        self.figure = Figure(figsize=(WIDTH, height), dpi=_DOTS)
        self.canvas = FigureCanvasAgg(self.figure)
        edges = (_LEFT / WIDTH, BELOW / height, (_RIGHT - _LEFT) / WIDTH, (height - ABOVE - BELOW) / height)
        self.ax = self.figure.add_axes(edges)
        self._still(names, footer)
        self._moving()
        self.canvas.draw()
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)

    def png(self, after: pd.DataFrame) -> bytes:
        """The picture with another table as "after"; groups as in ``before``.

        Parameters
        ----------
        after : pandas.DataFrame
            As ``before``, of the same projects.

        Returns
        -------
        bytes
            A PNG image.
        """
        after = after.set_index(self.by).reindex(self.before.index)
        rates = self.before["rate"].to_numpy(), after["rate"].to_numpy()
        rows = np.arange(len(after))
        self.lines.set_segments(
            [[(low, row), (high, row)] for row, low, high in zip(rows, *rates, strict=True)]
        )
        self.marks.set_offsets(np.column_stack([rates[1], rows]))
        self.marks.set_facecolor(_faces(after, BLUE))
        for row, text in enumerate(self.texts):
            sides = [self._parts(table.iloc[row]) for table in (self.before, after)]
            text.set_text(" → ".join(dict.fromkeys(sides)))
            text.set_fontweight("normal" if sides[0] == sides[1] else "bold")
        self.canvas.restore_region(self.still)
        for artist in (self.lines, self.marks, *self.texts):
            self.ax.draw_artist(artist)
        image = BytesIO()
        pixels = np.ascontiguousarray(np.asarray(self.canvas.buffer_rgba())[:, :, :3])
        imsave(image, pixels, format="png", pil_kwargs={"compress_level": 1})
        return image.getvalue()

    def _still(self, names: Mapping, footer: str) -> None:
        """Everything but the second side."""
        ax, lang, rows = self.ax, self.lang, len(self.before)
        labels = level_labels(self.before.index, self.by, names=names, lang=lang)
        ax.set_yticks(range(rows), labels, fontsize=8.5)
        ax.set(
            xlim=(-0.03, 1.03), ylim=(max(rows, 1) - 0.5, -0.5), xlabel=phrase("share_fulfilled", lang=lang)
        )
        rate_axis(ax, lang)
        if self.before.empty:
            nothing(ax, lang)
        ax.grid(axis="x", color=LIGHT, linewidth=0.6)
        ax.set_axisbelow(True)
        clean(ax)
        ax.scatter(self.before["rate"], range(rows), s=90, color=_faces(self.before, "white"), edgecolor=INK)
        self.figure.text(
            0.01, 1 - 0.12 / self.figure.get_figheight(), fulfilment_title(self.by, lang=lang),
            fontweight="bold", fontsize=12, va="top",
        )  # fmt: skip
        called = {side: phrase(f"chart.{side}", lang=lang) for side in SIDES}
        ax.legend(handles=side_key(called), loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
        notes = f"{phrase('chart.grey', lang=lang)}\n{fill(footer, width=150)}"
        self.figure.text(0.01, 0.01, notes, fontsize=7.5, color=DIM, va="bottom")

    def _moving(self) -> None:
        """The artists of the second side; animated ones are left out when the rest is drawn."""
        self.lines = LineCollection([], colors=DIM, linewidths=2, animated=True)
        self.ax.add_collection(self.lines, autolim=False)
        self.marks = self.ax.scatter([], [], marker="D", s=46, edgecolor=INK, animated=True)
        side = self.ax.get_yaxis_transform()
        self.texts = [
            self.ax.text(1.03, row, "", transform=side, va="center", fontsize=8.5, color=INK, animated=True)
            for row in range(len(self.before))
        ]

    def _parts(self, row: pd.Series) -> str:
        if not row["assessed"] > 0:
            return phrase("nothing_assessed", lang=self.lang)
        parts = counts(int(row["fulfilled"]), int(row["assessed"]), lang=self.lang)
        return f"{parts} ({percent(row['rate'], lang=self.lang)})"


def _faces(table: pd.DataFrame, colour: str) -> list[str]:
    return [LIGHT if few else colour for few in table["assessed"] < FEW]
