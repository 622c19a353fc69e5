"""Stakes, ranges, sweeps and sensitivity: what is drawn is what the tables say, in three languages."""

import matplotlib
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

import effeval as ee
from effeval import charts
from effeval.labels import money, phrase
from effeval.scenarios import Board, ranges, robustness, sensitivity, stakes, sweep

matplotlib.use("Agg")
LAW = ee.Methodology.load("order-35")
LANGUAGES = pytest.mark.parametrize("lang", ["kk", "ru", "en"])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture(scope="module")
def board(sample_dir) -> Board:
    return Board(ee.load(sample_dir), LAW)


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def rows(ax) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


@LANGUAGES
def test_stakes_are_bars_of_verdicts_or_tenge(board, lang) -> None:
    table = stakes(robustness(board), methodology=LAW)
    names = charts.factor_names(LAW, lang=lang)
    for what in ("verdicts", "support_paid"):
        ax = charts.plot_stakes(table, what=what, names=names, lang=lang)
        decided, judged = ax.containers
        other = "judged" if what == "verdicts" else "judged_support_paid"
        assert [bar.get_width() for bar in decided] == table[what].tolist()
        assert [bar.get_width() for bar in judged] == table[other].tolist()
        assert [bar.get_x() for bar in judged] == table[what].tolist()
        assert rows(ax) == [names[id] for id in table["question"]]
        assert to_hex(decided[0].get_facecolor()).upper() == charts.BLUE
        assert judged[0].get_hatch() is not None and decided[0].get_hatch() is None
    told = f"{money(table.loc[0, 'support_paid'], lang=lang)} + {money(table.loc[0, 'judged_support_paid'], lang=lang)}"
    assert words(ax)[0] == told


def test_a_question_without_stakes_has_a_zero_and_an_id_without_words_stands_for_itself() -> None:
    names = ("question", "verdicts", "judged", "support_paid", "judged_support_paid")
    ax = charts.plot_stakes(pd.DataFrame([("a", 0, 0, 0.0, 0.0), ("b", 2, 0, 1.0, 0.0)], columns=list(names)))
    assert words(ax) == ["0", "2 + 0"] and rows(ax) == ["a", "b"]


@LANGUAGES
def test_ranges_show_the_reading_taken_all_readings_and_missing_figures(board, lang) -> None:
    table = ranges(board)
    table.loc[table.index[0], ["assessed", "rank", "rank_best", "rank_worst"]] = [4, pd.NA, pd.NA, pd.NA]
    names = ee.labels.level_names("region", lang=lang, methodology=LAW)
    ax = charts.plot_ranges(table, names=names, lang=lang)
    shown = table[table["rate_most"].notna()]
    lines = [line for line in ax.collections if isinstance(line, LineCollection)]
    dots = [tuple(dot.get_offsets()[0]) for dot in ax.collections if isinstance(dot, PathCollection)]
    assert dots == [(rate, place) for place, rate in enumerate(shown["rate"])]
    bars = [line.get_segments()[0] for line in lines if line.get_linewidth()[0] == 9]
    assert [(bar[0][0], bar[1][0]) for bar in bars] == list(
        shown[["rate_least", "rate_most"]].itertuples(index=False, name=None)
    )
    thin = [line.get_segments()[0] for line in lines if line.get_linewidth()[0] == 2]
    assert [(bar[0][0], bar[1][0]) for bar in thin] == list(
        shown[["rate_min", "rate_max"]].itertuples(index=False, name=None)
    )
    assert phrase("chart.ranges.no_rank", lang=lang) in words(ax)[0]
    second = shown.iloc[1]
    values = {"rank": second["rank"], "best": second["rank_best"], "worst": second["rank_worst"]}
    assert words(ax)[1].endswith(phrase("chart.ranges.rank", lang=lang, values=values))
    hollow = [to_hex(dot.get_facecolor()[0]) for dot in ax.collections if isinstance(dot, PathCollection)]
    assert hollow[0] == "#ffffff" and set(hollow[1:]) == {charts.BLUE.lower()}


@LANGUAGES
def test_a_sweep_is_a_line_with_the_threshold_marked(board, lang) -> None:
    table = sweep(board, "13.1.at_least", [0.2, 0.0, 0.1])
    ax = charts.plot_sweep(
        table, "13.1.at_least", given=0.1, names=charts.factor_names(LAW, lang=lang), lang=lang
    )
    line, mark = ax.lines
    assert line.get_xdata().tolist() == [0.0, 0.1, 0.2]
    assert line.get_ydata().tolist() == table.set_index("threshold").loc[[0.0, 0.1, 0.2], "rate"].tolist()
    assert list(mark.get_xdata()) == [0.1, 0.1]
    assert phrase("chart.sweep.given", lang=lang) in words(ax)[0] and ax.get_xlabel() != ""
    assert LAW.criterion("13.1").name[lang] in ax.get_title(loc="left").replace("\n", " ")
    nothing = charts.plot_sweep(table.assign(rate=float("nan")), "13.1.at_least", given=0.1, lang=lang)
    assert words(nothing) == [phrase("nothing_assessed", lang=lang)]


