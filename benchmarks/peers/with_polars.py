"""The task with polars: each project a block of rows, one a year, so that other years are found by their place."""

import sys

import polars as pl
from polars import col, when

CRITERIA = pl.Enum(["1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "7.1", "8.1", "9.1", "10.1", "11.1", "11.2", "12.1", "13.1", "13.2", "13.3"])  # fmt: skip
STATES = pl.Enum(["not_due", "no_data", "fulfilled", "not_fulfilled"])
ZERO, NO = pl.lit(0.0), pl.lit(False)
WORDS = ["region", "district", "sector", "category", "status"]


def growth(value: pl.Expr, base: pl.Expr) -> pl.Expr:
    return when((base == 0) & (value == 0)).then(0.0).otherwise(value / base - 1)


def positive(value: pl.Expr) -> pl.Expr:
    return when(value > 0).then(value)


def read(folder: str) -> tuple[pl.DataFrame, pl.DataFrame, range]:
    """Projects in the order of their names, observations with the number of their project, all years."""
    projects = (
        pl.scan_parquet(f"{folder}/projects.parquet")
        .select(
            "project_id", col("measure").cast(pl.Int8), "support_year", "commissioning_year", "term_end_year", "category", "status",
            region=col("kato").str.slice(0, 2), district=col("kato").str.slice(0, 4), sector=col("oked").str.slice(0, 2),
        )
        .sort("project_id").with_row_index("number").collect()
    )  # fmt: skip
    enums = [col(name).cast(pl.Enum(projects[name].unique().sort())) for name in WORDS]
    projects = projects.with_columns(enums)
    numbers = projects.lazy().select("project_id", "number")
    observations = pl.scan_parquet(f"{folder}/observations.parquet").join(numbers, on="project_id")
    observations = observations.drop("project_id").collect(engine="streaming")
    years = range(observations["year"].min(), observations["year"].max() + 1)
    own_last = observations.group_by("number").agg(own_last=col("year").max())
    end = (
        when(col("status") == "terminated").then(col("own_last"))
        .when(col("term_end_year").is_not_null()).then(col("term_end_year"))
        .when(col("status") == "completed").then(pl.max_horizontal(col("support_year") + 2, "own_last"))
        .otherwise(years[-1])
    )  # fmt: skip
    projects = projects.join(own_last, on="number", how="left", maintain_order="left").with_columns(end=end)
    return projects, observations, years


def panel(projects: pl.DataFrame, observations: pl.DataFrame, years: range) -> pl.DataFrame:
    """All years of each project in turn; ``place`` is the number of a row."""
    place = (col("number") * len(years) + col("year") - years[0]).cast(pl.UInt32)
    observed = observations.lazy().select(pl.exclude("number", "year"), place=place, reported=True)
    rows = pl.LazyFrame().select(place=pl.int_range(projects.height * len(years), dtype=pl.UInt32))
    known = projects.lazy().select("measure", "support_year", "commissioning_year", "term_end_year", "end")
    known = known.select(pl.all().gather(pl.int_range(projects.height * len(years)) // len(years)))
    cells = pl.concat(
        [rows.join(observed, on="place", how="left", maintain_order="left"), known], how="horizontal"
    )
    return cells.with_columns(year=years[0] + col("place").cast(pl.Int64) % len(years)).collect()


def kinds(cells: pl.DataFrame, years: range, reference: pl.DataFrame) -> list[pl.LazyFrame]:
    year, support, built, end = map(col, ("year", "support_year", "commissioning_year", "term_end_year"))
    since, after_two = year >= support, year == support + 2
    judged = col("reported") | (since & (year <= col("end")))
    forecast = year.replace_strict(reference["year"], reference["wage_growth_forecast"], default=None)

    def at(name: str, other: pl.Expr) -> pl.Expr:
        """The project's figure of another year: its rows stand together."""
        row = pl.int_range(pl.len()) + other - year
        return col(name).gather(when(other.is_between(years[0], years[-1])).then(row))

    def own(value: pl.Expr) -> list[pl.Expr]:
        """Values of this year and the years before since the support."""
        return [
            when(year - back >= pl.max_horizontal(support, years[0])).then(value.shift(back))
            for back in range(len(years))
        ]

    def kind(criteria, due, plan, actual, largest=ZERO, gap=NO) -> pl.LazyFrame:
        known = cells.lazy().filter(col("measure").is_in(list(criteria)))
        found = known.select(
            "place",
            criterion=col("measure").replace_strict(criteria, return_dtype=CRITERIA),
            judged=judged,
            due=due.fill_null(False),
            plan=plan,
            actual=actual,
            largest=largest,
            gap=gap,
        )
        return found.filter("judged")

    def base(name: str) -> pl.Expr:
        return at(name, support)

    exported = own(col("export_value"))
    paid = pl.sum_horizontal(own(col("support_paid")))
    return [
        kind(
            {1: "1.1", 2: "2.2", 3: "3.1", 4: "4.2", 5: "5.1", 13: "13.2"},
            since,
            forecast,
            growth(col("wage"), at("wage", year - 1)),
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
            positive(2 * paid),
            col("revenue") - base("revenue"),
            pl.max_horizontal("revenue", base("revenue")),
        ),
        kind(
            {8: "8.1", 9: "9.1"},
            since,
            positive(paid),
            when(pl.any_horizontal(x.is_not_null() for x in exported)).then(pl.sum_horizontal(exported)),
            pl.max_horizontal(exported),
            pl.any_horizontal(own(col("export_value").is_null())).fill_null(False),
        ),
        kind(
            {11: "11.1"},
            year == end,
            pl.lit(0.02),
            growth(col("labour_productivity"), base("labour_productivity")),
        ),
        kind({11: "11.2"}, year == end, pl.lit(0.03), growth(col("export_value"), base("export_value"))),
        kind({13: "13.1"}, after_two, pl.lit(0.1), growth(col("output_volume"), base("output_volume"))),
        kind({13: "13.3"}, after_two, pl.lit(0.1), growth(col("export_volume"), base("export_volume"))),
    ]


def judge(found: pl.LazyFrame) -> pl.LazyFrame:
    allowed = 1e-12 * pl.max_horizontal(1.0, col("plan").abs(), "largest")
    state = (
        when(~col("due")).then(pl.lit("not_due", STATES))
        .when(col("plan").is_null() | col("actual").is_null()).then(pl.lit("no_data", STATES))
        .when(col("actual") >= col("plan") - allowed).then(pl.lit("fulfilled", STATES))
        .when(col("gap")).then(pl.lit("no_data", STATES))
        .otherwise(pl.lit("not_fulfilled", STATES))
    )  # fmt: skip
    shown = col("due") & (~col("gap") | (col("state") == "fulfilled"))
    return found.with_columns(state=state).select(
        "place",
        "criterion",
        "state",
        plan=when("due").then(col("plan")),
        actual=when(shown).then(col("actual")),
    )


def complete(states: pl.DataFrame, cells: pl.DataFrame, projects: pl.DataFrame, years: range) -> pl.DataFrame:
    """Put the rows in order and add what is known of a project only now."""
    key = states["place"].cast(pl.Int64) * len(CRITERIA.categories) + states["criterion"].to_physical()
    states = states[key.arg_sort()]
    number = states["place"] // len(years)
    own = projects.select(pl.col("project_id", "measure", *WORDS).gather(number))
    paid = cells.select(col("support_paid").fill_null(0).gather(states["place"]))
    return pl.concat([states, own, paid], how="horizontal").select(
        "project_id", (years[0] + col("place") % len(years)).cast(pl.Int64).alias("year"), "measure", "criterion", "plan", "actual",
        when(col("plan") > 0).then(col("actual") / col("plan")).alias("attainment"), "state",
        when(col("state") == "fulfilled").then(1.0).when(col("state") == "not_fulfilled").then(0.0).alias("score"),
        *WORDS, "support_paid",
    )  # fmt: skip


def tallies(judged: pl.DataFrame) -> pl.DataFrame:
    by, state = ["region", "sector", "measure", "year"], col("state")
    firsts = [id for id in CRITERIA.categories if id.endswith(".1")]
    first = col("criterion").is_in(firsts)  # one row a project and year
    return judged.lazy().group_by(by).agg(
        due=(state != "not_due").sum().cast(pl.Int64), assessed=col("score").count().cast(pl.Int64),
        fulfilled=(state == "fulfilled").sum().cast(pl.Int64), score=col("score").sum(),
        projects=first.sum().cast(pl.Int64), support_paid=col("support_paid").filter(first).sum(),
    ).sort(by).collect()  # fmt: skip


def main(folder: str, out: str) -> None:
    projects, observations, years = read(folder)
    cells = panel(projects, observations, years)
    reference = pl.read_parquet(f"{folder}/reference.parquet")
    states = pl.concat(pl.collect_all(map(judge, kinds(cells, years, reference))))
    judged = complete(states, cells, projects, years)
    tallies(judged).write_parquet(f"{out}/tallies.parquet", compression="snappy")
    judged.write_parquet(f"{out}/judged.parquet", compression="snappy")


if __name__ == "__main__":
    main(*sys.argv[1:])
