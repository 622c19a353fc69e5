"""The task in SQL with DuckDB."""

import sys

import duckdb

# name, criterion by measure, due, plan, actual, largest figure in actual, whether actual lacks figures
KINDS = [
    (
        "wage",
        {1: "1.1", 2: "2.2", 3: "3.1", 4: "4.2", 5: "5.1", 13: "13.2"},
        "year >= support_year",
        "wage_growth_forecast",
        "growth(wage, wage_before)",
        "0",
        "false",
    ),
    (
        "sales",
        {1: "1.2", 3: "3.2", 5: "5.2", 12: "12.1"},
        "year >= support_year + 2",
        "sales_volume_plan",
        "sales_volume",
        "0",
        "false",
    ),
    (
        "output",
        {2: "2.1", 4: "4.1"},
        "year >= commissioning_year + 1",
        "output_volume_plan",
        "output_volume",
        "0",
        "false",
    ),
    (
        "jobs",
        {2: "2.3", 4: "4.3"},
        "year >= commissioning_year + 1 AND year <= term_end_year",
        "jobs_plan",
        "jobs",
        "0",
        "false",
    ),
    (
        "income",
        {6: "6.1", 7: "7.1", 10: "10.1"},
        "year = support_year + 2",
        "positive(2 * support)",
        "revenue - revenue_base",
        "greatest(revenue, revenue_base)",
        "false",
    ),
    (
        "exports",
        {8: "8.1", 9: "9.1"},
        "year >= support_year",
        "positive(support)",
        "exports",
        "exports_largest",
        "exports_gap",
    ),
    (
        "productivity",
        {11: "11.1"},
        "year = term_end_year",
        "0.02",
        "growth(labour_productivity, labour_productivity_base)",
        "0",
        "false",
    ),
    (
        "cluster exports",
        {11: "11.2"},
        "year = term_end_year",
        "0.03",
        "growth(export_value, export_value_base)",
        "0",
        "false",
    ),
    (
        "output growth",
        {13: "13.1"},
        "year = support_year + 2",
        "0.1",
        "growth(output_volume, output_volume_base)",
        "0",
        "false",
    ),
    (
        "export growth",
        {13: "13.3"},
        "year = support_year + 2",
        "0.1",
        "growth(export_volume, export_volume_base)",
        "0",
        "false",
    ),
]
BASES = ["revenue", "labour_productivity", "export_value", "output_volume", "export_volume"]

PREPARE = """
CREATE MACRO growth(v, base) AS CASE WHEN base = 0 THEN CASE WHEN v = 0 THEN 0.0 WHEN v > 0 THEN 'inf'::DOUBLE END ELSE v / base - 1 END;
CREATE MACRO positive(v) AS CASE WHEN v > 0 THEN v END;
CREATE TYPE word AS ENUM (SELECT DISTINCT unnest([kato[1:2], kato[1:4], oked[1:2], category, status]) AS word FROM '{folder}/projects.parquet' ORDER BY word);
CREATE TEMP TABLE projects AS
SELECT row_number() OVER (ORDER BY project_id)::INTEGER AS number, project_id, measure::TINYINT AS measure,
    kato[1:2]::word AS region, kato[1:4]::word AS district, oked[1:2]::word AS sector, category::word AS category,
    status::word AS status, support_year::SMALLINT AS support_year, commissioning_year, term_end_year
FROM '{folder}/projects.parquet';
CREATE TEMP TABLE observed AS
SELECT p.number, o.* EXCLUDE (project_id) FROM '{folder}/observations.parquet' o JOIN projects p USING (project_id);
CREATE TEMP TABLE panel AS
WITH span AS (SELECT min(year) AS first, max(year) AS last FROM observed),
years AS (SELECT unnest(range(first, last + 1)) AS year, last FROM span),
bases AS (
    SELECT p.number, max(o.year) AS own_last, {bases} FROM projects p LEFT JOIN observed o USING (number) GROUP BY p.number
),
cells AS (
    SELECT p.number, p.support_year, y.year, o.number IS NOT NULL AS reported, o.* EXCLUDE (number, year)
    FROM projects p CROSS JOIN years y LEFT JOIN observed o ON o.number = p.number AND o.year = y.year
),
sums AS (
    SELECT c.*, w.wage AS wage_before FROM cells c LEFT JOIN observed w ON w.number = c.number AND w.year = c.year - 1
),
since AS (  -- only measures that count what was paid and exported since the support
    SELECT c.number, c.year, sum(coalesce(c.support_paid, 0)) OVER own AS support, sum(c.export_value) OVER own AS exports,
        max(c.export_value) OVER own AS exports_largest, bool_or(c.export_value IS NULL) OVER own AS exports_gap
    FROM cells c JOIN projects p USING (number) WHERE p.measure IN (6, 7, 8, 9, 10) AND c.year >= c.support_year
    WINDOW own AS (PARTITION BY c.number ORDER BY c.year)
)
SELECT p.*, b.* EXCLUDE (number), y.last, s.* EXCLUDE (number, support_year), r.wage_growth_forecast,
    n.* EXCLUDE (number, year)
FROM sums s JOIN projects p USING (number) JOIN bases b USING (number) JOIN years y USING (year)
LEFT JOIN since n ON n.number = s.number AND n.year = s.year
LEFT JOIN '{folder}/reference.parquet' r ON r.year = s.year
"""
BASE = "max(CASE WHEN o.year = p.support_year THEN o.{name} END) AS {name}_base"
JUDGED_YEARS = """reported OR (year >= support_year AND year <= CASE
    WHEN status = 'terminated' THEN own_last WHEN term_end_year IS NOT NULL THEN term_end_year
    WHEN status = 'completed' THEN greatest(support_year + 2, own_last) ELSE last END)"""
