"""What was asked for and what took effect: worked cases, then agreement with judging anew."""

import pandas as pd
import pytest
from build import dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import frames, projects, readings, reference

import effeval as ee
from effeval.asked import effects, effects_table, expand, warnings
from effeval.scenarios.files import differences

FOUND = ["plan", "actual", "state", "score"]
LAW = ee.Methodology.load("order-35")


def two_exporters() -> ee.Dataset:
    """Measure 8: A exports 90 of 100 in 2023 and 20 in 2024; B exports 120 of 100 in 2023, then nothing is reported."""
    case = {"measure": 8, "support_year": 2023, "status": "implementing"}
    table = [{"project_id": id} | case for id in ("A", "B")]
    rows = {
        "A": {
            2023: {"support_paid": 100.0, "export_value": 90.0},
            2024: {"support_paid": 50.0, "export_value": 20.0},
        },
        "B": {2023: {"support_paid": 100.0, "export_value": 120.0}},
    }
    return dataset(table, rows, reference={})


def grower(**figures: float) -> ee.Dataset:
    """Measure 7: support of 100 in 2020, income 50 in 2020, then as given; judged in 2022."""
    case = {"project_id": "A", "measure": 7, "support_year": 2020, "status": "implementing"}
    years = {2020: {"support_paid": 100.0, "revenue": 50.0}}
    years |= {int(year[1:]): {"revenue": value} for year, value in figures.items()}
    return dataset([case], {"A": years}, reference={})


def found(data: ee.Dataset, changed: dict, *, asked=None, before=LAW) -> pd.DataFrame:
    after = before.replace(changed)
    return effects(ee.assess(data, before), data, before=before, after=after, asked=asked).set_index("path")


def test_rows_touched_and_verdicts_changed_are_counted() -> None:
    row = found(two_exporters(), {"8.1.multiple": 0.9}).loc["8.1.multiple"]
    # plans move in all four rows; only A of 2023 (90 ≥ 90) flips: 110 of 150 in 2024 is short of 135 too
    assert row[["before", "after", "rows", "changed", "took_effect", "reason"]].tolist() == [
        1,
        0.9,
        4,
        1,
        True,
        "",
    ]
    assert row["clause"] == LAW.criterion("8.1").citation.en


def test_a_score_that_changes_is_an_effect_without_a_verdict() -> None:
    row = found(two_exporters(), {"scale": "proportional"}).loc["scale"]
    # A scores 0.9 and 110/150 instead of 0; B keeps its 1
    assert row[["rows", "changed", "took_effect", "clause"]].tolist() == [2, 0, True, ""]


WHY_NOT = {
    "same value": (two_exporters, {"8.1.multiple": 1}, "8.1.multiple", "same_value"),
    "no project": (two_exporters, {"13.1.at_least": 0.2}, "13.1.at_least", "no_rows"),
    "never due": (grower, {"7.1.multiple": 3}, "7.1.multiple", "not_due"),
    "nothing missing": (lambda: grower(y2021=60.0, y2022=70.0), {"missing": "not_fulfilled"}, "missing", "no_change"),
    "last is best": (lambda: grower(y2021=60.0, y2022=70.0), {"7.1.judge": "best"}, "7.1.judge", "no_change"),
}  # fmt: skip


@pytest.mark.parametrize("make, changed, path, reason", WHY_NOT.values(), ids=WHY_NOT)
def test_a_setting_that_does_nothing_says_why(make, changed, path, reason) -> None:
    table = found(make(), changed, asked=[*changed])
    row = table.loc[path]
    assert row[["rows", "changed", "took_effect", "reason"]].tolist() == [0, 0, False, reason]
    said = list(warnings(table.reset_index(), lang="en"))
    assert any(path in line and ee.labels.phrase(f"effect.{reason}", lang="en") in line for line in said)


def test_an_effect_that_needs_another_parameter_is_told_and_is_no_warning() -> None:
    data = grower(y2019=10.0, y2021=30.0, y2022=70.0)
    # in force: base 2020, judged in 2022, which is the best of 2021 and 2022, so that judge alone does nothing;
    # with base 2019 it is judged in 2021, and the best of 2020 and 2021 is 2020: 50 - 10 instead of 30 - 10
    table = found(data, {"7.1.judge": "best", "7.1.base_shift": -1})
    assert table.loc["7.1.judge", ["rows", "changed", "took_effect", "reason"]].tolist() == [
        0,
        0,
        True,
        "together",
    ]
    assert table.loc["7.1.base_shift", "rows"] == 2  # due in 2021, no longer in 2022
    assert list(warnings(table.reset_index(), lang="en")) == []


