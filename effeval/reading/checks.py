"""What the schema cannot say: tables that must agree, codes that must exist, figures that look wrong."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from effeval.classifiers import kato_changes, regions, sectors
from effeval.columns import columns, computed_names
from effeval.errors import Fault
from effeval.methodology import Methodology
from effeval.reading.schema import Typed

SOUTH_KAZAKHSTAN = "51"
REUSED = {"191000000": "is the code of Konaev now"}  # district codes that were given to another place
USUAL_GROWTH = -0.5, 1.0  # a growth of wages outside is probably in per cent
FAR = 3  # years from the last but one to the last year in the data, from which the last is probably mistyped


def faults(tables: Mapping[str, Typed], methodology: Methodology) -> list[Fault]:
    """Faults of tables together, of codes, and of columns that the criteria need.

    Parameters
    ----------
    tables : mapping of str to Typed
        Tables that could be read; what needs one that is not there is left out.
    methodology : Methodology

    Returns
    -------
    list of Fault
    """
    found = []
    projects, observations = tables.get("projects"), tables.get("observations")
    for table in tables.values():
        if table.grid.table != "reference" and table.frame.empty:
            found.append(table.grid.whole("has no rows", fix="give at least one row under the heading"))
    if projects is not None:
        found += _unknown_regions(projects)
    if projects is not None and observations is not None:
        found += _orphans(projects, observations)
    frames = {name: table.frame for name, table in tables.items()}
    absent = absent_columns(frames, methodology)
    places = {name: table.grid.file for name, table in tables.items()}
    return found + [Fault(f.table, f.message, f.fix, places[f.table], None, f.column) for f in absent]


def absent_columns(frames: Mapping[str, pd.DataFrame], methodology: Methodology) -> list[Fault]:
    """Columns of observations and reference that criteria of the measures at hand need and that are absent.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Tables by name.
    methodology : Methodology

    Returns
    -------
    list of Fault
        One a column, naming the criteria; columns that the schema requires are its business.
    """
    needs = defaultdict(list)
    for criterion in _criteria(frames, methodology):
        for name in criterion.figures:
            needs["observations", name].append(criterion.id)
        if criterion.reference is not None:
            needs["reference", criterion.reference].append(criterion.id)
    found = []
    for (table, name), ids in needs.items():
        column = columns(table).get(name)
        if table not in frames or name in frames[table] or (column is not None and column.required):
            continue
        fix = "add it, with empty cells where a figure was not reported, or take the measure out of projects"
        found.append(Fault(table, f"the column is missing, but {_for(ids)}", fix, column=name))
    return found


def _criteria(frames: Mapping[str, pd.DataFrame], methodology: Methodology) -> list:
    if "measure" not in frames.get("projects", ()):
        return []
    there = set(frames["projects"]["measure"].dropna())
    return [c for measure in methodology.measures if measure.id in there for c in measure.criteria]


def _for(ids: Iterable[str]) -> str:
    by_measure = defaultdict(list)
    for id in ids:
        by_measure[id.partition(".")[0]].append(id)
    needs = (
        f"measure {measure} needs it (criterion {', '.join(ids)})" for measure, ids in by_measure.items()
    )
    return "; ".join(needs)


def _unknown_regions(projects: Typed) -> list[Fault]:
    if "kato" not in projects.frame:
        return []
    region = projects.frame["kato"].str[:2]
    former = region == SOUTH_KAZAKHSTAN
    unknown = region.notna() & ~region.isin(regions()["region"]) & ~former
    return [
        *projects.grid.at(
            np.flatnonzero(unknown),
            ["kato"],
            message="does not begin with a region of KATO",
            fix=f"the first two digits are one of {', '.join(regions()['region'])}",
        ),
        *projects.grid.at(
            np.flatnonzero(former),
            ["kato"],
            message="is in South Kazakhstan, which ended on 19 June 2018",
            fix="write the code of today: 61… Turkistan Region, or 79… Shymkent",
        ),
    ]


def _orphans(projects: Typed, observations: Typed) -> list[Fault]:
    if "project_id" not in projects.frame or "project_id" not in observations.frame:
        return []
    owner = observations.frame["project_id"]
    strange = set(owner.dropna().unique()) - set(projects.frame["project_id"])
    place = projects.grid.file or "projects"
    return observations.grid.at(
        np.flatnonzero(owner.isin(strange)),
        ["project_id"],
        message=f"is not in {place}",
        fix=f"add the project to {place}, or correct the identifier",
    )


def warnings(tables: Mapping[str, Typed], methodology: Methodology) -> list[Fault]:
    """What can be computed but is probably not meant; parameters as in :func:`faults`."""
    found = []
    if "projects" in tables:
        projects = tables["projects"]
        found += [*_former_codes(projects), *_other_sectors(projects), *_ends_before_start(projects)]
        found += [*_absent_years(projects, methodology), *_taken_names(projects)]
    if "reference" in tables:
        found += _doubtful_reference(tables["reference"])
    if "observations" in tables:
        found += _far_years(tables["observations"])
    if "observations" in tables and "reference" in tables:
        found += _ended_reference(tables, methodology)
    return found


def _former_codes(projects: Typed) -> list[Fault]:
    """KATO codes of districts that moved to another region or got another code in 2018 and 2022."""
    if "kato" not in projects.frame:
        return []
    district, found = projects.frame["kato"].str[:4], []
    there = {code for code in district.dropna().unique() if not code.startswith(SOUTH_KAZAKHSTAN)}
    for change in kato_changes().itertuples():
        if change.old_kato[:4] in there:
            rows = np.flatnonzero(district == change.old_kato[:4])
            now = f"; it {REUSED[change.old_kato]}" if change.old_kato in REUSED else ""
            message = f"was {change.old_name} until {change.effective}, which is {change.new_kato} since{now}"
            fix = f"write {change.new_kato} if {change.old_name} is meant; the row is counted as it stands"
            found += projects.grid.note(rows, "kato", message=message, fix=fix)
    return found


def _other_sectors(projects: Typed) -> list[Fault]:
    if "oked" not in projects.frame:
        return []
    sector = projects.frame["oked"].str[:2]
    rows = np.flatnonzero(sector.notna() & ~sector.isin(sectors()["sector"]))
    message = "is not in manufacturing (OKED 10 to 33), so its sector has no name"
    return projects.grid.note(rows, "oked", message=message, fix="check the code; Excel drops a leading zero")


def _ends_before_start(projects: Typed) -> list[Fault]:
    if "support_year" not in projects.frame:
        return []
    early = projects.frame["term_end_year"] < projects.frame["support_year"]
    message = "the term ends before the support year, so no year is judged but those with figures"
    rows = np.flatnonzero(early.fillna(False))
    return projects.grid.note(rows, "term_end_year", message=message, fix="check both")


def _absent_years(projects: Typed, methodology: Methodology) -> list[Fault]:
    """Years that criteria count from or end with, absent as a whole."""
    needs = defaultdict(list)
    for criterion in _criteria({"projects": projects.frame}, methodology):
        for name in criterion.project_years:
            if name not in projects.grid.frame and not columns("projects")[name].required:
                needs[name].append(criterion.id)
    message = "the column is missing; without it a criterion is never due, but {}"
    return [
        projects.grid.whole(message.format(_for(ids)), fix="add it, if the years are known", column=name)
        for name, ids in needs.items()
    ]


def _taken_names(projects: Typed) -> list[Fault]:
    """Columns of the user's own whose names effeval uses in its results."""
    taken = [name for name in projects.grid.frame if name in computed_names()]
    message = "is the name of a column that effeval computes; yours is not carried into the results"
    fix = "rename it, for example to own_{}"
    return [projects.grid.whole(message, fix=fix.format(name), column=name) for name in taken]


