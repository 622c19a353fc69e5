"""Chart data without drawing, and axes with their bars, labels and texts."""

import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest

import effeval as ee
from effeval import charts

matplotlib.use("Agg")
LAW = ee.Methodology.load("order-35")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


def table(by: str, **columns: list) -> pd.DataFrame:
    frame = pd.DataFrame({"due": columns["assessed"], "projects": columns["assessed"]} | columns)
    frame["rate"] = frame["fulfilled"] / frame["assessed"].where(frame["assessed"] > 0)
    return frame.assign(rate_low=frame["rate"] - 0.1, rate_high=frame["rate"] + 0.1).rename(
        columns={"level": by}
    )


MEASURES = table("measure", level=[1, 2, 3, 4], assessed=[19, 4, 0, 0], fulfilled=[12, 1, 0, 0])
MEASURES["due"] = [20, 5, 3, 0]


def test_seaborn_and_what_it_needs_are_loaded_only_for_charts_that_use_them() -> None:
    loaded = "print(sorted({'seaborn', 'scipy', 'geopandas'} & set(sys.modules)))"
    draw = (
        "charts.plot_fulfilment(pd.DataFrame({'measure': [1], 'due': [1], 'assessed': [1], 'fulfilled': [1],"
    )
    draw += " 'projects': [1], 'rate': [1.0], 'rate_low': [0.5], 'rate_high': [1.0]}), 'measure')"
    code = f"import sys\nimport pandas as pd\nfrom effeval import charts\n{loaded}\n{draw}\n{loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['scipy', 'seaborn']"]


def test_bars_are_groups_with_something_due_in_the_order_of_the_table() -> None:
    names = ee.labels.level_names("measure", lang="en", methodology=LAW)
    bars = charts.fulfilment_bars(MEASURES, "measure", names=names, lang="en")
    assert [label.split()[0] for label in bars["label"]] == ["1", "2", "3"]
    assert bars["text"].str.replace("\xa0", " ").tolist() == [
        "12 of 19 (63 %)",
        "1 of 4 (25 %)",
        "nothing assessed",
    ]
    assert bars["few"].tolist() == [False, True, True]


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_drawn_bars_have_the_rates_and_the_few_are_grey(lang: str) -> None:
    ax = charts.plot_fulfilment(MEASURES, "measure", lang=lang)
    widths = sorted(bar.get_width() for bar in ax.patches if not np.isnan(bar.get_width()))
    assert widths == pytest.approx([1 / 4, 12 / 19])
    grey = {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches if bar.get_width() == 1 / 4}
    assert grey == {charts.LIGHT.lower()}
    texts = [text.get_text() for text in ax.texts]
    assert len(texts) == 3 and "12" in texts[0] and "19" in texts[0]
    assert ax.get_title(loc="left") == ee.labels.phrase("chart.fulfilment.measure", lang=lang)


def test_an_axes_given_is_used_and_returned_and_nothing_else_is_touched() -> None:
    figure, (left, right) = matplotlib.pyplot.subplots(1, 2)
    before = dict(matplotlib.rcParams)
    assert charts.plot_fulfilment(MEASURES, "measure", ax=left) is left
    assert not right.patches and not right.texts
    assert dict(matplotlib.rcParams) == before
    assert len(matplotlib.pyplot.get_fignums()) == 1


def test_nothing_to_draw_is_said() -> None:
    for ax in (
        charts.plot_fulfilment(MEASURES[MEASURES["due"] == 0], "measure", lang="ru"),
        charts.plot_trend(MEASURES.iloc[:0].assign(year=[]), lang="ru"),
    ):
        assert [text.get_text() for text in ax.texts] == ["не оценивалось"]


YEARS = table("year", level=[2020, 2023, 2022], assessed=[10, 4, 0], fulfilled=[5, 4, 0])
YEARS["due"] = [10, 4, 2]


def test_trend_has_every_calendar_year_in_order() -> None:
    line = charts.trend_line(YEARS)
    assert line["year"].tolist() == [2020, 2021, 2022, 2023]
    assert line["assessed"].tolist() == [10, 0, 0, 4]
    assert line["rate"].isna().tolist() == [False, True, True, False]


