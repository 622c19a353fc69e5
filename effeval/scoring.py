"""From a data set and a methodology to one judged row a project, criterion and year."""

import numpy as np
import pandas as pd

from effeval.columns import columns
from effeval.dataset import Dataset, require_columns
from effeval.errors import MethodologyError
from effeval.law import Measure
from effeval.methodology import Methodology
from effeval.panel import MARKS, Panel
from effeval.rules import RULES, Finding

ROUNDING = 1e-12  # equality holds up to binary rounding: 230000 / 200000 - 1 is 0.1499999… in doubles
STATES = np.array(["not_due", "no_data", "fulfilled", "not_fulfilled"], dtype=object)
NOT_DUE, NO_DATA, FULFILLED, NOT_FULFILLED = range(4)


def assess(data: Dataset, methodology: Methodology) -> pd.DataFrame:
    """Judge every criterion of every project in every year of its reporting period (point 11 of the methodology).

    Parameters
    ----------
    data : Dataset
        From :func:`effeval.load`.
    methodology : Methodology

    Returns
    -------
    pandas.DataFrame
        Sorted by ``project_id``, ``year``, ``criterion``, with ``measure``, ``plan``, ``actual``, ``attainment``,
        ``state``, ``score``, the grouping columns ``region``, ``district``, ``sector``, ``category``, ``status``,
        ``support_paid`` (thousand tenge of that project and year, empty is 0), then the columns of ``projects``
        that are not the contract's own. Units of plan and actual are the criterion's: fractions for growth,
        thousand tenge, jobs or the physical unit.

    Raises
    ------
    DataError
        A column that a criterion needs is absent.
    MethodologyError
        A measure of the data has no criteria in the methodology.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.load({
    ...     "projects": pd.DataFrame({
    ...         "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
    ...         "category": ["small"], "support_year": [2023], "status": ["implementing"]}),
    ...     "observations": pd.DataFrame({
    ...         "project_id": ["A", "A"], "year": [2023, 2024],
    ...         "support_paid": [100.0, 50.0], "export_value": [90.0, 60.0]}),
    ...     "reference": pd.DataFrame({"year": [], "wage_growth_forecast": [], "source": []}),
    ... })
    >>> assess(data, ee.Methodology.load("order-35"))[["year", "plan", "actual", "state"]]
       year   plan  actual          state
    0  2023  100.0    90.0  not_fulfilled
    1  2024  150.0   150.0      fulfilled
    """
    require_columns(data, methodology)
    projects = data.projects.sort_values("project_id", ignore_index=True)
    measures = {measure.id: measure for measure in methodology.measures}
    unknown = sorted(set(projects["measure"]) - set(measures))
    if unknown:
        raise MethodologyError(f"{methodology.id} has no measure {', '.join(map(str, unknown))}.")
    rows = _Rows(data, projects)
    parts = [rows.judge(measures[id], methodology) for id in sorted(set(projects["measure"]))]
    return _frame([part for part in parts if part is not None], projects)


class _Rows:
    """Observations with the position of their project, to be laid out measure by measure."""

    def __init__(self, data: Dataset, projects: pd.DataFrame):
        self.data = data
        self.projects = projects
        self.owner = pd.Index(projects["project_id"]).get_indexer(data.observations["project_id"])
        self.measure = projects["measure"].to_numpy()
        self.row_measure = self.measure[self.owner] if len(self.owner) else self.owner

    def judge(self, measure: Measure, methodology: Methodology) -> pd.DataFrame | None:
        """Judged cells of one measure, project by project, year by year, criterion by criterion."""
        members = np.flatnonzero(self.measure == measure.id)
        rows = np.flatnonzero(self.row_measure == measure.id)
        if self.data.last_year is None:
            return None
        panel, reported = self._lay_out(measure, members, rows)
        project, year = np.nonzero(_judged(panel, reported, self.projects["status"].to_numpy()[members]))
        if not len(project):
            return None
        support = np.nan_to_num(panel.figures["support_paid"][project, year], nan=0.0)
        blocks = []
        for position, criterion in enumerate(measure.criteria):
            finding = RULES[criterion.rule](panel, **criterion.parameters)
            block = _cells(finding, project, year, methodology)
            block |= {"project": members[project], "year": panel.years[year], "support_paid": support}
            block |= {"position": np.full(len(project), position)}
            blocks.append(block)
        stacked = {name: np.stack([block[name] for block in blocks], axis=1).ravel() for name in blocks[0]}
        ids = np.array([criterion.id for criterion in measure.criteria], dtype=object)
        stacked["criterion"] = ids[stacked.pop("position")]
        return pd.DataFrame(stacked)

    def _lay_out(self, measure: Measure, members: np.ndarray, rows: np.ndarray) -> tuple[Panel, np.ndarray]:
        observations, projects = self.data.observations, self.projects.iloc[members]
        marks = {name: projects[name].to_numpy(dtype="float64", na_value=np.nan)[:, None] for name in MARKS}
        year = observations["year"].to_numpy()[rows]
        first = int(min(year.min(initial=self.data.last_year), np.nanmin(marks["support_year"])))
        years = np.arange(min(first, self.data.last_year), self.data.last_year + 1)
        where = np.searchsorted(members, self.owner[rows]), year - years[0]
        shape = len(members), len(years)
        reported = np.zeros(shape, dtype=bool)
        reported[where] = True
        needed = dict.fromkeys(["support_paid", *(name for c in measure.criteria for name in c.figures)])
        figures = {}
        for name in needed:
            figures[name] = np.full(shape, np.nan)
            if name in observations:
                figures[name][where] = observations[name].to_numpy()[rows]
        named = dict.fromkeys(c.reference for c in measure.criteria if c.reference is not None)
        series = self.data.reference.set_index("year")
        references = {name: series[name].reindex(years).to_numpy(dtype="float64") for name in named}
        return Panel(years, marks, figures, references), reported


