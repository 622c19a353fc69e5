"""Synthetic sample data: the contract's three tables from a seed, byte for byte, as a data package.

Nobody stands behind a row: every project id begins with SYN-, every applicant is named synthetic, and no
BIN can exist. The shares are named constants in ``sample_projects``, ``sample_figures``, ``sample_gaps``.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import pandas as pd

from effeval.columns import INPUT_TABLES, SYNTHETIC_PREFIX, Column, columns
from effeval.errors import ParameterError
from effeval.packaged import RESOURCES
from effeval.reading.codes import CODES
from effeval.reading.files import replacing
from effeval.reading.schema import KEYS
from effeval.sample_figures import NEW_EXPORTERS, STILL_NONE, make_observations
from effeval.sample_gaps import EMPTY_CELLS, GAPS, YEAR_BEFORE
from effeval.sample_projects import (
    EMPTY_BIN,
    NO_COMMISSIONING_YEAR,
    NO_TERM_END_YEAR,
    TERMINATED,
    YEARS,
    average_wages,
    make_projects,
    texts,
    wage_growth,
)

__all__ = ["datapackage", "make_observations", "make_projects", "make_reference", "readme", "write_sample"]

MOST_PROJECTS, MOST_SEED = 1_000_000, 2**32 - 1
TYPES = {"number": "number", "year": "year", "measure": "integer"}  # of Table Schema; the rest is string


def write_sample(folder: str | PathLike[str], *, projects: int = 600, seed: int = 35) -> tuple[Path, ...]:
    """Write a synthetic data set with its data package and README; the same bytes for the same numbers.

    Parameters
    ----------
    folder : path
        Made if it is not there; a sample that stands in it is replaced.
    projects : int
        Support cases, 1 … 1,000,000.
    seed : int
        0 … 2³² − 1.

    Returns
    -------
    tuple of Path
        projects.csv, observations.csv, reference.csv, datapackage.json and README.md.

    Raises
    ------
    ParameterError
        A number out of its range, or ``folder`` is a file or holds tables that are not synthetic.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in write_sample(folder, projects=13)]
    ['projects.csv', 'observations.csv', 'reference.csv', 'datapackage.json', 'README.md']
    """
    _check(projects=projects, seed=seed)
    if Path(folder).exists() and not Path(folder).is_dir():
        raise ParameterError(f"{folder} is a file.\nTo fix: name a folder; it is made if it is not there")
    for table in ("projects", "observations"):
        if not _may_be_replaced(Path(folder) / f"{table}.csv"):
            message = f"{table}.csv in {folder} is not of a sample, and would be lost."
            raise ParameterError(f"{message}\nTo fix: name another folder")
    cases = make_projects(projects=projects, seed=seed)
    figures = make_observations(cases, seed=seed)
    frames = {"projects": cases, "observations": figures, "reference": make_reference()}
    contents = {
        f"{table}.csv": frames[table].to_csv(index=False, lineterminator="\n").encode("utf-8")
        for table in INPUT_TABLES
    }
    package = datapackage(contents, projects=projects, seed=seed)
    contents["datapackage.json"] = (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    contents["README.md"] = readme(projects=projects, seed=seed).encode("utf-8")
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with replacing(Path(folder) / name) as temporary:
            temporary.write_bytes(content)
    return tuple(Path(folder) / name for name in contents)


def _may_be_replaced(table: Path) -> bool:
    """Whether a file is not there, or every row of it is synthetic."""
    if not table.exists():
        return True
    with table.open("rb") as lines:
        next(lines, None)
        return all(line.startswith(SYNTHETIC_PREFIX.encode()) for line in lines)


def make_reference() -> pd.DataFrame:
    """The table ``reference`` of the sample: growth of the average wage as a stand-in for the forecast.

    Returns
    -------
    pandas.DataFrame
        ``year`` (2018 … 2025), ``wage_growth_forecast`` (fraction, four digits) and ``source``, which says
        that it is a stand-in and names the wages of both years.

    Examples
    --------
    >>> make_reference().head(1).to_dict("records")[0]["wage_growth_forecast"]
    0.0785
    """
    wages = average_wages()
    sources = []
    for year in YEARS:
        before, now = wages.loc[year - 1], wages.loc[year]
        origin = dict.fromkeys([before["source"], now["source"]])
        sources.append(
            "STAND-IN, not the Forecast of Socio-Economic Development: actual growth of the average monthly "
            f"nominal wage of one employee from {before['average_wage']:.10g} tenge in {year - 1} to "
            f"{now['average_wage']:.10g} tenge in {year}. {'; '.join(origin)}"
        )
    return pd.DataFrame({"year": YEARS, "wage_growth_forecast": wage_growth(), "source": sources})


def datapackage(contents: Mapping[str, bytes], *, projects: int, seed: int) -> dict:
    """Description of a written sample as a Frictionless Data Package.

    Parameters
    ----------
    contents : mapping of str to bytes
        File name to content, for sizes and checksums.
    projects, seed : int
        What the sample was made with.

    Returns
    -------
    dict
        To be written as datapackage.json: title and description (synthetic first), sources, and for each
        table its licence, checksum and schema: types, constraints, keys and, beyond the standard, ``unit``.

    Examples
    --------
    >>> empty = dict.fromkeys(["projects.csv", "observations.csv", "reference.csv"], b"")
    >>> datapackage(empty, projects=1, seed=2)["resources"][1]["schema"]["primaryKey"]
    ['project_id', 'year']
    """
    head, about = texts()["package"], texts()["resources"]
    head["description"] = head["description"].format(projects=projects, seed=seed)
    resources = [_resource(table, contents[f"{table}.csv"], about[table]) for table in INPUT_TABLES]
    return {"profile": "tabular-data-package", **head, "resources": resources}


def _resource(table: str, content: bytes, words: dict) -> dict:
    schema = {
        "fields": [_field(column) for column in columns(table).values()],
        "missingValues": [""],
        "primaryKey": KEYS[table],
    }
    if table == "observations":
        owner = {"resource": "projects", "fields": ["project_id"]}
        schema["foreignKeys"] = [{"fields": ["project_id"], "reference": owner}]
    return {
        "name": table,
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        **words,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(column: Column) -> dict:
    """A column of the contract in Table Schema's words."""
    constraints: dict[str, object] = {"required": not column.empty}
    if column.choices:
        constraints["enum"] = list(column.choices)
    if column.range is not None:
        bounds = zip(("minimum", "maximum"), column.range, strict=True)
        constraints |= {name: int(bound) for name, bound in bounds if math.isfinite(bound)}
    if column.kind in CODES:
        constraints["pattern"] = f"[0-9]{{{CODES[column.kind].low},{CODES[column.kind].high}}}"
    field = {"name": column.name, "type": TYPES.get(column.kind, "string"), "title": column.label("en")}
    if column.unit:
        field["unit"] = column.unit
    return field | {"description": column.description, "constraints": constraints}


