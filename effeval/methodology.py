"""The law as data: editions of the methodology, its measures, criteria and open questions.

An *edition* is a dated version of the law (a YAML file), an *interpretation* is a reading of an open
phrase (a parameter whose alternatives stand beside it in the file), a *scenario* is a set of changed
parameters (:meth:`Methodology.replace`).
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path

from effeval import law
from effeval.edition import change, check, dump, editions, read, to_change
from effeval.errors import MethodologyError, ParameterError, expect, unknown
from effeval.law import Alternative, Criterion, Measure, Question, Text, Value
from effeval.packaged import METHODOLOGIES


@dataclass(frozen=True, eq=False)
class Methodology:
    """One edition of the law with the readings chosen; never changes.

    Attributes
    ----------
    id : str
        Name of the edition, for example "order-35".
    edition : str
        Date of the order, ISO.
    title : Text
    measures : tuple of Measure
    questions : tuple of Question
    scale : str
        binary or proportional.
    missing : str
        excluded, or not_fulfilled: a due criterion without data counts as not fulfilled.

    Examples
    --------
    >>> methodology = Methodology.load("order-35")
    >>> len(methodology.measures), len(methodology.criteria)
    (13, 23)
    >>> methodology.criterion("13.1").parameters["at_least"]
    0.1
    """

    id: str
    edition: str
    title: Text
    measures: tuple[Measure, ...]
    questions: tuple[Question, ...]
    scale: str
    missing: str
    _document: dict

    @classmethod
    def load(cls, source: str | Path = "order-35") -> "Methodology":
        """Read an edition that comes with effeval, by name, or a YAML file of one's own.

        Parameters
        ----------
        source : str or Path
            "order-35", or a path that ends in .yaml or .yml.

        Raises
        ------
        MethodologyError
            No such edition or file, or the file breaks the schema; every fault is named.

        Examples
        --------
        >>> Methodology.load("order-35").edition
        '2024-01-26'
        """
        if not isinstance(source, str | PathLike):
            raise ParameterError(f'{source!r} is no name or path.\nTo fix: such as "order-35"')
        if Path(source).suffix.lower() in (".yaml", ".yml"):
            return _build(read(Path(source)))
        return _packaged(str(source))

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order of the text."""
        return tuple(criterion for measure in self.measures for criterion in measure.criteria)

    def criterion(self, id: str) -> Criterion:
        """One criterion by id; MethodologyError names the near ones if there is none."""
        for criterion in self.criteria:
            if criterion.id == id:
                return criterion
        expect(id, str, fix='such as criterion("13.1")')
        raise MethodologyError(unknown("criterion", id, [criterion.id for criterion in self.criteria]))

    @property
    def settings(self) -> dict[str, Value]:
        """Every parameter by path: ``CRITERION.PARAM``, and ``scale`` and ``missing``."""
        pairs = ((f"{c.id}.{name}", value) for c in self.criteria for name, value in c.settings)
        return {"scale": self.scale, "missing": self.missing, **dict(pairs)}

    def replace(self, settings: Mapping[str, Value]) -> "Methodology":
        """A new methodology with some parameters changed; this one stays as it is.

        Parameters
        ----------
        settings : mapping of str to value
            PATH to value. PATH is ``CRITERION.PARAM`` (13.1.at_least), ``RULE.PARAM`` for all criteria of the
            rule that have the parameter (growth_vs_reference.after), ``scale`` or ``missing``.
            Later entries win over earlier ones. A growth is a fraction: 0.08 is 8 %.

        Raises
        ------
        MethodologyError
            Unknown path (the near ones are listed) or a value that is not allowed; every fault is named.

        Examples
        --------
        >>> softer = Methodology.load("order-35").replace({"13.1.at_least": 0.08})
        >>> softer.criterion("13.1").parameters["at_least"]
        0.08
        """
        expect(settings, Mapping, fix='such as replace({"13.1.at_least": 0.08})')
        document = to_change(self._document)
        faults = [fault for path, value in settings.items() for fault in change(document, path, value)]
        if faults:
            raise MethodologyError("\n".join(faults))
        return _build(document, checked=True)

    def to_document(self) -> dict:
        """The methodology as plain mappings, lists and values, in the structure of its YAML file."""
        return copy.deepcopy(self._document)

    @classmethod
    def from_document(cls, document: dict) -> "Methodology":
        """The methodology that :meth:`to_document` gave; it is not checked again.

        Examples
        --------
        >>> softer = Methodology.load("order-35").replace({"13.1.at_least": 0.08})
        >>> Methodology.from_document(softer.to_document()).changes()
        {'13.1.at_least': 0.08}
        """
        return _build(document, checked=True)

    def to_yaml(self) -> str:
        """The methodology as the text of a YAML file that :meth:`load` reads, changed parameters in place.

        Examples
        --------
        >>> softer = Methodology.load("order-35").replace({"13.1.at_least": 0.08})
        >>> "at_least: 0.08" in softer.to_yaml()
        True
        """
        return dump(self._document)

    def diff(self, other: "Methodology"):
        """Parameters in which another methodology differs from this one.

        Parameters
        ----------
        other : Methodology

        Returns
        -------
        pandas.DataFrame
            ``path``, ``citation`` (English; empty for scale and missing), ``before`` (here), ``after`` (there);
            a parameter that only one of them has is empty on the other side. No row when they agree.

        Examples
        --------
        >>> base = Methodology.load("order-35")
        >>> base.diff(base.replace({"13.1.at_least": 0.08}))[["path", "before", "after"]].values.tolist()
        [['13.1.at_least', 0.1, 0.08]]
        """
        import pandas as pd

        check_methodology(other)
        ours, theirs = self.settings, other.settings
        clauses = {c.id: c.citation.en for methodology in (other, self) for c in methodology.criteria}
        rows = [
            (path, clauses.get(path.rpartition(".")[0], ""), ours.get(path), theirs.get(path))
            for path in dict.fromkeys([*ours, *theirs])
            if ours.get(path) != theirs.get(path)
        ]
        return pd.DataFrame(rows, columns=["path", "citation", "before", "after"], dtype="object")

    def table(self, *, lang: str = "en"):
        """The criteria as a table.

        Parameters
        ----------
        lang : str
            kk, ru or en: language of names, texts and clauses.

        Returns
        -------
        pandas.DataFrame
            One row a criterion: ``measure``, ``measure_name``, ``criterion``, ``text``, ``rule``,
            ``parameters`` and ``citation``, all but measure as text.
        """
        import pandas as pd

        rows = [
            {
                "measure": measure.id,
                "measure_name": measure.name[lang],
                "criterion": criterion.id,
                "text": criterion.text[lang],
                "rule": criterion.rule,
                "parameters": ", ".join(f"{name} = {value}" for name, value in criterion.settings),
                "citation": criterion.citation[lang],
            }
            for measure in self.measures
            for criterion in measure.criteria
        ]
        return pd.DataFrame(rows)

    def open_questions(self, *, lang: str = "en"):
        """What the order leaves open, the reading taken and the others.

        Parameters
        ----------
        lang : str
            kk, ru or en.

        Returns
        -------
        pandas.DataFrame
            One row a question: ``question``, ``phrase`` (the open words of the order; empty where it has none),
            ``default``, ``alternatives`` (one a line, with its settings by path) and ``parameters``, all text.

        Examples
        --------
        >>> questions = Methodology.load("order-35").open_questions()
        >>> questions.loc[questions["question"].str.contains("by 10 %"), "alternatives"].tolist()
        ['']
        """
        import pandas as pd

        rows = [
            {
                "question": question.question[lang],
                "phrase": question.phrase[lang] if question.phrase is not None else "",
                "default": question.default[lang],
                "alternatives": "\n".join(_said(alternative, lang) for alternative in question.alternatives),
                "parameters": ", ".join(question.parameters),
            }
            for question in self.questions
        ]
        return pd.DataFrame(rows, dtype="str")

    def __repr__(self) -> str:
        count = f"{len(self.measures)} measures, {len(self.criteria)} criteria"
        changed = ", ".join(f"{path}={value}" for path, value in self.changes().items())
        return f"<Methodology {self.id}, edition {self.edition}: {count}{'; ' + changed if changed else ''}>"

    def changes(self) -> dict[str, Value]:
        """Parameters that differ from the edition as packaged, by path; all, if it is not a packaged one.

        Examples
        --------
        >>> Methodology.load("order-35").replace({"scale": "proportional"}).changes()
        {'scale': 'proportional'}
        """
        base = _packaged(self.id).settings if self.id in editions() else {}
        return {path: value for path, value in self.settings.items() if base.get(path) != value}

    def _repr_html_(self) -> str:
        from html import escape

        head = f"{escape(self.title.kk)} — {escape(self.id)}, {self.edition}"
        changed = ", ".join(f"{path} = {value}" for path, value in self.changes().items())
        note = f"<p>{escape(changed)}</p>" if changed else ""
        return f"<p><b>{head}</b></p>{note}{self.table().to_html(index=False)}"


