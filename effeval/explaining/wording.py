"""Words and numbers of an evidence card, in colon forms: no language has to inflect a number or a name."""

import math

from effeval.columns import columns
from effeval.explaining.evidence import Evidence, Figure, Step
from effeval.labels import EMPTY, heading, money, number, percent, phrase
from effeval.law import Criterion, Value

EXACT = 6  # decimals of figures as reported
MOST = 15
_THRESHOLD = {
    "growth_vs_reference": "reference",
    "plan": "indicator",
    "growth": "at_least",
    "return_on_support": "multiple",
    "coverage": "multiple",
}


class Words:
    """How one criterion of one project is put into words of one language.

    Parameters
    ----------
    criterion : Criterion
    lang : str
        kk, ru or en.
    unit : str or None
        The project's own physical unit.
    plan, actual : float or None
        Two figures to be shown with as many decimals as it takes to tell them apart; None: no need to.
    """

    def __init__(
        self, criterion: Criterion, *, lang: str, unit: str | None, plan: float | None, actual: float | None
    ):
        self.criterion = criterion
        self.settings = criterion.parameters
        self.lang = lang
        self.own_unit = unit
        self.growth = criterion.unit == "fraction"
        self.natural_unit = columns("observations")[self.settings["indicator"]].unit
        self._tell_apart(plan, actual)

    @property
    def threshold(self) -> tuple[str, Value]:
        """Path and value of the parameter that sets the threshold."""
        name = _THRESHOLD[self.criterion.rule]
        return f"{self.criterion.id}.{name}", self.settings[name]

    def threshold_text(self, year: int) -> str:
        """The threshold in words."""
        rule, value = self.criterion.rule, self.threshold[1]
        values = {"year": year}
        if rule == "growth":
            values["value"] = percent(value, lang=self.lang, digits=_decimals(value * 100))
        elif rule == "growth_vs_reference":
            values["column"] = heading("reference", str(value), lang=self.lang)
        elif rule == "plan":
            values["column"] = heading("observations", f"{value}_plan", lang=self.lang)
        else:
            values["value"] = number(value, lang=self.lang, digits=EXACT)
        return self._say(f"threshold.{rule}", values)

    def rule(self) -> tuple[str, ...]:
        """The formula in words, and the figure that it is about."""
        name = self.settings.get("measure_as", self.criterion.rule)
        name = "each_year" if self.settings.get("period") == "year" else name
        line = f"{self._label(self.settings['indicator'])}: {self._say(f'rule.{name}')}"
        return (line, self._say("rule.best")) if self.settings.get("judge") == "best" else (line,)

    def formula(self, found: Evidence) -> tuple[str, ...]:
        """The formula with the figures put in, step by step; the source of a reference beneath it."""
        lines = [self._step(step) for step in found.steps if step.kind != "threshold"]
        for figure in found.sources:
            if figure.column == "source" and figure.value is not None:
                lines.insert(1, f"{heading('reference', 'source', lang=self.lang)}: {figure.value}")
        growths = [step for step in found.steps if step.kind == "growth" and step.result is not None]
        if any(step.figures[-1].value == 0 for step in growths):
            lines.append(self._say("from_zero"))
        paid = [figure.value for step in found.steps if step.kind == "support" for figure in step.figures]
        return (*lines, self._say("empty_support")) if None in paid else tuple(lines)

    def amount(self, value: float | None) -> str:
        """Plan or actual with its unit."""
        if value is None:
            return EMPTY
        return self._result(value) if self.growth else self._natural(self._result(value))

    def margin(self, difference: float, natural: float | None, *, at_least: bool) -> str:
        """How far actual is from plan: short by, above by, or exactly at the threshold."""
        if difference == 0:
            return self._say("exact")
        way = "short" if difference < 0 else "above"
        parts = []
        if self.growth and not math.isinf(difference):
            parts.append(self._say("amount.points", {"value": self._figure(abs(difference) * 100)}))
        if natural is not None and self.natural_unit == "thousand tenge" and abs(natural) >= 1000:
            parts.append(money(abs(natural), lang=self.lang))
        elif natural is not None and self.natural_unit == "jobs" and not self.growth:
            return self._say(f"{way}.jobs", {"value": self._figure(abs(natural))})
        elif natural is not None:
            parts.append(self._natural(self._figure(abs(natural))))
        amount = "; ".join(parts)
        amount = self._say("amount.at_least", {"amount": amount}) if at_least else amount
        return self._say(way, {"amount": amount})

    def reason(self, found: Evidence, *, state: str, year: int) -> str:
        """Why the state is what it is."""
        if state == "not_due":
            return self._not_due({figure.column: figure for figure in found.sources}, year)
        said = []
        partial = found.steps[-1].kind == "sum" and bool(found.missing)
        values = {"plan": self._result(found.plan), "actual": self._result(found.actual)}
        if found.no_support is not None:
            first, last = found.no_support
            years = str(first) if first == last else f"{first}–{last}"
            said.append(self._say("no_support", {"years": years}))
        if state == "fulfilled":
            said.append(self._say("fulfilled", values))
            said += [self._say("gap_enough"), self._lacking(found.missing)] if partial else []
            return " ".join(said)
        if not found.missing and found.no_support is None:
            return self._say("not_fulfilled", values)
        if partial and found.plan is not None and found.actual is not None:
            said.append(self._say("gap_short", {"known": values["actual"], "plan": values["plan"]}))
        if found.missing:
            said.append(self._lacking(found.missing))
        return " ".join([*said, self._say("counted")] if state == "not_fulfilled" else said)

    def cell(self, figure: Figure) -> str:
        """The value of a cell of the input, or that there is none."""
        if figure.value is None:
            return self._say("empty" if figure.reported else "no_row")
        if isinstance(figure.value, str):
            return figure.value
        return str(int(figure.value)) if figure.table == "projects" else self._number(figure.value, MOST)

    def _not_due(self, marks: dict[str, Figure], year: int) -> str:
        def named(column: str) -> dict[str, object]:
            return {"column": heading("projects", column, lang=self.lang)}

        start, after = self.settings.get("start"), self.settings.get("after", 0)
        ends = self.settings.get("end", self.settings.get("until"))
        if start is not None and marks[start].value is None:
            return self._say("not_due.not_commissioned", named(start))
        if ends is not None and marks[ends].value is None:
            return self._say("not_due.no_end", named(ends))
        if "years" in self.settings or "until" in self.settings:
            first = int(marks["support_year"].value) + self.settings["base_shift"]
            due = int(marks[ends].value) if ends is not None else first + self.settings["years"]
            return self._say("not_due.once", {"due": due})
        start = "support_year" if start is None else start
        first = int(marks[start].value)
        values = {"first": first + after, "start": first, "after": after}
        if year < first + after:
            return self._say("not_due.before", values | named(start))
        if ends is not None:
            return self._say("not_due.over", named(ends) | {"end": int(marks[ends].value)})
        return self._say("not_due.no_support", {"year": year})

    def _lacking(self, missing: tuple[Figure, ...]) -> str:
        cells = "; ".join(
            f"{heading(figure.table, figure.column, lang=self.lang)}, {figure.year} ({self.cell(figure)})"
            for figure in missing
        )
        return self._say("no_data", {"missing": cells})

    def _step(self, step: Step) -> str:
        if step.kind == "best":
            return self._say("best", {"year": step.chosen, "result": self._result(step.result)})
        terms = [f"{self._cell_value(figure, step)} ({figure.year})" for figure in step.figures]
        result = self._result(step.result)
        if step.kind == "support":
            result = result if step.result is not None else self._number(0.0)
            shown = f"{self._number(step.factor)} × [{' + '.join(terms)}] = {result}"
        elif step.kind == "growth":
            shown = f"{terms[0]} / {terms[1]} − 1 = {result}"
        elif step.kind == "excess":
            parts = [f"{term} − {terms[-1]}" for term in terms[:-1]]
            shown = f"{parts[0] if len(parts) == 1 else ' + '.join(f'[{part}]' for part in parts)} = {result}"
        elif step.kind == "sum":
            gap = step.result is not None and any(figure.value is None for figure in step.figures)
            shown = f"{' + '.join(terms)} {'≥' if gap else '='} {result}"
        else:
            shown = terms[0]
        first = step.figures[0]
        return f"{self._label(first.column, table=first.table)}: {shown}"

    def _cell_value(self, figure: Figure, step: Step) -> str:
        if figure.value is None:
            return self._number(0.0) if step.kind == "support" else EMPTY
        return self._result(figure.value) if step.kind == "reference" else self._number(figure.value)

    def _label(self, column: str, *, table: str = "observations") -> str:
        label, unit = heading(table, column, lang=self.lang), columns(table)[column].unit
        if unit == "physical unit" and self.own_unit is not None:
            return f"{label}, {self.own_unit}"
        return label if unit in ("jobs", "fraction") else f"{label}, {phrase(f'unit.{unit}', lang=self.lang)}"

    def _natural(self, value: str) -> str:
        """A number, already written, with the unit of the indicator."""
        if self.natural_unit == "physical unit" and self.own_unit is not None:
            return f"{value} {self.own_unit}"
        if self.natural_unit in ("jobs", "physical unit"):
            return self._say(f"amount.{self.natural_unit}", {"value": value})
        return f"{value} {phrase(f'unit.{self.natural_unit}', lang=self.lang)}"

    def _result(self, value: float | None) -> str:
        if self.growth:
            return percent(value, lang=self.lang, digits=self._digits)
        return number(value, lang=self.lang, digits=self._digits)

    def _number(self, value: float, digits: int = EXACT) -> str:
        return number(value, lang=self.lang, digits=digits)

    def _figure(self, value: float) -> str:
        """Three significant figures, and no whole number cut."""
        digits = max(0, 2 - math.floor(math.log10(value))) if value and math.isfinite(value) else 0
        return self._number(value, min(digits, MOST))

    def _tell_apart(self, plan: float | None, actual: float | None) -> None:
        """Take the decimals with which plan is shown as it is, and actual otherwise."""
        self._digits = EXACT
        if self.growth:
            self._digits = 1 if plan is None else max(1, _decimals(plan * 100))
        if plan is None or actual is None:
            return
        while self._result(plan) == self._result(actual) and self._digits < MOST:
            self._digits += 1

    def _say(self, key: str, values: dict[str, object] | None = None) -> str:
        return phrase(f"explain.{key}", lang=self.lang, values=values)


def _decimals(value: float) -> int:
    """Decimals that a figure is written with, four at most.

    Examples
    --------
    >>> _decimals(7.85), _decimals(16.0), _decimals(0.1 * 100)
    (2, 0, 0)
    """
    return next((digits for digits in range(4) if math.isclose(value, round(value, digits), abs_tol=1e-9)), 4)
