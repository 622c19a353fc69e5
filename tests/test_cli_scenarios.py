"""Commands on readings of the law, thresholds moved and sensitivity, as a user types them."""

import re

import pandas as pd
import pytest

import effeval as ee
from effeval import scenarios
from effeval.labels import number, parts, phrase

LAW = ee.Methodology.load("order-35")
CODES = {"criterion": "str", "region": "str", "district": "str", "sector": "str"}


@pytest.fixture(scope="module")
def data(sample_dir) -> ee.Dataset:
    return ee.load(sample_dir)


def sheets(path) -> dict[str, pd.DataFrame]:
    return pd.read_excel(
        path, sheet_name=None, engine="calamine", dtype=CODES, keep_default_na=False, na_values=[""]
    )


def about(path) -> pd.Series:
    return pd.read_excel(path, sheet_name="about", header=None, index_col=0, engine="calamine")[1]


def cells(out: str) -> list[list[str]]:
    return [re.split(r"  +", line.strip()) for line in out.splitlines()]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_robustness_says_what_holds_what_depends_and_on_which_question(
    effeval, sample_dir, data, lang
) -> None:
    status, out, _ = effeval("robustness", sample_dir, "--by", "measure", "--year", 2025, "--lang", lang)
    assert status == 0
    board = ee.Board(data, LAW, years=[2025])
    robust = ee.robustness(board)
    row = ee.robustness_by(robust, "measure").set_index("measure").loc[8]
    assert row["due"] == (robust["measure"] == 8).sum() and row["depends"] > 0
    counts = [number(row[name], lang=lang) for name in ("every", "none")]
    told = [*counts, parts(row["depends"], row["due"], lang=lang), number(row["not_judged"], lang=lang)]
    assert any(line[1:5] == told and line[0].startswith("8 ") for line in cells(out))
    first = ee.stakes(robust, methodology=LAW).iloc[0]
    question = next(q.question[lang] for q in LAW.questions if q.id == first["question"])
    assert [question, number(first["verdicts"], lang=lang)] in [line[:2] for line in cells(out)]
    of_8 = ee.ranges(board, by="measure").set_index("measure").loc[8]
    rank = "{:.0f} ({:.0f}–{:.0f})".format(*of_8[["rank", "rank_best", "rank_worst"]])
    assert of_8["rank_best"] < of_8["rank_worst"] and any(line[-1] == rank for line in cells(out))
    readings = {"readings": number(len(scenarios.Grid(LAW).choices), lang=lang)}
    assert phrase("robustness.readings", lang=lang, values=readings) in out
    for key in ("synthetic", "footer.edition"):
        assert phrase(key, lang=lang) in out.splitlines()[-1]
    assert out.splitlines()[-1].startswith(phrase("report.year", lang=lang, values={"year": 2025}))


def test_robustness_writes_every_table(effeval, sample_dir, data, tmp_path) -> None:
    path = tmp_path / "r.xlsx"
    status, out, err = effeval("robustness", sample_dir, "--set", "scale=proportional", "-o", path)
    assert (status, out) == (0, "")
    law = LAW.replace({"scale": "proportional"})
    board = ee.Board(data, law)
    robust, book = ee.robustness(board), sheets(path)
    assert list(book) == ["robustness", "stakes", "ranges", "verdicts", "about"]
    expected = {
        "robustness": ee.robustness_by(robust, "region"), "stakes": ee.stakes(robust, methodology=law),
        "ranges": ee.ranges(board, by="region"), "verdicts": robust.replace("", None),
    }  # fmt: skip
    for name, table in expected.items():
        pd.testing.assert_frame_equal(book[name], table, check_dtype=False)
    assert about(path)["changed parameters"] == "scale = proportional" and f"{len(robust):,} verdicts" in err
    assert (
        effeval("robustness", sample_dir, "--by", "region", "--year", 2025, "-o", tmp_path / "r.csv")[0] == 0
    )
    alone = pd.read_csv(tmp_path / "r.csv", dtype=CODES)
    assert effeval("robustness", sample_dir, "--year", 2025, "-o", path)[0] == 0
    assert about(path)["year"] == "2025"
    this_year = ee.robustness_by(robust[robust["year"] == 2025], "region")
    pd.testing.assert_frame_equal(alone, this_year, check_dtype=False)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_sweep_shows_each_value_and_the_near_misses(effeval, sample_dir, data, lang) -> None:
    words = ["--path", "coverage.multiple", "--values", "0.5,1,2", "--lang", lang]
    status, out, _ = effeval("sweep", sample_dir, *words)
    assert status == 0
    board = ee.Board(data, LAW)
    found = ee.sweep(board, "coverage.multiple", [0.5, 1, 2])
    assert found["fulfilled"].is_monotonic_decreasing and found["fulfilled"].nunique() == 3
    now = f"1 ← {phrase('chart.sweep.given', lang=lang)}"
    values = [number(0.5, lang=lang, digits=3), now, "2"]
    told = [parts(row.fulfilled, row.assessed, lang=lang) for row in found.itertuples()]
    assert [line for line in cells(out) if line in [list(row) for row in zip(values, told, strict=True)]] == [
        list(row) for row in zip(values, told, strict=True)
    ]
    near = ee.near_misses(ee.break_even(board))
    near = near[near["criterion"].isin(["8.1", "9.1"])]
    assert len(near) > 2 and phrase("near.title", lang=lang, values={"count": len(near)}) in out
    row = near.iloc[0]
    line = next(line for line in cells(out) if line[0] == row["project_id"])
    assert str(row["year"]) in line and number(row["break_even"], lang=lang, digits=3) == line[-1]
    assert phrase("synthetic", lang=lang) in out


