"""What if, to touch: sliders for thresholds, switches for open readings, and at once what they change."""

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
from effeval.labels import EMPTY, heading, level_names, money, number, parts, phrase
from effeval.law import Question, Value
from effeval.methodology import Methodology
from effeval.scenario_files import Scenario, write_scenario
from effeval.scenarios import flips, rejudge, transitions
from effeval.scope import footer
from effeval.scoring import assess
from effeval.tables import figure

SHOWN_FLIPS = 50
THRESHOLDS = ("at_least", "multiple")
_STEPS = {"at_least": (0.005, 0.5), "multiple": (0.05, 5.0)}  # step and upper end of a slider
_READOUTS = {"at_least": ".1%", "multiple": ".2f"}
_FILTERS = {"region": "all_regions", "sector": "all_sectors", "measure": "all_measures"}
_WIDE = {"width": "98%"}
_STYLE = "<style>.whatif td, .whatif th {padding: 2px 8px; line-height: 1.3; text-align: left}</style>"
_FLIP = ("project_id", "applicant", "year", "criterion", "state", "plan", "actual", "why")


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
        self.assessed = assess(data, methodology)
        self.after, self.rejudged, self.error = methodology, self.assessed, ""
        self.thresholds = _sliders(methodology)
        self.readings = {q.id: _switch(q, methodology, lang) for q in methodology.questions if _open(q)}
        self.filters = {name: self._filter(name, chosen.get(name, "")) for name in _FILTERS}
        self.count, self.money, self.flipped = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.image = widgets.Image(format="png", layout={"width": "100%", "max_width": "860px"})
        self.name = widgets.Text(description=self._say("name"), layout=_WIDE)
        self.author = widgets.Text(description=self._say("author"), layout=_WIDE)
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
            self.rejudged = rejudge(self.rejudged, self.data, self.after, after)
            self.after, self.error = after, ""
        except EffevalError as error:  # an alternative may need a column that the data lack
            self.error = str(error)
        self._show()

    def _filtered(self, _change=None) -> None:
        """Other rows are looked at; nothing is judged again."""
        rows = pd.Series(True, index=self.assessed.index)
        for name, control in self.filters.items():
            if control.value != "":
                rows &= self.assessed[name] == control.value
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
        self.money.value = self._transitions(transitions(view.before, after))
        self.flipped.value = self._flips(flips(view.before, after))

    def _transitions(self, found: pd.DataFrame) -> str:
        shown = {
            self._say("change"): [self._say(f"kind.{kind}") for kind in found["kind"]],
            self._say("criteria"): [number(n, lang=self.lang) for n in found["count"]],
            self._head_of("projects"): [number(n, lang=self.lang) for n in found["projects"]],
            self._head_of("support_paid"): [money(paid, lang=self.lang) for paid in found["support_paid"]],
        }
        return _html(shown)

    def _flips(self, found: pd.DataFrame) -> str:
        if found.empty:
            return f"<p>{self._say('none')}</p>"
        title = self._say("flips", {"count": number(len(found), lang=self.lang)})
        if len(found) > SHOWN_FLIPS:
            title += f" ({self._say('first', {'shown': number(SHOWN_FLIPS, lang=self.lang)})})"
        return f"<h4>{title}</h4>{_html(self._flip_cells(found.head(SHOWN_FLIPS)))}"

    def _flip_cells(self, found: pd.DataFrame) -> dict[str, list[str]]:
        """Cells of the table of flips, as text: who, what, from which state to which, and why."""
        applicants = self.data.projects.set_index("project_id")["applicant"]
        names = {n: level_names(n, lang=self.lang, methodology=self.after) for n in ("criterion", "state")}
        units = {c.id: c.unit for c in self.after.criteria}
        why = reasons(self.methodology, self.after)
        cells = {name: [] for name in _FLIP}
        for row in found.itertuples():
            cells["project_id"].append(row.project_id)
            cells["applicant"].append(str(applicants[row.project_id]))
            cells["year"].append(str(row.year))
            cells["criterion"].append(f"{row.criterion} {names['criterion'][row.criterion]}")
            cells["state"].append(f"{names['state'][row.state_before]} → {names['state'][row.state_after]}")
            for name in ("plan", "actual"):
                sides = [getattr(row, f"{name}_{side}") for side in ("before", "after")]
                told = [figure(value, units[row.criterion], lang=self.lang) for value in sides]
                cells[name].append(" → ".join(dict.fromkeys(told)))
            cells["why"].append("; ".join(why[row.criterion]))
        heads = {"applicant": heading("projects", "applicant", lang=self.lang), "why": self._say("why")}
        return {heads.get(n, heading("assessed", n, lang=self.lang)): column for n, column in cells.items()}

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
        label = heading("assessed", name, lang=self.lang)
        control = widgets.Dropdown(options=[every, *options], value=chosen, description=label, layout=_WIDE)
        control.style.description_width = "130px"
        return control

    def _head(self) -> widgets.HTML:
        synthetic = f"<b>{phrase('synthetic', lang=self.lang)}</b>" if self.data.synthetic else ""
        about = escape(footer(self.data, self.methodology, lang=self.lang))
        return widgets.HTML(
            f"{_STYLE}<h2>{self._say('title')}</h2><p>{self._say('intro')}</p>{synthetic}"
            f"<p><small>{about}</small></p>"
        )

    def _body(self) -> widgets.Box:
        criteria = {c.id: c for c in self.methodology.criteria}
        left = [self._heading("filters"), *self.filters.values(), self._heading("thresholds")]
        for path, slider in self.thresholds.items():
            id, _, name = path.rpartition(".")
            left += [_label(f"{id} {criteria[id].name[self.lang]}: {self._say(name)}"), slider]
        left.append(self._heading("readings"))
        for question in self.methodology.questions:
            if question.id in self.readings:
                left += [_label(question.question[self.lang]), self.readings[question.id]]
        left += [self._heading("save"), self.name, self.author, self.save, self.message]
        right = [self.count, self.image, self.money, self.flipped]
        columns = [
            widgets.VBox(left, layout={"flex": "1 1 340px", "max_width": "460px"}),
            widgets.VBox(right, layout={"flex": "2 1 560px", "min_width": "0"}),
        ]
        return widgets.Box(columns, layout={"flex_flow": "row wrap", "width": "100%"})

    def _head_of(self, column: str) -> str:
        return heading("fulfilment", column, lang=self.lang)

    def _heading(self, key: str) -> widgets.HTML:
        return widgets.HTML(f"<h3>{self._say(key)}</h3>")

    def _say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        return phrase(f"whatif.{key}", lang=self.lang, values=values)


