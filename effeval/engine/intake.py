"""Arrow tables as the typed arrays that are judged; what ``load`` would not take as it stands is :class:`Unusual`."""

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from effeval.columns import SYNTHETIC_PREFIX, Column, columns, extra_names
from effeval.engine import checked
from effeval.engine.arrow import array, arrow, pc
from effeval.engine.checked import Unusual
from effeval.panel import MARKS

OF_PROJECT = ("region", "district", "sector", "category", "status")  # texts of a project that rows carry
CODED = ("kato", "oked", "category", "status")  # of projects, of few different texts
REGION, DISTRICT, SECTOR = 2, 4, 2  # leading digits
KATO_LENGTH, BIN_LENGTH = 9, 12
UNNAMED_INDEX = "__index_level_"


@dataclass(frozen=True, eq=False)
class Projects:
    """Some projects, sorted by identifier.

    Attributes
    ----------
    ids : pyarrow.Array of string
    measure : numpy.ndarray of int16
    marks : dict of str to numpy.ndarray of float64
        ``support_year``, ``commissioning_year``, ``term_end_year``; NaN where empty.
    texts : dict of str to pyarrow.DictionaryArray
        ``region``, ``district``, ``sector``, ``category``, ``status``.
    extra : dict of str to pyarrow.Array
        Columns of the user's own that are carried along.
    """

    ids: pa.Array
    measure: np.ndarray
    marks: dict[str, np.ndarray]
    texts: dict[str, pa.DictionaryArray]
    extra: dict[str, pa.Array]

    @property
    def synthetic(self) -> bool:
        """Whether some project is made up, which its identifier says."""
        return bool(pc.any(pc.starts_with(self.ids, pattern=SYNTHETIC_PREFIX)).as_py())

    def has_status(self, status: str) -> np.ndarray:
        """Which projects have a status."""
        words = np.array(self.texts["status"].dictionary.to_pylist(), dtype=object)
        return (words == status)[array(self.texts["status"].indices)]


def wanted(schema: pa.Schema, table: str) -> list[str]:
    """Columns of a file to read: the contract's, and of projects those that are carried along.

    Raises
    ------
    Unusual
        A required column is missing, a heading needs mending, or rows have names of their own.
    """
    names = [name for name in schema.names if not name.startswith(UNNAMED_INDEX)]
    known = columns(table)
    if any(name != name.strip() for name in names) or len(set(names)) < len(names):
        raise Unusual("headings")
    if any(column.required and name not in names for name, column in known.items()):
        raise Unusual("a column is missing")
    stored = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    if any(
        not (isinstance(i, dict) and i["name"] is None or str(i).startswith(UNNAMED_INDEX)) for i in stored
    ):
        raise Unusual("rows have names")
    kept = [name for name in known if name in names]
    return [*kept, *extra_names(names)] if table == "projects" else kept


def read_projects(table: pa.Table, *, regions: frozenset[str]) -> Projects:
    """Type and check projects that are sorted by identifier.

    Parameters
    ----------
    table : pyarrow.Table
        The columns of :func:`wanted`.
    regions : frozenset of str
        Codes of the regions there are.

    Raises
    ------
    Unusual
    """
    known = columns("projects")
    ids = checked.trimmed(table["project_id"], known["project_id"])
    for name in ("applicant", "unit"):
        if name in table.column_names:
            checked.trimmed(table[name], known[name])
    if "bin" in table.column_names:
        checked.check_digits(checked.texts(table["bin"], known["bin"]), "bin", length=BIN_LENGTH)
    if "tnved" in table.column_names:
        checked.check_pattern(checked.texts(table["tnved"], known["tnved"]), "tnved")
    kato, oked = (checked.as_codes(table[name], known[name]) for name in ("kato", "oked"))
    for name, coded in (("kato", kato), ("oked", oked)):
        checked.check_pattern(coded.dictionary, name)
    padded = pc.utf8_rpad(kato.dictionary, width=KATO_LENGTH, padding="0")
    texts = {"region": _begin(kato, padded, REGION), "district": _begin(kato, padded, DISTRICT)}
    texts["sector"] = _begin(oked, oked.dictionary, SECTOR)
    if not regions.issuperset(texts["region"].dictionary.to_pylist()):
        raise Unusual("kato")
    for name in ("category", "status"):
        texts[name] = checked.as_codes(table[name], known[name])
        if not set(known[name].choices).issuperset(texts[name].dictionary.to_pylist()):
            raise Unusual(name)
    return Projects(
        ids=ids,
        measure=checked.whole(table["measure"], known["measure"]).astype(np.int16),
        marks={name: _mark(table, known[name]) for name in MARKS},
        texts=texts,
        extra={name: checked.as_array(table[name]) for name in extra_names(table.column_names)},
    )


