"""The what-if panel without a browser: what it shows is what the library computes."""

import re

import pandas as pd
import pytest
from build import dataset

import effeval as ee
from effeval import whatif
from effeval.scenarios import causes, flips, transitions
from effeval.scenarios.files import read_scenario
from effeval.whatif import SHOWN_FLIPS, panel

LAW = ee.Methodology.load("order-35")


@pytest.fixture(scope="module")
def data(sample_dir) -> ee.Dataset:
    return ee.load(sample_dir)


def shown(html: str) -> list[str]:
    """Before and after as the number shows them."""
    text = re.search(r'<b class="effval">(.*?)</b>', html)[1]
    return re.sub("[\\s,]", "", text).split("→")


def fulfilled(data: ee.Dataset, law: ee.Methodology, rows: str = "measure > 0") -> str:
    return str(int((ee.assess(data, law).query(rows)["state"] == "fulfilled").sum()))


MOVES = [("13.1.at_least", 0.2), ("6.1.multiple", 0.0), ("11.2.at_least", 0.135)]


@pytest.mark.parametrize("path, value", MOVES)
def test_a_moved_slider_shows_the_numbers_of_the_library(data, path, value) -> None:
    board = panel(data, LAW, lang="en")
    assert shown(board.count.value) == [fulfilled(data, LAW)] * 2
    still = bytes(board.image.value)
    board.thresholds[path].value = value
    law = LAW.replace({path: value})
    assert shown(board.count.value) == [fulfilled(data, LAW), fulfilled(data, law)]
    assert fulfilled(data, LAW) != fulfilled(data, law)
    assert bytes(board.image.value).startswith(b"\x89PNG") and bytes(board.image.value) != still
    board.thresholds[path].value = LAW.settings[path]
    assert board.settings == {} and bytes(board.image.value) == still


def test_there_is_a_slider_for_every_threshold_and_a_switch_for_every_reading(data) -> None:
    board = panel(data, LAW)
    thresholds = {p: v for p, v in LAW.settings.items() if p.endswith((".at_least", ".multiple"))}
    assert {path: slider.value for path, slider in board.thresholds.items()} == thresholds
    assert all(slider.continuous_update is False for slider in board.thresholds.values())
    switches = {
        q.id: ["", *(a.id for a in q.alternatives if a.settings)]
        for q in LAW.questions
        if any(a.settings for a in q.alternatives)
    }
    assert {id: [value for _, value in switch.options] for id, switch in board.readings.items()} == switches


def test_every_alternative_reading_is_what_it_says(data) -> None:
    board = panel(data, LAW, lang="kk")
    for question in LAW.questions:
        for alternative in question.alternatives:
            if alternative.settings:
                board.readings[question.id].value = alternative.id
                assert board.after.changes() == dict(alternative.settings)
                pd.testing.assert_frame_equal(board.rejudged, ee.assess(data, board.after))
                board.readings[question.id].value = ""
    assert board.after.changes() == {}


def test_a_slider_wins_over_nothing_but_its_own_parameter(data) -> None:
    board = panel(data, LAW)
    board.readings["base_of_growth"].value = "best_year"
    board.thresholds["13.1.at_least"].value = 0.3
    base_of_growth = next(q for q in LAW.questions if q.id == "base_of_growth")
    best = dict(next(a for a in base_of_growth.alternatives if a.id == "best_year").settings)
    assert board.after.changes() == best | {"13.1.at_least": 0.3}
    pd.testing.assert_frame_equal(board.rejudged, ee.assess(data, board.after))


def test_filters_select_rows_and_judge_nothing_again(data, monkeypatch) -> None:
    board = panel(data, LAW, lang="en")
    board.thresholds["13.1.at_least"].value = 0.2
    monkeypatch.setattr(whatif.widget, "rejudge", None)
    board.filters["region"].value = "63"
    board.filters["measure"].value = 13
    rows, law = "region == '63' and measure == 13", LAW.replace({"13.1.at_least": 0.2})
    assert shown(board.count.value) == [fulfilled(data, LAW, rows), fulfilled(data, law, rows)]
    assert board.view.by == "criterion"


def test_tables_list_the_flips_their_reasons_and_the_money(data) -> None:
    board = panel(data, LAW, lang="en")
    board.thresholds["13.1.at_least"].value = 0.2
    before, after = ee.assess(data, LAW), ee.assess(data, LAW.replace({"13.1.at_least": 0.2}))
    changed, counts = flips(before, after), transitions(before, after)
    for id in changed["project_id"]:
        assert f"<td>{id}</td>" in board.flipped.value
    assert board.flipped.value.count("<td>13.1.at_least: 0.1 → 0.2</td>") == len(changed)
    assert f"verdict changes: {len(changed)}</h4>" in board.flipped.value
    lost = counts.set_index("kind").loc["lost"]
    told = ee.labels.money(lost["support_paid"], lang="en")
    assert lost["count"] == len(changed) and f"<td>{told}</td>" in board.money.value