def reasons(before: Methodology, after: Methodology) -> dict[str, list[str]]:
    """For each criterion the parameters by which two methodologies judge it differently.

    Returns
    -------
    dict of str to list of str
        Criterion to lines such as "13.1.at_least: 0.1 → 0.08"; none where they judge alike.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> reasons(law, law.replace({"13.1.at_least": 0.08}))["13.1"]
    ['13.1.at_least: 0.1 → 0.08']
    """
    old, new = before.settings, after.settings
    moved = {path: (old.get(path), value) for path, value in new.items() if value != old.get(path)}
    lines = {path: f"{path}: {was} → {now}" for path, (was, now) in moved.items()}
    general = [lines["missing"]] if "missing" in lines else []  # the scale changes scores, no state
    return {
        c.id: [line for path, line in lines.items() if path.rpartition(".")[0] == c.id] + general
        for c in after.criteria
    }


def _sliders(methodology: Methodology) -> dict[str, widgets.FloatSlider]:
    """A slider for every threshold, its range wide enough for the value it starts from."""
    found = {}
    for path, value in methodology.settings.items():
        name = path.rpartition(".")[2]
        if name in THRESHOLDS:
            step, top = _STEPS[name]
            found[path] = widgets.FloatSlider(
                value=value, min=min(0.0, value), max=max(top, 2 * value), step=step, continuous_update=False,
                readout_format=_READOUTS[name], layout=_WIDE,
            )  # fmt: skip
    return found


def _open(question: Question) -> bool:
    return any(alternative.settings for alternative in question.alternatives)


def _switch(question: Question, methodology: Methodology, lang: str) -> widgets.Dropdown:
    """The reading of the methodology, then the alternatives that change a parameter."""
    changed = any(path in methodology.changes() for path in question.parameters)
    taken = phrase("whatif.given", lang=lang) if changed else question.default[lang]
    options = [(a.reading[lang], a.id) for a in question.alternatives if a.settings]
    return widgets.Dropdown(options=[(taken, ""), *options], value="", layout=_WIDE)


def _label(text: str) -> widgets.HTML:
    return widgets.HTML(f'<span style="line-height: 1.3">{escape(text)}</span>')


def _html(columns: dict[str, list[str]]) -> str:
    return pd.DataFrame(columns, dtype="str").to_html(
        index=False, escape=True, border=0, justify="left", classes="whatif"
    )
