"""Explain one verdict: ``assess`` judges it, ``evidence`` gathers its figures, ``wording`` says them."""

from pathlib import Path

import pandas as pd

from effeval.columns import LANGUAGES
from effeval.dataset import Dataset, check_data
from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.explaining.cards import Card, Margin, Source
from effeval.explaining.evidence import Evidence, Figure, evidence
from effeval.explaining.readings import changes, readings
from effeval.explaining.wording import Words
from effeval.labels import heading, names, phrase
from effeval.law import Criterion
from effeval.methodology import Methodology, check_methodology
from effeval.scope import footer
from effeval.scoring import ROUNDING, assess


def explain(
    data: Dataset,
    project: str,
    *,
    criterion: str,
    year: int,
    methodology: Methodology | None = None,
    lang: str = "ru",
) -> Card:
    """The evidence card of one verdict: clause, formula with figures, state and why, margin, sources.

    Parameters
    ----------
    data : Dataset
        From :func:`effeval.load`. The project is judged anew, alone, by :func:`effeval.assess`.
    project : str
        Its ``project_id``.
    criterion : str
        A criterion of the project's measure, for example "13.1".
    year : int
        A year judged.
    methodology : Methodology, optional
        Default: order-35 as packaged.
    lang : str
        kk, ru or en.

    Returns
    -------
    Card
        ``print`` shows it as text, a notebook as HTML; every part is an attribute.

    Raises
    ------
    ParameterError
        No such project or language, a criterion of another measure, or a year that was not judged; it says
        which there are.
    DataError
        A column that a criterion needs is absent.
    MethodologyError
        The measure of the project has no criteria in the methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([3000.0, 500.0], [90.0, 310.0], year=2023)
    >>> card = explain(data, "A", criterion="8.1", year=2024, lang="en")
    >>> card.formula[1], card.margin.text
    ('Export value, thousand tenge: 90 (2023) + 310 (2024) = 400', 'Short by: 3.1 million tenge')
    """
    methodology = Methodology.load() if methodology is None else methodology
    check_data(data)
    check_methodology(methodology)
    year = int(year)
    part, law = _one_project(data, project, criterion=criterion, methodology=methodology, lang=lang)
    row = _row(assess(part, methodology), project, criterion, year)
    found = evidence(part, law, year=year, due=row["state"] != "not_due")
    cells = (row[name] for name in ("plan", "actual", "score"))
    plan, actual, score = (None if pd.isna(cell) else float(cell) for cell in cells)
    difference = _difference(found)
    apart = None if difference == 0 else found.actual
    words = Words(law, lang=lang, unit=_own_unit(part), plan=found.plan, actual=apart)
    missing = bool(found.missing) or found.no_support is not None
    moved = changes(methodology, law)
    return Card(
        project_id=project,
        criterion=law.id,
        year=year,
        lang=lang,
        synthetic=part.synthetic,
        particulars=_particulars(part, methodology, year=year, lang=lang),
        citation=law.citation[lang],
        text=law.text[lang],
        original=None if lang == "kk" else law.text.kk,
        note=None if lang == "kk" else phrase("explain.unofficial", lang=lang),
        name=law.name[lang],
        rule=words.rule(),
        formula=words.formula(found),
        threshold=words.threshold,
        threshold_text=words.threshold_text(year),
        plan=plan,
        actual=actual,
        score=score,
        plan_text=words.amount(plan),
        actual_text=words.amount(actual),
        readings=readings(methodology, law, changed=moved, missing=missing, lang=lang),
        changed=moved,
        state=row["state"],
        state_text=phrase(f"state.{row['state']}", lang=lang),
        reason=words.reason(found, state=row["state"], year=year),
        margin=None if plan is None or actual is None else _margin(words, found, difference),
        sources=tuple(_source(figure, data, words) for figure in found.sources),
        footer=footer(part, methodology, lang=lang),
    )


