"""Number and money, before and after, plan and actual, marked breaks: data by hand, then what is drawn."""

import math

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

import effeval as ee
from effeval import charts

matplotlib.use("Agg")
LAW = ee.Methodology.load("order-35")
LANGUAGES = pytest.mark.parametrize("lang", ["kk", "ru", "en"])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


VERDICTS = pd.DataFrame(
    {
        "measure": [1] * 5 + [2] * 2,
        "verdict": ["effective", "effective", "partly", "not_effective", "effective", "effective", "partly"],
        "support_paid": [100.0, 50.0, 200.0, 50.0, 100.0, 0.0, 0.0],
    }
)


def test_money_and_count_are_shares_of_the_projects_judged() -> None:
    pairs = charts.money_and_count(VERDICTS, "measure").set_index("measure")
    assert pairs.loc[1, ["projects", "effective", "support", "support_effective"]].tolist() == [
        5,
        3,
        500,
        250,
    ]
    assert pairs.loc[1, ["share_projects", "share_support"]].tolist() == pytest.approx([0.6, 0.5])
    assert pairs.loc[2, "share_projects"] == 0.5
    assert math.isnan(pairs.loc[2, "share_support"]), "a share of nothing is unknown, not zero"
    assert pairs["few"].tolist() == [False, True]


def test_money_and_count_agree_with_the_verdicts_of_the_sample() -> None:
    report = ee.scope.choose("data/sample", year=2025, lang="en")
    found = ee.verdicts(report.this_year)
    pairs = charts.money_and_count(found, "region")
    assert pairs["projects"].sum() == len(found)
    assert pairs["support"].sum() == pytest.approx(found["support_paid"].sum())
    assert pairs["effective"].sum() == (found["verdict"] == "effective").sum()


@LANGUAGES
def test_two_bars_a_group_and_grey_for_the_few(lang: str) -> None:
    ax = charts.plot_money_and_count(VERDICTS, "measure", lang=lang)
    number, support = ax.containers
    assert [bar.get_width() for bar in number] == pytest.approx([0.6, 0.5])
    assert [bar.get_width() for bar in support] == pytest.approx([0.5, 0])
    colours = [[to_hex(bar.get_facecolor()).upper() for bar in bars] for bars in (number, support)]
    assert colours == [[charts.BLUE, charts.LIGHT], [charts.ORANGE, charts.LIGHT]]
    assert ee.labels.phrase("chart.money_and_count.none", lang=lang) in [text.get_text() for text in ax.texts]
    assert ee.labels.phrase("chart.money_and_count.grey", lang=lang) in ax.get_xlabel()


def rates(by: str, levels: list, assessed: list, fulfilled: list) -> pd.DataFrame:
    frame = pd.DataFrame({by: levels, "due": assessed, "assessed": assessed, "fulfilled": fulfilled})
    return frame.assign(rate=frame["fulfilled"] / frame["assessed"].where(frame["assessed"] > 0))


BEFORE = rates("category", ["small", "large", "gone"], [10, 3, 8], [5, 3, 4])
AFTER = rates("category", ["small", "medium", "large"], [20, 0, 10], [15, 0, 2])


def test_pairs_hold_what_either_table_assessed_in_the_order_of_the_later() -> None:
    pairs = charts.dumbbell_pairs(BEFORE, AFTER, "category")
    assert pairs["category"].tolist() == ["small", "large", "gone"]
    assert pairs["fulfilled_before"].tolist() == [5, 3, 4]
    assert pairs["fulfilled_after"].tolist() == [15, 2, 0]
    assert pairs["rate_after"].isna().tolist() == [False, False, True]
    assert pairs["few_before"].tolist() == [False, True, False]
    assert pairs["few_after"].tolist() == [False, False, False], "none at all is not few"


def test_an_empty_level_meets_its_like() -> None:
    unknown = rates("category", ["small", None], [5, 6], [5, 3])
    pairs = charts.dumbbell_pairs(unknown, unknown, "category")
    assert len(pairs) == 2 and pairs["category"].isna().tolist() == [False, True]
    assert pairs["fulfilled_before"].tolist() == pairs["fulfilled_after"].tolist() == [5, 3]