@LANGUAGES
def test_sensitivity_is_two_bars_a_factor(board, lang) -> None:
    table = sensitivity(board, seed=35, draws=64).head(4)
    names = charts.factor_names(LAW, lang=lang)
    ax = charts.plot_sensitivity(table, names=names, lang=lang)
    bars = [group for group in ax.containers if hasattr(group, "patches")]
    assert [[bar.get_width() for bar in group] for group in bars] == [
        table["S1"].clip(lower=0).tolist(),
        table["ST"].clip(lower=0).tolist(),
    ]
    assert rows(ax) == [names[factor] for factor in table["factor"]]
    whiskers = [line.get_segments() for line in ax.collections]
    assert [segment[1][0] for segment in whiskers[1]] == pytest.approx(table["ST_high"].tolist())
    empty = charts.plot_sensitivity(table.assign(ST=float("nan")), lang=lang)
    assert words(empty) == [phrase("chart.sensitivity.none", lang=lang)]


@pytest.mark.parametrize("path", ["13.1.judge", "foo", "13.1"])
def test_what_is_no_threshold_is_not_swept(board, path) -> None:
    with pytest.raises(ee.ParameterError, match=rf"'{path}' is no threshold(.|\n)*13.1.at_least"):
        charts.plot_sweep(sweep(board, "13.1.at_least", [0.1]), path)


@LANGUAGES
def test_ticks_of_a_sweep_say_what_they_stand_at(board, lang) -> None:
    ax = charts.plot_sweep(
        sweep(board, "13.1.at_least", [0.0, 0.05, 0.1, 0.15, 0.2]), "13.1.at_least", lang=lang
    )
    ax.figure.canvas.draw()
    shown = [label.get_text().replace("\xa0%", "").replace(",", ".") for label in ax.get_xticklabels()]
    assert [float(text) / 100 for text in shown] == pytest.approx(ax.get_xticks().tolist())
    assert any("." in text for text in shown), "some tick stands between whole percents"


@pytest.mark.parametrize("draw", [charts.plot_stakes, charts.plot_sensitivity])
def test_a_question_that_stands_twice_is_refused(board, draw) -> None:
    table = sensitivity(board, seed=35, draws=8).head(2)
    stakes = pd.DataFrame(
        [[1] * 4] * 2, columns=["verdicts", "judged", "support_paid", "judged_support_paid"]
    )
    table = pd.concat([table.reset_index(drop=True), stakes], axis=1).assign(question="a", factor="a")
    with pytest.raises(ee.ParameterError, match="several rows of (question|factor) = a"):
        draw(table)


def test_every_threshold_and_open_question_has_words() -> None:
    names = charts.factor_names(LAW, lang="kk")
    paths = [path for path in LAW.settings if path.endswith((".at_least", ".multiple"))]
    assert set(paths) <= set(names) and {question.id for question in LAW.questions} <= set(names)


def test_charts_draw_on_the_axes_they_are_given(board) -> None:
    figure, axes = matplotlib.pyplot.subplots(1, 2)
    assert charts.plot_ranges(ranges(board, by="category"), "category", ax=axes[0]) is axes[0]
    assert charts.plot_sensitivity(sensitivity(board, seed=35, draws=8), ax=axes[1]) is axes[1]
    assert len(figure.axes) == 2


def test_verdicts_are_counted_in_whole_numbers_on_the_axis() -> None:
    names = ("question", "verdicts", "judged", "support_paid", "judged_support_paid")
    ax = charts.plot_stakes(pd.DataFrame([("a", 0, 9, 0.0, 0.0)], columns=list(names)))
    assert all(tick == round(tick) for tick in ax.get_xticks()) and len(ax.get_xticks()) > 3


def test_a_rule_whose_criteria_differ_has_no_threshold_marked(board) -> None:
    swept = sweep(board, "growth.at_least", [0.0, 0.1, 0.2])
    ax = charts.plot_sweep(swept, "growth.at_least")
    assert len(ax.lines) == 1 and len(words(ax)) == 2


def test_a_table_wraps_its_headings_only_when_asked() -> None:
    table = pd.DataFrame({"Question": ["a question of many words"], "A long heading": ["1"]})
    plain, wrapped = (ee.tables.show(table, wrap=wrap).to_html() for wrap in (False, True))
    assert "th.col_heading" in wrapped and "min-width" in wrapped and "th.col_heading" not in plain
    assert "min-width" not in ee.tables.show(table[["A long heading"]], wrap=True).to_html()
