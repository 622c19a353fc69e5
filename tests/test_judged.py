"""Judged rows know what they were judged by."""

import json

import pandas as pd
import pytest

import effeval as ee
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
    assert status == 2 and "judged by 2 different methodologies" in err


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
