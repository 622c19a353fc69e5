"""Scenarios: what another threshold or another reading of the law would change, and how robust a verdict is."""

from effeval.scenarios.board import THRESHOLDS, Board
from effeval.scenarios.causes import causes
from effeval.scenarios.comparison import KINDS, compare, flips, rejudge, transitions
from effeval.scenarios.draws import SPREAD, factors, random_scenarios
from effeval.scenarios.interpretations import AS_GIVEN, Grid, Option, options, readings
from effeval.scenarios.outcomes import outcomes
from effeval.scenarios.ranges import ranges
from effeval.scenarios.robustness import ROBUSTNESS, robustness, robustness_by, stakes
from effeval.scenarios.sensitivity import rank_bands, sensitivity
from effeval.scenarios.sweeps import steps, sweep, swept
from effeval.scenarios.thresholds import break_even, near_misses

__all__ = [
    "AS_GIVEN",
    "KINDS",
    "ROBUSTNESS",
    "SPREAD",
    "THRESHOLDS",
    "Board",
    "Grid",
    "Option",
    "break_even",
    "causes",
    "compare",
    "factors",
    "flips",
    "near_misses",
    "options",
    "outcomes",
    "random_scenarios",
    "ranges",
    "rank_bands",
    "readings",
    "rejudge",
    "robustness",
    "robustness_by",
    "sensitivity",
    "stakes",
    "steps",
    "sweep",
    "swept",
    "transitions",
]