def figures(table: pa.Table) -> dict[str, np.ndarray]:
    """Columns of figures as float64, NaN where empty; all of them are checked, whether needed or not.

    Raises
    ------
    Unusual
        A figure is below zero or infinite, or a column is not stored as numbers.
    """
    known = [
        c for c in columns("observations").values() if c.kind == "number" and c.name in table.column_names
    ]
    rows = np.empty((len(known), len(table)))  # at once: for large pieces of memory there are larger pages
    return {c.name: checked.numbers(table[c.name], c, out=own) for c, own in zip(known, rows, strict=True)}


def years(table: pa.Table, name: str = "year") -> np.ndarray:
    """Calendar years as int16, none empty."""
    return checked.whole(table[name], columns("observations")["year"]).astype(np.int16)


def check_ids(ids: pa.ChunkedArray | pa.Array) -> None:
    """Refuse identifiers that are empty or no text, before they are compared.

    Raises
    ------
    Unusual
    """
    checked.check_text(ids, columns("projects")["project_id"])


def owners(ids: pa.ChunkedArray, known: pa.Array) -> np.ndarray | None:
    """Position of each identifier among the known ones; None if one is not there.

    Examples
    --------
    >>> owners(pa.chunked_array([["A", "A", "C"]]), pa.array(["A", "B", "C"])).tolist()
    [0, 0, 2]
    """
    pieces, starts, row, last = [], [], 0, None
    for piece in pc.cast(ids, target_type=pa.string()).chunks if ids.type != pa.string() else ids.chunks:
        if piece.null_count:
            return None
        if len(piece):
            changed = array(pc.not_equal(piece.slice(1), piece.slice(0, len(piece) - 1)))
            new = np.flatnonzero(changed) + 1
            new = np.append(0, new) if piece[0].as_py() != last else new
            pieces, starts = [*pieces, pc.take(piece, arrow(new))], [*starts, row + new]
            row, last = row + len(piece), piece[-1].as_py()
    if not row:
        return np.empty(0, dtype=np.int32)
    own = pa.concat_arrays(pieces)
    if len(own) == len(known) and own.equals(known):
        place = np.arange(len(known), dtype=np.int32)
    else:
        found = pc.index_in(own, value_set=known)
        if found.null_count:
            return None
        place = array(found)
    return np.repeat(place, np.diff(np.append(np.concatenate(starts), row)))


def read_reference(table: pa.Table) -> dict[str, dict[int, float]]:
    """Columns of figures of ``reference`` by name and calendar year.

    Raises
    ------
    Unusual
    """
    known = columns("reference")
    year = checked.whole(table["year"], known["year"]).astype(np.int64)
    if len(set(year.tolist())) < len(year):
        raise Unusual("year")
    checked.trimmed(table["source"], known["source"])
    found = {}
    for name, column in known.items():
        if column.kind == "number":
            values = checked.numbers(table[name], column).tolist()
            found[name] = dict(zip(year.tolist(), values, strict=True))
    return found


def is_sorted(ids: pa.Array) -> bool:
    """Whether identifiers rise, none twice."""
    return len(ids) < 2 or bool(pc.all(pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py())


def is_rising(ids: pa.Array) -> bool:
    """Whether identifiers stand in their order, each as often as it likes."""
    return len(ids) < 2 or bool(pc.all(pc.less_equal(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py())


def _begin(coded: pa.DictionaryArray, values: pa.Array, digits: int) -> pa.DictionaryArray:
    """The leading digits of codes."""
    begin = pc.dictionary_encode(pc.utf8_slice_codeunits(values, start=0, stop=digits))
    indices = array(begin.indices)[array(coded.indices)]
    return pa.DictionaryArray.from_arrays(arrow(indices), begin.dictionary)


def _mark(table: pa.Table, of: Column) -> np.ndarray:
    """A year of each project, NaN where empty or the column is absent."""
    return checked.whole(table[of.name], of) if of.name in table.column_names else np.full(len(table), np.nan)
