"""Settings as people type them on a command line; in a workbook they are read alike."""

import pytest

import effeval as ee
from effeval.methodology import Methodology
from effeval.scenarios.files import Scenario, read_scenario, write_scenario
from effeval.typed import fraction, is_figure, parse_settings, without_effect

LAW = Methodology.load("order-35")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0.08", 0.08),
        ("0,08", 0.08),
        ("8%", 0.08),
        ("8 %", 0.08),
        ("8,5 %", 0.085),
        (" 800 %", 8),
        ("0", 0),
        ("-5 %", -0.05),
        ("\u22120,05", -0.05),
    ],
)
def test_a_growth_is_read_as_it_is_typed(typed: str, value: float) -> None:
    assert parse_settings([f"13.1.at_least={typed}"]) == {"13.1.at_least": value}
    assert LAW.replace({"13.1.at_least": value}).settings["13.1.at_least"] == value


@pytest.mark.parametrize("typed", ["8", "1", "-8", "10,5"])
def test_a_growth_that_could_be_a_hundred_times_as_much_is_refused(typed: str) -> None:
    with pytest.raises(
        ee.MethodologyError, match=r"could be .* % or .* %(.|\n)*To fix: write .* with the sign"
    ):
        parse_settings([f"13.1.at_least={typed}"])


def test_other_settings_need_no_sign() -> None:
    typed = [
        "8.1.multiple=1,5",
        "13.1.years = 3",
        "11.1.base_shift=-1",
        "13.1.judge = best",
        "scale=proportional",
    ]
    assert parse_settings(typed) == {
        "8.1.multiple": 1.5,
        "13.1.years": 3,
        "11.1.base_shift": -1,
        "13.1.judge": "best",
        "scale": "proportional",
    }


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = [
        "13.1.at_least",
        "=3",
        "13.1.at_least=",
        "8.1.multiple=much",
        "9.1.multiple=nan",
        "11.1.years=-",
        "13.2.at_least=8",
        "scale=a",
        "scale=b",
    ]
    with pytest.raises(ee.MethodologyError) as error:
        parse_settings(wrong)
    said = str(error.value)
    assert said.count("To fix") == 8
    assert said.count("PATH=VALUE") == 3
    assert all(f"'{word}' is not a number" in said for word in ("9.1.multiple=nan", "11.1.years=-"))
    assert "'8.1.multiple=much' is not a number.\nTo fix: write a number such as 2" in said
    assert "'13.2.at_least=8' could be 8 % or 800 %" in said
    assert "scale is set to a and to b.\nTo fix: set it once" in said


def test_a_setting_may_be_given_twice_alike() -> None:
    assert parse_settings(["13.1.at_least=8 %", "13.1.at_least=0.08"]) == {"13.1.at_least": 0.08}


def test_what_is_a_figure_in_the_law_is_read_as_one() -> None:
    for path, value in LAW.settings.items():
        assert is_figure(path) == (not isinstance(value, str)), path


def test_each_is_read_alone_whatever_stands_beside_it() -> None:
    with pytest.raises(ee.MethodologyError, match="8.1.multiple=1,234' could be a fraction or thousands"):
        parse_settings(["13.1.at_least=0,5", "8.1.multiple=1,234"])


@pytest.mark.parametrize("typed", ["8 %", "8%", "'0,08'", "0.08", "0.080"])
def test_a_file_is_read_as_it_is_typed(tmp_path, typed) -> None:
    path = tmp_path / "softer.yaml"
    path.write_text(f"title: T\nbaseline: order-35\nsettings:\n  13.1.at_least: {typed}\n", encoding="utf-8")
    assert read_scenario(path).settings == (("13.1.at_least", 0.08),)


@pytest.mark.parametrize("value", [0.08, 0, 1, 1.5, 8, -0.05, -1])
def test_what_is_written_is_read_back(tmp_path, value) -> None:
    scenario = Scenario("T", baseline="order-35", settings=(("13.1.at_least", value), ("6.1.multiple", 8)))
    write_scenario(tmp_path / "own.yaml", scenario)
    assert read_scenario(tmp_path / "own.yaml") == scenario


def test_a_share_needs_its_sign_from_one_on() -> None:
    assert [fraction(text, of="--spread") for text in ("0.2", "0,2", "20%", "100 %")] == [0.2, 0.2, 0.2, 1]
    with pytest.raises(ee.ParameterError, match="--spread '20' could be 20 % or 2000 %(.|\n)*with the sign"):
        fraction("20", of="--spread")


UNDONE = {
    "criterion before rule": ({"13.1.at_least": 0.3, "growth.at_least": 0.2}, ["13.1.at_least"]),
    "rule before criterion": ({"growth.at_least": 0.2, "13.1.at_least": 0.3}, []),
    "alike": ({"13.1.at_least": 0.2, "growth.at_least": 0.2}, []),
    "another parameter": ({"13.1.judge": "best", "growth.at_least": 0.2}, []),
    "another rule": ({"8.1.multiple": 0.9, "return_on_support.multiple": 0.5}, []),
    "all of a rule, one by one": (
        {"growth.at_least": 0.2} | {f"{id}.at_least": 0.3 for id in ("11.1", "11.2", "13.1", "13.3")},
        ["growth.at_least"],
    ),
    "all of a rule but one": (
        {"growth.at_least": 0.2} | {f"{id}.at_least": 0.3 for id in ("11.1", "11.2", "13.1")},
        [],
    ),
}


@pytest.mark.parametrize(("settings", "undone"), UNDONE.values(), ids=UNDONE)
def test_a_setting_that_later_ones_undo_is_named(settings, undone) -> None:
    faults = without_effect(LAW, settings)
    assert [fault.partition(" = ")[0] for fault in faults] == undone
    for path in undone:  # and it is so: without it nothing is different
        kept = {key: value for key, value in settings.items() if key != path}
        assert LAW.replace(settings).settings == LAW.replace(kept).settings
