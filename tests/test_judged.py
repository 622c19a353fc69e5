"""Judged rows know what they were judged by."""

import json

import numpy as np
import pandas as pd
import pytest

import effeval as ee
from effeval.dataset import DataWarning
from effeval.judged import judged

LAW = ee.Methodology.load("order-35")
CHANGED = ("--set", "13.1.at_least=0.2", "--set", "scale=proportional")


@pytest.fixture(scope="module")
def parquet_dir(sample_dir, tmp_path_factory):
    """The sample as Parquet, which can be judged in blocks."""
    data, folder = ee.load(sample_dir), tmp_path_factory.mktemp("data")
    for name in ("projects", "observations", "reference"):
        getattr(data, name).to_parquet(folder / f"{name}.parquet", index=False)
    return folder


@pytest.mark.parametrize("how", [(), ("--memory", "1GB")])
def test_outputs_name_what_the_rows_were_judged_by(effeval, parquet_dir, tmp_path, how) -> None:
    rows = tmp_path / "judged.parquet"
    assert effeval("assess", parquet_dir, *CHANGED, *how, "-o", rows)[0] == 0
    status, said, err = effeval("fulfilment", rows)
    assert status == 0 and "13.1.at_least = 0.2" in said and "scale = proportional" in said
    assert "does not record" not in err
    _, found, law = judged(rows, methodology=LAW)
    assert law.changes() == {"13.1.at_least": 0.2, "scale": "proportional"}
    pd.testing.assert_frame_equal(found, ee.assess(ee.load(parquet_dir), law), check_exact=True)
    assert found.attrs == {}


def test_what_cannot_be_recorded_is_said(effeval, sample_dir, tmp_path) -> None:
    rows = tmp_path / "judged.csv"
    assert effeval("assess", sample_dir, *CHANGED, "-o", rows)[0] == 0
    status, _, err = effeval("fulfilment", rows)
    assert status == 0
    assert "judged.csv does not record by which methodology it was judged; outputs will name order-35" in err
    assert "without changed parameters" in err and "To fix: keep judged rows as .parquet" in err