def _one_project(
    data: Dataset, project: str, *, criterion: str, methodology: Methodology, lang: str
) -> tuple[Dataset, Criterion]:
    """The data of the project and the criterion of its measure, or all that is wrong with the question."""
    faults = []
    if lang not in LANGUAGES:
        faults.append(f"There is no language {lang!r}.\nTo fix: lang is one of {', '.join(LANGUAGES)}.")
    ids = data.projects["project_id"]
    if not (ids == project).any():
        fix = "project is a project_id of the table projects."
        faults.append(f"{unknown('project', project, ids)}\nTo fix: {fix}")
        raise ParameterError("\n".join(faults))
    part = data.subset([project])
    measure = int(part.projects["measure"].iloc[0])
    own = {c.id: c for c in methodology.criteria if c.measure == measure}
    if not own:
        raise MethodologyError(f"{methodology.id} has no measure {measure}.")
    if criterion not in own:
        known = ", ".join(f"{id} ({c.name['en']})" for id, c in own.items())
        what = f"{criterion!r} is not a criterion of measure {measure}, which project {project} received."
        faults.append(f"{what}\nTo fix: criterion is one of {known}.")
    if faults:
        raise ParameterError("\n".join(faults))
    return part, own[criterion]


def _row(assessed: pd.DataFrame, project: str, criterion: str, year: int) -> pd.Series:
    rows = assessed[assessed["criterion"] == criterion].set_index("year")
    if year not in rows.index:
        years = ", ".join(map(str, rows.index))
        fix = f"year is one of {years}." if years else "report a year of it in the table observations."
        raise ParameterError(f"Project {project} was not judged in {year}.\nTo fix: {fix}")
    return rows.loc[year]


def _particulars(
    part: Dataset, methodology: Methodology, *, year: int, lang: str
) -> tuple[tuple[str, str], ...]:
    """Who is judged: what the head of a letter needs."""
    project = part.projects.iloc[0]
    bin_ = project.get("bin")
    kato = str(project["kato"])
    region = names("region", lang=lang).get(kato[:2])
    measure = next(m for m in methodology.measures if m.id == int(project["measure"]))
    unnamed = phrase("unknown", lang=lang)
    return (
        (heading("projects", "applicant", lang=lang), str(project["applicant"])),
        (heading("projects", "bin", lang=lang), unnamed if bin_ is None or pd.isna(bin_) else str(bin_)),
        (heading("projects", "project_id", lang=lang), str(project["project_id"])),
        (heading("projects", "measure", lang=lang), f"{measure.id}. {measure.name[lang]}"),
        (heading("assessed", "region", lang=lang), kato if region is None else f"{region} ({kato})"),
        (heading("observations", "year", lang=lang), str(year)),
    )


def _own_unit(part: Dataset) -> str | None:
    unit = part.projects.iloc[0].get("unit")
    return None if unit is None or pd.isna(unit) or not str(unit).strip() else str(unit).strip()


def _difference(found: Evidence) -> float | None:
    """actual − plan; 0 where they are equal up to binary rounding, as ``assess`` compares them."""
    if found.plan is None or found.actual is None:
        return None
    difference = found.actual - found.plan
    slack = ROUNDING * max(1.0, abs(found.plan), found.largest)
    return 0.0 if abs(difference) <= slack else difference


def _margin(words: Words, found: Evidence, difference: float) -> Margin:
    natural = found.natural if words.growth and difference != 0 else difference
    at_least = found.steps[-1].kind == "sum" and bool(found.missing)
    text = words.margin(difference, natural, at_least=at_least)
    return Margin(difference, natural, words.natural_unit, text)


def _source(figure: Figure, data: Dataset, words: Words) -> Source:
    return Source(
        file=_file(data.sources, figure.table),
        table=figure.table,
        project_id=figure.project_id,
        year=figure.year,
        column=figure.column,
        value=figure.value,
        shown=words.cell(figure),
    )


def _file(sources: tuple[Path, ...], table: str) -> str:
    """The file of a folder that holds the table, or the workbook that holds all of them."""
    named = [path.name for path in sources if path.stem == table]
    if named:
        return named[0]
    return sources[0].name if len(sources) == 1 else ""