def _doubtful_reference(reference: Typed) -> list[Fault]:
    found, frame = [], reference.frame
    low, high = USUAL_GROWTH
    if "wage_growth_forecast" in frame:
        growth = frame["wage_growth_forecast"]
        rows = np.flatnonzero((growth > high) | ((growth < low) & (growth >= -1)))
        message = "is an unusual growth of wages: 1 is 100 %"
        found += reference.grid.note(rows, "wage_growth_forecast", message=message, fix="write 0.10 for 10 %")
    if "source" in frame:
        rows = np.flatnonzero(frame["source"].isna())
        fix = "name the edition and base of the forecast, nominal or real"
        found += reference.grid.note(rows, "source", message="has no source", fix=fix)
    return found


def _far_years(observations: Typed) -> list[Fault]:
    """A last year far from all others: projects would be judged in every year up to it."""
    if "year" not in observations.frame:
        return []
    years = observations.frame["year"]
    *_, before, last = [None, None, *sorted(years.dropna().unique())]
    if before is None or last - before < FAR:
        return []
    message = f"is {last - before} years after all others; what is implemented is judged up to it"
    return observations.grid.note(
        np.flatnonzero(years == last), "year", message=message, fix="check the year"
    )


def _ended_reference(tables: Mapping[str, Typed], methodology: Methodology) -> list[Fault]:
    """Years of the data after the last of the reference, if a criterion compares with it."""
    frames = {name: table.frame for name, table in tables.items()}
    compared = [c.id for c in _criteria(frames, methodology) if c.reference is not None]
    if not compared or not all("year" in frames[name] for name in ("observations", "reference")):
        return []
    last, known = (frames[name]["year"].max() for name in ("observations", "reference"))
    if pd.isna(last) or (pd.notna(known) and known >= last):
        return []
    end = "has none" if pd.isna(known) else f"ends with {known}, but the data go on to {last}"
    message = f"{end}; a year that is not there has no plan for {', '.join(compared)}"
    return [tables["reference"].grid.whole(message, fix="add a row for each year", column="year")]
