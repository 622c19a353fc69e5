"""Audit of forms: scores, sums and totals recomputed from plan and actual, and what cannot be right."""

import numpy as np
import pandas as pd

from effeval.annex1.read import Forms
from effeval.classifiers import regions
from effeval.columns import columns
from effeval.errors import DataError, Fault
from effeval.labels import phrase
from effeval.methodology import Methodology
from effeval.scoring import STATES, compare

PLACE = ["file", "sheet", "row"]
FINDINGS = ["kind", "file", "sheet", "cell", "measure", "criterion", "applicant", "given", "recomputed"]
FINDINGS += ["citation", "message"]
EXACT, ROUNDED = 1e-9, 0.005  # relative, for sums of doubles; a proportional score has two decimals
_LEVELS = ("plan", "coverage")  # rules whose plan and actual are quantities, never below zero


def audit(forms: Forms, *, methodology: Methodology, lang: str = "ru") -> pd.DataFrame:
    """Every disagreement in forms of Annex 1.

    A score, sum or total is right if it follows from the figures beside it: a sum may add up the scores as
    given or as recomputed, so that one wrong score is one finding. A column left empty in the whole sheet was
    not filled in, which is no finding.

    Parameters
    ----------
    forms : Forms
        From :func:`effeval.annex1.read`.
    methodology : Methodology
        ``scale``, thresholds and clauses.
    lang : str
        kk, ru or en: language of clauses and messages.

    Returns
    -------
    pandas.DataFrame
        One row a finding, in the order of files, sheets and rows: ``kind`` (score, sum, total, plan, reference,
        repeated, kato, value), ``file``, ``sheet``, ``cell``, ``measure``, ``criterion``, ``applicant``,
        ``given``, ``recomputed`` (empty where nothing can be computed), ``citation``, ``message``.

    Raises
    ------
    DataError
        A form does not say its year and none was given to ``read``.
    """
    figures, rows = _recomputed(forms, methodology), forms.rows
    parts = [
        _scores(figures, methodology),
        _plans(figures, methodology),
        _sums(rows, figures),
        _totals(forms, figures),
        _values(rows, figures, methodology),
        _regions(rows),
        _repeated(rows, lang),
    ]
    found = pd.concat([part.reindex(columns=[*FINDINGS, "row"]) for part in parts if len(part)] or [_none()])
    order = found.sort_values(["file", "measure", "sheet", "row"], kind="stable", ignore_index=True)
    clauses = {criterion.id: criterion.citation[lang] for criterion in methodology.criteria}
    order["citation"] = order["criterion"].map(clauses).fillna(phrase("audit.form", lang=lang))
    said = {kind: phrase(f"audit.{kind}", lang=lang) for kind in set(order["kind"]) - {"repeated"}}
    order["message"] = order["message"].where(order["kind"] == "repeated", order["kind"].map(said))
    return order[FINDINGS]


def judged(forms: Forms, *, methodology: Methodology) -> pd.DataFrame:
    """Forms as judged rows of the contract, recomputed: fulfilment, verdicts and charts run from them.

    A form does not tell a criterion that is not due from one whose figures are all missing: without plan,
    actual and score it is ``not_due``.

    Parameters
    ----------
    forms : Forms
        From :func:`effeval.annex1.read`.
    methodology : Methodology
        With which plan and actual are compared.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`effeval.assess`, then ``applicant``, ``kato`` and ``tnved``.

    Raises
    ------
    DataError
        A form does not say its year.
    """
    cells = _recomputed(forms, methodology)
    cells["score"] = cells["recomputed"]
    cells["region"], cells["district"] = cells["kato"].str[:2], cells["kato"].str[:4]
    cells["support_paid"] = cells["support_paid"].fillna(0.0)
    own = [*columns("assessed"), "applicant", "kato", "tnved"]
    cells = cells.sort_values(["project_id", "year", "criterion"], ignore_index=True)
    return cells[own].astype({"measure": "int64", "year": "int64"})