def readme(*, projects: int, seed: int) -> str:
    """The README that comes with a sample: that it is synthetic, and which gaps it has in which shares."""
    shares = {name: weight / sum(GAPS.values()) for name, weight in GAPS.items()}
    shares |= {"no_commissioning_year": NO_COMMISSIONING_YEAR, "no_term_end_year": NO_TERM_END_YEAR}
    shares |= {"no_year_before": 1 - YEAR_BEFORE, "empty_bin": EMPTY_BIN, "empty_cells": EMPTY_CELLS}
    shares |= {"new_exporters": NEW_EXPORTERS, "still_none": STILL_NONE, "terminated": TERMINATED}
    template = (RESOURCES / "sample_readme.md").read_text(encoding="utf-8")
    percent = {name: f"{100 * share:.0f} %" for name, share in shares.items()}
    return template.format(projects=projects, seed=seed, **percent)


def _check(*, projects: int, seed: int) -> None:
    """Both numbers within their range; all faults at once."""
    asked = [("projects", projects, 1, MOST_PROJECTS), ("seed", seed, 0, MOST_SEED)]
    wrong = [entry for entry in asked if not entry[2] <= entry[1] <= entry[3]]
    if wrong:
        faults = ", ".join(f"{name} = {value} is not in {low}…{high}" for name, value, low, high in wrong)
        ranges = " and ".join(f"{name} from {low} to {high}" for name, _, low, high in wrong)
        raise ParameterError(f"{faults}.\nTo fix: choose {ranges}")
