"""Charts of fulfilment, axes-level: each draws its frame on one axes and touches nothing else.

The data of every chart come from a function of their own (frame to frame), which draws nothing.
"""

from effeval.charts.bars import fulfilment_bars, money_and_count, plot_fulfilment, plot_money_and_count
from effeval.charts.dumbbells import dumbbell_pairs, plot_dumbbell
from effeval.charts.heatmap import heatmap_cells, plot_heatmap
from effeval.charts.maps import map_areas, plot_map
from effeval.charts.projects import plan_actual_points, plot_plan_actual
from effeval.charts.robustness import plot_ranges, plot_stakes, stake_bars
from effeval.charts.sensitivity import plot_sensitivity, plot_sweep
from effeval.charts.style import BLUE, DIM, FEW, INK, LIGHT, ORANGE, RATE_COLOURS, add_footer, free_axes, png
from effeval.charts.trends import known_breaks, plot_trend, trend_line
from effeval.labels import factor_names

__all__ = [
    "BLUE",
    "DIM",
    "FEW",
    "INK",
    "LIGHT",
    "ORANGE",
    "RATE_COLOURS",
    "add_footer",
    "dumbbell_pairs",
    "factor_names",
    "free_axes",
    "fulfilment_bars",
    "heatmap_cells",
    "known_breaks",
    "map_areas",
    "money_and_count",
    "plan_actual_points",
    "plot_dumbbell",
    "plot_fulfilment",
    "plot_heatmap",
    "plot_map",
    "plot_money_and_count",
    "plot_plan_actual",
    "plot_ranges",
    "plot_sensitivity",
    "plot_stakes",
    "plot_sweep",
    "plot_trend",
    "png",
    "stake_bars",
    "trend_line",
]
