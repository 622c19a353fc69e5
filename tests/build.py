"""Data sets for tests, made from plain dicts, typed as ``load`` types them but without the cost of checking them."""

import pandas as pd

import effeval as ee
from effeval.columns import indicators

PLACE = {"applicant": "Example", "kato": "630000000", "oked": "24", "category": "small"}
YEARS = {"commissioning_year": None, "term_end_year": None}
BYSTANDER = {"project_id": "bystander", "measure": 8, "status": "implementing"}


def dataset(
    projects: list[dict],
    rows: dict[str, dict[int, dict]],
    *,
    reference: dict[int, float],
    last_year: int | None = None,
) -> ee.Dataset:
    """``rows`` is project id → year → figures; a bystander carries the data to ``last_year``."""
    if last_year is not None:
        projects = [*projects, BYSTANDER | {"support_year": last_year}]
        rows = rows | {BYSTANDER["project_id"]: {last_year: {}}}
    table = pd.DataFrame([PLACE | YEARS | project for project in projects])
    table = table.astype({"measure": "int64", "support_year": "int64"} | dict.fromkeys(YEARS, "Int64"))
    cells = [
        {"project_id": id, "year": year, **figures}
        for id, years in rows.items()
        for year, figures in years.items()
    ]
    observed = pd.DataFrame(cells, columns=["project_id", "year", *indicators()])
    observed = observed.astype(
        {"project_id": "str", "year": "int64"} | dict.fromkeys(indicators(), "float64")
    )
    series = pd.DataFrame(
        {"year": list(reference), "wage_growth_forecast": list(reference.values()), "source": "test"}
    )
    series = series.astype({"year": "int64", "wage_growth_forecast": "float64"})
    last = int(observed["year"].max()) if len(observed) else None
    return ee.Dataset(table, observed, series, last_year=last)


def judged(assessed: pd.DataFrame, project: str, criterion: str) -> dict[int, dict]:
    """Year → state and figures of one project and criterion, empty as None."""
    rows = assessed[(assessed["project_id"] == project) & (assessed["criterion"] == criterion)]
    names = ["state", "plan", "actual", "attainment", "score"]
    return {
        row["year"]: {name: None if pd.isna(row[name]) else row[name] for name in names}
        for row in rows.to_dict("records")
    }
