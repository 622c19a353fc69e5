"""The law as an object: loading, paths, refusals, differences; and that every alternative has an effect."""

import copy
import pickle
import re
from pathlib import Path

import pytest
import yaml
from build import dataset

import effeval as ee
from effeval.columns import indicators
from effeval.edition import editions, read
from effeval.methodology import Methodology

LAW = Methodology.load("order-35")


@pytest.fixture
def document(tmp_path):
    """The packaged edition as a dict to spoil, and a way to load it again."""
    from importlib.resources import files

    raw = read(files("effeval") / "methodologies" / "order-35.yaml")

    def load(changed: dict) -> Methodology:
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
        return Methodology.load(path)

    return copy.deepcopy(raw), load


def test_a_file_of_ones_own_loads_like_the_packaged_edition(document) -> None:
    raw, load = document
    assert load(raw).settings == LAW.settings


def test_all_faults_of_a_file_are_named_at_once(document) -> None:
    raw, load = document
    del raw["measures"][0]["criteria"][0]["citation"]
    raw["measures"][5]["criteria"][0]["parameters"]["multiple"] = "two"
    raw["settings"]["scael"] = "binary"
    with pytest.raises(ee.MethodologyError) as caught:
        load(raw)
    for words in ("measures.0.criteria.0: 'citation'", "multiple: 'two'", "scael"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: raw["measures"].append(copy.deepcopy(raw["measures"][0])), "measure 1 is given twice"),
        (lambda raw: raw["measures"][1]["criteria"][0].update(id="1.1"), "criterion 1.1 is given twice"),
        (lambda raw: raw["measures"][1]["criteria"][0].update(id="7.9"), "stands under measure 2"),
        (lambda raw: raw["questions"][0]["parameters"].append("13.1.after"), "no parameter 13.1.after"),
    ],
)
def test_contradictions_are_refused(document, spoil, words) -> None:
    raw, load = document
    spoil(raw)
    with pytest.raises(ee.MethodologyError, match=re.escape(words)):
        load(raw)


def test_a_key_given_twice_is_refused(tmp_path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("id: a\nid: b\n", encoding="utf-8")
    with pytest.raises(ee.MethodologyError, match="twice"):
        Methodology.load(path)


@pytest.mark.parametrize("text", ["", "- 1\n", "id: [\n", "id: \xff"])
def test_what_is_no_methodology_is_refused(tmp_path, text) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ee.MethodologyError):
        Methodology.load(path)


def test_unknown_editions_and_files_are_told() -> None:
    with pytest.raises(ee.MethodologyError, match="Near: order-35"):
        Methodology.load("order-53")
    with pytest.raises(ee.MethodologyError, match=r"no methodology file .*nowhere\.yaml"):
        Methodology.load("nowhere.yaml")


def test_replace_by_criterion_by_rule_and_later_wins() -> None:
    changed = LAW.replace({"growth.at_least": 0.2, "13.1.at_least": 0.08, "scale": "proportional"})
    settings = changed.settings
    assert [settings[f"{c}.at_least"] for c in ("11.1", "11.2", "13.1", "13.3")] == [0.2, 0.2, 0.08, 0.2]
    assert changed.scale == "proportional"
    assert LAW.replace({"growth.judge": "best"}).changes() == {"13.1.judge": "best", "13.3.judge": "best"}


def test_replace_changes_nothing_of_the_original() -> None:
    before = copy.deepcopy(LAW.settings)
    LAW.replace({"13.1.at_least": 0.5, "missing": "not_fulfilled"})
    assert LAW.settings == before
    assert Methodology.load("order-35").settings == before


def test_a_threshold_of_zero_is_a_threshold() -> None:
    assert LAW.replace({"13.1.at_least": 0}).criterion("13.1").parameters["at_least"] == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"13.1.at_leest": 0.1}, "Near: 13.1.at_least"),
        ({"wages.after": 1}, "no setting 'wages.after'"),
        ({"2.1.end": "term_end_year"}, "no setting '2.1.end'"),
        ({"11.1.judge": "best"}, "no setting '11.1.judge'"),
        ({"13.1.at_least": "0,08"}, "'0,08' is not of type 'number'"),
        ({"13.1.at_least": float("nan")}, "not a finite number"),
        ({"13.1.years": 1.5}, "1.5 is not of type 'integer'"),
        ({"13.1.judge": "worst"}, "not one of"),
        ({"scale": "points"}, "not one of"),
        ({"1.2.indicator": "wage"}, "not one of"),
        ({"1.1.after": True}, "True is not of type 'integer'"),
    ],
)
def test_replace_refuses(settings, words) -> None:
    with pytest.raises(ee.MethodologyError, match=re.escape(words)):
        LAW.replace(settings)


