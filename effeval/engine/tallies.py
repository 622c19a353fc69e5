"""Tallies of judged rows counted on codes: part by part, added up, and divided at the end."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from effeval.columns import columns, extra_names
from effeval.comparing import FULFILLED, NO_DATA, NOT_FULFILLED
from effeval.engine.arrow import array, arrow, pc, texts
from effeval.engine.intake import OF_PROJECT, Projects
from effeval.errors import ParameterError, unknown
from effeval.judging import Judged
from effeval.methodology import Methodology
from effeval.rates import EVERY_LEVEL, divided, levels

COUNTS = ("due", "assessed", "fulfilled", "projects")
FIGURES = ("score", "support_paid")
GRAINS = (2.0**20, 2.0**-3, 2.0**-26)  # figures are summed in parts of so few digits that every sum is exact
ONES = 1  # the part that ones fall into
PARTS = {name: [(name, number) for number in range(len(GRAINS) + 1)] for name in FIGURES}
SUMS = (*COUNTS, *(part for parts in PARTS.values() for part in parts))
OF_ROW = ("year", "criterion")  # the other columns to group by are the project's
MOST_GROUPS = 0.2  # for each row, that occur or not: each takes a hundred bytes while rows are counted
MOST_EMPTY = 4  # codes for each row, of which those that occur are found without sorting
MOST_CODES = 2**62  # a product of more would overflow
COUNT_AT = 1_000_000  # rows counted at once: parts have the same groups, and each group costs something
COMBINE_AT = 500_000  # groups held before they are added up


class Tally:
    """Fulfilment by one grouping, of any number of parts.

    Parameters
    ----------
    by : sequence of str
        As for :func:`effeval.fulfilment`, without ``project_id`` and ``state``.
    methodology : Methodology
    names : sequence of str
        Columns of ``projects``; those of the user's own may be grouped by.

    Raises
    ------
    ParameterError
        A column of ``by`` is not there or is named twice.
    """

    def __init__(self, by: Sequence[str], *, methodology: Methodology, names: Sequence[str]):
        allowed = ["measure", "criterion", "year", *OF_PROJECT, *extra_names(names)]
        for name in by:
            if name not in allowed:
                message = unknown("column to group by", name, allowed)
                raise ParameterError(f"{message}\nTo fix: one of {', '.join(allowed)}")
        if len(set(by)) < len(by):
            raise ParameterError(f"A column is named twice in by={list(by)}.\nTo fix: name each column once.")
        self.by, self.methodology, self.names = tuple(by), methodology, tuple(names)
        self._of_row = ("state", "first", *(name for name in OF_ROW if name in by))
        self._figures = ("support_paid",) if methodology.scale == "binary" else FIGURES
        self._codes: dict[str, dict[object, int]] = {name: {} for name in by}
        self._waiting: list[tuple[dict[str, np.ndarray], ...]] = []
        self._held: list[dict[str, np.ndarray]] = []

    def __getstate__(self) -> dict[str, object]:
        self._count()
        return self.__dict__

    def add(self, projects: Projects, judged: Judged) -> None:
        """Count a part. Each project stands in one part alone, so that distinct projects add up."""
        if not len(judged.owner):
            return
        own = {name: self._coded(name, projects) for name in self.by if name not in OF_ROW}
        rows = {name: getattr(judged, name) for name in self._of_row}
        rows |= {name: judged.values[name] for name in self._figures}
        self._waiting.append((own, {"rows": judged.count}, rows))
        if sum(len(part["state"]) for _, _, part in self._waiting) >= COUNT_AT:
            self._count()

    def _count(self) -> None:
        """Count the rows that wait."""
        if not self._waiting:
            return
        own, each, rows = (_joined(parts) for parts in zip(*self._waiting, strict=True))
        self._waiting = []
        code, keys = self._groups(own, each["rows"], rows)
        count = int(code.max()) + 1
        by_state = np.bincount(code * 4 + rows["state"], minlength=count * 4).reshape(-1, 4)
        once, paid = self._once(each["rows"], rows["first"])
        assessed = by_state[:, FULFILLED] + by_state[:, NOT_FULFILLED]
        sums = {
            "due": assessed + by_state[:, NO_DATA],
            "assessed": assessed,
            "fulfilled": by_state[:, FULFILLED],
            "projects": np.bincount(code.take(np.flatnonzero(once)), minlength=count),
        }
        if "score" in rows:
            sums |= _exact("score", rows["score"], rows["score"] > 0, code, count)
        else:  # a score is 1, where fulfilled
            sums |= dict.fromkeys(PARTS["score"], np.zeros(count)) | {PARTS["score"][ONES]: sums["fulfilled"]}
        sums |= _exact("support_paid", rows["support_paid"], paid & (rows["support_paid"] > 0), code, count)
        there = np.flatnonzero(sums["projects"])
        self._held.append(keys(there) | {name: values.take(there) for name, values in sums.items()})
        held = [len(some["due"]) for some in self._held]
        if sum(held) > COMBINE_AT + held[0]:
            self._add_up()

    def _groups(self, own: dict[str, np.ndarray], count: np.ndarray, rows: dict[str, np.ndarray]):
        """Number of the group of each row, and what gives the codes of its columns."""
        group, one = _numbered(own, len(count))
        within: list[tuple[str, int]] = []
        if "year" in self.by:
            first = int(rows["year"].min())
            within.append(("year", int(rows["year"].max()) - first + 1))
        if "criterion" in self.by:
            within.append(("criterion", len(self.methodology.criteria)))
        code = np.repeat(group, count)
        for name, size in within:
            code *= size
            code += rows[name]
            code -= first if name == "year" else 0
        most = int(code.max()) + 1
        few, code = _renumbered(code, most) if most > MOST_GROUPS * len(code) else (np.arange(most), code)

        def keys(there: np.ndarray) -> dict[str, np.ndarray]:
            found, there = {}, few.take(there)
            for name, size in reversed(within):
                whole = there // size  # divmod takes ten times as long
                found[name], there = there - whole * size, whole
            if "year" in found:
                found["year"] = found["year"] + first
            there = one.take(there)
            return found | {name: codes.take(there) for name, codes in own.items()}

        return code, keys

    def _coded(self, name: str, projects: Projects) -> np.ndarray:
        """Codes of a column of projects that mean the same in every part."""
        if name == "measure":
            occurs = np.bincount(projects.measure) > 0
            ids = np.flatnonzero(occurs)
            words, place = ids.tolist(), (np.cumsum(occurs) - 1).take(projects.measure)
        else:
            column = projects.texts.get(name, projects.extra.get(name))
            if not pa.types.is_dictionary(column.type):
                column = pc.dictionary_encode(column)
            words = [None if word != word else word for word in column.dictionary.to_pylist()]  # NaN
            words.append(None)
            none = arrow(np.array([len(words) - 1], dtype=np.int32))[0]
            place = array(pc.coalesce(column.indices, none))
        known = self._codes[name]
        return np.array([known.setdefault(word, len(known)) for word in words]).take(place)

    def _once(self, count: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows that count each project once a group, and each project and year once a group."""
        paid = np.ones(len(first), dtype=bool) if "criterion" in self.by else first
        if "year" in self.by:
            return paid, paid
        newest = np.zeros(len(first), dtype=bool)
        newest[(np.cumsum(count) - count)[count > 0]] = True
        if "criterion" not in self.by:
            return newest, paid
        cell = np.cumsum(first) - 1
        return newest[first][cell], paid  # all criteria of the first year of each project

    def __add__(self, other: "Tally") -> "Tally":
        """What both counted, of projects that stand in one of them alone."""
        both = Tally(self.by, methodology=self.methodology, names=self.names)
        for tally in (self, other):
            tally._count()
            both._held += [both._recoded(some, tally) for some in tally._held]
        both._add_up()
        return both

    def _recoded(self, held: dict[str, np.ndarray], of: "Tally") -> dict[str, np.ndarray]:
        """What another tally holds, in the codes of this one."""
        found = dict(held)
        for name, words in of._codes.items():
            if name not in OF_ROW:
                own = self._codes[name]
                codes = np.array([own.setdefault(word, len(own)) for word in words], dtype=np.int64)
                found[name] = codes[held[name]]
        return found

    def _add_up(self) -> None:
        """Hold the groups of what was counted each once."""
        if len(self._held) < 2:
            return
        keys = {name: np.concatenate([some[name] for some in self._held]) for name in self.by}
        code, one = _numbered(keys, sum(len(some["due"]) for some in self._held))
        added = {name: codes.take(one) for name, codes in keys.items()}
        for name in SUMS:  # column by column, as all of them may be large
            column = np.concatenate([some.pop(name) for some in self._held])
            added[name] = np.bincount(code, column, minlength=len(one))
        self._held = [added]

    def finished(self) -> pa.Table:
        """What :func:`effeval.fulfilment` gives, as an Arrow table."""
        self._count()
        found: dict[str, np.ndarray] = {name: np.zeros(0) for name in (*self.by, *SUMS)}
        self._add_up()
        if self._held:
            found = dict(self._held[0])
        elif not self.by:
            found = {name: np.zeros(1) for name in SUMS}
        for name, parts in PARTS.items():
            found[name] = sum(found.pop(part) for part in reversed(parts))  # the small ones first
        words = {name: self._words(name, found[name]) for name in self.by}
        if len(self.by) == 1 and self.by[0] in EVERY_LEVEL:
            words, found = self._every_level(words[self.by[0]], found)
        for name in COUNTS:
            found[name] = found[name].astype(np.int64)
        found |= divided(found)
        numbers = {name: arrow(found[name], nan_is_empty=True) for name in columns("fulfilment")}
        table = pa.table({**words, **numbers})
        if len(self.by) == 1 and self.by[0] in EVERY_LEVEL or not self.by:
            return table
        return pc.take(table, pc.sort_indices(table, sort_keys=[(name, "ascending") for name in self.by]))

    def _words(self, name: str, codes: np.ndarray) -> pa.Array:
        if name == "year":
            return arrow(codes.astype(np.int64))
        if name == "criterion":
            ids = [criterion.id for criterion in self.methodology.criteria]
            return pc.take(texts(ids), arrow(codes.astype(np.int64)))
        return pc.take(_array_of(list(self._codes[name])), arrow(codes.astype(np.int64)))

    def _every_level(self, words: pa.Array, found: dict[str, np.ndarray]) -> tuple[dict, dict]:
        name = self.by[0]
        known = levels(name, self.methodology)
        place = {word: number for number, word in enumerate(words.to_pylist())}
        at = np.array([place.get(level, -1) for level in known])
        sums = {key: np.append(found[key], 0)[at] for key in (*COUNTS, *FIGURES)}
        return {name: _array_of(known)}, sums


