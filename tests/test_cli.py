"""Commands as a user types them: results, files, messages, exit status."""

import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from test_scenario_workbook import fill

import effeval as ee
from effeval.columns import columns
from effeval.reading.files import digest

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
    assert about["projects.csv"] == f"SHA-256 {digest(sample_dir / 'projects.csv')}"
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
    "no sign": (["assess", "DATA", "-o", "OUT/a.csv", "--set", "13.1.at_least=8"], "could be 8 % or 800 %"),
    "unknown methodology": (["assess", "DATA", "-o", "OUT/a.csv", "--methodology", "order-36"], "Near: order-35"),
    "unknown grouping": (["fulfilment", "DATA", "--by", "regoin", "-o", "OUT/a.csv"], "Near: region"),
    "unknown language": (["fulfilment", "DATA", "--lang", "kz"], "kk, ru, en"),
    "no such data": (["validate", "OUT/nowhere"], "nowhere"),
    "no such folder": (["assess", "DATA", "-o", "OUT/nowhere/a.csv"], "does not exist"),
    "year out of range": (["report", "DATA", "--year", "2031", "-o", "OUT"], "from 2018 to 2025"),
    "unknown region": (["report", "DATA", "--year", "2025", "--region", "99", "-o", "OUT"], "63 .East Kazakhstan"),
    "unknown command": (["asess", "DATA"], "No such command"),
    "text without --save": (["what-if", "DATA", "--title", "T", "--author", "A"], "--title, --author: no scenario is saved"),
    "scenario saved as a workbook": (["what-if", "DATA", "--save", "OUT/s.xlsx"], "does not end in .yaml"),
    "scenario saved nowhere": (["what-if", "DATA", "-o", "OUT/a.csv", "--save", "OUT/nowhere/s.yaml"], "does not exist"),
    "unknown baseline": (["what-if", "DATA", "--baseline", "order-36"], "Near: order-35"),
    "no such baseline": (["what-if", "DATA", "--baseline", "OUT/softer.yaml"], "no scenario file"),
    "unknown what-if language": (["what-if", "DATA", "--lang", "kz", "-o", "OUT/a.csv"], "kk, ru, en"),
    "template that is no workbook": (["scenario", "template", "-o", "OUT/t.csv"], "ends in .xlsx"),
    "no projects": (["sample", "-o", "OUT/s", "--projects", "0"], "greater than or equal to 1"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD.keys())
def test_bad_use_is_status_2_with_a_sentence_and_nothing_written(refused, words, message) -> None:
    refused(words, message)


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
    for command in ("validate", "assess", "fulfilment", "sample", "report", "what-if", "scenario"):
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


def sides(sample_dir, settings: dict) -> tuple[ee.Dataset, pd.DataFrame, pd.DataFrame]:
    data, law = ee.load(sample_dir), ee.Methodology.load()
    return data, ee.assess(data, law), ee.assess(data, law.replace(settings))


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_what_if_says_what_changes_what_took_effect_and_what_did_not(effeval, sample_dir, lang) -> None:
    words = ["--set", "13.1.at_least=0.3", "--set", "6.1.multiple=2", "--lang", lang]
    status, out, err = effeval("what-if", sample_dir, *words)
    assert status == 0
    _, before, after = sides(sample_dir, {"13.1.at_least": 0.3})
    counts = ee.transitions(before, after).set_index("kind")
    say = ee.labels.phrase
    flipped = say("whatif.flips", lang=lang, values={"count": len(ee.flips(before, after))})
    paid = ee.labels.money(counts.loc["lost", "support_paid"], lang=lang)
    lost = [
        say("whatif.kind.lost", lang=lang),
        str(counts.loc["lost", "count"]),
        str(counts.loc["lost", "projects"]),
        paid,
    ]
    cells = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    assert lost in cells and flipped in out and counts.loc["lost", "count"] > 0
    rows = ee.labels.number((before["plan"] != after["plan"])[before["plan"].notna()].sum(), lang=lang)
    clause = ee.Methodology.load().criterion("13.1").citation[lang]
    point = "." if lang == "en" else ","
    changed = str(len(ee.flips(before, after)))
    effect = [
        "13.1.at_least",
        clause,
        f"0{point}1",
        f"0{point}3",
        rows,
        changed,
        say("effect.yes", lang=lang),
    ]
    assert effect in cells
    assert say("effect.title", lang=lang) in out and say("effect.same_value", lang=lang) in out
    assert say("synthetic", lang=lang) in out
    warning = {"paths": "6.1.multiple", "reason": say("effect.same_value", lang=lang)}
    assert say("effect.warning", lang=lang, values=warning) in err and "13.1" not in err


def test_what_if_of_nothing_says_so(effeval, sample_dir) -> None:
    status, out, err = effeval("what-if", sample_dir)
    assert status == 0 and "both sides are the same" in err
    assert "Criteria whose verdict changes: 0" in out


