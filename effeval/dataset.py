"""From files to a data set that is checked and typed, with all faults at once."""

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import pandas as pd

from effeval.columns import INPUT_TABLES, SYNTHETIC_PREFIX, columns
from effeval.errors import DataError, Fault, ParameterError, expect
from effeval.methodology import Methodology, check_methodology
from effeval.reading import checks
from effeval.reading.files import digest, read
from effeval.reading.schema import DTYPES, Typed, typed

PathOrFrames = str | os.PathLike[str] | Mapping[str, pd.DataFrame]
FOUND = ["severity", "file", "table", "row", "column", "value", "message", "fix"]


class DataWarning(UserWarning):
    """Something in a data set that was read, but not as it stands, or that looks doubtful."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set that can be judged; made by :func:`load`.

    Attributes
    ----------
    projects : pandas.DataFrame
        One row a support case. Text and codes are str, ``measure`` and ``support_year`` int64,
        ``commissioning_year`` and ``term_end_year`` Int64 (always there, empty where unknown), then other
        columns as they came.
    observations : pandas.DataFrame
        One row a project and ``year`` (int64); figures float64, in the units of the contract. A column of
        figures that the file has not is not here either.
    reference : pandas.DataFrame
        One row a ``year`` (int64).
    last_year : int or None
        Last year in the observations of the whole data set, with which reporting periods end; a part of a
        data set keeps that of the whole.
    sources : tuple of Path
        Files it was read from.
    warnings : tuple of Fault
        What was read but is worth knowing.
    known_digests : tuple of str
        SHA-256 of the sources where they were taken before (the files may be elsewhere); else empty.
    """

    projects: pd.DataFrame
    observations: pd.DataFrame
    reference: pd.DataFrame
    last_year: int | None
    sources: tuple[Path, ...] = ()
    warnings: tuple[Fault, ...] = ()
    known_digests: tuple[str, ...] = ()

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each source by its name."""
        values = self.known_digests if self.known_digests else [digest(path) for path in self.sources]
        return {path.name: value for path, value in zip(self.sources, values, strict=True)}

    @property
    def synthetic(self) -> bool:
        """Whether some project is made up, which its identifier says (SYN-…)."""
        return bool(self.projects["project_id"].str.startswith(SYNTHETIC_PREFIX).any())

    def subset(self, project_ids: Iterable[str]) -> "Dataset":
        """The same data set with some projects only; ``last_year`` stays that of the whole.

        Raises
        ------
        ParameterError
            There is no such project.

        Examples
        --------
        >>> frames = {
        ...     "projects": pd.DataFrame({"project_id": ["A", "B"]}),
        ...     "observations": pd.DataFrame({"project_id": ["A", "B"], "year": [2023, 2024]}),
        ...     "reference": pd.DataFrame({"year": [2024]}),
        ... }
        >>> part = Dataset(**frames, last_year=2024).subset(["A"])
        >>> len(part.projects), len(part.observations), part.last_year
        (1, 1, 2024)
        """
        wanted = pd.Index(project_ids, dtype="str")
        unknown = wanted.difference(self.projects["project_id"])
        if len(unknown):
            message = f"There is no project {', '.join(unknown[:10])}."
            raise ParameterError(f"{message}\nTo fix: name identifiers that stand in projects")
        parts = {
            name: frame[frame["project_id"].isin(wanted)].reset_index(drop=True)
            for name, frame in (("projects", self.projects), ("observations", self.observations))
        }
        return replace(self, **parts)

    def __repr__(self) -> str:
        return f"<Dataset: {self._summary()}>"

    def _repr_html_(self) -> str:
        return f"<p><b>Dataset</b>: {escape(self._summary())}</p>"

    def _summary(self) -> str:
        years = self.observations["year"]
        span = f", {years.min()} to {years.max()}" if len(years) else ""
        parts = [f"{len(self.projects):,} projects", f"{len(years):,} rows of observations{span}"]
        parts.append(f"{len(self.reference):,} reference years")
        if self.warnings:
            parts.append(f"{len(self.warnings):,} warnings")
        return "; ".join([*parts, "synthetic data"] if self.synthetic else parts)


def load(source: PathOrFrames, *, methodology: Methodology | None = None) -> Dataset:
    """Read and check a data set.

    Parameters
    ----------
    source : path or mapping of str to pandas.DataFrame
        A folder with projects, observations and reference as .csv or .parquet, one .xlsx workbook with sheets
        of these names, or frames by these names.
    methodology : Methodology, optional
        Says which columns the criteria need. Default: order-35 as packaged.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        Something is wrong; it lists every fault of all tables with file, row, column and value.

    Warns
    -----
    DataWarning
        Once, with all that was read but is worth knowing.

    Examples
    --------
    >>> data = load({
    ...     "projects": pd.DataFrame({
    ...         "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
    ...         "category": ["small"], "support_year": [2023], "status": ["implementing"]}),
    ...     "observations": pd.DataFrame({
    ...         "project_id": ["A"], "year": [2023], "support_paid": [100.0], "export_value": [90.0]}),
    ...     "reference": pd.DataFrame({"year": [], "wage_growth_forecast": [], "source": []}),
    ... })
    >>> data
    <Dataset: 1 projects; 1 rows of observations, 2023 to 2023; 0 reference years>
    >>> data.projects.loc[0, "kato"]
    '750000000'
    """
    tables, paths, faults, doubts = _examined(source, methodology)
    if faults:
        raise DataError(faults)
    if doubts:
        warnings.warn(_said(doubts), DataWarning, stacklevel=2)
    frames = {name: _finished(table) for name, table in tables.items()}
    years = frames["observations"]["year"]
    last_year = int(years.max()) if len(years) else None
    return Dataset(**frames, last_year=last_year, sources=paths, warnings=tuple(doubts))


def validate(source: PathOrFrames, *, methodology: Methodology | None = None) -> pd.DataFrame:
    """All faults and warnings of a data set as a table; bad data raises nothing.

    Parameters
    ----------
    source, methodology
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        ``severity`` (error, warning), ``file``, ``table``, ``row`` (Int64, as in the file; empty for a whole
        table or column), ``column``, ``value``, ``message``, ``fix``. No row: nothing to say.

    Examples
    --------
    >>> validate({"reference": pd.DataFrame({"year": [2024]})})[["severity", "table", "column"]]
      severity         table                column
    0    error      projects                   NaN
    1    error  observations                   NaN
    2    error     reference  wage_growth_forecast
    3    error     reference                source
    """
    _, _, faults, doubts = _examined(source, methodology)
    rows = [
        (severity, fault.file, fault.table, fault.row, fault.column, fault.value, fault.message, fault.fix)
        for severity, some in (("error", faults), ("warning", doubts))
        for fault in some
    ]
    found = pd.DataFrame(rows, columns=FOUND).astype("str")
    return found.assign(row=pd.array([row[3] for row in rows], dtype="Int64"))


def check_data(data: Dataset) -> None:
    """Refuse anything else, such as a path.

    Raises
    ------
    ParameterError
    """
    expect(data, Dataset, fix="load(FOLDER) makes one of a folder, a workbook or frames")


def require_columns(data: Dataset, methodology: Methodology) -> None:
    """Refuse a data set that lacks a column which a criterion of its measures needs.

    Raises
    ------
    ParameterError
        They are something else, such as a path and a name.
    DataError
        Every such column, with the criteria that need it.
    """
    check_data(data)
    check_methodology(methodology)
    frames = {"projects": data.projects, "observations": data.observations, "reference": data.reference}
    faults = checks.absent_columns(frames, methodology)
    if faults:
        raise DataError(faults)


def _examined(
    source: PathOrFrames, methodology: Methodology | None
) -> tuple[dict[str, Typed], tuple[Path, ...], list[Fault], list[Fault]]:
    """Tables as far as they could be read, files, all faults and all warnings, by table and row."""
    methodology = Methodology.load("order-35") if methodology is None else methodology
    check_methodology(methodology)
    found = read(source)
    tables = {name: typed(grid) for name, grid in found.grids.items()}
    faults = [*found.faults, *(fault for table in tables.values() for fault in table.faults)]
    faults += checks.faults(tables, methodology)
    doubts = [fault for table in tables.values() for fault in table.warnings]
    doubts += checks.warnings(tables, methodology)
    return tables, found.paths, sorted(faults, key=_place), sorted(doubts, key=_place)


def _place(fault: Fault) -> tuple[int, int, int]:
    tables = list(INPUT_TABLES)
    names = list(columns(fault.table)) if fault.table else []
    column = names.index(fault.column) if fault.column in names else -1
    return (tables.index(fault.table) if fault.table else -1), fault.row or 0, column


def _finished(table: Typed) -> pd.DataFrame:
    """The frame with whole numbers that are never empty as int64."""
    whole = [
        c.name for c in columns(table.grid.table).values() if DTYPES.get(c.kind) == "Int64" and not c.empty
    ]
    typed = {name: table.frame[name].astype("int64") for name in whole}
    return table.frame.assign(**typed)  # DataFrame.astype would copy and join all columns, one by one


def _said(doubts: list[Fault]) -> str:
    count = f"{len(doubts):,} thing{'' if len(doubts) == 1 else 's'} in the data worth knowing; it was read."
    return "\n".join([count, *(f"{fault}\n  To fix: {fault.fix}" for fault in doubts)])
