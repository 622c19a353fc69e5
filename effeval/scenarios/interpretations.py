"""The grid of readings: every combination of the alternatives that the open questions of the order offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import numpy as np
import pandas as pd

from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.law import Alternative, Criterion, Question, Value
from effeval.methodology import Methodology

AS_GIVEN = "as_given"
MOST_READINGS = 1_000_000


@dataclass(frozen=True)
class Option:
    """One answer to a question: ``as_given``, an alternative, or several that fit together ("a+b")."""

    id: str
    settings: Mapping[str, Value] = field(default_factory=dict)


def options(
    methodology: Methodology, *, questions: Sequence[str] | None = None, joint: bool = True
) -> dict[str, tuple[Option, ...]]:
    """What may be chosen in each open question that changes a parameter; the first is the methodology as given.

    An alternative that changes nothing (an empty ``set``, or what the methodology has already) is left out, and
    so is a question without any other. Alternatives of one question that set the same parameter exclude each
    other. Those that set different ones answer different parts of the question and may hold together (the base
    year before, and the best year of the two): ``joint`` says whether they do. That is our reading of the file.

    Parameters
    ----------
    methodology : Methodology
    questions : sequence of str, optional
        Ids; all by default. The others stay as given.
    joint : bool
        Whether alternatives of one question that set different parameters are combined too.

    Raises
    ------
    ParameterError
        There is no such question.

    Examples
    --------
    >>> found = options(Methodology.load("order-35"))
    >>> [option.id for option in found["base_of_growth"]]
    ['as_given', 'base_year_before', 'best_year', 'base_year_before+best_year']
    >>> [option.id for option in found["twice_the_sum"]]
    ['as_given', 'sum_of_growth', 'income_itself']
    """
    known = {question.id: question for question in methodology.questions}
    wanted = list(known) if questions is None else list(questions)
    absent = [id for id in wanted if id not in known]
    if absent:
        lines = [unknown("question", id, known) for id in absent]
        raise ParameterError("\n".join([*lines, f"To fix: one of {', '.join(known)}"]))
    found = {id: _options(known[id], methodology.settings, joint) for id in known if id in wanted}
    return {id: some for id, some in found.items() if len(some) > 1}


@dataclass(frozen=True)
class Variants:
    """How one criterion can be read: the grid cut down to what touches it.

    Attributes
    ----------
    questions : tuple of str
        Those that touch it; one axis of ``criteria`` each.
    shape : tuple of int
        Readings of each of them that differ for this criterion.
    criteria : tuple of (Criterion or None, str)
        The criterion under each combination, in C order, with ``missing``; None: refused.
    position : numpy.ndarray of int
        Which of them each reading of the whole grid is.
    """

    questions: tuple[str, ...]
    shape: tuple[int, ...]
    criteria: tuple[tuple[Criterion | None, str], ...]
    position: np.ndarray


class Grid:
    """All combinations of readings of a methodology.

    Parameters
    ----------
    methodology : Methodology
    questions, joint
        As for :func:`options`.

    Attributes
    ----------
    options : dict of str to tuple of Option
    choices : numpy.ndarray of int, shape (readings, questions)
        Position of the option taken; the first row is the methodology as given.
    refused : list of str
        For each reading why it cannot be, empty where it can.
    variants : dict of str to Variants
        By criterion: the readings that differ for it.

    Raises
    ------
    ParameterError
        No such question, or more than a million readings.
    """

    def __init__(
        self, methodology: Methodology, *, questions: Sequence[str] | None = None, joint: bool = True
    ):
        self.methodology = methodology
        self.options = options(methodology, questions=questions, joint=joint)
        sizes = [len(some) for some in self.options.values()]
        if np.prod(sizes, dtype=float) > MOST_READINGS:
            message = f"The questions have {np.prod(sizes, dtype=float):,.0f} combinations of readings."
            raise ParameterError(f"{message}\nTo fix: name fewer questions")
        every = list(product(*map(range, sizes)))  # one empty combination where there is no question
        self.choices = np.array(every, dtype=np.intp).reshape(len(every), len(sizes))
        self.refused = self._contradictions()
        variants = {criterion.id: self._variants(criterion) for criterion in methodology.criteria}
        self.variants = {id: self._usable(some) for id, some in variants.items()}

    def frame(self) -> pd.DataFrame:
        """One row a reading: ``reading`` (0 is as given), a column a question, ``refused`` (why, or empty)."""
        taken = {
            id: [some[choice].id for choice in self.choices[:, place]]
            for place, (id, some) in enumerate(self.options.items())
        }
        frame = pd.DataFrame(taken | {"refused": self.refused}, dtype="str")
        frame.insert(0, "reading", np.arange(len(frame)))
        return frame

    @property
    def valid(self) -> np.ndarray:
        """Which readings can be, bool."""
        return np.array([why == "" for why in self.refused])

    def settings(self, reading: int) -> dict[str, Value]:
        """Settings of one reading by path, for :meth:`Methodology.replace`."""
        taken = zip(self.options.values(), self.choices[reading], strict=True)
        return {path: value for some, choice in taken for path, value in some[choice].settings.items()}

    def _contradictions(self) -> list[str]:
        """Readings in which two questions set one parameter differently."""
        refused = [""] * len(self.choices)
        numbered = list(enumerate(self.options.items()))
        for (left, (one, ours)), (right, (other, theirs)) in combinations(numbered, 2):
            for (i, a), (j, b) in product(enumerate(ours), enumerate(theirs)):
                paths = [path for path, value in a.settings.items() if b.settings.get(path, value) != value]
                both = (self.choices[:, left] == i) & (self.choices[:, right] == j)
                for row in np.flatnonzero(both) if paths else ():
                    refused[row] = f"{one} and {other} set {', '.join(paths)} differently"
        return refused

    def _variants(self, criterion: Criterion) -> Variants:
        """The readings that differ for one criterion; those that it refuses are marked in ``refused``."""
        current = self.methodology.settings
        touching = {id: _classes(some, criterion, current) for id, some in self.options.items()}
        own = {id: (kinds, of) for id, (kinds, of) in touching.items() if len(kinds) > 1}
        shape = tuple(len(kinds) for kinds, _ in own.values())
        places = {id: place for place, id in enumerate(self.options)}
        taken = [of[self.choices[:, places[id]]] for id, (_, of) in own.items()]
        single = np.zeros(len(self.choices), dtype=np.intp)
        position = np.ravel_multi_index(taken, shape) if own else single
        combined = [
            {path: value for kind in kinds for path, value in kind.items()}
            for kinds in product(*(kinds for kinds, _ in own.values()))
        ]
        criteria = []
        for number, settings in enumerate(combined):
            try:
                law = self.methodology.replace(settings) if settings else self.methodology
                criteria.append((law.criterion(criterion.id), law.missing))
            except MethodologyError as error:
                criteria.append((None, ""))
                for row in np.flatnonzero(position == number):
                    self.refused[row] = self.refused[row] or str(error)
        return Variants(tuple(own), shape, tuple(criteria), position)

    def _usable(self, some: Variants) -> Variants:
        """Without what stands only in readings that cannot be."""
        there = np.isin(np.arange(len(some.criteria)), some.position[self.valid])
        kept = (c if ok else (None, "") for c, ok in zip(some.criteria, there, strict=True))
        return replace(some, criteria=tuple(kept))


def readings(
    methodology: Methodology, *, questions: Sequence[str] | None = None, joint: bool = True
) -> pd.DataFrame:
    """Every combination of readings of the open questions.

    Parameters
    ----------
    methodology, questions, joint
        As for :func:`options`.

    Returns
    -------
    pandas.DataFrame
        One row a combination: ``reading`` (0 is the methodology as given), one column a question with the
        option taken, ``refused``: why the combination cannot be, empty where it can.

    Raises
    ------
    ParameterError
        No such question, or more than a million combinations.

    Examples
    --------
    >>> readings(Methodology.load("order-35"), questions=["twice_the_sum", "missing_figure"])
       reading  twice_the_sum missing_figure refused
    0        0       as_given       as_given
    1        1       as_given  not_fulfilled
    2        2  sum_of_growth       as_given
    3        3  sum_of_growth  not_fulfilled
    4        4  income_itself       as_given
    5        5  income_itself  not_fulfilled
    """
    return Grid(methodology, questions=questions, joint=joint).frame()


def _options(question: Question, current: Mapping[str, Value], joint: bool) -> tuple[Option, ...]:
    live = [a for a in question.alternatives if any(current[path] != value for path, value in a.settings)]
    sizes = range(1, len(live) + 1) if joint else (1,)
    sets = [some for size in sizes for some in combinations(live, size) if _fit(some)]
    named = (Option("+".join(a.id for a in some), dict(s for a in some for s in a.settings)) for some in sets)
    return (Option(AS_GIVEN), *named)


def _fit(alternatives: Sequence[Alternative]) -> bool:
    paths = [path for alternative in alternatives for path, _ in alternative.settings]
    return len(set(paths)) == len(paths)


def _classes(
    some: tuple[Option, ...], criterion: Criterion, current: Mapping[str, Value]
) -> tuple[list[dict[str, Value]], np.ndarray]:
    """The different things that the options change in a criterion, and which of them each option changes."""
    kinds: list[dict[str, Value]] = []
    of = []
    for option in some:
        changed = {path: value for path, value in option.settings.items() if value != current[path]}
        mine = {p: v for p, v in changed.items() if p == "missing" or p.rpartition(".")[0] == criterion.id}
        if mine not in kinds:
            kinds.append(mine)
        of.append(kinds.index(mine))
    return kinds, np.array(of, dtype=np.intp)
