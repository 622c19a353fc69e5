"""Scenario files that build on other scenario files: chains, circles, what is written where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import readings

import effeval as ee
from effeval.scenarios.files import Scenario, differences, read_scenario, write_scenario

LAW = ee.Methodology.load("order-35")


def write(folder, **files: str) -> None:
    """Scenario files by name: baseline and settings as "softer.yaml: {13.1.at_least: 0.08}"."""
    for name, text in files.items():
        baseline, _, pairs = text.partition(": ")
        lines = f"title: {name}\nbaseline: {baseline}\nsettings: {pairs or '{}'}\n"
        (folder / f"{name}.yaml").write_text(lines, encoding="utf-8")


def test_a_scenario_with_another_as_baseline_changes_that_one(tmp_path) -> None:
    (tmp_path / "old").mkdir()
    write(
        tmp_path / "old",
        first="order-35: {13.1.at_least: 0.08, 6.1.multiple: 3}",
        second="first.yaml: {6.1.multiple: 1}",
    )
    write(tmp_path, third="old/second.yaml: {scale: proportional}")
    third = read_scenario(tmp_path / "third.yaml")
    assert (third.baseline, third.edition, third.base.base.title) == ("old/second.yaml", "order-35", "first")
    assert third.apply(LAW).changes() == {"13.1.at_least": 0.08, "6.1.multiple": 1, "scale": "proportional"}
    assert third.settings == (("scale", "proportional"),)
    assert LAW.changes() == {}


@pytest.mark.parametrize(
    "files, chain",
    [
        ({"a": "a.yaml"}, ["a", "a"]),
        ({"a": "b.yaml", "b": "c.yaml", "c": "a.yaml"}, ["a", "b", "c", "a"]),
        ({"a": "b.yaml", "b": "sub/../b.yaml"}, ["a", "b", "sub/../b"]),
    ],
)
def test_baselines_that_go_in_a_circle_are_refused_with_the_chain(tmp_path, files, chain) -> None:
    write(tmp_path, **files)
    (tmp_path / "sub").mkdir()
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(tmp_path / "a.yaml")
    first, fix = str(raised.value).splitlines()
    head, _, paths = first.partition(": ")
    assert head == "The baselines go in a circle" and fix.startswith("To fix: name an edition")
    assert paths.split(" → ") == [str(tmp_path / f"{name}.yaml") for name in chain]


def test_faults_of_a_scenario_and_of_its_baseline_are_told_together(tmp_path) -> None:
    write(tmp_path, base="order-35: {13.1.at_last: 1}", child="base.yaml: {}", lost="gone.yaml: {}")
    (tmp_path / "child.yaml").write_text("baseline: base.yaml\nsettings: {}\n", encoding="utf-8")
    with pytest.raises(ee.MethodologyError) as raised:
        read_scenario(tmp_path / "child.yaml")
    told = ["title is missing", "child.yaml cannot be used", "base.yaml has 1 fault", "Near: 13.1.at_least"]
    assert [words for words in told if words not in str(raised.value)] == []
    with pytest.raises(
        ee.MethodologyError, match=r"baseline of .*lost.yaml cannot be used:\nThere is no .*gone.yaml"
    ):
        read_scenario(tmp_path / "lost.yaml")


def test_settings_are_checked_through_the_chain(tmp_path) -> None:
    write(tmp_path, base="order-35: {}", child="base.yaml: {13.1.at_least: lots}")
    with pytest.raises(ee.MethodologyError, match="child.yaml has 1 fault"):
        read_scenario(tmp_path / "child.yaml")


def test_a_methodology_is_no_scenario(tmp_path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\nmeasures: []\n", encoding="utf-8")
    with pytest.raises(
        ee.MethodologyError, match="is a methodology, not a scenario; name it with --methodology"
    ):
        read_scenario(tmp_path / "mine.yaml")


def test_a_baseline_in_a_file_is_not_guessed() -> None:
    loose = Scenario("Loose", baseline="softer.yaml", settings=())
    with pytest.raises(ee.MethodologyError, match="read_scenario reads both"):
        loose.apply(LAW)


def test_writing_keeps_the_baseline_and_refuses_one_that_is_not_there(tmp_path) -> None:
    write(tmp_path, softer="order-35: {13.1.at_least: 0.08}")
    child = Scenario(
        "C",
        baseline="softer.yaml",
        settings=(("scale", "proportional"),),
        base=read_scenario(tmp_path / "softer.yaml"),
    )
    write_scenario(tmp_path / "child.yaml", child)
    assert read_scenario(tmp_path / "child.yaml") == child
    (tmp_path / "other").mkdir()
    with pytest.raises(ee.MethodologyError, match="no scenario file"):
        write_scenario(tmp_path / "other" / "child.yaml", child)
    write(tmp_path / "other", softer="order-35: {13.1.at_least: 0.3}")
    with pytest.raises(ee.MethodologyError, match="another scenario"):
        write_scenario(tmp_path / "other" / "child.yaml", child)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["softer.yaml"]


def test_a_scenario_is_not_written_over_its_own_baseline(tmp_path) -> None:
    write(tmp_path, softer="order-35: {13.1.at_least: 0.08}", middle="softer.yaml: {6.1.multiple: 3}")
    kept = (tmp_path / "softer.yaml").read_bytes()
    middle = read_scenario(tmp_path / "middle.yaml")
    for baseline, base in {"softer.yaml": middle.base, "middle.yaml": middle}.items():
        with pytest.raises(ee.MethodologyError, match="circle"):
            write_scenario(tmp_path / "softer.yaml", Scenario("S", baseline=baseline, settings=(), base=base))
    assert (tmp_path / "softer.yaml").read_bytes() == kept


def test_a_scenario_is_written_as_yaml_alone(tmp_path) -> None:
    for name in ("a.xlsx", "a", "a.txt"):
        with pytest.raises(ee.ParameterError, match="softer.yaml"):
            write_scenario(tmp_path / name, Scenario("S", baseline="order-35", settings=()))
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(readings, readings, st.data())
def test_what_differs_from_any_baseline_brings_back_the_scenario(first, second, data) -> None:
    before, after = LAW.replace(first), LAW.replace(second)
    found = differences(before, after)
    assert before.replace(dict(found)).settings == after.settings
    if found:  # nothing more than what differs
        left = data.draw(st.sampled_from(found))
        assert before.replace(dict(pair for pair in found if pair != left)).settings != after.settings
    assert differences(after, after) == ()