@LANGUAGES
def test_dumbbells_show_both_values_and_their_parts(lang: str) -> None:
    ax = charts.plot_dumbbell(BEFORE, AFTER, "category", names={"before": "2024", "after": "2025"}, lang=lang)
    texts = [text.get_text().replace("\xa0", " ") for text in ax.texts]
    assert texts == ["50 % (5/10)", "75 % (15/20)", "100 % (3/3)", "20 % (2/10)", "50 % (4/8)"]
    assert [text.get_ha() for text in ax.texts] == ["right", "left", "left", "right", "left"]
    marks = [c for c in ax.collections if isinstance(c, PathCollection)]
    places = [tuple(mark.get_offsets()[0]) for mark in marks]
    assert places == [(0.5, 0), (0.75, 0), (1, 1), (0.2, 1), (0.5, 2)]
    faces = [to_hex(mark.get_facecolor()[0]).upper() for mark in marks]
    assert faces == ["#FFFFFF", charts.BLUE, charts.LIGHT, charts.BLUE, "#FFFFFF"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["2024", "2025"]
    assert ax.get_title(loc="left").replace("\xa0", " ").endswith("2024 → 2025")


def judged(criterion: str, plan: list, actual: list) -> pd.DataFrame:
    frame = pd.DataFrame({"plan": plan, "actual": actual}).assign(criterion=criterion, year=2025)
    frame["project_id"] = [f"P{n}" for n in range(len(frame))]
    frame["state"] = np.where(frame["actual"] >= frame["plan"], "fulfilled", "not_fulfilled")
    return frame


def offsets(ax) -> list[list[tuple]]:
    return [[tuple(p) for p in c.get_offsets()] for c in ax.collections if isinstance(c, PathCollection)]


def test_points_are_the_judged_of_the_criterion() -> None:
    rows = pd.concat([judged("2.1", [10, 10], [12, 8]), judged("2.3", [1], [1])], ignore_index=True)
    rows.loc[len(rows)] = {
        "plan": 5.0,
        "criterion": "2.1",
        "year": 2025,
        "project_id": "X",
        "state": "no_data",
    }
    counted = {"plan": 5.0, "criterion": "2.1", "year": 2025, "project_id": "Y", "state": "not_fulfilled"}
    rows.loc[len(rows)] = counted  # a scenario counts missing figures as not fulfilled
    points = charts.plan_actual_points(rows, LAW.criterion("2.1"))
    assert points[["project_id", "attained"]].values.tolist() == [["P1", False], ["P0", True], ["Y", False]]
    ax = charts.plot_plan_actual(rows, LAW.criterion("2.1"), lang="en")
    assert "not drawn for want of figures, counted as not fulfilled: 1" in ax.get_xlabel()
    assert "short of the plan: 2" in [text.get_text() for text in ax.get_legend().get_texts()]


@LANGUAGES
def test_attained_and_short_have_shapes_of_their_own_on_both_sides_of_the_line(lang: str) -> None:
    ax = charts.plot_plan_actual(judged("2.1", [10, 20, 30], [12, 20, 25]), LAW.criterion("2.1"), lang=lang)
    attained, short = offsets(ax)
    assert attained == [(10, 12), (20, 20)] and short == [(30, 25)]
    shapes = [len(c.get_paths()[0].vertices) for c in ax.collections if isinstance(c, PathCollection)]
    assert shapes[0] != shapes[1]
    (line,) = ax.lines
    assert list(line.get_xdata()) == list(line.get_ydata()) == list(ax.get_xlim()), (
        "actual = plan, from edge to edge"
    )
    assert ax.get_xscale() == ax.get_yscale() == "linear"
    assert ax.get_xlim() == ax.get_ylim()
    assert LAW.criterion("2.1").name[lang] in ax.get_title(loc="left")


def test_axes_are_logarithmic_beyond_three_orders_and_zero_is_at_the_edge() -> None:
    criterion = LAW.criterion("2.1")
    near = charts.plot_plan_actual(judged("2.1", [1, 1000], [2, 900]), criterion, lang="en")
    assert near.get_xscale() == "linear"
    ax = charts.plot_plan_actual(judged("2.1", [1, 1001, 5], [2, 900, 0]), criterion, lang="en")
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert (5, pytest.approx(ax.get_ylim()[0])) in offsets(ax)[1]
    assert "at the lower edge: zero or negative: 1" in ax.get_xlabel()


def test_what_a_logarithmic_axis_cannot_show_is_said_under_one_plan_too() -> None:
    ax = charts.plot_plan_actual(judged("8.1", [5000] * 3, [6000, 1, -7]), LAW.criterion("8.1"), lang="en")
    assert ax.get_yscale() == "log" and ax.get_xscale() == "linear"
    assert offsets(ax)[1][0] == pytest.approx((0, ax.get_ylim()[0]))
    assert "at the lower edge: zero or negative: 1" in ax.get_xlabel()


@LANGUAGES
def test_infinite_growth_is_at_the_upper_edge_and_said(lang: str) -> None:
    ax = charts.plot_plan_actual(judged("2.2", [0.1, 0.2], [0.15, np.inf]), LAW.criterion("2.2"), lang=lang)
    assert offsets(ax)[0][1] == pytest.approx((0.2, ax.get_ylim()[1]))
    assert [text.get_text() for text in ax.texts] == ["∞"]
    note = ee.labels.phrase("chart.plan_actual.infinite", lang=lang, values={"count": "1"})
    assert note in ax.get_xlabel()
    ax.figure.canvas.draw()
    assert all("%" in label.get_text() for label in ax.get_yticklabels())


def test_one_plan_for_all_is_a_level_line_with_the_projects_side_by_side() -> None:
    ax = charts.plot_plan_actual(judged("2.2", [0.1] * 3, [0.3, 0.05, 0.1]), LAW.criterion("2.2"), lang="en")
    assert offsets(ax) == [[(1, 0.1), (2, 0.3)], [(0, 0.05)]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["P1", "P2", "P0"]
    assert list(ax.lines[0].get_ydata()) == [0.1, 0.1]
    assert "threshold (plan): 10\xa0%" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_breaks_are_the_reforms_of_the_regions_and_the_edition() -> None:
    assert list(charts.known_breaks("ru")) == [2018, 2022, 2024]
    assert charts.known_breaks("kk")[2024] == "2024 ж. редакция"


def yearly() -> pd.DataFrame:
    frame = rates("year", [2018, 2019, 2022, 2024], [10, 10, 3, 10], [5, 6, 3, 9])
    return frame.assign(rate_low=frame["rate"] - 0.1, rate_high=frame["rate"] + 0.1)


@LANGUAGES
def test_breaks_stand_before_their_year_where_both_sides_have_one(lang: str) -> None:
    known = charts.known_breaks(lang)
    ax = charts.plot_trend(yearly(), breaks=known | {2025: "later"}, lang=lang)
    dotted = [c for c in ax.collections if c.get_linestyle()[0][1] is not None]
    assert [float(line.get_segments()[0][0][0]) for line in dotted] == [2021.5, 2023.5]
    texts = [text.get_text().replace("\n", " ") for text in ax.texts]
    assert [text for text in texts if "%" not in text] == [known[2022], known[2024]]
    assert ee.labels.phrase("chart.trend.hollow", lang=lang) in ax.get_xlabel()


def test_no_breaks_unless_asked_for() -> None:
    assert [
        t.get_text() for t in charts.plot_trend(yearly(), lang="en").texts if "%" not in t.get_text()
    ] == []


def drawings(lang: str) -> dict:
    """Every chart of the sample, as functions of an axes."""
    report = ee.scope.choose("data/sample", year=2025, lang=lang)
    now, law = report.this_year, report.methodology
    last = report.assessed[report.assessed["year"] == 2024]
    by = ee.fulfilment(now, "measure", methodology=law)
    named = report.names("measure")
    return {
        "trend": lambda ax: charts.plot_trend(
            ee.fulfilment(report.assessed, "year"), breaks=charts.known_breaks(lang), lang=lang, ax=ax
        ),
        "money": lambda ax: charts.plot_money_and_count(
            ee.verdicts(now), "measure", names=named, lang=lang, ax=ax
        ),
        "dumbbell": lambda ax: charts.plot_dumbbell(
            ee.fulfilment(last, "measure", methodology=law), by, "measure", names=named, lang=lang, ax=ax
        ),
        "growth": lambda ax: charts.plot_plan_actual(now, law.criterion("2.2"), lang=lang, ax=ax),
        "volume": lambda ax: charts.plot_plan_actual(now, law.criterion("4.1"), lang=lang, ax=ax),
        "heatmap": lambda ax: charts.plot_heatmap(
            ee.fulfilment(now, ["region", "measure"]), lang=lang, ax=ax
        ),
        "map": lambda ax: charts.plot_map(ee.fulfilment(now, "region"), lang=lang, ax=ax),
    }


@LANGUAGES
def test_nothing_is_missing_cut_off_or_overlaps(lang: str, recwarn) -> None:
    for name, draw in drawings(lang).items():
        ax = charts.add_footer(draw(None), ee.labels.phrase("synthetic", lang=lang))
        ax.figure.canvas.draw()
        page = ax.figure.bbox
        low, high = sorted(ax.get_ylim())
        ticks = [label for label in ax.get_yticklabels() if low <= label.get_position()[1] <= high]
        texts = [t for t in (*ax.texts, *ticks, ax._left_title, ax.xaxis.label) if t.get_text()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
        assert [t for t, box in boxes if box.x0 < page.x0 or box.x1 > page.x1 or box.y1 > page.y1] == [], name
        pairs = [
            (a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[i + 1 :] if one.overlaps(other)
        ]
        assert pairs == [], name
    assert [str(w.message) for w in recwarn if "Glyph" in str(w.message)] == []


def test_an_axes_given_is_used_and_nothing_else_is_touched() -> None:
    figure, (left, right) = matplotlib.pyplot.subplots(1, 2)
    matplotlib.pyplot.sca(right)
    before = dict(matplotlib.rcParams)
    for draw in drawings("en").values():
        left.clear()
        assert draw(left) is left
        assert figure.axes == [left, right] and not right.has_data() and not right.texts
    assert dict(matplotlib.rcParams) == before
    assert len(matplotlib.pyplot.get_fignums()) == 1


@LANGUAGES
def test_nothing_to_draw_is_said(lang: str) -> None:
    said = ee.labels.phrase("nothing_assessed", lang=lang)
    for ax in (
        charts.plot_money_and_count(VERDICTS.iloc[:0], "measure", lang=lang),
        charts.plot_dumbbell(BEFORE.iloc[:0], AFTER.iloc[:0], "category", lang=lang),
        charts.plot_plan_actual(judged("2.1", [], []), LAW.criterion("2.1"), lang=lang),
        charts.plot_heatmap(rates("region", [], [], []).assign(measure=[]), lang=lang),
    ):
        assert [text.get_text() for text in ax.texts] == [said]
