"""What is given in place of something else is refused with a way out, not met somewhere inside."""

import pandas as pd
import pytest

import effeval as ee
from effeval import scenarios

LAW = ee.Methodology.load("order-35")
DATA = ee.example([100.0], [90.0])
ROWS = ee.assess(DATA, LAW)

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
    "rows for a board of sensitivity": (lambda: scenarios.sensitivity(DATA, seed=1), "A Board is asked for"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_what_is_something_else_is_refused_with_a_way_out(call, message) -> None:
    with pytest.raises(ee.ParameterError, match=message + r"[\s\S]*To fix: .* makes"):
        call()