def test_sweep_writes_every_table(effeval, sample_dir, data, tmp_path) -> None:
    path = tmp_path / "s.xlsx"
    words = [
        "--path",
        "13.1.at_least",
        "--from",
        0,
        "--to",
        0.2,
        "--steps",
        4,
        "--by",
        "category",
        "--within",
        0.5,
    ]
    assert effeval("sweep", sample_dir, *words, "-o", path)[0] == 0
    book, board = sheets(path), ee.Board(data, LAW)
    expected = ee.sweep(board, "13.1.at_least", [0, 0.05, 0.1, 0.15, 0.2], by="category")
    pd.testing.assert_frame_equal(book["sweep"], expected, check_dtype=False)
    distances = ee.break_even(board).query("criterion == '13.1'").reset_index(drop=True)
    pd.testing.assert_frame_equal(book["break_even"], distances, check_dtype=False)
    near = ee.near_misses(distances, within=0.5)
    assert len(near) > 0
    pd.testing.assert_frame_equal(book["near_misses"], near, check_dtype=False)
    assert about(path)["threshold"] == "13.1.at_least"


def test_sweep_reads_percent_as_people_type_it(effeval, sample_dir, tmp_path) -> None:
    typed, plain = tmp_path / "typed.csv", tmp_path / "plain.csv"
    words = ["sweep", sample_dir, "--path", "13.1.at_least", "--steps", 4]
    assert effeval(*words, "--from", "5 %", "--to", "20%", "--within", "50%", "-o", typed)[0] == 0
    assert effeval(*words, "--from", "0.05", "--to", "0,2", "--within", "0.5", "-o", plain)[0] == 0
    assert typed.read_bytes() == plain.read_bytes()
    assert pd.read_csv(plain)["threshold"].tolist() == [0.05, 0.0875, 0.125, 0.1625, 0.2]


def test_sweep_goes_by_default_from_nothing_to_twice_the_threshold(effeval, sample_dir, tmp_path) -> None:
    path = tmp_path / "s.csv"
    assert effeval("sweep", sample_dir, "--path", "return_on_support.multiple", "-o", path)[0] == 0
    table = pd.read_csv(path)
    assert table["threshold"].tolist() == [round(0.2 * step, 12) for step in range(21)]
    assert table.loc[table["given"], "threshold"].tolist() == [2.0]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_sensitivity_names_factors_with_intervals_and_bands_of_ranks(effeval, sample_dir, data, lang) -> None:
    words = ["--seed", 35, "--draws", 64, "--year", 2025, "--lang", lang]
    status, out, _ = effeval("sensitivity", sample_dir, *words)
    assert status == 0
    board = ee.Board(data, LAW, years=[2025])
    found = ee.sensitivity(board, seed=35, draws=64)
    top = next(q.question[lang] for q in LAW.questions if q.id == found["factor"].iloc[0])
    line = next(line for line in cells(out) if line[0] == top)
    ends = found.loc[0, ["ST", "ST_low", "ST_high"]]
    middle, low, high = (ee.labels.percent(value, lang=lang, digits=1) for value in ends)
    assert line[-1] == f"{middle} ({low} … {high})"
    bands = ee.rank_bands(ee.outcomes(board, ee.random_scenarios(LAW, draws=64, seed=35)))
    row = bands[bands["region"] == "63"].iloc[0]
    band = [
        f"{row['rank_low']:.0f}–{row['rank_high']:.0f}",
        f"{row['rank_best']:.0f}–{row['rank_worst']:.0f}",
    ]
    assert row["rank_low"] < row["rank_high"]
    assert any(line[0].startswith("63 ") and line[-2:] == band for line in cells(out))
    made = {
        "spread": ee.labels.percent(0.2, lang=lang),
        "scenarios": number(64 * (len(found) + 2), lang=lang),
    }
    assert phrase("sensitivity.made", lang=lang, values=made | {"seed": 35}) in out
    assert phrase("synthetic", lang=lang) in out