def _said(alternative: Alternative, lang: str) -> str:
    settings = ", ".join(f"{path} = {value}" for path, value in alternative.settings)
    return f"{alternative.reading[lang]} ({settings})" if settings else alternative.reading[lang]


@cache
def _packaged(name: str) -> Methodology:
    if name not in editions():
        fix = "a name from this list, or a path that ends in .yaml"
        raise MethodologyError(f"{unknown('methodology', name, editions())}\nTo fix: {fix}")
    # what is packaged is checked by the tests, not at each start: that takes longer than all the rest of it
    return _build(read(METHODOLOGIES / f"{name}.yaml"), checked=True)


def _build(document, *, checked: bool = False) -> Methodology:
    faults = [] if checked else check(document)
    if not faults:
        built = _methodology(document)
        faults = [] if checked else [*_inconsistent(built)]
    if faults:
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        raise MethodologyError(f"The methodology has {count}:\n" + "\n".join(faults))
    return built


def _methodology(document: dict) -> Methodology:
    return Methodology(
        id=document["id"],
        edition=document["edition"],
        title=Text(**document["title"]),
        measures=tuple(law.measure(measure) for measure in document["measures"]),
        questions=tuple(law.question(question) for question in document["questions"]),
        scale=document["settings"]["scale"],
        missing=document["settings"]["missing"],
        _document=document,
    )