def test_trend_is_broken_where_nothing_was_assessed_and_shows_counts() -> None:
    ax = charts.plot_trend(YEARS, lang="en")
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "2020\n5/10",
        "2021\n0/0",
        "2022\n0/0",
        "2023\n4/4",
    ]
    assert [text.get_text().replace("\xa0", " ") for text in ax.texts] == ["50 %", "100 %"]
    full, few = (c for c in ax.collections if isinstance(c, matplotlib.collections.PathCollection))
    assert matplotlib.colors.to_hex(full.get_facecolor()[0]) == charts.BLUE.lower()
    assert matplotlib.colors.to_hex(few.get_facecolor()[0]) == "#ffffff"


@pytest.mark.parametrize("by", ["holding", "state"])
def test_a_column_without_a_title_of_its_own_is_named_in_the_title(by) -> None:
    ax = charts.plot_fulfilment(table(by, level=["x", "y"], assessed=[9, 8], fulfilled=[5, 4]), by, lang="en")
    assert ax.get_title(loc="left") == f"Fulfilment: {ee.labels.heading('fulfilment', by, lang='en')}"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_no_glyph_is_missing(lang: str, recwarn) -> None:
    names = ee.labels.level_names("sector", lang=lang, methodology=LAW)
    sectors = table("sector", level=list(names), assessed=[9] * len(names), fulfilled=[5] * len(names))
    ax = charts.plot_fulfilment(sectors, "sector", names=names, lang=lang)
    charts.add_footer(ax, ee.labels.phrase("synthetic", lang=lang))
    ax.figure.canvas.draw()
    assert [str(w.message) for w in recwarn if "Glyph" in str(w.message)] == []


def test_group_labels_do_not_overlap() -> None:
    names = ee.labels.level_names("sector", lang="ru", methodology=LAW)
    sectors = table("sector", level=list(names), assessed=[9] * len(names), fulfilled=[5] * len(names))
    ax = charts.plot_fulfilment(sectors, "sector", names=names, lang="ru")
    ax.figure.canvas.draw()
    boxes = sorted((label.get_window_extent() for label in ax.get_yticklabels()), key=lambda box: -box.y0)
    assert all(upper.y0 >= lower.y1 for upper, lower in zip(boxes, boxes[1:], strict=False))


WRONG_TABLES = {
    "fulfilment": lambda table, **more: charts.plot_fulfilment(table, "region", **more),
    "money_and_count": lambda table, **more: charts.plot_money_and_count(table, "region", **more),
    "dumbbell": lambda table, **more: charts.plot_dumbbell(table, table, "region", **more),
    "heatmap": lambda table, **more: charts.plot_heatmap(table, rows="region", columns="measure", **more),
    "map": lambda table, **more: charts.plot_map(table, **more),
    "trend": lambda table, **more: charts.plot_trend(table, **more),
    "plan_actual": lambda table, **more: charts.plot_plan_actual(table, LAW.criterion("2.1"), **more),
    "stakes": lambda table, **more: charts.plot_stakes(table, **more),
    "ranges": lambda table, **more: charts.plot_ranges(table, "region", **more),
    "sweep": lambda table, **more: charts.plot_sweep(table, "13.1.at_least", **more),
    "sensitivity": lambda table, **more: charts.plot_sensitivity(table, **more),
}