def _exact(
    name: str, values: np.ndarray, where: np.ndarray, code: np.ndarray, count: int
) -> dict[str, np.ndarray]:
    """Sums by code of some rows, in parts; whatever is added when and where, the parts come out the same.

    A part is a multiple of its grain below the grain before, some 23 binary digits, so that a thousand million of them
    add up within the 53 digits of a double.
    """
    rows = np.flatnonzero(where)
    values, code, found = values.take(rows), code.take(rows), {}
    for part, grain in zip(PARTS[name], GRAINS, strict=False):
        coarse = np.rint(values / grain) * grain
        found[part], values = _sums(code, coarse, count), values - coarse
    return found | {PARTS[name][-1]: _sums(code, values, count)}


def _sums(code: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(code, values, minlength=count) if values.any() else np.zeros(count)


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Columns of several parts on end."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _numbered(coded: dict[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """A number for each combination of codes that occurs, and one place where each does."""
    code, most = np.zeros(count, dtype=np.int64), 1
    for codes in coded.values():
        size = int(codes.max()) + 1
        if most * size > MOST_CODES:
            code = np.unique(code, return_inverse=True)[1]
            most = count
        code, most = code * size + codes, most * size
    code = _renumbered(code, most)[1]
    one = np.empty(int(code.max()) + 1, dtype=np.intp)
    one[code] = np.arange(count)
    return code, one


def _renumbered(code: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The codes that occur, of those below ``most``, and the place among them of each."""
    if most > MOST_EMPTY * len(code):
        return np.unique(code, return_inverse=True)
    occurs = np.bincount(code) > 0
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1).take(code)


def _array_of(words: list) -> pa.Array:
    """Values that a column is grouped by, of whatever type it has."""
    if all(word is None or isinstance(word, str) for word in words):
        return texts(words)
    return arrow(np.array(words)) if all(type(word) is int for word in words) else pa.array(words)