def test_a_flip_names_only_what_turns_it(data) -> None:
    board = panel(data, LAW, lang="en")
    for path, value in {"13.1.at_least": 0.2, "8.1.multiple": 3.0}.items():
        board.thresholds[path].value = value
    board.readings["exports_against_support"].value = "each_year"
    turned = causes(board.board, board.after)
    board.filters["measure"].value = 8
    own = turned[turned["measure"] == 8]["parameters"]
    multiple, period = "8.1.multiple: 1 → 3", "8.1.period: cumulative → year"
    words = {
        "8.1.multiple": multiple,
        "8.1.period": period,
        "8.1.multiple, 8.1.period": f"{multiple}; {period}",
    }
    assert set(own) == set(words)
    why = re.findall(r"<td>(8\.1\.[^<]* → [^<]*)</td>", board.flipped.value)
    assert why == [words[cause] for cause in own.head(SHOWN_FLIPS)]


def test_a_long_list_is_cut_but_counted(data) -> None:
    board = panel(data, LAW, lang="en")
    board.readings["missing_figure"].value = "not_fulfilled"
    rows = (ee.assess(data, LAW)["state"] == "no_data").sum()
    assert rows > SHOWN_FLIPS and f"{rows} (the first {SHOWN_FLIPS} are shown)" in board.flipped.value
    assert board.flipped.value.count("<tr>") == SHOWN_FLIPS
    assert board.flipped.value.count("missing: excluded → not_fulfilled") == SHOWN_FLIPS


def test_the_saved_scenario_gives_the_same_methodology_and_overwrites_nothing(data, tmp_path) -> None:
    start = LAW.replace({"scale": "proportional"})
    board = panel(data, start, folder=tmp_path)
    board.thresholds["13.1.at_least"].value = 0.2
    board.name.value, board.author.value = "Қатаң", "Үміт"
    board.save.click()
    board.thresholds["13.1.at_least"].value = 0.3
    board.save.click()
    first, second = (read_scenario(tmp_path / f"scenario-{n}.yaml") for n in (1, 2))
    assert (first.title, first.author, first.baseline) == ("Қатаң", "Үміт", "order-35")
    assert first.apply(LAW).changes() == {"scale": "proportional", "13.1.at_least": 0.2}
    assert second.apply(LAW).settings == board.after.settings
    assert str(tmp_path / "scenario-2.yaml") in board.message.value


def test_a_folder_that_is_gone_is_said(data, tmp_path) -> None:
    board = panel(data, LAW, folder=tmp_path / "none")
    board.save.click()
    assert "does not exist" in board.message.value and list(tmp_path.iterdir()) == []


def test_a_reading_that_the_data_cannot_answer_is_said_and_nothing_stale_is_shown(tmp_path) -> None:
    years = {"support_year": 2023, "term_end_year": 2024}
    project = {"project_id": "A", "measure": 11, "status": "completed"} | years
    figures = {"labour_productivity": 1.0, "export_value": 1.0}
    full = dataset([project | {"applicant": "<b>"}], {"A": {2023: figures, 2024: figures}}, reference={})
    observations = full.observations.drop(columns=["export_volume"])
    narrow = ee.Dataset(full.projects, observations, full.reference, full.last_year)
    board = panel(narrow, LAW, lang="en", folder=tmp_path)
    board.readings["cluster_export_volume"].value = "physical_terms"
    assert "export_volume" in board.count.value and board.flipped.value == ""
    assert bytes(board.image.value) == b""
    board.thresholds["11.1.at_least"].value = 0.0
    board.filters["region"].value = "63"
    assert "export_volume" in board.count.value and board.flipped.value == ""
    board.save.click()
    assert "export_volume" in board.message.value and list(tmp_path.iterdir()) == []
    board.readings["cluster_export_volume"].value = ""
    assert shown(board.count.value) == ["0", "1"] and "<td>&lt;b&gt;</td>" in board.flipped.value
    pd.testing.assert_frame_equal(board.rejudged, ee.assess(narrow, LAW.replace({"11.1.at_least": 0})))


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_it_speaks_the_language_and_says_synthetic(data, lang) -> None:
    board = panel(data, LAW, lang=lang)
    text = "".join(child.value for child in board.children if hasattr(child, "value"))
    assert ee.labels.phrase("whatif.title", lang=lang) in text
    assert ee.labels.phrase("synthetic", lang=lang) in text
