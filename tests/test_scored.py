"""A judged data set that is kept reads back as it was."""

import pandas as pd
import pytest

import effeval as ee
from effeval.scored import TABLES, is_scored, read_scored, write_scored

LAW = ee.Methodology.load("order-35").replace({"13.1.at_least": 0.05, "scale": "proportional"})


@pytest.fixture(scope="module")
def kept(sample_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scored")
    data = ee.load(sample_dir, methodology=LAW)
    assessed = ee.assess(data, LAW)
    write_scored(folder, data, assessed, methodology=LAW)
    return folder, data, assessed


def test_everything_reads_back_as_it_was(kept) -> None:
    folder, data, assessed = kept
    again, rows, law = read_scored(folder)
    pd.testing.assert_frame_equal(rows, assessed)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(data, name))
    assert (again.last_year, again.digests, again.synthetic) == (data.last_year, data.digests, True)
    assert [path.name for path in again.sources] == [path.name for path in data.sources]
    assert law.settings == LAW.settings and law.changes() == LAW.changes()
    pd.testing.assert_frame_equal(ee.assess(again, law), assessed)


def test_digests_do_not_need_the_files_again(kept, sample_dir, tmp_path) -> None:
    for path in sample_dir.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = ee.load(tmp_path)
    (tmp_path / "kept").mkdir()
    write_scored(tmp_path / "kept", data, ee.assess(data, LAW), methodology=LAW)
    before = data.digests
    for path in tmp_path.glob("*.csv"):
        path.unlink()
    again, _, _ = read_scored(tmp_path / "kept")
    assert again.digests == before == kept[1].digests


def test_a_data_set_is_not_taken_for_a_kept_one(kept, sample_dir) -> None:
    assert is_scored(kept[0]) and not is_scored(sample_dir)
