"""Judged rows as a source: a file that ``assess`` or an audit of forms wrote, or data that are judged now."""

import os
import warnings
from pathlib import Path

import pandas as pd

from effeval.columns import columns
from effeval.dataset import Dataset, DataWarning, load
from effeval.errors import DataError, Fault, ParameterError
from effeval.methodology import Methodology
from effeval.reading.files import parts
from effeval.recorded import recorded
from effeval.scoring import assess

ENDINGS = (".csv", ".parquet")
DTYPES = {"text": "str", "choice": "str", "number": "float64", "year": "int64", "measure": "int64"}


def judged(
    source: str | os.PathLike[str], *, methodology: Methodology
) -> tuple[Dataset, pd.DataFrame, Methodology]:
    """A data set and its judged rows: of data, by judging them; of a file of judged rows, as they stand there.

    Parameters
    ----------
    source : path
        A data set as :func:`effeval.load` takes it, or a .csv or .parquet file with the columns of
        :func:`effeval.assess` (as ``effeval assess`` and ``effeval audit`` write them; .parquet may be a folder).
    methodology : Methodology
        Judges data; a file of judged rows keeps the verdicts it has.

    Returns
    -------
    (Dataset, pandas.DataFrame, Methodology)
        The last is what the rows were judged by: as a .parquet file records it, or else the one given. For a file
        of judged rows the data set holds the projects alone, without figures.

    Raises
    ------
    DataError
        The data cannot be judged, or the file lacks columns or has values that no verdict can have.
    ParameterError
        The file records another methodology than the one given, which is not order-35 as it is; or several.

    Warns
    -----
    DataWarning
        The file does not record the methodology; the one given is taken.
    """
    path = Path(source)
    if not is_judged(path):
        data = load(path, methodology=methodology)
        return data, assess(data, methodology), methodology
    rows = _typed(_read(path), path)
    methodology = _judged_by(path, methodology)
    known = [
        name
        for name in ("project_id", "applicant", "kato", "measure", "category", "status", "unit")
        if name in rows
    ]
    projects = rows.drop_duplicates("project_id")[known].reset_index(drop=True)
    if "kato" not in projects:
        projects["kato"] = rows.drop_duplicates("project_id")["region"].str.ljust(9, "0").array
    if "applicant" not in projects:
        projects["applicant"] = projects["project_id"]
    nothing = pd.DataFrame({"project_id": pd.Series(dtype="str"), "year": pd.Series(dtype="int64")})
    last = int(rows["year"].max()) if len(rows) else None
    reference = pd.DataFrame(columns=list(columns("reference")))
    return Dataset(projects, nothing, reference, last, tuple(parts(path))), rows, methodology


def is_judged(source: str | os.PathLike[str]) -> bool:
    """Whether a path names a file of judged rows: data sets are folders or workbooks.

    Examples
    --------
    >>> is_judged("judged.parquet"), is_judged("data.xlsx")
    (True, False)
    """
    return Path(source).suffix.lower() in ENDINGS


def _judged_by(path: Path, given: Methodology) -> Methodology:
    """What rows were judged by: outputs name it, and must not name another."""
    found = recorded(parts(path)) if path.suffix.lower() == ".parquet" else []
    if not found:
        message = (
            f"{path.name} does not record by which methodology it was judged; outputs will name {given.id}"
        )
        changed = ", ".join(f"{name} = {value}" for name, value in given.changes().items())
        message += f" with {changed}" if changed else " without changed parameters"
        fix = "keep judged rows as .parquet, which records it, or name what they were judged by with --methodology"
        warnings.warn(f"{message}.\n  To fix: {fix}", DataWarning, stacklevel=3)
        return given
    if len(found) > 1:
        message = f"The files in {path} were judged by {len(found)} different methodologies."
        raise ParameterError(f"{message}\nTo fix: judge all of the data anew, by one")
    default = given.id == "order-35" and not given.changes()
    if not default and given.to_document() != found[0].to_document():
        message = (
            f"{path.name} was judged by another methodology ({found[0].id}) than the one given ({given.id})."
        )
        raise ParameterError(f"{message}\nTo fix: name none, or give the data that the rows were judged from")
    return found[0]


def _read(path: Path) -> pd.DataFrame:
    if not any(part.is_file() for part in parts(path)):
        raise DataError(
            [Fault("assessed", "does not exist", "name a file that effeval assess wrote", str(path))]
        )
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path)
    numbers = {name: "float64" for name, column in columns("assessed").items() if column.kind == "number"}
    head = pd.read_csv(path, nrows=0, encoding="utf-8-sig")
    return pd.read_csv(path, dtype={name: numbers.get(name, "str") for name in head}, encoding="utf-8-sig")


def _typed(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    wanted = columns("assessed")
    fix = "give a file as effeval assess writes it"
    faults = [
        Fault("assessed", "the column is missing", fix, path.name, None, name)
        for name in wanted
        if name not in rows
    ]
    if not faults:
        strange = rows.index[~rows["state"].isin(wanted["state"].choices)]
        faults = [
            Fault(
                "assessed", "is no state", fix, path.name, int(row) + 2, "state", str(rows.loc[row, "state"])
            )
            for row in strange
        ]
    if faults:
        raise DataError(faults)
    return rows.astype({name: DTYPES[column.kind] for name, column in wanted.items()})
