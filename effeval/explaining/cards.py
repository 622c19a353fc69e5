"""The evidence card of one verdict: its parts as data, text for the terminal and HTML for a notebook."""

import textwrap
from dataclasses import dataclass
from html import escape

from effeval.labels import heading, number, phrase
from effeval.law import Value

WIDTH = 100
_HEADS = ("clause", "text", "original", "formula", "threshold", "figures", "reason", "margin", "readings")
_STYLE = (
    ".effeval-card{max-width:60em}.effeval-card table{border-collapse:collapse}"
    ".effeval-card th,.effeval-card td{text-align:left;vertical-align:top;padding:.2em .6em}"
    ".effeval-card>table>tbody>tr>th{white-space:nowrap}"
    ".effeval-card>table>tbody>tr{border-top:1px solid #ddd}"
    ".effeval-card p{margin:.1em 0}.effeval-card .synthetic{color:#b00020;font-weight:bold}"
    ".effeval-card .footer{color:#666;font-size:smaller}"
)


@dataclass(frozen=True)
class Reading:
    """An open question of the order and the reading that the verdict took.

    Attributes
    ----------
    question : str
    reading : str
    settings : tuple of (str, value)
        Parameters of the criterion that the question decides, by path.
    changed : tuple of (str, value, value)
        Those that differ from the edition: path, value, value in the edition.
    """

    question: str
    reading: str
    settings: tuple[tuple[str, Value], ...]
    changed: tuple[tuple[str, Value, Value], ...]


@dataclass(frozen=True)
class Margin:
    """How far actual is from plan; below zero: short.

    Attributes
    ----------
    difference : float
        actual − plan in the unit of the criterion; 0 where they are equal up to binary rounding.
    natural : float or None
        The same in the unit of the indicator; None for a growth from zero to zero.
    unit : str
        Unit of ``natural``.
    text : str
    """

    difference: float
    natural: float | None
    unit: str
    text: str


@dataclass(frozen=True)
class Source:
    """One cell of the input: where it stands and what it holds.

    Attributes
    ----------
    file : str
        Name of the file; empty where the data came as frames.
    table, column : str
    project_id : str or None
    year : int or None
    value : float, str or None
        None where nothing is reported.
    shown : str
        The value in words: a number of the language, an empty cell, or no row.
    """

    file: str
    table: str
    project_id: str | None
    year: int | None
    column: str
    value: float | str | None
    shown: str