def check_methodology(methodology: Methodology) -> None:
    """Refuse anything else, such as a name.

    Raises
    ------
    ParameterError
    """
    expect(methodology, Methodology, fix='Methodology.load("order-35") makes one of a name or a path')


def _inconsistent(methodology: Methodology) -> Iterator[str]:
    """What the schema cannot say: ids that repeat or contradict, questions about unknown paths."""
    for what, ids in {
        "measure": [measure.id for measure in methodology.measures],
        "criterion": [criterion.id for criterion in methodology.criteria],
        "question": [question.id for question in methodology.questions],
    }.items():
        yield from (f"{what} {id} is given twice" for id in sorted({i for i in ids if ids.count(i) > 1}))
    for criterion in methodology.criteria:
        if criterion.id.split(".")[0] != str(criterion.measure):
            yield f"criterion {criterion.id} stands under measure {criterion.measure}"
    for question in methodology.questions:
        paths = [*question.parameters, *(p for a in question.alternatives for p, _ in a.settings)]
        unknown = [path for path in paths if path not in methodology.settings]
        yield from (f"questions.{question.id}: there is no parameter {path}" for path in unknown)
        for alternative in question.alternatives if not unknown else ():
            document = copy.deepcopy(methodology._document)
            for path, value in alternative.settings:
                yield from (
                    f"questions.{question.id}.{alternative.id}: {f}" for f in change(document, path, value)
                )
