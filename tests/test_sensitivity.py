"""Sensitivity against what can be worked out by hand; the same seed, the same numbers."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from build import dataset
from test_scenarios import three_exporters

import effeval as ee
from effeval.scenarios import Board, factors, outcomes, random_scenarios, rank_bands, sensitivity
from effeval.scenarios.draws import scenarios_at
from effeval.scenarios.sensitivity import sobol_indices

LAW = ee.Methodology.load("order-35")


def test_salib_is_loaded_only_when_it_is_asked() -> None:
    code = "import sys, effeval.scenarios; print(sorted({'SALib', 'scipy', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_indices_are_those_of_ishigami_s_function() -> None:
    """Worked out in closed form by Ishigami and Homma (1990) for a = 7, b = 0.1; the third factor acts by interaction only."""

    def ishigami(points: np.ndarray) -> np.ndarray:
        x = np.pi * (2 * points - 1)
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol_indices(ishigami, 3, draws=4096, seed=35)
    assert found["S1"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["ST"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    inside = (found["ST_low"] <= [0.5576, 0.4424, 0.2437]) & (found["ST_high"] >= [0.5576, 0.4424, 0.2437])
    assert inside.all() and (found["S1_low"] < found["S1"]).all()


def exporters(ratios: list[float]) -> ee.Dataset:
    """Projects of measure 8, each with one year, support of 100 and exports by ratio."""
    case = {"measure": 8, "support_year": 2024, "status": "implementing"}
    ids = [f"P{n}" for n in range(len(ratios))]
    rows = {
        id: {2024: {"support_paid": 100.0, "export_value": 100 * r}}
        for id, r in zip(ids, ratios, strict=True)
    }
    return dataset([{"project_id": id} | case for id in ids], rows, reference={})


def test_a_rate_that_hangs_on_one_threshold_gives_it_all_the_variance() -> None:
    board = Board(exporters([0.85, 0.95, 1.05, 1.15]), LAW)
    varied = factors(LAW, thresholds={"8.1.multiple": (0.8, 1.2), "9.1.multiple": (0.8, 1.2)})
    found = sensitivity(board, seed=0, draws=512, varied=varied).set_index("factor")
    assert found.index[0] == "8.1.multiple"
    assert found.loc["8.1.multiple", ["S1", "ST"]].tolist() == pytest.approx([1, 1], abs=0.05)
    assert found.drop(index="8.1.multiple")[["S1", "ST"]].abs().max(axis=None) < 0.01
    again = sensitivity(board, seed=0, draws=512, varied=varied).set_index("factor")
    pd.testing.assert_frame_equal(found, again)
    other = sensitivity(board, seed=1, draws=512, varied=varied).set_index("factor")
    assert not found["S1_high"].equals(other["S1_high"])


def test_two_readings_share_the_variance_as_by_hand() -> None:
    # 2024: exports are 60, support 200 in all, 100 in the year. That year is fulfilled by the year alone, where
    # the threshold is at most 0.6, the middle of its range; in all it would take 0.3. 2023 never is. So the rate
    # is ½ × A × B with A and B each true in half the cases: variance of A × B is 3/16, of its mean given one
    # of them 1/16, so S1 is 1/3 of each, and ST the other's 2/3
    case = {"project_id": "A", "measure": 8, "support_year": 2023, "status": "implementing"}
    figures = {2023: {"support_paid": 100.0}, 2024: {"support_paid": 100.0, "export_value": 60.0}}
    board = Board(dataset([case], {"A": figures}, reference={}), LAW.replace({"missing": "not_fulfilled"}))
    varied = factors(board.methodology, thresholds={"8.1.multiple": (0.4, 0.8)})
    varied = varied[varied["factor"].isin(["8.1.multiple", "exports_against_support"])]
    found = sensitivity(board, seed=35, draws=1024, varied=varied)
    assert set(found["factor"]) == {"8.1.multiple", "exports_against_support"}
    assert found["S1"].tolist() == pytest.approx([1 / 3] * 2, abs=0.05)
    assert found["ST"].tolist() == pytest.approx([2 / 3] * 2, abs=0.05)


def test_a_rate_that_never_changes_has_no_indices_and_no_warning() -> None:
    board = Board(exporters([5.0] * 6), LAW)
    varied = factors(LAW, thresholds={"8.1.multiple": (0.8, 1.2)}).head(1)
    with np.errstate(all="raise"):
        constant = sensitivity(board, seed=35, draws=8, varied=varied)
        empty = sensitivity(board, seed=35, draws=8, varied=varied, region="10")
    for table in (constant, empty):
        assert table["factor"].tolist() == ["8.1.multiple"] and table.loc[0, "S1":].isna().all()
    own = sensitivity(Board(exporters([0.9, 1.1]), LAW), seed=35, draws=64, varied=varied, region="63")
    assert own.loc[0, "ST"] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    "asked, said",
    [
        ({"draws": 100}, "power of two"),
        ({"seed": -1}, "negative"),
        ({"region": "00"}, "To fix: one of 10, 11"),
        ({"varied": factors(LAW).head(0)}, "Nothing varies"),
    ],
)
def test_what_makes_no_sense_is_refused(asked, said) -> None:
    with pytest.raises(ee.ParameterError, match=said):
        sensitivity(Board(three_exporters(), LAW), **({"seed": 35, "draws": 8} | asked))


def test_without_a_spread_only_the_readings_vary() -> None:
    kept = factors(LAW, spread=0)
    assert len(kept) and (kept["readings"] > 0).all()
    assert kept.equals(factors(LAW, thresholds={}))


def test_factors_are_every_threshold_by_a_fifth_and_every_open_reading() -> None:
    found = factors(LAW).set_index("factor")
    paths = [path for path in LAW.settings if path.endswith((".at_least", ".multiple"))]
    assert [name for name in found.index if "." in name] == paths
    assert found.loc["13.1.at_least", ["low", "high"]].tolist() == pytest.approx([0.08, 0.12])
    assert found.loc["base_of_growth", "readings"] == 4 and np.isnan(found.loc["base_of_growth", "low"])
    falling = factors(LAW.replace({"13.1.at_least": -0.1}), spread=0.5).set_index("factor")
    assert falling.loc["13.1.at_least", ["low", "high"]].tolist() == pytest.approx([-0.15, -0.05])


@pytest.mark.parametrize(
    "path, ends", [("13.1.judge", (0, 1)), ("13.1.at_least", (0.2, 0.1)), ("scale", (0, 1))]
)
def test_a_range_that_is_none_is_refused(path, ends) -> None:
    with pytest.raises(ee.ParameterError, match="no range of a threshold"):
        factors(LAW, thresholds={path: ends})


def test_points_become_thresholds_between_their_ends_and_readings_in_equal_shares() -> None:
    varied = factors(LAW, thresholds={"13.1.at_least": (0.0, 0.2)})
    varied = varied[varied["factor"].isin(["13.1.at_least", "twice_the_sum"])]
    points = np.array([[0.0, 0.0], [0.5, 0.34], [1.0, 1.0]])
    found = scenarios_at(LAW, varied, points)
    assert found["13.1.at_least"].tolist() == pytest.approx([0.0, 0.1, 0.2])
    assert found["twice_the_sum"].tolist() == ["as_given", "sum_of_growth", "income_itself"]
    drawn = random_scenarios(LAW, draws=900, seed=35, varied=varied)
    assert drawn["13.1.at_least"].between(0, 0.2).all()
    assert drawn["twice_the_sum"].value_counts().between(240, 360).all()
    pd.testing.assert_frame_equal(drawn, random_scenarios(LAW, draws=900, seed=35, varied=varied))


def test_rank_bands_tell_where_a_region_ends_up() -> None:
    ranks = [*range(1, 101), *[None] * 100]
    found = pd.DataFrame({"region": ["10"] * 100 + ["11"] * 100, "rank": pd.array(ranks, dtype="Int64")})
    bands = rank_bands(found).set_index("region")
    assert bands.loc["10"].tolist() == [100, 1, 6, 50.5, 95, 100]
    assert bands.loc["11", "scenarios"] == 0 and bands.loc["11", "rank_best":].isna().all()
    board = Board(three_exporters(), LAW)
    own = rank_bands(outcomes(board, random_scenarios(LAW, draws=20, seed=35)))
    assert own["region"].tolist() == ee.regions()["region"].tolist()
