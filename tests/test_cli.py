"""Commands as a user types them: results, files, messages, exit status."""

import re

import pandas as pd
import pytest

import effeval as ee
from effeval.columns import columns

ASSESSED = list(columns("assessed"))
FULFILMENT = list(columns("fulfilment"))


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_assess_writes_the_contracts_columns_in_every_format(effeval, sample_dir, tmp_path, ending) -> None:
    status, out, err = effeval("assess", sample_dir, "-o", tmp_path / f"a.{ending}")
    assert (status, out) == (0, "")
    kept = {"criterion": "str", "region": "str", "district": "str", "sector": "str"}
    read = {
        "csv": lambda path: pd.read_csv(path, dtype=kept),
        "parquet": pd.read_parquet,
        "xlsx": lambda path: pd.read_excel(path, dtype=kept, engine="calamine"),
    }[ending](tmp_path / f"a.{ending}")
    assert list(read.columns) == ASSESSED
    expected = ee.assess(ee.load(sample_dir), ee.Methodology.load())
    infinite = {
        "plan": "float64",
        "actual": "float64",
        "attainment": "float64",
    }  # "inf" is text in a workbook
    pd.testing.assert_frame_equal(read.astype(infinite), expected, check_dtype=ending == "parquet")
    assert f"{len(expected):,} rows" in err


def test_fulfilment_writes_a_file(effeval, sample_dir, tmp_path) -> None:
    status, _, _ = effeval("fulfilment", sample_dir, "--by", "region,measure", "-o", tmp_path / "f.csv")
    assert status == 0
    table = pd.read_csv(tmp_path / "f.csv", dtype={"region": "str"})
    assert list(table.columns) == ["region", "measure", *FULFILMENT]
    assert len(table) > 100


def test_a_workbook_says_where_its_numbers_come_from(effeval, sample_dir, tmp_path) -> None:
    path = tmp_path / "f.xlsx"
    assert (
        effeval("fulfilment", sample_dir, "--by", "year", "-o", path, "--set", "13.1.at_least=0.08")[0] == 0
    )
    about = pd.read_excel(path, sheet_name="about", header=None, index_col=0, engine="calamine")[1]
    assert about["projects.csv"] == f"SHA-256 {ee.files.digest(sample_dir / 'projects.csv')}"
    assert about["edition"] == "order-35, 2024-01-26"
    assert about["changed parameters"] == "13.1.at_least = 0.08"
    assert about["data"].startswith("SYNTHETIC")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "East Kazakhstan"), ("ru", "Восточно-Казахстанская"), ("kk", "Шығыс Қазақстан")],
)
def test_fulfilment_in_the_terminal_is_a_table_with_names_and_says_synthetic(
    effeval, sample_dir, lang, words
) -> None:
    status, out, _ = effeval("fulfilment", sample_dir, "--by", "region", "--lang", lang)
    assert status == 0
    assert words in out
    assert ee.labels.phrase("synthetic", lang=lang) in out
    total = ee.fulfilment(ee.assess(ee.load(sample_dir), ee.Methodology.load()), "region").set_index("region")
    assert ee.labels.parts(total.loc["63", "fulfilled"], total.loc["63", "assessed"], lang=lang) in out


def test_a_setting_changes_the_result(effeval, sample_dir, tmp_path) -> None:
    for name, settings in {
        "plain": [],
        "soft": ["--set", "growth.at_least=0", "--set", "missing=not_fulfilled"],
    }.items():
        assert (
            effeval("fulfilment", sample_dir, "--by", "measure", "-o", tmp_path / f"{name}.csv", *settings)[0]
            == 0
        )
    plain, soft = (pd.read_csv(tmp_path / f"{name}.csv", index_col="measure") for name in ("plain", "soft"))
    assert soft.loc[13, "fulfilled"] > plain.loc[13, "fulfilled"]
    assert (soft["assessed"] == soft["due"]).all()


