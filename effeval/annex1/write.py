"""Fill the form of Annex 1: a workbook with one sheet a measure, its scores and totals as live formulas."""

import os
from datetime import datetime
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook

from effeval.annex1 import formulas
from effeval.annex1.form import Form
from effeval.annex1.parameters import (
    Parameter,
    about,
    parameter_cells,
    parameters,
    write_about,
    write_parameters,
)
from effeval.annex1.styles import Styles
from effeval.columns import check_language
from effeval.dataset import Dataset
from effeval.errors import ParameterError
from effeval.labels import phrase
from effeval.methodology import Methodology
from effeval.reading.files import replacing

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(
    assessed: pd.DataFrame,
    data: Dataset,
    path: str | os.PathLike[str],
    *,
    year: int,
    methodology: Methodology,
    lang: str = "kk",
) -> Path:
    """Write the form of Annex 1 for a year: a sheet for each measure, with the projects of :func:`in_form`.

    Scores, their sums and the totals are formulas over plan and actual; plans that follow from a threshold
    refer to the sheet of parameters. Every formula carries the value that ``assess`` gave. Empty figures stay
    empty, infinite growth is shown as "∞", and text of the data never becomes a formula or a link. The same
    inputs give the same bytes.

    Parameters
    ----------
    assessed : pandas.DataFrame
        Rows of :func:`effeval.assess`; for a form of some regions or measures, those rows alone.
    data : Dataset
        What was judged.
    path : path
        The workbook to write; it appears complete or not at all.
    year : int
        Reporting year.
    methodology : Methodology
        With which ``assessed`` was made.
    lang : str
        kk (the order's own words), ru or en.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    ParameterError
        There is no such language, no project stands in the form of the year, ``path`` is not an .xlsx file in a folder
        that exists, or ``assessed`` is not of these data and this methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> from tempfile import TemporaryDirectory
    >>> data = ee.example([100.0], [120.0])
    >>> methodology = ee.Methodology.load("order-35")
    >>> with TemporaryDirectory() as folder:
    ...     form = Path(folder) / "annex-1.xlsx"
    ...     write(ee.assess(data, methodology), data, form, year=2024, methodology=methodology).name
    'annex-1.xlsx'
    """
    path = Path(path)
    kept = in_form(assessed, data)
    judged = kept[kept["year"] == year]
    _check(kept, judged, path, year=year, lang=lang)
    measures = [measure for measure in methodology.measures if measure.id in set(judged["measure"])]
    rows = parameters(data, methodology=methodology, measures=measures, year=year, lang=lang)
    _check_origin(judged, data, rows, methodology=methodology)
    with replacing(path) as temporary, Workbook(temporary, _OPTIONS) as book:
        book.set_properties(
            {
                "title": phrase("form.title", lang=lang),
                "created": datetime.fromisoformat(methodology.edition),  # not the day of the run
            }
        )
        styles = Styles(book, lang=lang)
        cells = parameter_cells(rows, lang=lang)
        for measure in measures:
            form = Form(book, measure, styles=styles, methodology=methodology, cells=cells, lang=lang)
            form.fill(judged[judged["measure"] == measure.id], data, year)
        write_parameters(book, rows, styles=styles, lang=lang)
        count = int(judged["project_id"].nunique())
        said = list(about(data, methodology=methodology, year=year, projects=count, lang=lang))
        write_about(book, said, styles=styles, lang=lang)
    return path


def in_form(assessed: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Judged rows of the projects that stand in the form of each year: of applicants that received the measure.

    Data begin before the support year where a growth needs its base. In the form of such a year (Annex 1, column 2:
    the applicant that received the measure) a project stands only if a criterion is due, as after an early
    commissioning, or support was paid.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`.
    data : Dataset
        What was judged.

    Returns
    -------
    pandas.DataFrame
        Some rows of ``assessed``, all or none of each project and year.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.load({
    ...     "projects": pd.DataFrame({
    ...         "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
    ...         "category": ["small"], "support_year": [2023], "status": ["implementing"]}),
    ...     "observations": pd.DataFrame({
    ...         "project_id": "A", "year": [2022, 2023], "support_paid": [None, 100.0], "export_value": 90.0}),
    ...     "reference": pd.DataFrame({"year": [2023], "wage_growth_forecast": [0.1], "source": ["example"]}),
    ... })
    >>> assessed = ee.assess(data, ee.Methodology.load("order-35"))
    >>> assessed["year"].tolist(), in_form(assessed, data)["year"].tolist()
    ([2022, 2023], [2023])
    """
    key = ["project_id", "year"]
    rows = assessed[key].merge(data.projects[["project_id", "support_year"]], on="project_id", how="left")
    later = (rows["support_year"] > rows["year"]).to_numpy(dtype="bool", na_value=False)
    active = ((assessed["state"] != "not_due") | (assessed["support_paid"] > 0)).to_numpy()
    there = rows.assign(there=~later | active).groupby(key)["there"].transform("any")
    return assessed[there.to_numpy(dtype="bool")]


def _check(assessed: pd.DataFrame, judged: pd.DataFrame, path: Path, *, year: int, lang: str) -> None:
    check_language(lang)
    if path.suffix.lower() != ".xlsx":
        raise ParameterError(f"{path.name!r} is not an .xlsx file.\nTo fix: a name such as annex-1.xlsx")
    if judged.empty:
        years = ", ".join(map(str, sorted(set(assessed["year"])))) or "none"
        message = f"No project that received a measure was judged in {year}, so there is no form to fill."
        raise ParameterError(f"{message}\nTo fix: a year that was judged: {years}")


def _check_origin(
    judged: pd.DataFrame, data: Dataset, rows: list[Parameter], *, methodology: Methodology
) -> None:
    """Refuse rows that come from other data or another methodology: formulas and figures would contradict."""
    foreign = sorted(set(judged["project_id"]) - set(data.projects["project_id"]))
    faults = [f"data have no project {', '.join(foreign[:10])}"] if foreign else []
    known = {criterion.id: criterion for criterion in methodology.criteria}
    strange = sorted(set(judged["criterion"]) - set(known))
    faults += [f"{methodology.id} has no criterion {', '.join(strange)}"] if strange else []
    values = {row.path: row.value for row in rows}
    for id in sorted(set(judged["criterion"]) & set(known)):
        path = formulas.threshold(known[id], year=int(judged["year"].iloc[0]))
        plan = judged.loc[judged["criterion"] == id, "plan"].dropna()
        if path is not None and not path.endswith(".multiple") and not (plan == values[path]).all():
            faults.append(f"{path} is {values[path]}, but {id} was judged by {plan.iloc[0]}")
    if faults:
        message = "assessed does not belong to the data and methodology given: " + "; ".join(faults)
        raise ParameterError(f"{message}.\nTo fix: give what assessed was made from")
