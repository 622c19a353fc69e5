"""The task in SQL with DuckDB: numbers are joined and sorted, texts stay ENUMs, the rows go straight into the file."""

import sys

import duckdb

# measure, criterion, what is compared
CRITERIA = [
    (1, "1.1", "wage"), (1, "1.2", "sales"), (2, "2.1", "output"), (2, "2.2", "wage"), (2, "2.3", "jobs"),
    (3, "3.1", "wage"), (3, "3.2", "sales"), (4, "4.1", "output"), (4, "4.2", "wage"), (4, "4.3", "jobs"),
    (5, "5.1", "wage"), (5, "5.2", "sales"), (6, "6.1", "income"), (7, "7.1", "income"), (8, "8.1", "exports"),
    (9, "9.1", "exports"), (10, "10.1", "income"), (11, "11.1", "productivity"), (11, "11.2", "cluster exports"),
    (12, "12.1", "sales"), (13, "13.1", "output growth"), (13, "13.2", "wage"), (13, "13.3", "export growth"),
]  # fmt: skip

PREPARE = """
CREATE MACRO growth(v, base) AS CASE WHEN base = 0 THEN CASE WHEN v = 0 THEN 0.0 WHEN v > 0 THEN 'inf'::DOUBLE END ELSE v / base - 1 END;
CREATE MACRO positive(v) AS CASE WHEN v > 0 THEN v END;
CREATE TYPE word AS ENUM (SELECT DISTINCT unnest([kato[1:2], kato[1:4], oked[1:2], category, status]) AS word FROM '{folder}/projects.parquet' ORDER BY word);
CREATE TYPE criterion AS ENUM ({criteria});
CREATE TYPE kind AS ENUM ({kinds});
CREATE TYPE state AS ENUM ('not_due', 'no_data', 'fulfilled', 'not_fulfilled');
CREATE TEMP TABLE criteria (measure TINYINT, criterion criterion, kind kind);
INSERT INTO criteria VALUES {rows};
CREATE TEMP TABLE projects AS
SELECT row_number() OVER (ORDER BY project_id)::INTEGER AS number, project_id, measure::TINYINT AS measure,
    kato[1:2]::word AS region, kato[1:4]::word AS district, oked[1:2]::word AS sector, category::word AS category,
    status::word AS status, support_year::SMALLINT AS support_year,
    commissioning_year::SMALLINT AS commissioning_year, term_end_year::SMALLINT AS term_end_year
FROM '{folder}/projects.parquet';
CREATE TEMP TABLE years AS
WITH span AS (SELECT min(year) AS first, max(year) AS last FROM '{folder}/observations.parquet'),
years AS (SELECT unnest(range(first, last + 1)) AS year FROM span)
SELECT year::SMALLINT AS year, wage_growth_forecast FROM years LEFT JOIN '{folder}/reference.parquet' USING (year);
CREATE TEMP TABLE observed AS
SELECT p.number, p.measure, p.support_year, o.year::SMALLINT AS year, o.* EXCLUDE (project_id, year)
FROM '{folder}/observations.parquet' o JOIN projects p USING (project_id);
CREATE TEMP TABLE subjects AS
WITH facts AS (
    SELECT number, max(year) AS own_last, sum(support_paid) FILTER (year BETWEEN support_year AND support_year + 2) AS support, {bases}
    FROM observed GROUP BY number
)
SELECT p.*, f.* EXCLUDE (number), CASE
    WHEN status = 'terminated' THEN own_last WHEN term_end_year IS NOT NULL THEN term_end_year
    WHEN status = 'completed' THEN greatest(support_year + 2, own_last) ELSE (SELECT max(year) FROM years) END AS last
FROM projects p LEFT JOIN facts f USING (number);
"""
BASE = "max({name}) FILTER (year = support_year) AS {name}_base"
BASES = ["revenue", "labour_productivity", "export_value", "output_volume", "export_volume"]
JUDGED = """
WITH since AS (  -- only measures that count what was exported since the support
    SELECT p.number, y.year, sum(o.support_paid) OVER own AS support, sum(o.export_value) OVER own AS exports,
        max(o.export_value) OVER own AS largest, bool_or(o.export_value IS NULL) OVER own AS gap
    FROM projects p JOIN years y ON y.year >= p.support_year LEFT JOIN observed o ON o.number = p.number AND o.year = y.year
    WHERE p.measure IN (8, 9) WINDOW own AS (PARTITION BY p.number ORDER BY y.year)
),
before AS (
    SELECT number, year + 1 AS year, wage FROM observed WHERE measure IN (SELECT measure FROM criteria WHERE kind = 'wage')
),
panel AS (
    SELECT p.*, y.*, o.* EXCLUDE (number, measure, support_year, year), b.wage AS wage_before,
        s.support AS support_since, s.exports, s.largest, s.gap
    FROM subjects p CROSS JOIN years y LEFT JOIN observed o ON o.number = p.number AND o.year = y.year
    LEFT JOIN before b ON b.number = p.number AND b.year = y.year
    LEFT JOIN since s ON s.number = p.number AND s.year = y.year
    WHERE o.number IS NOT NULL OR (y.year >= p.support_year AND y.year <= p.last)
),
found AS (
    SELECT number, project_id, year, measure, criterion, region, district, sector, category, status,
        coalesce(support_paid, 0) AS support_paid, coalesce(gap, false) AS gap,
        coalesce(CASE
            WHEN kind IN ('wage', 'exports') THEN year >= support_year
            WHEN kind = 'sales' THEN year >= support_year + 2
            WHEN kind = 'output' THEN year >= commissioning_year + 1
            WHEN kind = 'jobs' THEN year >= commissioning_year + 1 AND year <= term_end_year
            WHEN kind IN ('productivity', 'cluster exports') THEN year = term_end_year
            ELSE year = support_year + 2 END, false) AS due,
        CASE kind
            WHEN 'wage' THEN wage_growth_forecast WHEN 'sales' THEN sales_volume_plan
            WHEN 'output' THEN output_volume_plan WHEN 'jobs' THEN jobs_plan
            WHEN 'income' THEN positive(2 * support) WHEN 'exports' THEN positive(support_since)
            WHEN 'productivity' THEN 0.02 WHEN 'cluster exports' THEN 0.03 ELSE 0.1 END::DOUBLE AS plan,
        CASE kind
            WHEN 'wage' THEN growth(wage, wage_before) WHEN 'sales' THEN sales_volume
            WHEN 'output' THEN output_volume WHEN 'jobs' THEN jobs
            WHEN 'income' THEN revenue - revenue_base WHEN 'exports' THEN exports
            WHEN 'productivity' THEN growth(labour_productivity, labour_productivity_base)
            WHEN 'cluster exports' THEN growth(export_value, export_value_base)
            WHEN 'output growth' THEN growth(output_volume, output_volume_base)
            WHEN 'export growth' THEN growth(export_volume, export_volume_base) END::DOUBLE AS actual,
        CASE kind WHEN 'income' THEN greatest(revenue, revenue_base) WHEN 'exports' THEN largest END AS largest
    FROM panel JOIN criteria USING (measure)
),
stated AS (
    SELECT *, CASE WHEN NOT due THEN 'not_due' WHEN plan IS NULL OR actual IS NULL THEN 'no_data'
        WHEN actual >= plan - 1e-12 * greatest(1.0, abs(plan), largest) THEN 'fulfilled'
        WHEN gap THEN 'no_data' ELSE 'not_fulfilled' END::state AS state FROM found
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
# the first criterion of a measure stands for a project and year
TALLIES = """
SELECT region, sector, measure, year, count(*) FILTER (state <> 'not_due') AS due, count(score) AS assessed,
    count(*) FILTER (state = 'fulfilled') AS fulfilled, coalesce(sum(score), 0) AS score,
    count(*) FILTER (criterion = measure || '.1') AS projects,
    coalesce(sum(support_paid) FILTER (criterion = measure || '.1'), 0) AS support_paid
FROM '{out}/judged.parquet' GROUP BY region, sector, measure, year ORDER BY region, sector, measure, year
"""


def main(folder: str, out: str) -> None:
    db = duckdb.connect()
    kinds, criteria = sorted({kind for *_, kind in CRITERIA}), [id for _, id, _ in CRITERIA]
    prepare = PREPARE.format(
        folder=folder, rows=", ".join(map(str, CRITERIA)), bases=", ".join(BASE.format(name=name) for name in BASES),
        criteria=", ".join(map(repr, criteria)), kinds=", ".join(map(repr, kinds)),
    )  # fmt: skip
    db.execute(prepare)
    db.execute(f"COPY ({JUDGED}) TO '{out}/judged.parquet' (FORMAT parquet, COMPRESSION snappy)")
    db.execute(
        f"COPY ({TALLIES.format(out=out)}) TO '{out}/tallies.parquet' (FORMAT parquet, COMPRESSION snappy)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
