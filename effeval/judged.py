"""Judged rows as a source: a file that ``assess`` or an audit of forms wrote, or data that are judged now."""

import os
from pathlib import Path

import pandas as pd

from effeval.columns import columns
from effeval.dataset import Dataset, load
from effeval.errors import DataError, Fault
from effeval.methodology import Methodology
from effeval.reading.files import parts
from effeval.scoring import assess

ENDINGS = (".csv", ".parquet")
DTYPES = {"text": "str", "choice": "str", "number": "float64", "year": "int64", "measure": "int64"}


def judged(source: str | os.PathLike[str], *, methodology: Methodology) -> tuple[Dataset, pd.DataFrame]:
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
    (Dataset, pandas.DataFrame)
        For a file of judged rows the data set holds the projects alone, without figures.

    Raises
    ------
    DataError
        The data cannot be judged, or the file lacks columns or has values that no verdict can have.
    """
    path = Path(source)
    if not is_judged(path):
        data = load(path, methodology=methodology)
        return data, assess(data, methodology)
    rows = _typed(_read(path), path)
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
    return Dataset(
        projects, nothing, pd.DataFrame(columns=list(columns("reference"))), last, tuple(parts(path))
    ), rows


def is_judged(source: str | os.PathLike[str]) -> bool:
    """Whether a path names a file of judged rows: data sets are folders or workbooks.

    Examples
    --------
    >>> is_judged("judged.parquet"), is_judged("data.xlsx")
    (True, False)
    """
    return Path(source).suffix.lower() in ENDINGS


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