def _recomputed(forms: Forms, methodology: Methodology) -> pd.DataFrame:
    """Figures with the row they stand in, state, attainment and the score that follows from them."""
    yearless = forms.rows.loc[forms.rows["year"].isna(), ["file", "sheet"]].drop_duplicates()
    if len(yearless):
        fix = "name the year (--year) that the forms are for"
        places = yearless.itertuples(index=False)
        raise DataError(
            [Fault("form", "does not say its year", fix, f"{p.file}, sheet {p.sheet}") for p in places]
        )
    cells = forms.figures.rename(columns={"score": "given"}).merge(forms.rows, on=PLACE, validate="m:1")
    plan, actual = (cells[name].to_numpy(dtype="float64") for name in ("plan", "actual"))
    due = cells[["plan", "actual", "given"]].notna().any(axis=1).to_numpy()
    found = compare(plan, actual, due=due, methodology=methodology)
    state = pd.Series(STATES[found["state"]], index=cells.index, dtype="str")
    return cells.assign(state=state, attainment=found["attainment"], recomputed=found["score"])


def _filled(cells: pd.DataFrame, column: str, by: list[str]) -> pd.Series:
    """Whether anything of the column is filled in where the cell belongs."""
    return cells[column].notna().groupby([cells[name] for name in by]).transform("any")


def _differ(given: pd.Series, right: pd.Series, tolerance: float = EXACT) -> pd.Series:
    near = (given - right).abs() <= tolerance * np.fmax(1.0, right.abs())
    return ~(near | (given.isna() & right.isna()))