def test_a_methodology_of_ones_own(effeval, sample_dir, tmp_path) -> None:
    from importlib.resources import files

    text = (files("effeval") / "methodologies" / "order-35.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("id: order-35", "id: mine", 1), encoding="utf-8")
    status, out, _ = effeval("fulfilment", sample_dir, "--methodology", tmp_path / "mine.yaml")
    assert status == 0
    assert "mine, 2024-01-26" in out


BAD = {
    "unknown ending": (["assess", "DATA", "-o", "OUT/a.txt"], r"\.csv, \.parquet, \.xlsx"),
    "unknown setting": (["assess", "DATA", "-o", "OUT/a.csv", "--set", "13.1.at_leest=1"], r"Near: 13\.1\.at_least"),
    "setting without value": (["assess", "DATA", "-o", "OUT/a.csv", "--set", "13.1.at_least"], "PATH=VALUE"),
    "decimal comma": (["assess", "DATA", "-o", "OUT/a.csv", "--set", "13.1.at_least=0,08"], "not of type 'number'"),
    "unknown methodology": (["assess", "DATA", "-o", "OUT/a.csv", "--methodology", "order-36"], "Near: order-35"),
    "unknown grouping": (["fulfilment", "DATA", "--by", "regoin", "-o", "OUT/a.csv"], "Near: region"),
    "unknown language": (["fulfilment", "DATA", "--lang", "kz"], "kk, ru, en"),
    "no such data": (["validate", "OUT/nowhere"], "nowhere"),
    "no such folder": (["assess", "DATA", "-o", "OUT/nowhere/a.csv"], "does not exist"),
    "year out of range": (["report", "DATA", "--year", "2031", "-o", "OUT"], "from 2018 to 2025"),
    "unknown region": (["report", "DATA", "--year", "2025", "--region", "99", "-o", "OUT"], "63 .East Kazakhstan"),
    "unknown command": (["asess", "DATA"], "No such command"),
    "no projects": (["sample", "-o", "OUT/s", "--projects", "0"], "greater than or equal to 1"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD.keys())
def test_bad_use_is_status_2_with_a_sentence_and_nothing_written(
    effeval, sample_dir, tmp_path, words, message
) -> None:
    words = [word.replace("DATA", str(sample_dir)).replace("OUT", str(tmp_path)) for word in words]
    status, out, err = effeval(*words)
    assert status == 2
    assert re.search(message, out + err)
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_validate_lists_faults_and_warnings(effeval, sample_dir, tmp_path) -> None:
    for name in ("projects", "observations", "reference"):
        (tmp_path / f"{name}.csv").write_bytes((sample_dir / f"{name}.csv").read_bytes())
    assert effeval("validate", tmp_path)[0] == 0
    projects = (tmp_path / "projects.csv").read_text(encoding="utf-8").split("\n")
    projects[3] = projects[3].replace("SYN-0003", "SYN-0001")
    (tmp_path / "projects.csv").write_text("\n".join(projects), encoding="utf-8")
    status, out, err = effeval("validate", tmp_path)
    assert status == 2
    assert "SYN-0001" in out and "4" in out
    assert re.search(r"[1-9]\d* faults?", err)
    status, _, _ = effeval("validate", tmp_path, "-o", tmp_path / "faults.xlsx")
    assert status == 2
    found = pd.read_excel(tmp_path / "faults.xlsx", engine="calamine")
    assert {"severity", "file", "row", "column", "value", "message", "fix"} <= set(found.columns)
    status, _, err = effeval("assess", tmp_path, "-o", tmp_path / "a.csv")
    assert status == 2 and "nothing was computed" in err
    assert not (tmp_path / "a.csv").exists()


def test_sample_is_the_same_for_the_same_seed(effeval, tmp_path) -> None:
    for name in ("one", "two"):
        assert effeval("sample", "-o", tmp_path / name, "--projects", 30, "--seed", 7)[0] == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"projects.csv", "observations.csv", "reference.csv", "datapackage.json"} <= set(files)
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_help_and_version(effeval) -> None:
    status, out, _ = effeval("--help")
    assert status == 0
    for command in ("validate", "assess", "fulfilment", "sample", "report"):
        assert command in out
    assert effeval("--version")[1].strip() == ee.__version__


def test_what_if_shows_before_and_after_and_takes_scenario_files(effeval, sample_dir, tmp_path) -> None:
    softer = ee.Scenario("Softer", baseline="order-35", settings=(("13.1.at_least", 0.3),))
    ee.write_scenario(tmp_path / "softer.yaml", softer)
    status, out, _ = effeval(
        "what-if", sample_dir, "--scenario", tmp_path / "softer.yaml", "--set", "1.1.after=1"
    )
    assert status == 0
    assert "13.1.at_least = 0.3" in out and "1.1.after = 1" in out and "SYNTHETIC" in out
    words = ["what-if", sample_dir, "--set", "13.1.at_least=0.3", "--by", "measure", "-o", tmp_path / "w.csv"]
    assert effeval(*words)[0] == 0
    table = pd.read_csv(tmp_path / "w.csv").set_index(["scenario", "measure"])
    data, law = ee.load(sample_dir), ee.Methodology.load()
    expected = ee.compare(data, {"before": law, "after": law.replace({"13.1.at_least": 0.3})}, by="measure")
    expected = expected.set_index(["scenario", "measure"])
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, check_index_type=False)
    assert table.loc[("after", 13), "fulfilled_change"] < 0
    assert table.loc[("after", 1), "fulfilled_change"] == 0


def test_a_scenario_file_that_is_none_is_refused(effeval, sample_dir, tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "title: Bad\nbaseline: order-35\nsettings: {13.1.at_leest: 1}\n", encoding="utf-8"
    )
    status, _, err = effeval("fulfilment", sample_dir, "--scenario", tmp_path / "bad.yaml")
    assert status == 2 and "13.1.at_leest" in err
