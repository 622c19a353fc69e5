"""Judged rows as a source: a file that ``assess`` or an audit of forms wrote, or data that are judged now."""

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.dataset import Dataset, DataWarning, load
from effeval.errors import DataError, ParameterError
from effeval.methodology import Methodology
from effeval.reading.files import parts
from effeval.reading.grids import Grid, from_frame, unreadable
from effeval.reading.parsing import numbers
from effeval.reading.textfiles import from_csv
from effeval.recorded import recorded
from effeval.scoring import assess

ENDINGS = (".csv", ".parquet")
TEXTS, WHOLE = ("text", "choice"), ("year", "measure")  # kinds of columns
KEY = ("project_id", "year", "criterion")
FIX = "give a file as effeval assess writes it"


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
    grid = _grid(path)
    methodology = _judged_by(path, methodology)
    rows = _typed(grid, methodology)
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
    found = recorded(parts(path)) if path.suffix.lower() == ".parquet" else [None]
    if found == [None]:
        message = (
            f"{path.name} does not record by which methodology it was judged; outputs will name {given.id}"
        )
        changed = ", ".join(f"{name} = {value}" for name, value in given.changes().items())
        message += f" with {changed}" if changed else " without changed parameters"
        fix = "keep judged rows as .parquet, which records it, or name what they were judged by with --methodology"
        warnings.warn(f"{message}.\n  To fix: {fix}", DataWarning, stacklevel=3)
        return given
    if len(found) > 1:
        message = f"The files in {path} were judged by different methodologies, or not all say by which."
        raise ParameterError(f"{message}\nTo fix: judge all of the data anew, by one")
    default = given.id == "order-35" and not given.changes()
    if not default and given.to_document() != found[0].to_document():
        message = (
            f"{path.name} was judged by another methodology ({found[0].id}) than the one given ({given.id})."
        )
        raise ParameterError(f"{message}\nTo fix: name none, or give the data that the rows were judged from")
    return found[0]


def _grid(path: Path) -> Grid:
    """The rows as they stand in a file, or in the files of a folder."""
    if not any(part.is_file() for part in parts(path)):
        raise unreadable("assessed", str(path), "does not exist", fix="name a file that effeval assess wrote")
    if path.suffix.lower() == ".csv":
        return from_csv(path, table="assessed")
    try:
        return from_frame(pd.read_parquet(path), table="assessed", file=path.name)
    except (OSError, ValueError) as error:  # what pyarrow raises are ValueErrors
        message = f"cannot be read as Parquet ({str(error).splitlines()[0]})"
        raise unreadable("assessed", path.name, message, fix=FIX) from error


def _typed(grid: Grid, methodology: Methodology) -> pd.DataFrame:
    """The rows with the types of ``assess``; every cell that no verdict can have is a fault."""
    known, frame = columns("assessed"), grid.frame
    faults = list(grid.faults)
    faults += [
        grid.whole("the column is missing", fix=FIX, column=name) for name in known if name not in frame
    ]
    if faults:
        raise DataError(faults)
    values = {name: frame[name].astype("str") for name, column in known.items() if column.kind in TEXTS}
    for name, column in known.items():
        if column.kind not in TEXTS:
            values[name], wrong = _numbers(frame[name], semicolon=grid.semicolon)
            if column.kind in WHOLE:
                wrong |= values[name].isna() | (values[name] % 1 != 0)
            said = "is not a whole number" if column.kind in WHOLE else "is not a number"
            faults += grid.at(np.flatnonzero(wrong), [name], message=said, fix=FIX)
    score, judged = values["score"], values["state"].isin(["fulfilled", "not_fulfilled"])
    checks = {
        ("state",): (~values["state"].isin(known["state"].choices), "is no state"),
        ("criterion",): (
            ~values["criterion"].isin([c.id for c in methodology.criteria]),
            f"is not in {methodology.id}",
        ),
        ("score",): ((score < 0) | (score > 1), "is not in 0…1"),
        ("state", "score"): (
            judged != score.notna(),
            "do not fit: a score stands where something was judged, only there",
        ),
        KEY: (pd.DataFrame(values).duplicated(KEY, keep=False), "is there more than once"),
    }
    for names, (wrong, message) in checks.items():
        faults += grid.at(np.flatnonzero(wrong), list(names), message=message, fix=FIX)
    if faults:
        raise DataError(faults)
    return frame.assign(**values).astype(dict.fromkeys((n for n in known if known[n].kind in WHOLE), "int64"))


def _numbers(cells: pd.Series, *, semicolon: bool) -> tuple[pd.Series, pd.Series]:
    """Numbers, infinite ones too (growth from zero), and which cells are none."""
    infinite = cells.isin(["inf", "-inf", np.inf, -np.inf])
    read = numbers(cells.mask(infinite), semicolon=semicolon)
    wrong = pd.Series(False, index=cells.index)
    for finding in read.refused:
        wrong.iloc[finding.rows] = True
    values = read.values.copy()
    values[infinite] = cells[infinite].astype("float64")
    return values, wrong