@pytest.mark.parametrize("draw", WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_a_table_that_is_another_ones_is_refused_before_anything_is_drawn(draw) -> None:
    other = pd.DataFrame({"measure": [1], "rate": [0.5]})
    with pytest.raises(
        ee.ParameterError, match=r"The table has no column .*only: measure, rate(.|\n)*To fix: draw"
    ):
        draw(other)
    with pytest.raises(ee.ParameterError, match=r"draws a table, not dict"):
        draw({})
    with pytest.raises(ee.ParameterError, match=r"no language 'kz'. Near: kk"):
        draw(other, lang="kz")
    with pytest.raises(ee.ParameterError, match=r"An Axes is asked for, not an? \w+(.|\n)*axes\[0\]"):
        draw(other, ax=matplotlib.figure.Figure().subplots(1, 2))
    assert not matplotlib.pyplot.get_fignums()


def test_names_and_columns_of_another_kind_are_refused() -> None:
    regions = table("region", level=["10"], assessed=[8], fulfilled=[6])
    with pytest.raises(ee.ParameterError, match=r"A text is asked for, not a list(.|\n)*one column"):
        charts.plot_fulfilment(regions, ["region"])
    with pytest.raises(ee.ParameterError, match=r"A Mapping is asked for, not a list(.|\n)*codes to words"):
        charts.plot_fulfilment(regions, "region", names=["East"])
    with pytest.raises(ee.ParameterError, match=r"A Criterion is asked for, not '2.1'"):
        charts.plot_plan_actual(ee.assess(ee.example([1.0], [2.0]), LAW), "2.1")
    with pytest.raises(ee.ParameterError, match=r"A Mapping is asked for(.|\n)*known_breaks"):
        charts.plot_trend(YEARS, breaks=[2022])


@pytest.mark.parametrize("years", [["2020", "2021"], [2020.5, 2021.0], [2020.0, None]])
def test_years_that_are_none_are_refused(years) -> None:
    with pytest.raises(ee.ParameterError, match=r"years are not whole numbers(.|\n)*int64"):
        charts.plot_trend(table("year", level=years, assessed=[8, 9], fulfilled=[6, 1]))


def test_whole_years_stored_as_floats_are_drawn_as_years() -> None:
    ax = charts.plot_trend(table("year", level=[2020.0, 2021.0], assessed=[8, 9], fulfilled=[6, 1]))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020\n6/8", "2021\n1/9"]


def test_two_groups_of_one_name_are_two_bars() -> None:
    twice = table("region", level=["10", "63"], assessed=[8, 9], fulfilled=[6, 1])
    ax = charts.plot_fulfilment(twice, "region", names={"10": "East", "63": "East"})
    same = table("category", level=["a", "b"], assessed=[8, 9], fulfilled=[6, 1])
    ax = charts.plot_fulfilment(same, "category", names={"a": "firms", "b": "firms"})
    assert sorted(bar.get_width() for group in ax.containers for bar in group) == [1 / 9, 6 / 8]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["firms", "firms"]


def test_codes_of_two_kinds_are_not_paired() -> None:
    texts = table("region", level=["10"], assessed=[8], fulfilled=[6])
    with pytest.raises(ee.ParameterError, match=r"numbers in one table and texts in the other(.|\n)*dtype"):
        charts.plot_dumbbell(texts, texts.assign(region=[10]), "region")


def test_long_texts_as_groups_are_wrapped_without_names() -> None:
    long = "A holding of very many enterprises of the chemical industry"
    ax = charts.plot_fulfilment(table("holding", level=[long], assessed=[8], fulfilled=[6]), "holding")
    (label,) = ax.get_yticklabels()
    assert "\n" in label.get_text() and label.get_text().replace("\n", " ") == long


def test_what_is_at_stake_is_one_of_two() -> None:
    with pytest.raises(ee.ParameterError, match="no stake 'money'(.|\n)*verdicts or support_paid"):
        charts.stake_bars(pd.DataFrame({"question": ["a"]}), what="money")


TOO_FINE = {
    "fulfilment": lambda rows: charts.plot_fulfilment(ee.fulfilment(rows, ["year", "measure"]), "measure"),
    "trend": lambda rows: charts.plot_trend(ee.fulfilment(rows, ["measure", "year"])),
    "map": lambda rows: charts.plot_map(ee.fulfilment(rows, ["year", "region"])),
    "heatmap": lambda rows: charts.plot_heatmap(ee.fulfilment(rows, ["year", "region", "measure"])),
    "dumbbell": lambda rows: charts.plot_dumbbell(
        ee.fulfilment(rows, "measure"), ee.fulfilment(rows, ["year", "measure"]), "measure"
    ),
}


@pytest.mark.parametrize("draw", TOO_FINE.values(), ids=TOO_FINE)
def test_groups_of_a_finer_table_are_not_drawn_over_each_other(draw) -> None:
    project = ee.example([100.0, 50.0], [90.0, 60.0], year=2023)
    rows = ee.assess(project, LAW)
    rows = pd.concat([rows, rows.assign(measure=9)])
    with pytest.raises(
        ee.ParameterError, match=r"several rows of .* = (.|\n)*To fix: draw what effeval.fulfilment"
    ):
        draw(rows)


def test_a_map_of_codes_that_lost_their_type_is_refused() -> None:
    read_back = table("region", level=[10, 63], assessed=[8, 9], fulfilled=[6, 1])
    with pytest.raises(ee.ParameterError, match=r"10 is no region of KATO(.|\n)*dtype"):
        charts.plot_map(read_back)
