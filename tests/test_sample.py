"""The synthetic sample: same seed, same bytes; synthetic wherever it shows; plausible; a valid package."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from frictionless import validate

import effeval as ee
from effeval import sample
from effeval.columns import columns

COMMITTED = Path(__file__).parents[1] / "data" / "sample"
FILES = ["projects.csv", "observations.csv", "reference.csv", "datapackage.json", "README.md"]


@pytest.fixture(scope="module")
def data() -> ee.Dataset:
    return ee.load(COMMITTED)


@pytest.fixture(scope="module")
def projects(data) -> pd.DataFrame:
    return data.projects


@pytest.fixture(scope="module")
def rows(data) -> pd.DataFrame:
    """Observations with the columns of their project and ``since``, the years since the support."""
    joined = data.observations.merge(data.projects, on="project_id", validate="many_to_one")
    return joined.assign(since=joined["year"] - joined["support_year"])


@pytest.fixture(scope="module")
def assessed(data) -> pd.DataFrame:
    return ee.assess(data, ee.Methodology.load("order-35"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# the same bytes


def test_what_is_committed_is_what_the_seed_gives(tmp_path):
    paths = sample.write_sample(tmp_path / "new" / "folder", projects=600, seed=35)
    assert [path.name for path in paths] == FILES
    assert contents(tmp_path / "new" / "folder") == contents(COMMITTED)


@pytest.mark.parametrize("count", [1, 13, 200])
def test_same_seed_same_bytes_other_seed_other_tables(tmp_path, count):
    folders = [tmp_path / name for name in ("first", "again", "other")]
    for folder, seed in zip(folders, (7, 7, 8), strict=True):
        sample.write_sample(folder, projects=count, seed=seed)
    first, again, other = map(contents, folders)
    assert first == again
    assert first["projects.csv"] != other["projects.csv"]
    assert first["reference.csv"] == other["reference.csv"]  # facts do not depend on the seed


def test_figures_depend_on_the_seed_not_on_the_projects_alone():
    projects = sample.make_projects(projects=50, seed=7)
    first, other = (sample.make_observations(projects, seed=seed) for seed in (7, 8))
    assert not first.equals(other)


def test_text_is_utf8_with_line_feeds_and_whole_numbers():
    for name, content in contents(COMMITTED).items():
        assert b"\r" not in content and content.endswith(b"\n"), name
        content.decode("utf-8")
    assert b"." not in (COMMITTED / "observations.csv").read_bytes()


def test_numbers_out_of_range_are_refused_together_and_nothing_is_written(tmp_path):
    with pytest.raises(ee.ParameterError) as caught:
        sample.write_sample(tmp_path / "folder", projects=1_000_001, seed=-1)
    assert "projects = 1000001" in str(caught.value) and "seed = -1" in str(caught.value)
    assert "To fix:" in str(caught.value)
    with pytest.raises(ee.ParameterError):
        sample.write_sample(tmp_path / "folder", projects=0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_to_write_to(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ee.ParameterError, match="is a file"):
        sample.write_sample(tmp_path / "file", projects=1)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("table", ["projects", "observations"])
def test_data_that_are_not_synthetic_are_not_replaced(tmp_path, table):
    sample.write_sample(tmp_path, projects=3)
    sample.write_sample(tmp_path, projects=2)
    own = tmp_path / f"{table}.csv"
    own.write_text(own.read_text(encoding="utf-8").replace("SYN-0002", "2"), encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(ee.ParameterError, match=f"{table}.csv in .* would be lost"):
        sample.write_sample(tmp_path, projects=2)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(("count", "last"), [(1, "SYN-0001"), (13, "SYN-0013"), (10_000, "SYN-10000")])
def test_any_number_of_projects_loads_in_the_contracts_columns(count, last):
    projects = sample.make_projects(projects=count, seed=35)
    frames = {"projects": projects, "observations": sample.make_observations(projects, seed=35)}
    frames["reference"] = sample.make_reference()
    for table, frame in frames.items():
        assert list(frame.columns) == list(columns(table))
    assert projects["project_id"].iloc[-1] == last
    assert projects["project_id"].is_monotonic_increasing and projects["project_id"].is_unique
    assert ee.load(frames).warnings == ()


# synthetic, and saying so


def test_it_loads_without_a_warning_and_knows_that_it_is_synthetic(data):
    assert data.warnings == ()
    assert data.synthetic
    assert len(data.projects) == 600 and len(data.observations) > 2000


def test_every_project_says_that_it_is_synthetic(projects):
    numbers = projects["project_id"].str.removeprefix("SYN-")
    assert projects["project_id"].str.fullmatch(r"SYN-\d{4}").all()
    assert (projects["applicant"] == "Синтетикалық кәсіпорын " + numbers + " (synthetic)").all()


def test_package_and_readme_say_it_first():
    package = json.loads((COMMITTED / "datapackage.json").read_text(encoding="utf-8"))
    readme = (COMMITTED / "README.md").read_text(encoding="utf-8")
    assert package["title"].startswith("SYNTHETIC") and package["description"].startswith("SYNTHETIC")
    assert readme.startswith("# SYNTHETIC")
    assert "600 support cases, seed 35" in readme and "600 support cases, seed 35" in package["description"]
    assert "{" not in readme + package["description"]


def test_no_bin_can_exist_though_its_check_digit_is_right(projects):
    bins = projects["bin"].dropna()
    assert 0.02 < projects["bin"].isna().mean() < 0.10
    assert bins.str.fullmatch(r"\d{12}").all()
    assert bins.str[2:4].astype(int).between(13, 99).all()
    assert bins.str.startswith("0").any()
    for number in bins:
        digits = [int(digit) for digit in number]
        rest = sum(weight * digit for weight, digit in zip(range(1, 12), digits[:11], strict=True)) % 11
        if rest == 10:
            weights = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]
            rest = sum(weight * digit for weight, digit in zip(weights, digits[:11], strict=True)) % 11
        assert rest == digits[11], number


def test_bins_that_have_no_check_digit_are_not_given_out():
    bins = sample.make_projects(projects=20_000, seed=1)["bin"].dropna()
    assert (bins.str.len() == 12).all()


# plausible


def test_measures_regions_sectors_years_and_statuses_are_all_there_and_unequal(projects):
    regions = set(ee.regions()["region"])
    assert set(projects["measure"]) == set(range(1, 14))
    assert set(projects["kato"].str[:2]) == regions
    assert set(projects["oked"].str[:2]) == set(ee.sectors()["sector"])
    assert set(projects["support_year"]) == set(range(2018, 2026))
    assert set(projects["status"]) == {"implementing", "completed", "suspended", "terminated"}
    cells = projects.groupby(["measure", projects["kato"].str[:2]]).size().unstack(fill_value=0)
    assert (cells == 0).any(axis=None) and not (cells.sum() == 0).any()
    assert cells.sum().max() > 5 * cells.sum().min()
    former = ee.kato_changes()["old_kato"]
    assert not projects["kato"].isin(former).any()


def test_years_of_projects_fit_together(projects):
    delay = (projects["commissioning_year"] - projects["support_year"]).dropna()
    assert set(delay) == {0, 1, 2, 3} and (projects["commissioning_year"].dropna() <= 2025).all()
    term = (
        (projects["term_end_year"] - projects["support_year"])
        .groupby(projects["measure"])
        .agg(["min", "max"])
    )
    assert term.dropna().to_dict("index") == {
        2: {"min": 3, "max": 7},
        4: {"min": 3, "max": 7},
        11: {"min": 2, "max": 4},
    }
    assert (
        projects.loc[projects["measure"].isin([7, 8, 9]) & (projects["oked"] != "3312"), "tnved"]
        .notna()
        .all()
    )


def test_support_is_20_million_to_50_billion_tenge(rows):
    total = rows.groupby("project_id")["support_paid"].sum()
    total = total[total > 0]
    assert total.between(20_000, 50_000_000).all()
    assert total.max() > 10_000_000 and total.median() < 1_000_000
    by_measure = total.groupby(rows.groupby("project_id")["measure"].first()).median()
    by_category = total.groupby(rows.groupby("project_id")["category"].first()).median()
    assert by_measure[[1, 2, 5]].min() > by_measure.drop([1, 2, 5]).max()
    assert by_category["small"] < by_category["medium"] < by_category["large"]


def test_figures_have_plausible_sizes(rows):
    assert rows["year"].between(2018, 2025).all() and rows["since"].ge(-1).all()
    assert rows["wage"].dropna().between(60_000, 1_500_000).all()
    national = {2018: 162_673, 2025: 443_315}
    for year, wage in national.items():
        assert 0.8 < rows.loc[rows["year"] == year, "wage"].mean() / wage < 1.3
    assert rows.loc[rows["category"] == "small", "jobs"].max() < 120
    assert rows.loc[rows["category"] == "large", "jobs"].min() > 150
    assert (
        rows["export_value"].dropna() <= rows["revenue"].reindex(rows["export_value"].dropna().index)
    ).mean() > 0.7
    assert rows[["wage", "revenue", "jobs"]].notna().mean().min() > 0.75


def test_there_is_something_to_discover(assessed):
    rate = {
        by: ee.fulfilment(assessed, by=[by]).set_index(by)["rate"]
        for by in ("year", "measure", "region", "status")
    }
    years = rate["year"].loc[2019:]
    assert years.idxmin() == 2020 and years[2021] > years[2020] + 0.15
    assert years[2025] > years[2021]
    for by in ("measure", "region"):
        assert rate[by].max() - rate[by].min() > 0.2
    assert rate["status"]["terminated"] < rate["status"]["completed"]


def test_half_to_two_thirds_of_each_kind_are_fulfilled(assessed):
    rules = {criterion.id: criterion.rule for criterion in ee.Methodology.load("order-35").criteria}
    done = assessed[assessed["state"].isin(["fulfilled", "not_fulfilled"])]
    rates = (done["state"] == "fulfilled").groupby(done["criterion"].map(rules)).mean()
    assert 0.55 < rates["growth_vs_reference"] < 0.65
    assert 0.4 < rates["return_on_support"] < 0.6
    assert 0.4 < rates["coverage"] < 0.6
    assert rates["plan"] < 0.8 and rates["growth"] < 0.8


# reference and data package


def test_reference_is_the_actual_growth_and_says_that_it_stands_in():
    reference = pd.read_csv(COMMITTED / "reference.csv")
    assert reference["year"].tolist() == list(range(2018, 2026))
    # 309697 / 250311 - 1 and 405416 / 364295 - 1, the published average wages
    growth = reference.set_index("year")["wage_growth_forecast"]
    assert growth[2022] == 0.2372 and growth[2024] == 0.1129
    assert reference["source"].str.startswith("STAND-IN, not the Forecast").all()
    assert reference["source"].str.contains("Bureau of National Statistics").all()
    assert "from 364295 tenge in 2023 to 405416 tenge in 2024" in reference["source"][6]


def test_the_data_package_is_valid_table_by_table():
    report = validate(str(COMMITTED / "datapackage.json"))
    assert report.valid, report.flatten(["type", "title", "note"])
    assert {task.name: task.stats["rows"] for task in report.tasks if task.name != "observations"} == {
        "projects": 600,
        "reference": 8,
    }


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        ("projects", ",implementing\n", ",abandoned\n", "constraint-error"),
        ("projects", "SYN-0002,", "SYN-0001,", "primary-key"),
        ("observations", "\nSYN-0002,", "\nSYN-9999,", "foreign-key"),
        ("observations", "2022,", "1922,", "constraint-error"),
        ("reference", "0.1484", "0.1485", "hash-count"),
    ],
)
def test_the_data_package_refuses_what_is_wrong(tmp_path, table, old, new, expected):
    for name, content in contents(COMMITTED).items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    report = validate(str(tmp_path / "datapackage.json"))
    assert expected in {kind for (kind,) in report.flatten(["type"])}


def test_the_data_package_describes_columns_units_and_licences():
    package = json.loads((COMMITTED / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        known = columns(resource["name"])
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == list(known)
        assert {name: field.get("unit", "") for name, field in fields.items()} == {
            name: column.unit for name, column in known.items()
        }
        content = (COMMITTED / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    licences = {resource["name"]: resource.get("licenses") for resource in package["resources"]}
    assert licences["reference"] is None  # facts: not ours to license
    assert [licence["name"] for table in ("projects", "observations") for licence in licences[table]] == [
        "CC0-1.0"
    ] * 2
    measure = next(f for f in package["resources"][0]["schema"]["fields"] if f["name"] == "measure")
    assert measure["constraints"] == {"required": True, "minimum": 1, "maximum": 13}
