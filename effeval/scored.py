"""A data set judged once and kept as Parquet, so that many reports need not judge it again."""

import json
import os
from pathlib import Path

import pandas as pd

from effeval.dataset import Dataset
from effeval.methodology import Methodology

ABOUT = "scored.json"
TABLES = ("projects", "observations", "reference")


def write_scored(
    folder: str | os.PathLike[str], data: Dataset, assessed: pd.DataFrame, *, methodology: Methodology
) -> None:
    """Keep a judged data set in an empty folder.

    Parameters
    ----------
    folder : path
        An empty folder; :func:`read_scored` reads it.
    data : Dataset
    assessed : pandas.DataFrame
        ``assess(data, methodology)``, all rows.
    methodology : Methodology
        With which it was judged.
    """
    folder = Path(folder)
    for name in TABLES:
        getattr(data, name).to_parquet(folder / f"{name}.parquet", index=False)
    assessed.to_parquet(folder / "assessed.parquet", index=False)
    about = {
        "methodology": methodology.to_document(),
        "last_year": data.last_year,
        "sources": [str(path.resolve()) for path in data.sources],
        "digests": list(data.digests.values()),
    }
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def is_scored(folder: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder that :func:`write_scored` filled."""
    return (Path(folder) / ABOUT).is_file()


def read_scored(folder: str | os.PathLike[str]) -> tuple[Dataset, pd.DataFrame, Methodology]:
    """What :func:`write_scored` kept.

    Returns
    -------
    (Dataset, pandas.DataFrame, Methodology)
        The data set, its judged rows, and with what they were judged. Warnings about the data are not kept.

    Examples
    --------
    >>> import effeval as ee
    >>> from tempfile import TemporaryDirectory
    >>> data = ee.example([100.0], [120.0])
    >>> law = Methodology.load("order-35")
    >>> with TemporaryDirectory() as folder:
    ...     write_scored(folder, data, ee.assess(data, law), methodology=law)
    ...     _, assessed, _ = read_scored(folder)
    >>> assessed[["project_id", "criterion", "state"]].values.tolist()
    [['A', '8.1', 'fulfilled']]
    """
    folder = Path(folder)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    frames = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    sources = tuple(Path(path) for path in about["sources"])
    data = Dataset(
        **frames, last_year=about["last_year"], sources=sources, known_digests=tuple(about["digests"])
    )
    assessed = pd.read_parquet(folder / "assessed.parquet")
    return data, assessed, Methodology.from_document(about["methodology"])