KIND = """
SELECT number, project_id, year, measure, {criterion} AS criterion, coalesce({due}, false) AS due,
    ({plan})::DOUBLE AS plan, ({actual})::DOUBLE AS actual, ({largest})::DOUBLE AS largest, {gap} AS gap,
    region, district, sector, category, status, coalesce(support_paid, 0) AS support_paid
FROM panel WHERE measure IN ({measures}) AND ({years})"""
JUDGED = """
CREATE TEMP TABLE judged AS
WITH found AS ({kinds}),
reached AS (SELECT *, actual >= plan - 1e-12 * greatest(1.0, abs(plan), coalesce(largest, 0)) AS reached FROM found),
stated AS (
    SELECT *, CASE WHEN NOT due THEN 'not_due' WHEN plan IS NULL OR actual IS NULL THEN 'no_data'
        WHEN reached THEN 'fulfilled' WHEN gap THEN 'no_data' ELSE 'not_fulfilled' END AS state FROM reached
),
shown AS (
    SELECT * REPLACE (CASE WHEN due THEN plan END AS plan,
        CASE WHEN due AND (NOT gap OR state = 'fulfilled') THEN actual END AS actual) FROM stated
)
SELECT project_id, year, measure, criterion, plan, actual, CASE WHEN plan > 0 THEN actual / plan END AS attainment, state,
    CASE state WHEN 'fulfilled' THEN 1.0::DOUBLE WHEN 'not_fulfilled' THEN 0.0::DOUBLE END AS score,
    region, district, sector, category, status, support_paid
FROM shown ORDER BY number, year, criterion
"""
TALLIES = """
WITH cells AS (
    SELECT region, sector, measure, year, project_id, any_value(support_paid) AS support_paid,
        count(*) FILTER (state <> 'not_due') AS due, count(*) FILTER (state IN ('fulfilled', 'not_fulfilled')) AS assessed,
        count(*) FILTER (state = 'fulfilled') AS fulfilled, sum(coalesce(score, 0)) AS score
    FROM judged GROUP BY ALL
)
SELECT region, sector, measure, year, sum(due)::BIGINT AS due, sum(assessed)::BIGINT AS assessed,
    sum(fulfilled)::BIGINT AS fulfilled, sum(score) AS score, count(*) AS projects, sum(support_paid) AS support_paid
FROM cells GROUP BY region, sector, measure, year ORDER BY region, sector, measure, year
"""


def kind(own: tuple) -> str:
    _, criteria, due, plan, actual, largest, gap = own
    names = " ".join(f"WHEN {measure} THEN '{id}'" for measure, id in criteria.items())
    return KIND.format(
        criterion=f"CASE measure {names} END", due=due, plan=plan, actual=actual, largest=largest, gap=gap,
        measures=", ".join(map(str, criteria)), years=JUDGED_YEARS,
    )  # fmt: skip


def main(folder: str, out: str) -> None:
    db = duckdb.connect()
    db.execute(PREPARE.format(folder=folder, bases=", ".join(BASE.format(name=name) for name in BASES)))
    db.execute(JUDGED.format(kinds=" UNION ALL ".join(map(kind, KINDS))))
    db.execute(f"COPY judged TO '{out}/judged.parquet' (FORMAT parquet, COMPRESSION snappy)")
    db.execute(f"COPY ({TALLIES}) TO '{out}/tallies.parquet' (FORMAT parquet, COMPRESSION snappy)")


if __name__ == "__main__":
    main(*sys.argv[1:])
