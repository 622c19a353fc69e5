"""The task with pandas, vectorised as in a good notebook."""

import sys

import numpy as np
import pandas as pd

BASES = ["revenue", "labour_productivity", "export_value", "output_volume", "export_volume"]
NAMES = ["region", "district", "sector", "category", "status", "support_paid"]


def growth(value: pd.Series, base: pd.Series) -> pd.Series:
    return (value / base - 1).mask((base == 0) & (value == 0), 0.0)


def panel(folder: str) -> pd.DataFrame:
    observations = pd.read_parquet(f"{folder}/observations.parquet")
    projects = pd.read_parquet(
        f"{folder}/projects.parquet",
        columns=[
            "project_id",
            "measure",
            "kato",
            "oked",
            "category",
            "support_year",
            "commissioning_year",
            "term_end_year",
            "status",
        ],
    )
    reference = pd.read_parquet(f"{folder}/reference.parquet")
    projects["region"], projects["district"] = projects["kato"].str[:2], projects["kato"].str[:4]
    projects["sector"] = projects["oked"].str[:2]
    for name in ("region", "district", "sector", "category", "status"):
        projects[name] = projects[name].astype("category")
    projects = projects.drop(columns=["kato", "oked"]).sort_values("project_id", ignore_index=True)
    years = np.arange(observations["year"].min(), observations["year"].max() + 1)
    grid = projects.loc[projects.index.repeat(len(years))].reset_index(drop=True)
    grid["year"] = np.tile(years, len(projects))
    grid = grid.merge(observations.assign(reported=True), on=["project_id", "year"], how="left")
    grid["reported"] = grid["reported"].eq(True)
    grid["wage_growth_forecast"] = grid["year"].map(reference.set_index("year")["wage_growth_forecast"])
    number = pd.Series(
        np.repeat(np.arange(len(projects)), len(years)), index=grid.index
    )  # faster to group by
    since = grid["year"] >= grid["support_year"]
    known = grid["export_value"].where(since)
    grid["wage_before"] = grid["wage"].groupby(number).shift(1)
    bases = grid[BASES].where(grid["year"] == grid["support_year"]).groupby(number).transform("max")
    grid[[f"{name}_base" for name in BASES]] = bases.to_numpy()
    grid["support"] = grid["support_paid"].fillna(0).where(since, 0.0).groupby(number).cumsum()
    grid["exports"] = known.fillna(0).groupby(number).cumsum()
    grid["exports_known"] = known.notna().astype("int8").groupby(number).cummax() > 0
    grid["exports_largest"] = known.fillna(0).groupby(number).cummax()
    grid["exports_gap"] = (since & grid["export_value"].isna()).astype("int8").groupby(number).cummax() > 0
    own_last = grid["year"].where(grid["reported"]).groupby(number).transform("max")
    end = pd.Series(float(years[-1]), index=grid.index)
    end = end.mask(grid["status"] == "completed", np.fmax(grid["support_year"] + 2, own_last))
    end = end.mask(grid["term_end_year"].notna(), grid["term_end_year"])
    end = end.mask(grid["status"] == "terminated", own_last)
    return grid[grid["reported"] | (since & (grid["year"] <= end))]