def test_replace_names_every_fault() -> None:
    with pytest.raises(ee.MethodologyError) as caught:
        LAW.replace({"13.1.at_leest": 1, "scale": "points"})
    assert len(str(caught.value).splitlines()) == 2


def test_diff_shows_both_sides() -> None:
    changed = LAW.replace({"13.1.at_least": 0.08, "missing": "not_fulfilled"})
    table = LAW.diff(changed).set_index("path")
    assert table.loc["13.1.at_least", ["before", "after"]].tolist() == [0.1, 0.08]
    assert table.loc["13.1.at_least", "citation"].startswith("Methodology, point 11, subpoint 13)")
    assert table.loc["missing", ["before", "after"]].tolist() == ["excluded", "not_fulfilled"]
    assert len(table) == 2
    assert changed.diff(LAW).set_index("path").loc["13.1.at_least", "before"] == 0.08
    assert len(LAW.diff(LAW)) == 0


def test_shown_as_a_table_in_a_notebook() -> None:
    html = LAW.replace({"13.1.at_least": 0.08})._repr_html_()
    assert html.count("<tr") == 1 + len(LAW.criteria)
    assert "13.1.at_least = 0.08" in html
    for lang in ("kk", "ru", "en"):
        assert LAW.table(lang=lang)["citation"].str.len().min() > 10


def test_goes_through_pickle() -> None:
    assert pickle.loads(pickle.dumps(LAW.replace({"13.1.years": 3}))).settings["13.1.years"] == 3


def test_figures_that_criteria_need_are_columns_of_observations() -> None:
    assert {name for criterion in LAW.criteria for name in criterion.figures} <= set(indicators())
    assert LAW.criterion("2.3").figures == ("jobs", "jobs_plan")
    assert LAW.criterion("2.3").project_years == ("commissioning_year", "term_end_year")
    assert LAW.criterion("8.1").figures == ("export_value", "support_paid")
    assert LAW.criterion("1.1").reference == "wage_growth_forecast"
    assert editions() == ["order-35"]


ALTERNATIVES = [
    (question.id, alternative.id, dict(alternative.settings))
    for question in LAW.questions
    for alternative in question.alternatives
]


@pytest.mark.parametrize(
    ("question", "alternative", "settings"), ALTERNATIVES, ids=[f"{q}-{a}" for q, a, _ in ALTERNATIVES]
)
def test_every_alternative_reading_changes_some_row(question, alternative, settings) -> None:
    """A data set rich enough that no reading can be switched without a trace; real wages are a matter of the series."""
    if not settings:
        assert (question, alternative) == ("growth_of_wages", "real_growth")
        return
    figures = {
        "support_paid": 100.0, "wage": 100.0, "sales_volume": 9.0, "sales_volume_plan": 10.0, "output_volume": 9.0,
        "output_volume_plan": 10.0, "jobs": 9.0, "jobs_plan": 10.0, "revenue": 500.0, "export_value": 150.0,
        "export_volume": 5.0, "labour_productivity": 7.0,
    }  # fmt: skip
    factors = {2019: 0.9, 2020: 1.0, 2021: 1.2, 2022: 1.05, 2023: 1.4}
    years = {
        year: {name: value * factor for name, value in figures.items()} for year, factor in factors.items()
    }
    del years[2023]["wage"], years[2023]["export_volume"]
    common = {
        "support_year": 2020,
        "commissioning_year": 2021,
        "term_end_year": 2023,
        "status": "implementing",
    }
    projects = [common | {"project_id": f"P{m}", "measure": m} for m in range(1, 14)]
    data = dataset(
        projects, {p["project_id"]: years for p in projects}, reference=dict.fromkeys(factors, 0.1)
    )
    assert not ee.assess(data, LAW).equals(ee.assess(data, LAW.replace(settings)))


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_open_questions_are_a_table_with_every_alternative_and_its_settings(lang) -> None:
    table = LAW.open_questions(lang=lang)
    assert len(table) == len(LAW.questions)
    scale = table[table["parameters"] == "scale"].iloc[0]
    assert "(scale = proportional)" in scale["alternatives"]
    lines = table["alternatives"].str.split("\n").map(lambda found: [line for line in found if line])
    assert lines.map(len).sum() == len(ALTERNATIVES)


def test_packaged_editions_pass_the_check_that_is_left_out_when_they_are_loaded_by_name() -> None:
    folder = Path(ee.__file__).parent / "methodologies"
    for name in editions():
        assert ee.Methodology.load(folder / f"{name}.yaml").settings == ee.Methodology.load(name).settings