@dataclass(frozen=True)
class Card:
    """Why a criterion of a project was judged as it was; made by :func:`effeval.explain`.

    Attributes
    ----------
    project_id, criterion, lang : str
    year : int
    synthetic : bool
        The project is made up.
    particulars : tuple of (str, str)
        Heading and value: applicant, BIN, measure, region and the like.
    citation, text : str
        Clause and words of the order in ``lang``.
    original, note : str or None
        The words in Kazakh, which are authentic, and a note on the translation; None where ``lang`` is kk.
    name : str
        Short name of the criterion.
    rule : tuple of str
        The formula in words.
    formula : tuple of str
        The formula with this project's figures; empty where the criterion is not due.
    threshold : tuple of (str, value)
        Path and value of the parameter that sets the threshold.
    threshold_text : str
    plan, actual, score : float or None
        As in the row of :func:`effeval.assess`; None where empty.
    plan_text, actual_text : str
    readings : tuple of Reading
    changed : tuple of (str, value, value)
        Parameters that bear on the verdict and differ from the edition: path, value, value in the edition.
    state, state_text, reason : str
    margin : Margin or None
        None where the criterion was not judged, or judged without the figures.
    sources : tuple of Source
        Every cell used.
    footer : str
    """

    project_id: str
    criterion: str
    year: int
    lang: str
    synthetic: bool
    particulars: tuple[tuple[str, str], ...]
    citation: str
    text: str
    original: str | None
    note: str | None
    name: str
    rule: tuple[str, ...]
    formula: tuple[str, ...]
    threshold: tuple[str, Value]
    threshold_text: str
    plan: float | None
    actual: float | None
    score: float | None
    plan_text: str
    actual_text: str
    readings: tuple[Reading, ...]
    changed: tuple[tuple[str, Value, Value], ...]
    state: str
    state_text: str
    reason: str
    margin: Margin | None
    sources: tuple[Source, ...]
    footer: str

    @property
    def title(self) -> str:
        values = {"criterion": self.criterion, "year": self.year}
        return phrase("explain.title", lang=self.lang, values=values)

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Heading and lines of every part but the sources, in the order in which they are read."""
        head = {name: phrase(f"explain.head.{name}", lang=self.lang) for name in _HEADS}
        names = ("plan", "actual", "state", "score")
        own = {name: heading("assessed", name, lang=self.lang) for name in names}
        parts = [
            *((name, (value,)) for name, value in self.particulars),
            (head["clause"], (f"{self.citation} ({self.criterion} {self.name})",)),
            (head["text"], (f"«{self.text}»", *([] if self.note is None else [self.note]))),
            (head["original"], () if self.original is None else (f"«{self.original}»",)),
            (head["formula"], self.rule),
            (head["threshold"], (f"{self.threshold_text} [{self.threshold[0]} = {self.threshold[1]}]",)),
            (head["figures"], self.formula),
            (own["plan"], (self.plan_text,)),
            (own["actual"], (self.actual_text,)),
            (own["state"], (self.state_text,)),
            (head["reason"], (self.reason,)),
            (head["margin"], () if self.margin is None else (self.margin.text,)),
            (own["score"], (number(self.score, lang=self.lang, digits=4),)),
            (head["readings"], tuple(self._said(reading) for reading in self.readings)),
            (phrase("footer.readings", lang=self.lang), tuple(self._changed(*item) for item in self.changed)),
        ]
        return tuple((name, lines) for name, lines in parts if lines)

    @property
    def source_table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Headings and rows of the sources as text."""
        names = ("file", "table", "column", "value")
        own = [phrase(f"explain.head.{name}", lang=self.lang) for name in names]
        ids = [heading("observations", name, lang=self.lang) for name in ("project_id", "year")]
        rows = tuple(
            (s.file, s.table, s.project_id or "", "" if s.year is None else str(s.year), s.column, s.shown)
            for s in self.sources
        )
        return (own[0], own[1], *ids, own[2], own[3]), rows

    def __str__(self) -> str:
        lines = [self.title, *self._warning]
        for name, parts in self.sections:
            body = [_wrapped(f"{name}: {parts[0]}")] if len(parts) == 1 else [f"{name}:"]
            lines += body if len(parts) == 1 else [*body, *(_wrapped(part, indent="  ") for part in parts)]
        headings, rows = self.source_table
        lines += [f"{phrase('explain.head.sources', lang=self.lang)}:"]
        lines += _aligned([headings, *rows])
        return "\n".join([*lines, "", _wrapped(self.footer)])

    def _repr_html_(self) -> str:
        warning = "".join(f'<p class="synthetic">{escape(line)}</p>' for line in self._warning)
        parts = [(escape(name), _paragraphs(lines)) for name, lines in self.sections]
        rows = "".join(f"<tr><th>{name}</th><td>{lines}</td></tr>" for name, lines in parts)
        headings, sources = self.source_table
        head = "".join(f"<th>{escape(name)}</th>" for name in headings)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in sources)
        return (
            f'<style>{_STYLE}</style><article class="effeval-card" lang="{self.lang}">'
            f"<h3>{escape(self.title)}</h3>{warning}<table><tbody>{rows}</tbody></table>"
            f"<h4>{escape(phrase('explain.head.sources', lang=self.lang))}</h4>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f'<p class="footer">{escape(self.footer)}</p></article>'
        )

    @property
    def _warning(self) -> list[str]:
        return [phrase("synthetic", lang=self.lang)] if self.synthetic else []

    def _said(self, reading: Reading) -> str:
        settings = ", ".join(f"{path} = {value}" for path, value in reading.settings)
        return f"{reading.question} {reading.reading} [{settings}]"

    def _changed(self, path: str, value: Value, before: Value) -> str:
        values = {"path": path, "value": value, "before": before}
        return phrase("explain.changed", lang=self.lang, values=values)


def _wrapped(text: str, *, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows in columns; the last one, which may hold a long text, is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[-1] = 0
    return [
        ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