def test_reports_of_judged_rows_name_what_they_were_judged_by(effeval, sample_dir, tmp_path) -> None:
    rows = tmp_path / "judged.parquet"
    assert effeval("assess", sample_dir, *CHANGED, "-o", rows)[0] == 0
    words = ("--year", 2025, "--region", 63, "--lang", "en", "-o", tmp_path)
    assert effeval("report", rows, *words)[0] == 0
    page = (tmp_path / "2025" / "en" / "63-east-kazakhstan-region.html").read_text(encoding="utf-8")
    assert "13.1.at_least = 0.2" in page
    manifest = json.loads((tmp_path / "2025" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["methodology"]["changed"] == {"13.1.at_least": 0.2, "scale": "proportional"}
    law = ee.Methodology.load(tmp_path / "2025" / "methodology.yaml")
    assert law.changes() == manifest["methodology"]["changed"]


def test_two_methodologies_are_not_added_up(effeval, sample_dir, tmp_path) -> None:
    folder = tmp_path / "judged.parquet"
    folder.mkdir()
    assert effeval("assess", sample_dir, "-o", folder / "part-0.parquet")[0] == 0
    assert effeval("assess", sample_dir, *CHANGED, "-o", folder / "part-1.parquet")[0] == 0
    status, _, err = effeval("fulfilment", folder)
    assert status == 2 and "judged by different methodologies, or not all say by which" in err
    frame = pd.read_parquet(folder / "part-1.parquet")
    frame.to_parquet(folder / "part-1.parquet")
    status, _, err = effeval("fulfilment", folder)
    assert status == 2 and "or not all say by which" in err


def test_another_methodology_is_not_put_on_judged_rows(effeval, sample_dir, tmp_path) -> None:
    rows, mine = tmp_path / "judged.parquet", tmp_path / "mine.yaml"
    mine.write_text(LAW.to_yaml().replace("id: order-35", "id: mine", 1), encoding="utf-8")
    assert effeval("assess", sample_dir, "-o", rows)[0] == 0
    status, _, err = effeval("fulfilment", rows, "--methodology", mine)
    assert status == 2 and "judged by another methodology (order-35) than the one given (mine)" in err
    assert effeval("assess", sample_dir, "--methodology", mine, "-o", rows)[0] == 0
    for words in ((), ("--methodology", mine)):
        status, said, _ = effeval("fulfilment", rows, *words)
        assert status == 0 and "mine" in said


@pytest.fixture(scope="module")
def rows(sample_dir):
    """Judged rows of one region, growth from zero among them."""
    assessed = ee.assess(ee.load(sample_dir), LAW)
    chosen = assessed[assessed["region"] == "63"].reset_index(drop=True)
    chosen.loc[chosen.index[chosen["state"] == "fulfilled"][0], "actual"] = np.inf
    return chosen


@pytest.mark.parametrize("way", ["plain", "semicolons", "parquet"])
def test_rows_are_read_as_they_were_written(rows, tmp_path, way) -> None:
    path = tmp_path / ("judged.parquet" if way == "parquet" else "judged.csv")
    if way == "parquet":
        rows.to_parquet(path)
    elif way == "plain":
        rows.to_csv(path, index=False)
    else:  # as Excel saves it in Kazakh or Russian
        rows.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    with pytest.warns(DataWarning, match="does not record"):
        _, found, _ = judged(path, methodology=LAW)
    pd.testing.assert_frame_equal(found, rows, check_exact=True)


def test_every_cell_that_no_verdict_has_is_named(rows, tmp_path) -> None:
    text = rows.astype(object).astype("str").replace("nan", "")
    due = text.index[text["state"] == "fulfilled"]
    spoilt = {
        (0, "year"): "20x5",
        (1, "measure"): "",
        (2, "plan"): "much",
        (3, "state"): "good",
        (4, "criterion"): "1.10",
        (due[5], "score"): "2",
        (due[6], "score"): "",
    }
    for (row, column), value in spoilt.items():
        text.loc[row, column] = value
    text = pd.concat([text, text.iloc[[20]]])
    text.to_csv(tmp_path / "judged.csv", index=False)
    with pytest.warns(DataWarning), pytest.raises(ee.DataError) as caught:
        judged(tmp_path / "judged.csv", methodology=LAW)
    found = {(fault.row, fault.column): fault.message for fault in caught.value.faults}
    assert found.pop((22, "project_id, year, criterion")) == "is there more than once"
    assert found.pop((len(text) + 1, "project_id, year, criterion")) == "is there more than once"
    assert found.pop((due[6] + 2, "state, score")).startswith("do not fit")
    assert all((row + 2, column) in found for row, column in spoilt if (row, column) != (due[6], "score"))
    others = {(row, column) for row, column in found if (row - 2, column) not in spoilt}
    assert others <= {(5, "state, score")}  # of the row whose state is none
    assert {fault.fix for fault in caught.value.faults} == {"give a file as effeval assess writes it"}


@pytest.mark.parametrize(
    "words",
    [
        "form ROWS --year 2025 -o OUT.xlsx",
        "explain ROWS SYN-0392 --criterion 4.3 --year 2025",
        "what-if ROWS --set 13.1.at_least=0.2",
        "robustness ROWS",
        "sweep ROWS --path 13.1.at_least",
        "sensitivity ROWS --seed 1",
    ],
)
def test_what_needs_the_figures_says_so_of_judged_rows(effeval, tmp_path, words) -> None:
    places = {"ROWS": tmp_path / "judged.parquet", "OUT.xlsx": tmp_path / "out.xlsx"}
    status, _, err = effeval(*(places.get(word, word) for word in words.split()))
    assert status == 2 and "judged.parquet is judged already, and lacks the figures" in err
    assert "To fix: give the data that the rows were judged from" in err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("wide.csv", "project_id,year".encode("utf-16"), "UTF-16"),
        ("other.csv", b"project_id,year\nA,2024\n", "criterion: the column is missing"),
        ("broken.parquet", b"PAR1", "cannot be read as Parquet"),
        ("absent.parquet", None, "does not exist"),
    ],
)
def test_what_is_no_file_of_judged_rows_is_refused(effeval, tmp_path, name, content, words) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status, _, err = effeval("fulfilment", tmp_path / name)
    assert status == 2 and words in err and "Traceback" not in err