def test_what_was_asked_for_comes_first_and_a_rule_stands_for_its_criteria() -> None:
    table = found(
        two_exporters(), {"scale": "proportional", "coverage.multiple": 2}, asked=["coverage.multiple"]
    )
    assert list(table.index) == ["8.1.multiple", "9.1.multiple", "scale"]
    assert table["reason"].tolist() == ["", "no_rows", ""]
    assert expand("growth_vs_reference.after", LAW) == [
        f"{c}.after" for c in ("1.1", "2.2", "3.1", "4.2", "5.1", "13.2")
    ]
    assert expand("missing", LAW) == ["missing"]


def test_an_unknown_path_names_the_near_ones() -> None:
    with pytest.raises(ee.MethodologyError, match="Near: 13.1.at_least"):
        found(two_exporters(), {}, asked=["13.1.at_last"])


def test_a_board_gives_the_same_as_the_data_and_every_setting_stands_alone() -> None:
    data, after = two_exporters(), LAW.replace({"8.1.multiple": 0.9, "missing": "not_fulfilled"})
    assessed, board = ee.assess(data, LAW), ee.Board(data, LAW)
    board.assess(after)
    pd.testing.assert_frame_equal(
        effects(assessed, board, before=LAW, after=after), effects(assessed, data, before=LAW, after=after)
    )


def test_any_scenario_can_be_the_baseline() -> None:
    softer = LAW.replace({"8.1.multiple": 0.9})
    table = found(two_exporters(), {"8.1.multiple": 1}, before=softer, asked=["8.1.multiple"])
    assert table.loc["8.1.multiple", ["before", "after", "rows", "changed"]].tolist() == [0.9, 1, 4, 1]
    assert softer.changes() == {"8.1.multiple": 0.9} and LAW.changes() == {}


def test_other_editions_are_refused(tmp_path) -> None:
    from importlib.resources import files

    text = (files("effeval") / "methodologies" / "order-35.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        text.replace('"13.3"', '"13.4"').replace("13.3.", "13.4."), encoding="utf-8"
    )
    data, mine = two_exporters(), ee.Methodology.load(tmp_path / "mine.yaml")
    with pytest.raises(ee.ParameterError, match="one edition"):
        effects(ee.assess(data, LAW), data, before=LAW, after=mine)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_table_speaks_the_language(lang) -> None:
    data, after = two_exporters(), LAW.replace({"8.1.multiple": 0.9, "13.1.at_least": 0.2})
    table = effects_table(effects(ee.assess(data, LAW), data, before=LAW, after=after, lang=lang), lang=lang)
    assert list(table) == [ee.labels.phrase(f"effect.head.{name}", lang=lang) for name in
                           ("path", "clause", "before", "after", "rows", "changed", "took_effect")]  # fmt: skip
    point = "." if lang == "en" else ","
    clauses = [LAW.criterion(id).citation[lang] for id in ("8.1", "13.1")]
    why = ee.labels.phrase("effect.no_rows", lang=lang)
    assert table.iloc[0].tolist() == [
        "8.1.multiple",
        clauses[0],
        "1",
        f"0{point}9",
        "4",
        "1",
        ee.labels.phrase("effect.yes", lang=lang),
    ]
    assert table.iloc[1, 1] == clauses[1] and why in table.iloc[1, 6]


@settings(max_examples=15, deadline=None)
@given(projects, reference, readings, readings, st.data())
def test_effects_agree_with_judging_anew(drawn, series, first, second, draw) -> None:
    data, before, after = frames(drawn, series), LAW.replace(first), LAW.replace(second)
    assessed, anew = ee.assess(data, before), ee.assess(data, after)
    kept = assessed.copy(deep=True)
    table = effects(assessed, data, before=before, after=after, asked=second)
    pd.testing.assert_frame_equal(assessed, kept)
    assert set(table["path"]) >= set(dict(differences(before, after)))
    if len(table) <= 2 and not anew[FOUND].equals(assessed[FOUND]):  # three could hide one another
        assert table["took_effect"].any()
    for row in (
        draw.draw(st.lists(st.sampled_from(list(table.itertuples())), max_size=3)) if len(table) else []
    ):
        alone = ee.assess(data, before.replace({row.path: row.after}))
        assert row.rows == (alone[FOUND].fillna(-9) != assessed[FOUND].fillna(-9)).any(axis=1).sum()
        assert row.changed == len(ee.flips(assessed, alone)) <= row.rows
        without = ee.assess(data, after.replace({row.path: row.before}))
        assert row.took_effect == (row.rows > 0 or not without[FOUND].equals(anew[FOUND]))
        assert (row.reason in ("", "together")) == row.took_effect
