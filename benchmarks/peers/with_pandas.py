"""The task with pandas and numpy, as in a good notebook: figures as arrays of projects by years."""

import sys

import numpy as np
import pandas as pd

WORDS = ["region", "district", "sector", "category", "status"]
COLUMNS = ["project_id", "measure", "kato", "oked", "category", "support_year", "commissioning_year", "term_end_year", "status"]  # fmt: skip
FIGURES = ["support_paid", "wage", "sales_volume", "sales_volume_plan", "output_volume", "output_volume_plan", "jobs", "jobs_plan", "revenue", "export_value", "export_volume", "labour_productivity"]  # fmt: skip
CRITERIA = [
    "1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "7.1", "8.1", "9.1",
    "10.1", "11.1", "11.2", "12.1", "13.1", "13.2", "13.3",
]  # fmt: skip
STATES = ["not_due", "no_data", "fulfilled", "not_fulfilled"]


def growth(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.where((base == 0) & (value == 0), 0.0, value / base - 1)


def positive(value: np.ndarray) -> np.ndarray:
    return np.where(value > 0, value, np.nan)


def read(folder: str) -> tuple[pd.DataFrame, dict[str, np.ndarray], np.ndarray]:
    """Projects in the order of their names, figures by project and year (and whether a row is there), the years."""
    projects = pd.read_parquet(f"{folder}/projects.parquet", columns=COLUMNS)
    projects["region"], projects["district"] = projects["kato"].str[:2], projects["kato"].str[:4]
    projects["sector"] = projects["oked"].str[:2]
    projects[WORDS] = projects[WORDS].astype("category")
    projects = projects.drop(columns=["kato", "oked"]).sort_values("project_id", ignore_index=True)
    # names are read as categories: compared once a project, not once a row
    rows = pd.read_parquet(f"{folder}/observations.parquet", read_dictionary=["project_id"])
    years = np.arange(rows["year"].min(), rows["year"].max() + 1)
    names = rows["project_id"].cat
    number = pd.Index(projects["project_id"]).get_indexer(names.categories)[names.codes]
    place = number * len(years) + rows["year"].to_numpy() - years[0]
    figures = {
        name: _spread(rows.pop(name).to_numpy(), place, (len(projects), len(years))) for name in FIGURES
    }
    figures["reported"] = _spread(np.ones(len(place)), place, figures["wage"].shape) == 1
    return projects, figures, years


def _spread(values: np.ndarray, place: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    whole = np.full(shape, np.nan)
    whole.ravel()[place] = values
    return whole


def judged_years(projects: pd.DataFrame, reported: np.ndarray, years: np.ndarray) -> np.ndarray:
    support, end = projects["support_year"].to_numpy(), projects["term_end_year"].to_numpy(float)
    own_last = np.where(reported.any(axis=1), years[-1] - reported[:, ::-1].argmax(axis=1), np.nan)
    status = projects["status"]
    last = np.where(status == "completed", np.fmax(support + 2, own_last), years[-1])
    last = np.where(np.isnan(end), last, end)
    last = np.where(status == "terminated", own_last, last)
    return reported | ((years >= support[:, None]) & (years <= last[:, None]))


def kinds(projects: pd.DataFrame, figures: dict[str, np.ndarray], years: np.ndarray, forecast: np.ndarray):
    """For each kind of criterion: criteria by measure, the rows of its projects, due, plan, actual, largest, gap."""
    measures = projects["measure"].to_numpy()

    def of(*own: int):
        mine = np.flatnonzero(np.isin(measures, own))
        subject = projects.iloc[mine]
        dates = [
            subject[f"{name}_year"].to_numpy(float)[:, None]
            for name in ("support", "commissioning", "term_end")
        ]
        return mine, *dates

    def base(name: str, mine: np.ndarray, support: np.ndarray) -> np.ndarray:
        at = support[:, 0].astype(int) - years[0]
        inside = (at >= 0) & (at < len(years))
        return np.where(inside, figures[name][mine, np.where(inside, at, 0)], np.nan)[:, None]

    def paid(mine: np.ndarray, support: np.ndarray) -> np.ndarray:
        return np.where(years >= support, np.nan_to_num(figures["support_paid"][mine]), 0.0).cumsum(axis=1)

    mine, support, _, _ = of(1, 2, 3, 4, 5, 13)
    wage = figures["wage"][mine]
    before = np.hstack([np.full((len(mine), 1), np.nan), wage[:, :-1]])
    ids = {1: "1.1", 2: "2.2", 3: "3.1", 4: "4.2", 5: "5.1", 13: "13.2"}
    yield ids, mine, years >= support, forecast, growth(wage, before), 0.0, False

    mine, support, _, _ = of(1, 3, 5, 12)
    ids = {1: "1.2", 3: "3.2", 5: "5.2", 12: "12.1"}
    yield (
        ids,
        mine,
        years >= support + 2,
        figures["sales_volume_plan"][mine],
        figures["sales_volume"][mine],
        0.0,
        False,
    )

    mine, _, built, end = of(2, 4)
    working = years >= built + 1
    yield (
        {2: "2.1", 4: "4.1"},
        mine,
        working,
        figures["output_volume_plan"][mine],
        figures["output_volume"][mine],
        0.0,
        False,
    )
    yield (
        {2: "2.3", 4: "4.3"},
        mine,
        working & (years <= end),
        figures["jobs_plan"][mine],
        figures["jobs"][mine],
        0.0,
        False,
    )

    mine, support, _, _ = of(6, 7, 10)
    revenue, own = figures["revenue"][mine], base("revenue", mine, support)
    ids = {6: "6.1", 7: "7.1", 10: "10.1"}
    yield (
        ids,
        mine,
        years == support + 2,
        positive(2 * paid(mine, support)),
        revenue - own,
        np.fmax(revenue, own),
        False,
    )

    mine, support, _, _ = of(8, 9)
    since, value = years >= support, figures["export_value"][mine]
    known = since & ~np.isnan(value)
    counted = np.where(known, value, 0.0)
    exports = np.where(np.logical_or.accumulate(known, axis=1), counted.cumsum(axis=1), np.nan)
    largest, gap = np.maximum.accumulate(counted, axis=1), np.logical_or.accumulate(since & ~known, axis=1)
    yield {8: "8.1", 9: "9.1"}, mine, since, positive(paid(mine, support)), exports, largest, gap

    mine, support, _, end = of(11)
    for id, name, target in (("11.1", "labour_productivity", 0.02), ("11.2", "export_value", 0.03)):
        yield (
            {11: id},
            mine,
            years == end,
            target,
            growth(figures[name][mine], base(name, mine, support)),
            0.0,
            False,
        )

    mine, support, _, _ = of(13)
    for id, name in (("13.1", "output_volume"), ("13.3", "export_volume")):
        yield (
            {13: id},
            mine,
            years == support + 2,
            0.1,
            growth(figures[name][mine], base(name, mine, support)),
            0.0,
            False,
        )


def judge(kind: tuple, measures: np.ndarray, judged: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of one kind of criterion; ``place`` is the number of a project and year."""
    ids, mine, *parts = kind
    own = judged[mine]
    row, year = np.nonzero(own)
    due, plan, actual, largest, gap = (np.broadcast_to(part, own.shape)[own] for part in parts)
    known = ~(np.isnan(plan) | np.isnan(actual))
    reached = actual >= plan - 1e-12 * np.fmax(np.fmax(1.0, np.abs(plan)), largest)
    code = np.where(reached, 2, np.where(gap, 1, 3))
    code = np.where(due, np.where(known, code, 1), 0).astype(np.int8)
    criteria = np.zeros(max(ids) + 1, dtype=np.int8)
    criteria[list(ids)] = [CRITERIA.index(id) for id in ids.values()]
    number = mine[row]
    return {
        "place": number * judged.shape[1] + year, "criterion": criteria[measures[number]], "state": code,
        "plan": np.where(due, plan, np.nan), "actual": np.where(due & (~gap | (code == 2)), actual, np.nan),
    }  # fmt: skip


def complete(
    parts: list[dict[str, np.ndarray]], projects: pd.DataFrame, paid: np.ndarray, years: np.ndarray
) -> pd.DataFrame:
    """All rows in their order, with what is known of the projects."""
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(rows["place"] * len(CRITERIA) + rows["criterion"], kind="stable")
    rows = {name: values[order] for name, values in rows.items()}
    number, year = np.divmod(rows["place"], len(years))
    plan, actual, code = rows["plan"], rows["actual"], rows["state"]
    judged = projects[["project_id", "measure", *WORDS]].take(number).reset_index(drop=True)
    return judged.assign(
        year=years[year], plan=plan, actual=actual, support_paid=np.nan_to_num(paid.ravel()[rows["place"]]),
        criterion=pd.Categorical.from_codes(rows["criterion"], CRITERIA), state=pd.Categorical.from_codes(code, STATES),
        attainment=np.where(plan > 0, actual / plan, np.nan), score=np.array([np.nan, np.nan, 1.0, 0.0])[code],
    )[["project_id", "year", "measure", "criterion", "plan", "actual", "attainment", "state", "score", *WORDS, "support_paid"]]  # fmt: skip


def tallies(judged: pd.DataFrame) -> pd.DataFrame:
    by, code = ["region", "sector", "measure", "year"], judged["state"].cat.codes
    first = judged["criterion"].isin([id for id in CRITERIA if id.endswith(".1")])  # one a project and year
    marks = judged[by].assign(
        due=code > 0, assessed=code > 1, fulfilled=code == 2, score=judged["score"], projects=first, support_paid=judged["support_paid"].where(first, 0.0)
    )  # fmt: skip
    return marks.groupby(by, observed=True).sum().reset_index()


def main(folder: str, out: str) -> None:
    projects, figures, years = read(folder)
    reference = pd.read_parquet(f"{folder}/reference.parquet").set_index("year")["wage_growth_forecast"]
    judged, measures = judged_years(projects, figures["reported"], years), projects["measure"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        found = kinds(projects, figures, years, reference.reindex(years).to_numpy())
        rows = complete(
            [judge(kind, measures, judged) for kind in found], projects, figures["support_paid"], years
        )
    rows.to_parquet(f"{out}/judged.parquet", index=False)
    tallies(rows).to_parquet(f"{out}/tallies.parquet", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
