"""The panel: what is set on the left, what it changes on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import count
from os import PathLike
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from effeval.aggregation import fulfilment
from effeval.charts.live import LiveDumbbell
from effeval.dataset import Dataset
from effeval.errors import EffevalError
from effeval.labels import EMPTY, heading, level_names, number, parts, phrase
from effeval.law import Value
from effeval.methodology import Methodology
from effeval.scenarios import Board, causes, rejudge, transitions
from effeval.scenarios.files import Scenario, write_scenario
from effeval.scope import footer
from effeval.whatif.controls import WIDE, is_open, label, sliders, switch
from effeval.whatif.tables import STYLE, flips_html, transitions_html

_FILTERS = {"region": "all_regions", "sector": "all_sectors", "measure": "all_measures"}


def panel(
    data: Dataset,
    methodology: Methodology,
    *,
    lang: str = "ru",
    folder: str | PathLike[str] = ".",
    chosen: Mapping[str, str | int] | None = None,
) -> widgets.Widget:
    """Sliders, switches and filters beside fulfilment before and after, verdicts that flip and their money.

    Parameters
    ----------
    data : Dataset
    methodology : Methodology
        What everything is compared with; sliders and switches start there.
    lang : str
        kk, ru or en.
    folder : path
        Where scenarios are saved; the working folder by default.
    chosen : mapping, optional
        ``region``, ``sector`` or ``measure`` that the filters start with; all by default.

    Returns
    -------
    ipywidgets.Widget

    Raises
    ------
    DataError
        A column that the methodology needs is absent.
    """
    return WhatIf(data, methodology, lang=lang, folder=folder, chosen=chosen if chosen is not None else {})


@dataclass(frozen=True, eq=False)
class _View:
    """What one choice of filters shows: the rows, and the picture with its "before"."""

    rows: pd.Series
    before: pd.DataFrame
    by: str
    tally: pd.DataFrame
    picture: LiveDumbbell


class WhatIf(widgets.VBox):
    """The panel of :func:`panel`; its parts have names, so that a notebook can move them too.

    Attributes
    ----------
    thresholds : dict of str to ipywidgets.FloatSlider
        By path, such as 13.1.at_least.
    readings : dict of str to ipywidgets.Dropdown
        By id of the question; the value is the id of an alternative, empty for what the methodology has.
    filters : dict of str to ipywidgets.Dropdown
        ``region``, ``sector``, ``measure``; empty for all.
    after : Methodology
        The methodology with what is set.
    """

    def __init__(
        self,
        data: Dataset,
        methodology: Methodology,
        *,
        lang: str,
        folder: str | PathLike[str],
        chosen: Mapping[str, str | int],
    ):
        self.data, self.methodology, self.lang, self.folder = data, methodology, lang, Path(folder)
        self.board = Board(data, methodology)
        self.assessed = self.board.assess(methodology)
        self.after, self.rejudged, self.error = methodology, self.assessed, ""
        self.turned = causes(self.board, methodology)  # nothing yet
        self.thresholds = sliders(methodology)
        self.readings = {q.id: switch(q, methodology, lang) for q in methodology.questions if is_open(q)}
        self.filters = {name: self._filter(name, chosen.get(name, "")) for name in _FILTERS}
        self.count, self.money, self.flipped = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.image = widgets.Image(format="png", layout={"width": "100%", "max_width": "860px"})
        self.name = widgets.Text(description=self._say("name"), layout=WIDE)
        self.author = widgets.Text(description=self._say("author"), layout=WIDE)
        self.save = widgets.Button(description=self._say("save"), layout={"width": "max-content"})
        self.message = widgets.HTML()
        self.save.on_click(self._save)
        for control in (*self.thresholds.values(), *self.readings.values()):
            control.observe(self._moved, names="value")
        for control in self.filters.values():
            control.observe(self._filtered, names="value")
        super().__init__([self._head(), self._body()])
        self._filtered()

    @property
    def settings(self) -> dict[str, Value]:
        """What sliders and switches say, by path; a slider that stands where it stood says nothing."""
        chosen = {}
        for question in self.methodology.questions:
            if question.id in self.readings:
                taken = self.readings[question.id].value
                chosen |= {p: v for a in question.alternatives if a.id == taken for p, v in a.settings}
        start = self.methodology.settings
        values = {path: slider.value for path, slider in self.thresholds.items()}
        # a browser counts steps in doubles: 0.7, not 0.7000000000000001
        return chosen | {path: round(value, 6) for path, value in values.items() if value != start[path]}

    def _moved(self, _change=None) -> None:
        """A threshold or a reading changed: judge again what it touches."""
        try:
            after = self.methodology.replace(self.settings)
            self.rejudged = rejudge(self.rejudged, self.board, self.after, after)
            self.after, self.error, self.turned = after, "", causes(self.board, after)
        except EffevalError as error:  # an alternative may need a column that the data lack
            self.error = str(error)
        self._show()

    def _filtered(self, _change=None) -> None:
        """Other rows are looked at; nothing is judged again."""
        rows = self._chosen(self.assessed)
        by = "measure" if self.filters["measure"].value == "" else "criterion"
        before = self.assessed[rows]
        tally = fulfilment(before, by, methodology=self.methodology)
        names = level_names(by, lang=self.lang, methodology=self.methodology)
        about = footer(self.data, self.methodology, lang=self.lang)
        picture = LiveDumbbell(tally, by, names=names, lang=self.lang, footer=about)
        self.view = _View(rows, before, by, tally, picture)
        self._show()

    def _show(self) -> None:
        """The number first, the picture next, then the tables; nothing that belongs to other settings."""
        if self.error:
            self.count.value = f'<b class="effval">{EMPTY}</b><pre role="alert">{escape(self.error)}</pre>'
            self.image.value, self.money.value, self.flipped.value = b"", "", ""
            return
        view, after = self.view, self.rejudged[self.view.rows]
        tally = fulfilment(after, view.by, methodology=self.after)
        totals = [(int(t["fulfilled"].sum()), int(t["assessed"].sum())) for t in (view.tally, tally)]
        counts = " → ".join(number(fulfilled, lang=self.lang) for fulfilled, _ in totals)
        rates = " → ".join(parts(*total, lang=self.lang) for total in totals)
        self.count.value = (
            f'<p>{self._say("fulfilled")}</p><p style="font-size: 2em; margin: 0.3em 0">'
            f'<b class="effval">{counts}</b></p><p>{rates}</p>'
        )
        self.image.value = view.picture.png(tally)
        self.money.value = transitions_html(transitions(view.before, after), lang=self.lang)
        turned = self.turned[self._chosen(self.turned)]
        self.flipped.value = flips_html(
            turned, self.data, before=self.methodology, after=self.after, lang=self.lang
        )

    def _chosen(self, frame: pd.DataFrame) -> pd.Series:
        """Which rows the filters select."""
        rows = pd.Series(True, index=frame.index)
        for name, control in self.filters.items():
            if control.value != "":
                rows &= frame[name] == control.value
        return rows

    def _save(self, _button=None) -> None:
        """Write the scenario under the first free name, and say where."""
        if self.error:
            self.message.value = f'<pre role="alert">{escape(self.error)}</pre>'
            return
        names = (self.folder / f"scenario-{n}.yaml" for n in count(1))
        path = next(path for path in names if not path.exists())
        scenario = Scenario(
            title=self.name.value.strip() or self._say("untitled"),
            author=self.author.value.strip(),
            date=date.today().isoformat(),
            baseline=self.methodology.id,
            settings=tuple(self.after.changes().items()),
        )
        try:
            write_scenario(path, scenario)
        except (EffevalError, OSError) as error:
            self.message.value = f'<pre role="alert">{escape(str(error))}</pre>'
            return
        where = self._say("saved", {"path": escape(str(path.resolve()))})
        self.message.value = f'<span class="saved">{where}</span>'

    def _filter(self, name: str, chosen: str | int) -> widgets.Dropdown:
        """The levels of the data, and the chosen one even if it has no project."""
        named = level_names(name, lang=self.lang, methodology=self.methodology)
        codes = sorted({*self.assessed[name].dropna(), *([] if chosen == "" else [chosen])})
        options = [(f"{code} {named.get(code, '')}".strip(), code) for code in codes]
        every = (phrase(_FILTERS[name], lang=self.lang), "")
        described = heading("assessed", name, lang=self.lang)
        control = widgets.Dropdown(
            options=[every, *options], value=chosen, description=described, layout=WIDE
        )
        control.style.description_width = "170px"
        return control

    def _head(self) -> widgets.HTML:
        synthetic = f"<b>{phrase('synthetic', lang=self.lang)}</b>" if self.data.synthetic else ""
        about = escape(footer(self.data, self.methodology, lang=self.lang))
        return widgets.HTML(
            f"{STYLE}<h2>{self._say('title')}</h2><p>{self._say('intro')}</p>{synthetic}"
            f"<p><small>{about}</small></p>"
        )

    def _body(self) -> widgets.Box:
        criteria = {c.id: c for c in self.methodology.criteria}
        left = [self._heading("filters"), *self.filters.values(), self._heading("thresholds")]
        for path, slider in self.thresholds.items():
            id, _, name = path.rpartition(".")
            left += [label(f"{id} {criteria[id].name[self.lang]}: {self._say(name)}"), slider]
        left.append(self._heading("readings"))
        for question in self.methodology.questions:
            if question.id in self.readings:
                left += [label(question.question[self.lang]), self.readings[question.id]]
        left += [self._heading("save"), self.name, self.author, self.save, self.message]
        right = [self.count, self.image, self.money, self.flipped]
        columns = [
            widgets.VBox(left, layout={"flex": "1 1 340px", "max_width": "460px"}),
            widgets.VBox(right, layout={"flex": "2 1 560px", "min_width": "0", "margin": "0 0 0 24px"}),
        ]
        return widgets.Box(columns, layout={"flex_flow": "row wrap", "width": "100%"})

    def _head_of(self, column: str) -> str:
        return heading("fulfilment", column, lang=self.lang)

    def _heading(self, key: str) -> widgets.HTML:
        return widgets.HTML(f"<h3>{self._say(key)}</h3>")

    def _say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        return phrase(f"whatif.{key}", lang=self.lang, values=values)
