"""What is given in place of something else is refused with a way out, not met somewhere inside."""

import numpy as np
import pandas as pd
import pytest

import effeval as ee
from effeval import scenarios

LAW = ee.Methodology.load("order-35")
DATA = ee.example([100.0], [90.0])
ROWS = ee.assess(DATA, LAW)
BOARD = ee.Board(DATA, LAW)

WRONG = {
    "a path for data": (lambda: ee.assess("data/sample", LAW), r"A Dataset is asked for, not 'data/sample' \(str\)"),
    "a name for a methodology": (lambda: ee.assess(DATA, "order-35"), r"A Methodology is asked for, not 'order-35'"),
    "a name for it in load": (lambda: ee.load({}, methodology="order-35"), "A Methodology is asked for"),
    "a name for it in fulfilment": (lambda: ee.fulfilment(ROWS, "year", methodology="x"), "A Methodology is asked for"),
    "a name for it in compare": (lambda: ee.compare(DATA, {"a": LAW, "b": "x"}), "A Methodology is asked for, not 'x'"),
    "rows for data": (lambda: ee.compare(ROWS, {"a": LAW}), "A Dataset is asked for, not a DataFrame"),
    "data for rows": (lambda: ee.fulfilment(DATA, "year"), "A DataFrame is asked for, not a Dataset"),
    "data for rows of verdicts": (lambda: ee.verdicts(DATA), "A DataFrame is asked for, not a Dataset"),
    "data for rows of flips": (lambda: ee.flips(DATA, DATA), "A DataFrame is asked for, not a Dataset"),
    "data for rows of transitions": (lambda: ee.transitions(ROWS, DATA), "A DataFrame is asked for, not a Dataset"),
    "tallies for rows": (lambda: ee.fulfilment(ee.fulfilment(ROWS, "year")), "Judged rows have no column project_id, state"),
    "a frame of one's own for rows": (lambda: ee.verdicts(pd.DataFrame({"year": [2024]})), "no column project_id, state"),
    "rows for a board": (lambda: ee.robustness(ROWS), "A Board is asked for, not a DataFrame"),
    "rows for a board of ranges": (lambda: ee.ranges(ROWS), "A Board is asked for"),
    "rows for a board of sweep": (lambda: ee.sweep(ROWS, "8.1.multiple", [1.0]), "A Board is asked for"),
    "rows for a board of break_even": (lambda: scenarios.break_even(DATA), "A Board is asked for, not a Dataset"),
    "a list for scenarios": (lambda: ee.compare(DATA, [LAW]), "A Mapping is asked for, not a list(.|\\n)*in force"),
    "rows without states for flips": (lambda: ee.flips(ROWS[["project_id"]], ROWS), "Judged rows have no column year, crit"),
    "settings for causes": (lambda: ee.causes(BOARD, {"13.1.at_least": 0.1}), "A Methodology is asked for, not a dict"),
    "rows for causes": (lambda: ee.causes(ROWS, LAW), "A Board is asked for, not a DataFrame"),
    "data for rejudge": (lambda: ee.rejudge(DATA, DATA, LAW, LAW), "A DataFrame is asked for, not a Dataset"),
    "a name for rejudge": (lambda: ee.rejudge(ROWS, DATA, LAW, "softer"), "A Methodology is asked for, not 'softer'"),
    "judged rows for robust ones": (lambda: ee.robustness_by(ROWS), r"no column robustness.(.|\n)*robustness\(board\)"),
    "judged rows for stakes": (lambda: ee.stakes(ROWS, methodology=LAW), "no column deciding, deciding_alone, judging"),
    "judged rows for near misses": (lambda: ee.near_misses(DATA), r"not a Dataset(.|\n)*break_even\(board\)"),
    "ten for a tenth": (lambda: ee.near_misses(ROWS, within=10), "within = 10 is no share(.|\\n)*0.1 for 10 %"),
    "a text for a tenth": (lambda: ee.near_misses(ROWS, within="10 %"), "within = '10 %' is no share"),
    "a number for values": (lambda: ee.sweep(BOARD, "8.1.multiple", 0.1), r"values = 0.1 are no numbers(.|\n)*\[0.05, 0.1\]"),
    "texts for values": (lambda: ee.sweep(BOARD, "13.1.at_least", ["8%"]), "value '8%' is no number(.|\\n)*0.08 for 8 %"),
    "a fraction for draws": (lambda: ee.sensitivity(BOARD, seed=1, draws=16.0), "draws = 16.0 is no whole number"),
    "a fraction for a seed": (lambda: ee.sensitivity(BOARD, seed=1.5), "seed = 1.5 is no whole number"),
    "texts for years": (lambda: ee.Board(DATA, LAW, years=["2025"]), r"years = \['2025'\] are no years(.|\n)*\[2025\]"),
    "a year for years": (lambda: ee.Board(DATA, LAW, years=2025), "years = 2025 are no years"),
    "rows for explain": (lambda: ee.explain(ROWS, "A", criterion="8.1", year=2024), "A Dataset is asked for, not a DataFr"),
    "a name for explain": (
        lambda: ee.explain(DATA, "A", criterion="8.1", year=2024, methodology="order-35"), "A Methodology is asked for"),
    "a pair for settings": (lambda: LAW.replace("13.1.at_least=0.1"), "A Mapping is asked for, not '13.1.at_least=0.1'"),
    "a number for a path": (lambda: LAW.replace({13.1: 0.1}), "A text is asked for, not a float(.|\\n)*13.1.at_least"),
    "settings for diff": (lambda: LAW.diff({"13.1.at_least": 0.1}), "A Methodology is asked for, not a dict"),
    "a number for a criterion": (lambda: LAW.criterion(13.1), r'A text is asked for, not a float(.|\n)*criterion\("13.1"\)'),
    "a number for an edition": (lambda: ee.Methodology.load(35), "35 is no name or path(.|\\n)*order-35"),
    "no such language of a table": (lambda: LAW.table(lang="kz"), "no language 'kz'. Near: kk(.|\\n)*kk, ru, en"),
    "no such language of questions": (lambda: LAW.open_questions(lang="kz"), "no language 'kz'. Near: kk"),
    "no such language of breaks": (lambda: ee.charts.known_breaks("kz"), "no language 'kz'. Near: kk"),
    "rows for a board of sensitivity": (lambda: scenarios.sensitivity(DATA, seed=1), "A Board is asked for"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_what_is_something_else_is_refused_with_a_way_out(call, message) -> None:
    with pytest.raises(ee.ParameterError, match=message) as raised:
        call()
    assert "\nTo fix: " in str(raised.value)


def test_numbers_of_numpy_are_settings_too() -> None:
    drawn = {
        "13.1.at_least": np.float64(0.08),
        "13.1.years": np.int64(2),
        "growth_vs_reference.after": np.int32(1),
    }
    plain = {"13.1.at_least": 0.08, "13.1.years": 2, "growth_vs_reference.after": 1}
    assert LAW.replace(drawn).settings == LAW.replace(plain).settings
    assert all(type(value) in (int, float, str) for value in LAW.replace(drawn).settings.values())
