"""What the law consists of: measures, criteria, open questions and their alternatives."""

from dataclasses import dataclass

from effeval.columns import check_language, columns

Value = str | int | float
_PROJECT_YEARS = ("start", "end", "until")
_SUPPORT_RULES = ("return_on_support", "coverage")


@dataclass(frozen=True)
class Text:
    """The same words in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str

    def __getitem__(self, lang: str) -> str:
        check_language(lang)
        return getattr(self, lang)


@dataclass(frozen=True)
class Criterion:
    """One criterion of a measure.

    Attributes
    ----------
    id : str
        Measure and position, for example "13.1".
    measure : int
    name : Text
        Short label of effeval's own.
    text : Text
        The words of the order (Kazakh is authentic).
    citation : Text
        Clause.
    rule : str
        growth_vs_reference, plan, growth, return_on_support or coverage.
    settings : tuple of (str, value)
        Parameters of the rule; see :attr:`parameters`.
    """

    id: str
    measure: int
    name: Text
    text: Text
    citation: Text
    rule: str
    settings: tuple[tuple[str, Value], ...]

    @property
    def parameters(self) -> dict[str, Value]:
        """Parameters of the rule by name, a new dict each time."""
        return dict(self.settings)

    @property
    def figures(self) -> tuple[str, ...]:
        """Columns of ``observations`` that judging needs."""
        indicator = self.parameters["indicator"]
        extra = {"plan": (f"{indicator}_plan",)} | dict.fromkeys(_SUPPORT_RULES, ("support_paid",))
        return (indicator, *extra.get(self.rule, ()))

    @property
    def project_years(self) -> tuple[str, ...]:
        """Columns of ``projects`` that say from when and until when it is due."""
        named = (self.parameters.get(name) for name in _PROJECT_YEARS)
        return tuple(column for column in named if column is not None)

    @property
    def unit(self) -> str:
        """Unit of plan and actual: fraction for growth, else the unit of the indicator."""
        if self.rule in ("growth", "growth_vs_reference"):
            return "fraction"
        return columns("observations")[self.parameters["indicator"]].unit

    @property
    def reference(self) -> str | None:
        """Column of ``reference`` that judging needs, None for most rules."""
        return self.parameters.get("reference")


@dataclass(frozen=True)
class Measure:
    """One of the thirteen measures with its criteria."""

    id: int
    name: Text
    short: Text
    citation: Text
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Alternative:
    """Another reading of an open question, as settings by path."""

    id: str
    reading: Text
    settings: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Question:
    """A question that the order leaves open, the reading taken and its alternatives."""

    id: str
    question: Text
    phrase: Text | None
    default: Text
    parameters: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


def measure(raw: dict) -> Measure:
    """A measure from its part of a checked document."""
    criteria = tuple(
        Criterion(
            id=item["id"],
            measure=raw["id"],
            name=Text(**item["name"]),
            text=Text(**item["text"]),
            citation=Text(**item["citation"]),
            rule=item["rule"],
            settings=tuple(item["parameters"].items()),
        )
        for item in raw["criteria"]
    )
    return Measure(raw["id"], *(Text(**raw[name]) for name in ("name", "short", "citation")), criteria)


def question(raw: dict) -> Question:
    """An open question from its part of a checked document."""
    return Question(
        id=raw["id"],
        question=Text(**raw["question"]),
        phrase=Text(**raw["phrase"]) if "phrase" in raw else None,
        default=Text(**raw["default"]),
        parameters=tuple(raw["parameters"]),
        alternatives=tuple(
            Alternative(item["id"], Text(**item["reading"]), tuple(item["set"].items()))
            for item in raw["alternatives"]
        ),
    )
