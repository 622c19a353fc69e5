"""Plan against actual, project by project."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from effeval.charts.given import check
from effeval.charts.style import BLUE, INK, ORANGE, clean, nothing, title
from effeval.errors import expect
from effeval.labels import heading, number, percent, phrase
from effeval.law import Criterion

_ORDERS = 1000  # figures that span more are drawn on logarithmic axes
_NAMED = 40  # as many projects side by side can carry their names


def plot_plan_actual(
    assessed: pd.DataFrame, criterion: Criterion, *, lang: str = "ru", ax: Axes | None = None
) -> Axes:
    """Plan against actual of one criterion by project, with the threshold: the line where actual is the plan.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`; rows of other criteria are left out.
    criterion : Criterion
        Such as ``methodology.criterion("2.1")``.
    lang : str
        kk, ru or en.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Blue circles where the plan was attained, orange triangles where it was not. Where all have one plan,
        the projects stand side by side in the order of their actual and the plan is a level line. Quantities
        that span more than three orders of magnitude have logarithmic axes. Infinite growth, and what a
        logarithmic axis has no place for, is drawn at the edge, and the note below says so.

    Raises
    ------
    ParameterError
        ``criterion`` is none, the table lacks a column that is drawn, or there is no such language.
    """
    needed = ["project_id", "year", "criterion", "state", "plan", "actual"]
    expect(criterion, Criterion, fix='such as methodology.criterion("2.1")')
    check(assessed, needed, of="effeval.assess", lang=lang, ax=ax)
    points = plan_actual_points(assessed, criterion)
    one_plan = points["plan"].nunique() == 1
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 5) if one_plan else (8.6, 6), layout="constrained")
    title(ax, f"{phrase('chart.plan_actual', lang=lang)}\n{criterion.id} {criterion.name[lang]}")
    if points[["plan", "actual"]].dropna().empty:
        return nothing(ax, lang)
    log = _is_log(points, criterion)
    low, high = _limits(points, log)
    points["x"] = range(len(points)) if one_plan else points["plan"].clip(low, high)
    points["y"] = points["actual"].where(points["plan"].notna()).clip(low, high)
    _axes(ax, points, criterion, lang, log)
    ax.set_ylim(low, high)
    _marks(ax, points, lang)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, borderaxespad=0)
    return clean(ax)


def plan_actual_points(assessed: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """What :func:`plot_plan_actual` draws: projects and years that were judged by the criterion.

    Returns
    -------
    pandas.DataFrame
        ``project_id``, ``year``, ``plan``, ``actual`` (may be infinite) and ``attained``, by actual. Rows
        that count as not fulfilled for want of figures are there too, the last: they are counted, not drawn.

    Examples
    --------
    >>> from effeval.methodology import Methodology
    >>> assessed = pd.DataFrame({"project_id": ["A", "B", "C"], "year": 2024, "criterion": "13.1",
    ...                          "plan": 0.1, "actual": [0.2, 0.05, None],
    ...                          "state": ["fulfilled", "not_fulfilled", "no_data"]})
    >>> points = plan_actual_points(assessed, Methodology.load().criterion("13.1"))
    >>> points[["project_id", "attained"]].values.tolist()
    [['B', False], ['A', True]]
    """
    judged = assessed["state"].isin(["fulfilled", "not_fulfilled"]) & (assessed["criterion"] == criterion.id)
    own = assessed[judged]
    points = own[["project_id", "year", "plan", "actual"]].assign(attained=own["state"] == "fulfilled")
    return points.sort_values(["actual", "plan", "project_id", "year"], ignore_index=True)


def _is_log(points: pd.DataFrame, criterion: Criterion) -> bool:
    """Whether quantities span more than three orders of magnitude."""
    values = points[["plan", "actual"]].to_numpy().ravel()
    values = values[np.isfinite(values) & (values > 0)]
    return criterion.unit != "fraction" and values.size > 0 and values.max() / values.min() > _ORDERS


def _limits(points: pd.DataFrame, log: bool) -> tuple[float, float]:
    """From the least to the greatest figure that has a place on the axis, and some room."""
    values = points[["plan", "actual"]].to_numpy().ravel()
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    low, high = float(values.min()), float(values.max())
    if log:
        return low / 1.8, high * 1.8
    room = 0.06 * (high - low) or 0.06 * abs(high) or 1.0
    return low - room, high + room


def _axes(ax: Axes, points: pd.DataFrame, criterion: Criterion, lang: str, log: bool) -> None:
    """Scales, the threshold and what stands beside the axes."""
    fraction = criterion.unit == "fraction"
    unit = "" if fraction else f", {phrase(f'unit.{criterion.unit}', lang=lang)}"
    plan = points["plan"].dropna().iloc[0]
    one_plan = points["plan"].nunique() == 1
    if one_plan:
        ax.axhline(plan, color=INK, linewidth=1.2, linestyle="--", label=_threshold(plan, fraction, lang))
        _name_projects(ax, points, lang, log)
    else:
        limits = _limits(points, log)
        threshold = phrase("chart.plan_actual.line", lang=lang)
        ax.plot(limits, limits, color=INK, linewidth=1.2, linestyle="--", label=threshold)
        ax.set_xlim(limits)
        ax.set_xlabel(heading("assessed", "plan", lang=lang) + unit + _note(points, log, lang))
    for axis in (ax.yaxis,) if one_plan else (ax.xaxis, ax.yaxis):
        if log:
            axis.axes.set(**{f"{axis.axis_name}scale": "log"})
            axis.set_minor_formatter(NullFormatter())
        elif fraction:
            axis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        else:
            axis.set_major_locator(MaxNLocator(6))  # long numbers need room
        axis.set_major_formatter(FuncFormatter(lambda value, _: _figure(value, fraction, lang)))
    ax.set_ylabel(heading("assessed", "actual", lang=lang) + unit)


def _name_projects(ax: Axes, points: pd.DataFrame, lang: str, log: bool) -> None:
    one_year = points["year"].nunique() == 1
    names = points["project_id"] if one_year else points["project_id"] + " " + points["year"].astype("str")
    named = len(points) <= _NAMED
    ax.set_xticks(range(len(points)) if named else [], names if named else [], rotation=90, fontsize=8)
    ax.set_xlim(-0.7, len(points) - 0.3)
    ax.set_xlabel(phrase("chart.plan_actual.order", lang=lang) + _note(points, log, lang))


def _marks(ax: Axes, points: pd.DataFrame, lang: str) -> None:
    for attained, marker, colour in ((True, "o", BLUE), (False, "v", ORANGE)):
        rows = points[points["attained"] == attained]
        key = phrase(f"chart.plan_actual.{'attained' if attained else 'short'}", lang=lang)
        ax.scatter(
            rows["x"], rows["y"], marker=marker, s=46, color=colour, edgecolor=INK, linewidth=0.6, zorder=3,
            label=f"{key}: {number(len(rows), lang=lang)}", clip_on=False,
        )  # fmt: skip
    for row in points[np.isinf(points["actual"])].itertuples():
        ax.annotate("∞", (row.x, row.y), xytext=(0, -14), textcoords="offset points", ha="center")


def _note(points: pd.DataFrame, log: bool, lang: str) -> str:
    """What is drawn at the edge or not at all, if anything."""
    figures = points[["plan", "actual"]]
    edges = {
        "chart.plan_actual.infinite": np.isinf(points["actual"]).sum(),
        "chart.plan_actual.not_positive": (figures <= 0).any(axis=1).sum() if log else 0,
        "chart.plan_actual.no_figures": figures.isna().any(axis=1).sum(),
    }
    words = [phrase(k, lang=lang, values={"count": number(n, lang=lang)}) for k, n in edges.items() if n]
    return "\n" + "; ".join(words) if words else ""


def _threshold(plan: float, fraction: bool, lang: str) -> str:
    return f"{phrase('chart.plan_actual.threshold', lang=lang)}: {_figure(plan, fraction, lang)}"


def _figure(value: float, fraction: bool, lang: str) -> str:
    """At most two decimals, of percent for growth: 9.35 %, but 10 %."""
    if fraction:
        return percent(value, lang=lang, digits=2, trim=True)
    return number(value, lang=lang, digits=2)