def test_sensitivity_of_a_region_is_written_with_how_it_was_made(effeval, sample_dir, data, tmp_path) -> None:
    path, words = tmp_path / "s.xlsx", ["--seed", 1, "--draws", 64, "--region", "63", "--spread", 0.5]
    assert effeval("sensitivity", sample_dir, *words, "-o", path)[0] == 0
    varied = ee.factors(LAW, spread=0.5)
    expected = ee.sensitivity(ee.Board(data, LAW), seed=1, draws=64, varied=varied, region="63")
    pd.testing.assert_frame_equal(sheets(path)["sensitivity"], expected, check_dtype=False)
    told = about(path)[["seed", "draws", "spread", "region"]].tolist()
    assert [float(value) for value in told] == [1, 64, 0.5, 63]
    assert effeval("sensitivity", sample_dir, *words, "-o", tmp_path / "again.csv")[0] == 0
    assert effeval("sensitivity", sample_dir, *words, "-o", tmp_path / "once.csv")[0] == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()


def test_what_if_lists_flips_with_the_parameter_that_turns_each(effeval, sample_dir, data, tmp_path) -> None:
    settings = {"13.1.at_least": 0.3, "13.1.judge": "best", "missing": "not_fulfilled"}
    words = [word for path, value in settings.items() for word in ("--set", f"{path}={value}")]
    assert effeval("what-if", sample_dir, *words, "-o", tmp_path / "w.xlsx")[0] == 0
    found = sheets(tmp_path / "w.xlsx")["flips"]
    expected = ee.causes(ee.Board(data, LAW), LAW.replace(settings))
    assert found["parameters"].tolist() == expected["parameters"].tolist()
    assert {"13.1.at_least", "missing"} <= set(found["parameters"])


BAD = {
    "unknown grouping": (["robustness", "DATA", "--by", "regoin"], "Near: region"),
    "unknown ending": (["robustness", "DATA", "-o", "OUT/r.txt"], r"\.csv, \.parquet, \.xlsx"),
    "no such folder": (["sweep", "DATA", "--path", "13.1.at_least", "-o", "OUT/no/s.csv"], "does not exist"),
    "unknown language": (["sensitivity", "DATA", "--seed", "1", "--lang", "kz"], "kk, ru, en"),
    "year not judged": (["robustness", "DATA", "--year", "2031"], "a year from 20.. to 2025"),
    "unknown setting": (["robustness", "DATA", "--set", "13.1.at_leest=1"], r"Near: 13\.1\.at_least"),
    "no threshold": (["sweep", "DATA", "--path", "1.1.after"], r"ends in \.at_least or \.multiple"),
    "unknown path": (["sweep", "DATA", "--path", "13.1.at_lest"], r"Near: 13\.1\.at_least"),
    "unknown path with values": (["sweep", "DATA", "--path", "14.1.at_least", "--values", "0.1"], "Near: 1[13].1.at_least"),
    "values that are none": (["sweep", "DATA", "--path", "13.1.at_least", "--values", "0,a;b"], "a;b is not a number"),
    "values without a sign": (["sweep", "DATA", "--path", "13.1.at_least", "--values", "0,5,10"], "5 could be 5 % or 500 %; 10"),
    "no value": (["sweep", "DATA", "--path", "13.1.at_least", "--values", ","], "there is no value"),
    "not a finite value": (["sweep", "DATA", "--path", "13.1.at_least", "--values", "0,nan"], "nan"),
    "values twice": (["sweep", "DATA", "--path", "13.1.at_least", "--values", "0", "--to", "1"], "leave one of them out"),
    "no seed": (["sensitivity", "DATA"], "--seed"),
    "no power of two": (["sensitivity", "DATA", "--seed", "1", "--draws", "100"], "no power of two"),
    "unknown region": (["sensitivity", "DATA", "--seed", "1", "--region", "99"], "63 .East Kazakhstan"),
    "a spread of 20 or 2000 %": (["sensitivity", "DATA", "--seed", "1", "--spread", "20"], "20 % or 2000 %"),
    "a spread below zero": (["sensitivity", "DATA", "--seed", "1", "--spread", "-5%"], "between 0 and 100 %"),
    "within no share": (["sweep", "DATA", "--path", "8.1.multiple", "--within", "much"], "--within 'much'"),
    "to 30 or 3000 %": (["sweep", "DATA", "--path", "13.1.at_least", "--to", "30"], "30 % or 3000 %"),
    "from no number": (["sweep", "DATA", "--path", "13.1.at_least", "--from", "a"], "--from 'a'"),
    "a rule that undoes a criterion": (
        ["assess", "DATA", "-o", "OUT.csv", "--set", "13.1.at_least=0.3", "--set", "growth.at_least=0.2"],
        "13.1.at_least = 0.3 has no effect",
    ),
    "the same in what-if": (
        ["what-if", "DATA", "--set", "13.1.at_least=0.3", "--set", "growth.at_least=0.2"],
        "13.1.at_least = 0.3 has no effect",
    ),
    "judged rows": (["robustness", "OUT.csv"], "judged already"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD.keys())
def test_bad_use_is_status_2_with_a_sentence_and_nothing_written(refused, words, message) -> None:
    refused(words, message)