def _judged(panel: Panel, reported: np.ndarray, status: np.ndarray) -> np.ndarray:
    """Reported years and those of the reporting period; the panel ends with the data, so no period passes it."""
    support, term_end = panel.marks["support_year"], panel.marks["term_end_year"]
    own_last = np.where(reported, panel.years, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    open_end = np.where((status == "completed")[:, None], np.maximum(support + 2, own_last), panel.years[-1])
    end = np.where(np.isnan(term_end), open_end, term_end)
    end = np.where((status == "terminated")[:, None], own_last, end)
    return reported | ((panel.years >= support) & (panel.years <= end))


def _cells(finding: Finding, project: np.ndarray, year: np.ndarray, methodology: Methodology) -> dict:
    """What a rule found in the judged cells, compared."""
    shape = finding.due.shape
    parts = (finding.plan, finding.actual, finding.due, finding.largest, finding.at_least)
    plan, actual, due, largest, at_least = (np.broadcast_to(part, shape)[project, year] for part in parts)
    return compare(plan, actual, due=due, largest=largest, at_least=at_least, methodology=methodology)


def compare(
    plan: np.ndarray,
    actual: np.ndarray,
    *,
    due: np.ndarray,
    methodology: Methodology,
    largest: np.ndarray | float = 0.0,
    at_least: np.ndarray | bool = False,
) -> dict[str, np.ndarray]:
    """State and score of plans and actual figures: the one place where actual meets plan.

    Parameters
    ----------
    plan, actual : numpy.ndarray of float64
        NaN where empty.
    due : numpy.ndarray of bool
    methodology : Methodology
        ``scale`` and ``missing``.
    largest : numpy.ndarray or float
        Largest figure in ``actual`` where that is a difference or a sum; it bounds the rounding error.
    at_least : numpy.ndarray or bool
        ``actual`` is a sum with gaps.

    Returns
    -------
    dict of str to numpy.ndarray
        ``plan``, ``actual``, ``attainment``, ``state`` (a position in ``STATES``) and ``score``.

    Examples
    --------
    >>> due = np.array([True, True])
    >>> found = compare(np.array([0.15, 5.0]), np.array([230000 / 200000 - 1, np.nan]), due=due,
    ...                 methodology=Methodology.load("order-35"))
    >>> STATES[found["state"]].tolist()
    ['fulfilled', 'no_data']
    """
    slack = ROUNDING * np.fmax(np.fmax(1.0, np.abs(plan)), largest)
    reached = actual >= plan - slack
    computed = ~(np.isnan(plan) | np.isnan(actual)) & (reached | ~np.asarray(at_least))
    state = np.where(due, np.where(computed, np.where(reached, FULFILLED, NOT_FULFILLED), NO_DATA), NOT_DUE)
    actual = np.where(due & (~np.asarray(at_least) | (state == FULFILLED)), actual, np.nan)
    plan = np.where(due, plan, np.nan)
    if methodology.missing == "not_fulfilled":
        state = np.where(state == NO_DATA, NOT_FULFILLED, state)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        attainment = np.where(plan > 0, actual / plan, np.nan)
    score = np.where(state >= FULFILLED, (state == FULFILLED).astype("float64"), np.nan)
    if methodology.scale == "proportional":
        partial = np.where(np.isnan(attainment), score, np.clip(attainment, 0.0, 1.0))
        score = np.where(state >= FULFILLED, partial, np.nan)
    return {"plan": plan, "actual": actual, "attainment": attainment, "state": state, "score": score}


def _frame(parts: list[pd.DataFrame], projects: pd.DataFrame) -> pd.DataFrame:
    """The contract's columns in the contract's order, sorted by project, year and criterion."""
    if parts:
        cells = pd.concat(parts, ignore_index=True)
        # each part is sorted, and a project stands in one part: a stable sort by project is enough
        cells = cells.iloc[np.argsort(cells["project"].to_numpy(), kind="stable")]
    else:
        cells = pd.DataFrame(
            {name: pd.Series(dtype="float64") for name in columns("assessed")} | {"project": []}
        )
    owner = cells["project"].to_numpy(dtype=np.intp)
    known = projects.assign(
        region=projects["kato"].str[:2], district=projects["kato"].str[:4], sector=projects["oked"].str[:2]
    )
    carried = {name: known[name].take(owner).array for name in [*_OF_PROJECT, *extra_columns(projects)]}
    cells = cells.assign(state=STATES[cells["state"].to_numpy(dtype=np.intp)], **carried).reset_index(
        drop=True
    )
    cells = cells.astype({"year": "int64", "measure": "int64", "state": "str", "criterion": "str"})
    return cells[[*columns("assessed"), *extra_columns(projects)]]


_OF_PROJECT = ("project_id", "measure", "region", "district", "sector", "category", "status")


def extra_columns(projects: pd.DataFrame) -> list[str]:
    """Columns of the user's own that are carried into results: neither the contract's nor derived ones."""
    return [name for name in projects.columns if name not in {**columns("projects"), **columns("assessed")}]
