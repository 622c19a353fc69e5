"""The task with polars, lazily."""

import sys

import polars as pl

col = pl.col


def growth(value: pl.Expr, base: pl.Expr) -> pl.Expr:
    return pl.when((base == 0) & (value == 0)).then(0.0).otherwise(value / base - 1)


def positive(value: pl.Expr) -> pl.Expr:
    return pl.when(value > 0).then(value)


def base(name: str) -> pl.Expr:
    """The figure of the support year, in every year of the project."""
    return pl.when(col("year") == col("support_year")).then(col(name)).max().over("number")


def panel(folder: str) -> pl.LazyFrame:
    observations = pl.scan_parquet(f"{folder}/observations.parquet")
    first, last = (
        observations.select(col("year").min().alias("first"), col("year").max().alias("last"))
        .collect()
        .row(0)
    )
    years = pl.LazyFrame({"year": range(first, last + 1)}, schema={"year": pl.Int64})
    projects = pl.scan_parquet(f"{folder}/projects.parquet").sort("project_id").with_row_index("number").select("number",
        "project_id", "measure", "category", "status", "support_year", "commissioning_year", "term_end_year",
        region=col("kato").str.slice(0, 2), district=col("kato").str.slice(0, 4), sector=col("oked").str.slice(0, 2),
    )  # fmt: skip
    reference = pl.scan_parquet(f"{folder}/reference.parquet").select("year", "wage_growth_forecast")
    grid = (
        projects.join(years, how="cross")
        .join(observations.with_columns(reported=True), on=["project_id", "year"], how="left")
        .join(reference, on="year", how="left")
        .sort("number", "year")
    )
    since = col("year") >= col("support_year")
    known = pl.when(since).then(col("export_value"))
    own_last = pl.when(col("reported")).then(col("year")).max().over("number")
    end = (
        pl.when(col("status") == "terminated").then(own_last)
        .when(col("term_end_year").is_not_null()).then(col("term_end_year"))
        .when(col("status") == "completed").then(pl.max_horizontal(col("support_year") + 2, own_last))
        .otherwise(last)
    )  # fmt: skip
    return grid.with_columns(
        wage_before=col("wage").shift(1).over("number"),
        support=pl.when(since).then(col("support_paid").fill_null(0)).otherwise(0).cum_sum().over("number"),
        exports=known.fill_null(0).cum_sum().over("number"),
        exports_known=known.is_not_null().cast(pl.Int32).cum_sum().over("number"),
        exports_largest=known.fill_null(0).cum_max().over("number"),
        exports_gap=(since & col("export_value").is_null()).cast(pl.Int32).cum_sum().over("number") > 0,
        judged=col("reported").fill_null(False) | (since & (col("year") <= end)).fill_null(False),
    ).filter("judged")