def _scores(figures: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    tolerance = ROUNDED if methodology.scale == "proportional" else EXACT
    wrong = _differ(figures["given"], figures["recomputed"], tolerance)
    wrong &= _filled(figures, "given", ["file", "sheet", "criterion"])
    return _found(figures[wrong], "score", cell="score_cell")


def _plans(figures: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    """Plans of growth criteria that are not the threshold, and forecasts that differ from the other rows'."""
    rules = {criterion.id: criterion for criterion in methodology.criteria}
    parts = []
    for id, some in figures.dropna(subset="plan").groupby("criterion"):
        if rules[id].rule == "growth":
            right, kind = pd.Series(float(rules[id].parameters["at_least"]), index=some.index), "plan"
            parts.append(some.assign(kind=kind, right=right))
    forecasts = figures[figures["criterion"].map(lambda id: rules[id].reference is not None)].dropna(
        subset="plan"
    )
    for _, some in forecasts.groupby("year"):
        times = some["plan"].round(9).value_counts()
        if len(times) > 1 and times.iloc[0] > times.iloc[1]:
            parts.append(some.assign(kind="reference", right=times.index[0]))
    if not parts:
        return _none()
    cells = pd.concat(parts)
    cells = cells[_differ(cells["plan"], cells["right"])].assign(recomputed=lambda some: some["right"])
    return cells.assign(cell=cells["plan_cell"], given=cells["plan"])


def _sums(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    by_row = figures.groupby(PLACE)[["given", "recomputed"]].sum(min_count=1).reset_index()
    cells = rows.merge(by_row, on=PLACE, how="left", validate="1:1")
    wrong = _differ(cells["score_sum"], cells["given"]) & _differ(cells["score_sum"], cells["recomputed"])
    wrong &= _filled(cells, "score_sum", ["file", "sheet"])
    return _found(cells[wrong], "sum", cell="score_sum_cell", given="score_sum")


def _totals(forms: Forms, figures: pd.DataFrame) -> pd.DataFrame:
    """Total rows against the sums of their columns, as given and as recomputed.

    Where a sheet has subtotals, a total may add up the rows since the one before it.
    """
    by_row = figures.groupby(PLACE)["recomputed"].sum(min_count=1).reset_index()
    rows = forms.rows.merge(by_row, on=PLACE, how="left", validate="1:1")
    support = rows.assign(name="support_paid", given=rows["support_paid"], recomputed=rows["support_paid"])
    points = rows.assign(name="score_sum", given=rows["score_sum"])
    parts = (support, points, figures.assign(name=figures["criterion"]))
    lines = pd.concat([part[[*PLACE, "measure", "name", "given", "recomputed"]] for part in parts])
    columns_ = dict(iter(lines.groupby(["file", "sheet", "name"])))
    found = []
    for (file, sheet, name), totals in forms.totals.dropna(subset="value").groupby(["file", "sheet", "name"]):
        column = columns_[file, sheet, name]
        above = 0
        for total in totals.sort_values("row").itertuples():
            section = column[column["row"].between(above, total.row)]
            sums = [some[kind].sum() for some in (column, section) for kind in ("given", "recomputed")]
            if all(_differ(pd.Series(total.value), pd.Series(right)).item() for right in sums):
                right = sums[1] if len(totals) == 1 else sums[3]
                found.append(
                    (total.row, total.cell, total.value, right, column["measure"].iloc[0], file, sheet, name)
                )
            above = total.row
    table = pd.DataFrame(
        found, columns=["row", "cell", "given", "recomputed", "measure", "file", "sheet", "name"]
    )
    table["criterion"] = table["name"].where(table["name"].str.contains(".", regex=False))
    return _found(table, "total")


def _values(rows: pd.DataFrame, figures: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    """Sums of money and quantities below zero, a loss of more than all, points out of their range."""
    rules = {criterion.id: criterion for criterion in methodology.criteria}
    count = rows["measure"].map({measure.id: len(measure.criteria) for measure in methodology.measures})
    parts = [_impossible(rows[rows["support_paid"] < 0], "support_paid")]
    parts.append(
        _impossible(rows[(rows["score_sum"] < 0) | (rows["score_sum"] > count + EXACT)], "score_sum")
    )
    low = figures["criterion"].map(lambda id: _lowest(rules[id].rule))
    for name in ("plan", "actual"):
        parts.append(_impossible(figures[figures[name] < low], name))
    outside = figures[(figures["given"] < 0) | (figures["given"] > 1)]
    parts.append(_impossible(outside.assign(score=outside["given"]), "score"))
    return pd.concat(parts)


def _lowest(rule: str) -> float:
    if rule in _LEVELS:
        return 0.0
    return -1.0 if rule.startswith("growth") else -np.inf


def _impossible(found: pd.DataFrame, name: str) -> pd.DataFrame:
    return _found(found, "value", cell=f"{name}_cell", given=name).assign(recomputed=np.nan)


def _regions(rows: pd.DataFrame) -> pd.DataFrame:
    unknown = rows[~rows["kato"].str[:2].isin(regions()["region"])]
    return _found(unknown, "kato", cell="kato_cell", given="kato")


def _repeated(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Every further row of an applicant under the same measure in the same year, whatever file it is in."""
    name = rows["applicant"].str.casefold().str.replace(r"[\W_]+", " ", regex=True).str.strip()
    key = [rows["measure"], rows["year"], name]
    place = rows["file"] + ", " + rows["sheet"] + ", " + rows["applicant_cell"]
    first = place.groupby(key).transform("first")
    again = rows.groupby(key).cumcount() > 0
    said = [phrase("audit.repeated", lang=lang, values={"place": place}) for place in first[again]]
    found = _found(rows[again], "repeated", cell="applicant_cell", given="applicant")
    return found.assign(message=pd.Series(said, index=found.index, dtype="str"))


def _found(some: pd.DataFrame, kind: str, *, cell: str = "cell", given: str = "given") -> pd.DataFrame:
    """Rows as findings. (Assigning a longer column to an empty frame would fill it with rows.)"""
    return some.assign(kind=kind, cell=some[cell], given=some[given])


def _none() -> pd.DataFrame:
    return pd.DataFrame(columns=[*FINDINGS, "row"])
