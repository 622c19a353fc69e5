"""Settings as people type them on a command line; in a workbook they are read alike."""

import pytest

import effeval as ee
from effeval.methodology import Methodology
from effeval.typed import is_figure, parse_settings

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