def test_what_if_writes_a_workbook_with_every_table(effeval, sample_dir, tmp_path) -> None:
    path = tmp_path / "w.xlsx"
    status, out, _ = effeval("what-if", sample_dir, "--set", "13.1.at_least=0.3", "-o", path)
    assert (status, out) == (0, "")
    _, before, after = sides(sample_dir, {"13.1.at_least": 0.3})
    names = ["comparison", "transitions", "flips", "effects", "about"]
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype={"criterion": "str"})
    assert list(sheets) == names
    assert len(sheets["comparison"]) == 2 * 13
    transitions, flips = ee.transitions(before, after), ee.flips(before, after)
    pd.testing.assert_frame_equal(sheets["transitions"], transitions, check_dtype=False)
    key = ["project_id", "year", "criterion", "kind"]
    pd.testing.assert_frame_equal(sheets["flips"][key], flips[key], check_dtype=False)
    assert sheets["effects"][["path", "before", "after", "changed"]].values.tolist() == [
        ["13.1.at_least", 0.1, 0.3, len(flips)]
    ]
    about = pd.read_excel(path, sheet_name="about", header=None, index_col=0, engine="calamine")[1]
    assert about["baseline"] == "order-35" and about["changed parameters"] == "13.1.at_least = 0.3"


