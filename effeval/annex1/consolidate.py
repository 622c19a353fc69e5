"""Many forms as one: judged rows of the contract, and the data set that a national form is written from."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from effeval.annex1.audit import audit, judged
from effeval.annex1.read import Forms
from effeval.dataset import Dataset
from effeval.errors import DataError, Fault
from effeval.methodology import Methodology

BLOCKING = ("repeated", "kato")  # findings that recomputing cannot mend: who counts twice, and where


def consolidate(
    forms: Forms, *, methodology: Methodology, sources: Sequence[Path] = ()
) -> tuple[pd.DataFrame, Dataset]:
    """All forms together, with scores and sums recomputed.

    Parameters
    ----------
    forms : Forms
        From :func:`effeval.annex1.read`.
    methodology : Methodology
    sources : sequence of Path
        Files that the forms came from.

    Returns
    -------
    (pandas.DataFrame, Dataset)
        Judged rows (:func:`effeval.annex1.judged`), and a data set with what the forms say of the projects, for
        :func:`effeval.annex1.write`. It has no yearly panel: each project stands in it with the year of its form.

    Raises
    ------
    DataError
        An applicant is repeated or a KATO code has no region, so that the sum would be wrong; all are named.
    """
    findings = audit(forms, methodology=methodology, lang="en")
    blocking = findings[findings["kind"].isin(BLOCKING)]
    if len(blocking):
        fix = "correct the form, or leave out one of the rows, and read the forms again"
        raise DataError(
            Fault("form", row.message, fix, f"{row.file}, sheet {row.sheet}", None, row.cell, str(row.given))
            for row in blocking.itertuples()
        )
    rows = judged(forms, methodology=methodology)
    return rows, Dataset(_projects(forms), _figures(rows, methodology), _reference(rows, methodology),
                         int(rows["year"].max()), tuple(sources))  # fmt: skip


def _projects(forms: Forms) -> pd.DataFrame:
    projects = forms.rows.drop_duplicates("project_id")[
        ["project_id", "applicant", "measure", "kato", "sector", "tnved", "category", "status", "year"]
    ]
    projects = projects.rename(columns={"sector": "oked", "year": "support_year"})
    return projects.astype({"measure": "int64", "support_year": "int64"}).reset_index(drop=True)


def _figures(rows: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    """The support of the year, and the sums that coverage compares, as the figures of that one year."""
    keys = ["project_id", "year"]
    figures = rows.drop_duplicates(keys)[[*keys, "support_paid"]]
    sums: dict[str, list[str]] = {}
    for criterion in methodology.criteria:
        if criterion.rule == "coverage":
            sums.setdefault(criterion.parameters["indicator"], []).append(criterion.id)
    for name, ids in sums.items():
        own = rows.loc[rows["criterion"].isin(ids), [*keys, "actual"]].rename(columns={"actual": name})
        figures = figures.merge(own, on=keys, how="left", validate="1:1")
    return figures.reset_index(drop=True)


def _reference(rows: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    """The forecast as the plans of the forms show it."""
    ids = [
        criterion.id for criterion in methodology.criteria if criterion.reference == "wage_growth_forecast"
    ]
    plans = rows[rows["criterion"].isin(ids)].dropna(subset="plan")
    series = plans.groupby("year")["plan"].agg(lambda plan: plan.value_counts().index[0])
    table = series.rename("wage_growth_forecast").reset_index()
    return table.assign(source="plans of the forms").astype(
        {"year": "int64", "wage_growth_forecast": "float64"}
    )