def kinds(g: pd.DataFrame) -> pd.DataFrame:
    year, support, built, end = g["year"], g["support_year"], g["commissioning_year"], g["term_end_year"]
    after_two, target = year == support + 2, g["support"].where(g["support"] > 0)
    income, largest = g["revenue"] - g["revenue_base"], np.fmax(g["revenue"], g["revenue_base"])
    exports = g["exports"].where(g["exports_known"])
    found = [
        (
            {1: "1.1", 2: "2.2", 3: "3.1", 4: "4.2", 5: "5.1", 13: "13.2"},
            year >= support,
            g["wage_growth_forecast"],
            growth(g["wage"], g["wage_before"]),
            0.0,
            False,
        ),
        (
            {1: "1.2", 3: "3.2", 5: "5.2", 12: "12.1"},
            year >= support + 2,
            g["sales_volume_plan"],
            g["sales_volume"],
            0.0,
            False,
        ),
        ({2: "2.1", 4: "4.1"}, year >= built + 1, g["output_volume_plan"], g["output_volume"], 0.0, False),
        ({2: "2.3", 4: "4.3"}, (year >= built + 1) & (year <= end), g["jobs_plan"], g["jobs"], 0.0, False),
        ({6: "6.1", 7: "7.1", 10: "10.1"}, after_two, 2 * target, income, largest, False),
        ({8: "8.1", 9: "9.1"}, year >= support, target, exports, g["exports_largest"], g["exports_gap"]),
        (
            {11: "11.1"},
            year == end,
            0.02,
            growth(g["labour_productivity"], g["labour_productivity_base"]),
            0.0,
            False,
        ),
        ({11: "11.2"}, year == end, 0.03, growth(g["export_value"], g["export_value_base"]), 0.0, False),
        ({13: "13.1"}, after_two, 0.1, growth(g["output_volume"], g["output_volume_base"]), 0.0, False),
        ({13: "13.3"}, after_two, 0.1, growth(g["export_volume"], g["export_volume_base"]), 0.0, False),
    ]
    criteria = sorted(id for ids, *_ in found for id in ids.values())
    parts = []
    for ids, due, plan, actual, largest, gap in found:
        part = g[["project_id", "year", "measure", *NAMES]].assign(
            due=due, plan=plan, actual=actual, largest=largest, gap=gap
        )
        part = part[part["measure"].isin(ids)]
        parts.append(part.assign(criterion=pd.Categorical(part["measure"].map(ids), categories=criteria)))
    return pd.concat(parts, ignore_index=True)


def judge(rows: pd.DataFrame) -> pd.DataFrame:
    allowed = 1e-12 * np.fmax(np.fmax(1.0, rows["plan"].abs()), rows["largest"])
    known = rows["plan"].notna() & rows["actual"].notna()
    reached = rows["actual"] >= rows["plan"] - allowed
    code = np.select([~rows["due"], ~known, reached, rows["gap"]], [0, 1, 2, 1], default=3)
    rows["state"] = pd.Categorical.from_codes(code, ["not_due", "no_data", "fulfilled", "not_fulfilled"])
    rows["plan"] = rows["plan"].where(rows["due"])
    rows["actual"] = rows["actual"].where(rows["due"] & (~rows["gap"] | (code == 2)))
    rows["attainment"] = (rows["actual"] / rows["plan"]).where(rows["plan"] > 0)
    rows["score"] = np.select([code == 2, code == 3], [1.0, 0.0], default=np.nan)
    rows["support_paid"] = rows["support_paid"].fillna(0)
    rows = rows.sort_values(["project_id", "year", "criterion"], ignore_index=True)
    return rows[
        [
            "project_id",
            "year",
            "measure",
            "criterion",
            "plan",
            "actual",
            "attainment",
            "state",
            "score",
            *NAMES,
        ]
    ]


def tallies(judged: pd.DataFrame) -> pd.DataFrame:
    by = ["region", "sector", "measure", "year"]
    state = judged["state"]
    marks = judged[by].assign(
        due=state != "not_due", assessed=state.isin(["fulfilled", "not_fulfilled"]), fulfilled=state == "fulfilled", score=judged["score"]
    )  # fmt: skip
    sums = marks.groupby(by, observed=True)[["due", "assessed", "fulfilled", "score"]].sum()
    once = judged.drop_duplicates(["project_id", "year"]).groupby(by, observed=True)["support_paid"]
    return sums.assign(projects=once.size(), support_paid=once.sum()).reset_index()


def main(folder: str, out: str) -> None:
    judged = judge(kinds(panel(folder)))
    judged.to_parquet(f"{out}/judged.parquet", index=False)
    tallies(judged).to_parquet(f"{out}/tallies.parquet", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