def test_a_saved_scenario_is_what_was_asked_and_can_be_the_baseline(
    effeval, sample_dir, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1769817600")
    soft, later = tmp_path / "soft.yaml", tmp_path / "sub" / "later.yaml"
    later.parent.mkdir()
    words = [
        "--set",
        "13.1.at_least=0.08",
        "--set",
        "6.1.multiple=2",
        "--title",
        "Жұмсақ",
        "--author",
        "Үміт",
    ]
    words += ["--reference", "№ 1", "--description", "Үлгі"]
    assert effeval("what-if", sample_dir, *words, "--save", soft)[0] == 0
    first = ee.read_scenario(soft)
    assert first == ee.Scenario(
        "Жұмсақ", baseline="order-35", settings=(("13.1.at_least", 0.08),), author="Үміт", date="2026-01-31",
        reference="№ 1", description="Үлгі",
    )  # fmt: skip
    status, out, _ = effeval(
        "what-if", sample_dir, "--baseline", soft, "--set", "12.1.after=3", "--save", later, "--lang", "en"
    )
    assert status == 0 and "As in force" not in out and "Baseline " in out
    second = ee.read_scenario(later)
    assert (second.title, second.baseline, second.settings) == ("later", "../soft.yaml", (("12.1.after", 3),))
    assert second.apply(ee.Methodology.load()).changes() == {"13.1.at_least": 0.08, "12.1.after": 3}
    lines = [line.split()[0] for line in out.splitlines() if re.match(r" *1[23]\.1\.", line)]
    assert lines == ["12.1.after"]  # of the baseline nothing differs


def test_two_scenarios_are_compared_with_each_other(effeval, sample_dir, tmp_path) -> None:
    for name, value in {"soft": 0.08, "hard": 0.3}.items():
        ee.write_scenario(
            tmp_path / f"{name}.yaml",
            ee.Scenario(name, baseline="order-35", settings=(("13.1.at_least", value),)),
        )
    words = [
        "--baseline",
        tmp_path / "soft.yaml",
        "--scenario",
        tmp_path / "hard.yaml",
        "-o",
        tmp_path / "w.xlsx",
    ]
    assert effeval("what-if", sample_dir, *words)[0] == 0
    effects = pd.read_excel(tmp_path / "w.xlsx", sheet_name="effects", engine="calamine")
    assert effects[["path", "before", "after"]].values.tolist() == [["13.1.at_least", 0.08, 0.3]]


def test_a_scenario_is_not_saved_over_its_baseline(effeval, sample_dir, tmp_path) -> None:
    soft = tmp_path / "soft.yaml"
    assert effeval("what-if", sample_dir, "--set", "scale=proportional", "--save", soft)[0] == 0
    kept = soft.read_bytes()
    words = ["--baseline", soft, "--set", "missing=not_fulfilled", "-o", tmp_path / "w.csv"]
    status, _, err = effeval("what-if", sample_dir, *words, "--save", soft)
    assert status == 2 and "soft.yaml is a file that is read" in err
    assert soft.read_bytes() == kept and not (tmp_path / "w.csv").exists()


def test_a_template_is_filled_in_and_used(effeval, sample_dir, tmp_path) -> None:
    status, out, err = effeval("scenario", "template", "-o", tmp_path / "t.xlsx", "--lang", "kk")
    assert (status, out, err.strip()) == (0, "", str(tmp_path / "t.xlsx"))
    filled = fill(tmp_path / "t.xlsx", {("parameters", "13.1.at_least"): "30 %"}, lang="kk")
    assert effeval("what-if", sample_dir, "--scenario", filled, "-o", tmp_path / "w.csv")[0] == 0
    assert effeval("what-if", sample_dir, "--set", "13.1.at_least=0.3", "-o", tmp_path / "v.csv")[0] == 0
    assert (tmp_path / "w.csv").read_bytes() == (tmp_path / "v.csv").read_bytes()
    wrong = fill(tmp_path / "t.xlsx", {("parameters", "13.1.at_least"): "көп"}, lang="kk")
    status, _, err = effeval("fulfilment", sample_dir, "--scenario", wrong)
    assert status == 2 and re.search(r"sheet Параметрлер, row \d+, Жаңа мәні = 'көп': is not a number", err)


def test_a_template_of_an_edition_of_ones_own_is_used_with_it(effeval, sample_dir, tmp_path) -> None:
    from importlib.resources import files

    text = (files("effeval") / "methodologies" / "order-35.yaml").read_text(encoding="utf-8")
    mine, template = tmp_path / "mine.yaml", tmp_path / "t.xlsx"
    mine.write_text(text.replace("id: order-35", "id: mine", 1), encoding="utf-8")
    assert effeval("scenario", "template", "-o", template, "--methodology", mine)[0] == 0
    words = [
        "--scenario",
        fill(template, {("parameters", "13.1.at_least"): "30 %"}),
        "-o",
        tmp_path / "w.csv",
    ]
    status, _, err = effeval("what-if", sample_dir, *words)
    assert status == 2 and "changes mine, not order-35" in err
    assert effeval("what-if", sample_dir, *words, "--methodology", mine)[0] == 0
    table = pd.read_csv(tmp_path / "w.csv").set_index(["scenario", "measure"])
    assert table.loc[("after", 13), "fulfilled_change"] < 0


def test_a_result_is_not_written_over_the_data(effeval, sample_dir, tmp_path) -> None:
    data = shutil.copytree(sample_dir, tmp_path / "data")
    before = (data / "projects.csv").read_bytes()
    for command in (["assess"], ["fulfilment", "--by", "region"]):
        status, _, said = effeval(command[0], data, *command[1:], "-o", data / "projects.csv")
        assert status == 2
        assert "projects.csv is a file that is read" in said and "To fix: name another output" in said
    assert (data / "projects.csv").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        "validate BOOK -o BOOK",
        "form BOOK --year 2025 -o BOOK",
        "form FOLDER --year 2025 -o BOOK",
        "what-if BOOK --set 13.1.at_least=0.2 -o BOOK",
        "what-if DATA --scenario SCENARIO -o SCENARIO",
        "what-if DATA --set 13.1.at_least=0.2 --save TABLE",
        "sweep DATA --path 13.1.at_least -o TABLE",
        "robustness BOOK -o BOOK",
        "sensitivity BOOK --seed 1 --draws 8 -o BOOK",
        "audit FOLDER -o BOOK",
        "audit BOOK -o OTHER --form BOOK",
        "assess DATA -o SCENARIO --scenario SCENARIO",
        "scenario template -o SCENARIO --methodology SCENARIO",
    ],
)
def test_nothing_that_is_read_is_written_over(effeval, sample_dir, tmp_path, words) -> None:
    data = shutil.copytree(sample_dir, tmp_path / "data")
    places = {"BOOK": tmp_path / "forms" / "book.xlsx", "SCENARIO": tmp_path / "scenario.yaml", "DATA": data}
    places |= {
        "FOLDER": tmp_path / "forms",
        "TABLE": data / "observations.csv",
        "OTHER": tmp_path / "other.xlsx",
    }
    places["FOLDER"].mkdir()
    for name in ("BOOK", "SCENARIO"):
        places[name].write_text("kept")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    status, _, said = effeval(*(places.get(word, word) for word in words.split()))
    assert status == 2 and "is a file that is read.\nTo fix: name another output" in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_two_outputs_are_two_files(refused) -> None:
    refused(["audit", "DATA", "-o", "OUT/a.xlsx", "--judged", "OUT/a.xlsx"], "named for two outputs")


def test_a_folder_named_as_a_language_is_not_read(effeval, sample_dir, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kk").mkdir()
    for _ in range(2):  # the second time over the first
        assert (
            effeval("form", sample_dir, "--year", 2025, "--region", 63, "--lang", "kk", "-o", "kk/form.xlsx")[
                0
            ]
            == 0
        )


def test_a_command_ends_without_looking_for_garbage() -> None:
    """The search takes the longer the more is imported, and finds nothing that is needed: the process ends."""
    code = """
import atexit, gc, sys
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # what is registered first comes last
from effeval.cli import main
sys.argv = ["effeval", "--version"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [ee.__version__, "True"]
