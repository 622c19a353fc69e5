"""What a finished notebook must show before its report counts, and whether the reports add up."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from effeval.errors import ReportError
from effeval.reports.plan import Report
from effeval.scope import FACTS, facts

COUNTS = ("due", "assessed", "fulfilled", "no_data")
TENGE = 0.001  # one tenge in thousand tenge: sums may differ by half of it
_ROW = re.compile(r"<tbody[^>]*>\s*<tr", re.IGNORECASE)


def facts_of(notebook: Any) -> dict[str, Any]:
    """The facts that a notebook shows (:attr:`effeval.scope.Scope.facts`); empty if it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if FACTS in output.get("data", {}):
                return dict(output["data"][FACTS])
    return {}


def faults(notebook: Any, found: Mapping[str, Any], report: Report) -> list[str]:
    """Why an executed notebook is not the report it should be; empty if it is.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    found : mapping
        Its facts.
    report : Report
        What it should be about.

    Returns
    -------
    list of str
        No facts, facts of another region, year or language, and, unless there are no projects: a table
        without rows, a figure that is blank, no figure at all.
    """
    if not found:
        return ["The notebook shows no facts: its last cell must be report.facts."]
    told = {"region": found.get("region", ""), "year": found.get("year"), "lang": found.get("lang")}
    asked = {"region": report.region, "year": report.year, "lang": report.lang}
    wrong = [f"The notebook is about {told}, not {asked}."] if told != asked else []
    if not found["projects"]:
        return wrong
    pictures, lines = 0, []
    for number, data in _outputs(notebook):
        if "<table" in data.get("text/html", "") and not _ROW.search(data["text/html"]):
            lines.append(
                f"cell {number}: a table has no rows, though there are {len(found['projects'])} projects"
            )
        if "image/png" in data:
            pictures += 1
            lines += [f"cell {number}: a figure is blank"] if _blank(data["image/png"]) else []
    return [*wrong, *lines, *([] if pictures else ["The notebook shows no figure."])]


def expected(assessed: pd.DataFrame, *, year: int) -> dict[str, dict[str, Any]]:
    """What the reports of a year must add up to, by region; the whole country under "".

    Parameters
    ----------
    assessed : pandas.DataFrame
        All rows of :func:`effeval.assess`.
    year : int

    Returns
    -------
    dict of str to dict
        :func:`effeval.scope.facts` of each region that occurs; rows without one stand under "unknown".
    """
    rows = assessed[assessed["year"] == year]
    home = rows["region"].fillna("unknown")
    return {"": facts(rows)} | {str(region): facts(part) for region, part in rows.groupby(home)}


def reconcile(made: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """The regions add up to the country, to the project and the tenge, and each says what the data say.

    Parameters
    ----------
    made : mapping of str to mapping
        Facts of the reports made in one language, by region; the whole country under "".
    wanted : mapping of str to mapping
        From :func:`expected`; stands in for regions that no report was made of.

    Raises
    ------
    ReportError
        Every difference, with the region.

    Examples
    --------
    >>> one = {"projects": ["A"], "due": 2, "assessed": 2, "fulfilled": 1, "no_data": 0, "support_paid": 5.0}
    >>> both = {"": one, "63": one}
    >>> reconcile(both, both)
    >>> reconcile({"63": one | {"fulfilled": 2}}, both)
    Traceback (most recent call last):
      ...
    effeval.errors.ReportError: The reports do not add up; none was published.
    region 63: fulfilled is 2 in the report, 1 in the data
    all regions together: fulfilled is 2, in the country 1
    """
    lines = [line for region, found in made.items() for line in _against(region, found, wanted.get(region))]
    country = made.get("", wanted[""])
    parts = {region: made.get(region, wanted[region]) for region in wanted if region}
    for name in (*COUNTS, "support_paid"):
        total = sum(part[name] for part in parts.values())
        if not _same(name, total, country[name]):
            lines.append(f"all regions together: {name} is {total:,}, in the country {country[name]:,}")
    lines += _once({region: part["projects"] for region, part in parts.items()}, country["projects"])
    if lines:
        raise ReportError("\n".join(["The reports do not add up; none was published.", *lines]))


def _against(region: str, found: Mapping[str, Any], data: Mapping[str, Any] | None) -> list[str]:
    place = f"region {region}" if region else "the whole country"
    if data is None:  # a region in which nothing was judged in the year
        data = {"projects": []} | dict.fromkeys((*COUNTS, "support_paid"), 0)
    lines = [
        f"{place}: {name} is {found[name]:,} in the report, {data[name]:,} in the data"
        for name in (*COUNTS, "support_paid")
        if not _same(name, found[name], data[name])
    ]
    strange = sorted(set(found["projects"]) ^ set(data["projects"]))
    return lines + ([f"{place}: not in both report and data: {_few(strange)}"] if strange else [])


def _once(parts: Mapping[str, Sequence[str]], country: Sequence[str]) -> list[str]:
    home, lines = {}, []
    for region, projects in parts.items():
        for project in projects:
            if project in home:
                lines.append(f"{project} is in regions {home[project]} and {region}")
            home[project] = region
    strange = sorted(set(home) ^ set(country))
    return lines + ([f"not in both the regions and the country: {_few(strange)}"] if strange else [])


def _same(name: str, left: float, right: float) -> bool:
    if name == "support_paid":
        return abs(left - right) <= max(TENGE / 2, 1e-12 * abs(right))
    return left == right


def _few(projects: list[str]) -> str:
    more = f" and {len(projects) - 10:,} more" if len(projects) > 10 else ""
    return ", ".join(projects[:10]) + more


def _outputs(notebook: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            yield number, output.get("data", {})


def _blank(png: str) -> bool:
    """Whether a picture has one colour alone."""
    from io import BytesIO

    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(BytesIO(base64.b64decode(png))).convert("L")
        darkest, lightest = image.getextrema()
        return darkest == lightest
    except (UnidentifiedImageError, binascii.Error):
        return True