def kinds(cells: pl.LazyFrame) -> list[pl.LazyFrame]:
    year, support, built, end = (
        col("year"),
        col("support_year"),
        col("commissioning_year"),
        col("term_end_year"),
    )
    zero, no = pl.lit(0.0), pl.lit(False)

    def kind(criteria, due, plan, actual, largest=zero, gap=no) -> pl.LazyFrame:
        return cells.filter(col("measure").is_in(list(criteria))).select(
            "number", "project_id", "year", "measure", criterion=col("measure").replace_strict(criteria, return_dtype=pl.String),
            due=due.fill_null(False), plan=plan.cast(pl.Float64), actual=actual, largest=largest, gap=gap,
            region=col("region"), district=col("district"), sector=col("sector"), category=col("category"),
            status=col("status"), support_paid=col("support_paid").fill_null(0),
        )  # fmt: skip

    after_two = year == support + 2
    income = col("revenue") - col("revenue_base")
    exports = pl.when(col("exports_known") > 0).then(col("exports"))
    return [
        kind(
            {1: "1.1", 2: "2.2", 3: "3.1", 4: "4.2", 5: "5.1", 13: "13.2"},
            year >= support,
            col("wage_growth_forecast"),
            growth(col("wage"), col("wage_before")),
        ),
        kind(
            {1: "1.2", 3: "3.2", 5: "5.2", 12: "12.1"},
            year >= support + 2,
            col("sales_volume_plan"),
            col("sales_volume"),
        ),
        kind({2: "2.1", 4: "4.1"}, year >= built + 1, col("output_volume_plan"), col("output_volume")),
        kind({2: "2.3", 4: "4.3"}, (year >= built + 1) & (year <= end), col("jobs_plan"), col("jobs")),
        kind(
            {6: "6.1", 7: "7.1", 10: "10.1"},
            after_two,
            positive(2 * col("support")),
            income,
            pl.max_horizontal("revenue", "revenue_base").fill_null(0),
        ),
        kind(
            {8: "8.1", 9: "9.1"},
            year >= support,
            positive(col("support")),
            exports,
            col("exports_largest"),
            col("exports_gap"),
        ),
        kind(
            {11: "11.1"},
            year == end,
            pl.lit(0.02),
            growth(col("labour_productivity"), col("labour_productivity_base")),
        ),
        kind({11: "11.2"}, year == end, pl.lit(0.03), growth(col("export_value"), col("export_value_base"))),
        kind({13: "13.1"}, after_two, pl.lit(0.1), growth(col("output_volume"), col("output_volume_base"))),
        kind({13: "13.3"}, after_two, pl.lit(0.1), growth(col("export_volume"), col("export_volume_base"))),
    ]


def judge(found: pl.LazyFrame) -> pl.LazyFrame:
    allowed = 1e-12 * pl.max_horizontal(pl.lit(1.0), col("plan").abs(), col("largest"))
    state = (
        pl.when(~col("due")).then(pl.lit("not_due"))
        .when(col("plan").is_null() | col("actual").is_null()).then(pl.lit("no_data"))
        .when(col("actual") >= col("plan") - allowed).then(pl.lit("fulfilled"))
        .when(col("gap")).then(pl.lit("no_data"))
        .otherwise(pl.lit("not_fulfilled"))
    )  # fmt: skip
    shown = found.with_columns(state=state).with_columns(
        plan=pl.when("due").then(col("plan")),
        actual=pl.when(col("due") & (~col("gap") | (col("state") == "fulfilled"))).then(col("actual")),
    )
    names = ["region", "district", "sector", "category", "status", "support_paid"]
    return shown.sort("number", "year", "criterion").select(
        "project_id", "year", "measure", "criterion", "plan", "actual",
        pl.when(col("plan") > 0).then(col("actual") / col("plan")).alias("attainment"), "state",
        pl.when(col("state") == "fulfilled").then(1.0).when(col("state") == "not_fulfilled").then(0.0).alias("score"),
        *names,
    )  # fmt: skip


def tallies(judged: pl.DataFrame) -> pl.LazyFrame:
    by = ["region", "sector", "measure", "year"]
    state = col("state")
    cells = judged.lazy().group_by(*by, "project_id").agg(
        due=(state != "not_due").sum(), assessed=state.is_in(["fulfilled", "not_fulfilled"]).sum(),
        fulfilled=(state == "fulfilled").sum(), score=col("score").sum(), support_paid=col("support_paid").first(),
    )  # fmt: skip
    sums = [col(name).cast(pl.Int64).sum() for name in ("due", "assessed", "fulfilled")]
    return (
        cells.group_by(by)
        .agg(*sums, col("score").sum(), pl.len().cast(pl.Int64).alias("projects"), col("support_paid").sum())
        .sort(by)
    )


def main(folder: str, out: str) -> None:
    cells = panel(folder)
    bases = ["revenue", "labour_productivity", "export_value", "output_volume", "export_volume"]
    cells = cells.with_columns(base(name).alias(f"{name}_base") for name in bases)
    cells = cells.collect().lazy()  # else each of the kinds may compute it anew
    judged = judge(pl.concat(kinds(cells))).collect()
    judged.write_parquet(f"{out}/judged.parquet", compression="snappy")
    tallies(judged).collect().write_parquet(f"{out}/tallies.parquet", compression="snappy")


if __name__ == "__main__":
    main(*sys.argv[1:])
