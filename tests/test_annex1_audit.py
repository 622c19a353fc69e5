"""Audits of forms: planted mistakes are found, all of them and nothing else; forms add up to the whole."""

from dataclasses import replace

import pandas as pd
import pytest

import effeval as ee
from effeval.reading.files import digest

LAW = ee.Methodology.load("order-35")
YEAR = 2025


@pytest.fixture(scope="module")
def assessed(sample_dir):
    return ee.assess(ee.load(sample_dir), LAW)


@pytest.fixture(scope="module")
def forms(sample_dir, assessed, tmp_path_factory):
    path = tmp_path_factory.mktemp("forms") / "annex-1.xlsx"
    ee.annex1.write(assessed, ee.load(sample_dir), path, year=YEAR, methodology=LAW, lang="ru")
    return ee.annex1.read(path, methodology=LAW)


def planted(forms, table: str, column: str, at: int, value) -> tuple:
    """The same forms with one figure changed, and the cell it stands in."""
    frame = getattr(forms, table).copy()
    frame.loc[at, column] = value
    cell = "cell" if table == "totals" else f"{column}_cell"
    return replace(forms, **{table: frame}), frame.loc[at, cell]


def figure(forms, criterion: str, state: str, number: int = 0) -> int:
    """Position of a figure whose score is 1 (fulfilled), 0 (not_fulfilled) or empty (not due)."""
    some = forms.figures[forms.figures["criterion"] == criterion]
    wanted = {"fulfilled": some["score"] == 1, "not_fulfilled": some["score"] == 0}
    empty = some[["plan", "actual", "score"]].isna().all(axis=1)
    return (wanted | {"not_due": empty})[state][lambda mark: mark].index[number]


def test_a_right_form_has_no_findings(forms) -> None:
    findings = ee.annex1.audit(forms, methodology=LAW)
    assert findings.to_dict("records") == []
    assert list(findings.columns[:4]) == ["kind", "file", "sheet", "cell"]


@pytest.mark.parametrize(
    ("criterion", "state", "value", "right"),
    [("13.2", "fulfilled", 0.0, 1.0), ("4.2", "not_fulfilled", 1.0, 0.0), ("12.1", "fulfilled", None, 1.0),
     ("9.1", "fulfilled", 0.5, 1.0), ("2.1", "not_due", 1.0, None)],
)  # fmt: skip
def test_a_wrong_score_is_one_finding(forms, criterion, state, value, right) -> None:
    changed, cell = planted(forms, "figures", "score", figure(forms, criterion, state), value)
    findings = ee.annex1.audit(changed, methodology=LAW, lang="en")
    assert findings[["kind", "cell", "criterion"]].values.tolist() == [["score", cell, criterion]]
    assert findings["recomputed"].astype("Float64").tolist() == [pd.NA if right is None else right]
    assert findings.loc[0, "citation"] == LAW.criterion(criterion).citation.en
    assert "plan and actual" in findings.loc[0, "message"]


def test_a_wrong_sum_is_one_finding_even_if_a_wrong_score_was_added_up(forms) -> None:
    at = forms.rows.index[forms.rows["score_sum"] == 1][0]
    changed, cell = planted(forms, "rows", "score_sum", at, 2.0)
    findings = ee.annex1.audit(changed, methodology=LAW)
    assert findings[["kind", "cell", "given"]].values.tolist() == [["sum", cell, 2.0]]
    score = figure(forms, "13.2", "fulfilled")
    changed, cell = planted(forms, "figures", "score", score, 0.0)
    place = ["file", "sheet", "row"]
    row = forms.rows.index[(forms.rows[place] == forms.figures.loc[score, place]).all(axis=1)][0]
    changed, _ = planted(changed, "rows", "score_sum", row, forms.rows.loc[row, "score_sum"] - 1)
    assert ee.annex1.audit(changed, methodology=LAW)[["kind", "cell"]].values.tolist() == [["score", cell]]


@pytest.mark.parametrize("name", ["support_paid", "score_sum", "13.1"])
def test_a_wrong_total_is_one_finding(forms, name) -> None:
    at = forms.totals.index[forms.totals["name"] == name][-1]
    right = forms.totals.loc[at, "value"]
    changed, cell = planted(forms, "totals", "value", at, right + 1)
    findings = ee.annex1.audit(changed, methodology=LAW)
    assert findings[["kind", "cell", "given", "recomputed"]].values.tolist() == [
        ["total", cell, right + 1, right]
    ]


def test_subtotals_may_add_up_the_rows_since_the_one_before(forms) -> None:
    """Measure 13 cut in two sections, each with its own total, and a wrong one in the second."""
    rows = forms.rows[forms.rows["measure"] == 13]
    half = rows["row"].median()
    first, second = rows[rows["row"] <= half], rows[rows["row"] > half]
    line = forms.totals[forms.totals["sheet"] == rows["sheet"].iloc[0]]
    line = line[line["name"] == "support_paid"]
    upper = line.assign(row=int(first["row"].max()), value=first["support_paid"].sum(), cell="G20")
    lower = line.assign(value=second["support_paid"].sum())
    sections = pd.concat([forms.totals.drop(line.index), upper, lower], ignore_index=True)
    assert len(ee.annex1.audit(replace(forms, totals=sections), methodology=LAW)) == 0
    wrong = sections.assign(value=sections["value"].where(sections["cell"] != "G20", 7.0))
    findings = ee.annex1.audit(replace(forms, totals=wrong), methodology=LAW)
    expected = [["total", "G20", 7.0, first["support_paid"].sum()]]
    assert findings[["kind", "cell", "given", "recomputed"]].values.tolist() == expected


def test_a_plan_that_is_not_the_threshold(forms) -> None:
    changed, cell = planted(forms, "figures", "plan", figure(forms, "13.1", "fulfilled"), 0.05)
    findings = ee.annex1.audit(changed, methodology=LAW)
    assert findings[["kind", "cell", "given", "recomputed"]].values.tolist() == [["plan", cell, 0.05, 0.1]]
    softer = LAW.replace({"13.1.at_least": 0.05})
    found = ee.annex1.audit(changed, methodology=softer)
    assert cell not in set(found.loc[found["kind"] == "plan", "cell"])


def test_a_forecast_that_differs_from_the_other_rows(forms) -> None:
    at = figure(forms, "1.1", "fulfilled")
    plan = forms.figures.loc[at, "plan"]
    changed, cell = planted(forms, "figures", "plan", at, plan - 0.01)
    findings = ee.annex1.audit(changed, methodology=LAW)
    assert findings[["kind", "cell"]].values.tolist() == [["reference", cell]]
    assert findings.loc[0, "recomputed"] == pytest.approx(plan)


@pytest.mark.parametrize(
    ("table", "column", "value"), [("rows", "support_paid", -5.0), ("figures", "actual", -3.0)]
)
def test_impossible_values(forms, table, column, value) -> None:
    at = figure(forms, "12.1", "not_fulfilled") if table == "figures" else forms.rows.index[3]
    changed, cell = planted(forms, table, column, at, value)
    findings = ee.annex1.audit(changed, methodology=LAW)
    found = findings[findings["kind"] == "value"]
    assert found[["cell", "given"]].values.tolist() == [[cell, value]]
    assert set(findings["kind"]) <= {"value", "total"}  # a changed sum of money changes the total too


def test_an_unknown_region_and_a_repeated_applicant_are_found_and_stop_the_consolidation(forms) -> None:
    rows = forms.rows.copy()
    rows.loc[rows.index[5], "kato"] = "990000000"
    same = rows.index[rows["measure"] == 3][:2]
    rows.loc[same[1], "applicant"] = f"  {rows.loc[same[0], 'applicant'].upper()} "
    changed = replace(forms, rows=rows)
    findings = ee.annex1.audit(changed, methodology=LAW)
    expected = [
        ["kato", rows.loc[rows.index[5], "kato_cell"]],
        ["repeated", rows.loc[same[1], "applicant_cell"]],
    ]
    assert findings[["kind", "cell"]].values.tolist() == expected
    assert rows.loc[same[0], "applicant_cell"] in findings.loc[1, "message"]
    with pytest.raises(ee.DataError) as caught:
        ee.annex1.consolidate(changed, methodology=LAW)
    assert {fault.column for fault in caught.value.faults} == {cell for _, cell in expected}


def test_many_planted_mistakes_are_all_found_and_nothing_else(forms) -> None:
    expected = set()
    changed = forms
    for criterion, state, value in [("1.1", "fulfilled", 0.0), ("2.2", "not_fulfilled", 1.0), ("5.2", "fulfilled", 0.0),
                                    ("7.1", "fulfilled", 0.0), ("11.1", "fulfilled", 0.0)]:  # fmt: skip
        at = figure(forms, criterion, state)
        changed, cell = planted(changed, "figures", "score", at, value)
        expected.add(("score", changed.figures.loc[at, "sheet"], cell))
    for at in changed.totals.index[changed.totals["name"] == "support_paid"][[0, 4]]:
        changed, cell = planted(changed, "totals", "value", at, 1.0)
        expected.add(("total", changed.totals.loc[at, "sheet"], cell))
    findings = ee.annex1.audit(changed, methodology=LAW)
    assert set(findings[["kind", "sheet", "cell"]].itertuples(index=False, name=None)) == expected
    assert len(findings) == len(expected)


def test_a_column_left_empty_is_not_a_finding(forms) -> None:
    changed = replace(
        forms,
        figures=forms.figures.assign(score=float("nan")),
        rows=forms.rows.assign(score_sum=float("nan")),
    )
    changed = replace(
        changed, totals=forms.totals[forms.totals["name"] == "support_paid"].reset_index(drop=True)
    )
    assert len(ee.annex1.audit(changed, methodology=LAW)) == 0


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_every_kind_is_said_in_every_language(lang) -> None:
    for kind in ("score", "sum", "total", "plan", "reference", "kato", "value", "form"):
        assert ee.labels.phrase(f"audit.{kind}", lang=lang)
    assert "A1" in ee.labels.phrase("audit.repeated", lang=lang, values={"place": "A1"})


def test_fulfilment_from_forms_is_that_of_the_data(forms, assessed) -> None:
    rows, _ = ee.annex1.consolidate(forms, methodology=LAW)
    this_year = assessed[assessed["year"] == YEAR]
    same = [
        "assessed",
        "fulfilled",
        "rate",
        "rate_low",
        "rate_high",
        "score",
        "effectiveness",
        "projects",
        "support_paid",
    ]
    for by in (["measure"], ["region"], ["sector", "category"], ["status", "criterion"]):
        one, two = (ee.fulfilment(frame, by)[[*by, *same]] for frame in (this_year, rows))
        pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(
        ee.verdicts(this_year).drop(columns="support_paid"),
        ee.verdicts(rows)[list(ee.verdicts(this_year).columns)].drop(columns="support_paid"),
    )


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_national_form_of_all_forms_has_the_same_figures(forms, tmp_path, lang) -> None:
    rows, data = ee.annex1.consolidate(forms, methodology=LAW)
    path = ee.annex1.write(rows, data, tmp_path / "national.xlsx", year=YEAR, methodology=LAW, lang=lang)
    again = ee.annex1.read(path, methodology=LAW)
    names = ["row", "criterion", "plan", "actual", "score"]
    pd.testing.assert_frame_equal(again.figures[names], forms.figures[names])
    assert len(ee.annex1.audit(again, methodology=LAW)) == 0


def test_commands_from_data_to_form_to_audit_to_fulfilment_and_report(effeval, sample_dir, tmp_path) -> None:
    for code in ("63", "71"):
        form = tmp_path / f"form-{code}.xlsx"
        words = ["form", sample_dir, "--year", YEAR, "--region", code, "--lang", "kk", "-o", form]
        assert effeval(*words)[0] == 0
    words = ["audit", tmp_path / "form-63.xlsx", tmp_path / "form-71.xlsx", "-o", tmp_path / "audit.xlsx"]
    words += ["--judged", tmp_path / "judged.parquet", "--form", tmp_path / "national.xlsx"]
    status, _, err = effeval(*words)
    assert status == 0 and "0 findings" in err
    about = pd.read_excel(tmp_path / "audit.xlsx", sheet_name="about", engine="calamine").set_index("name")[
        "value"
    ]
    assert about["form-63.xlsx"] == f"SHA-256 {digest(tmp_path / 'form-63.xlsx')}"
    status, out, _ = effeval("fulfilment", tmp_path / "judged.parquet", "--by", "region")
    assert status == 0
    assert "63 East Kazakhstan" in out and "71 Astana" in out and "10 Abay" not in out
    status, _, err = effeval("fulfilment", tmp_path / "judged.parquet", "--set", "13.1.at_least=0")
    assert status == 2 and "judged already" in err
    report = [
        "report",
        tmp_path / "judged.parquet",
        "--year",
        YEAR,
        "--region",
        "63",
        "--lang",
        "en",
        "-o",
        tmp_path,
    ]
    assert effeval(*report)[0] == 0
    shown = tmp_path / "2025" / "en"
    assert "SYN-" in (shown / "63-east-kazakhstan-region.html").read_text(encoding="utf-8")
    assert list(shown.glob("*.xlsx")) == []  # judged rows lack the figures; audit writes their form


def test_a_file_of_judged_rows_that_is_none_is_refused(effeval, tmp_path) -> None:
    pd.DataFrame({"project_id": ["A"], "state": ["good"]}).to_csv(tmp_path / "rows.csv", index=False)
    status, _, err = effeval("fulfilment", tmp_path / "rows.csv")
    assert status == 2 and "criterion: the column is missing" in err


def test_explain_prints_the_card(effeval, sample_dir) -> None:
    words = ["explain", sample_dir, "SYN-0392", "--criterion", "4.3", "--year", YEAR, "--lang", "en"]
    status, out, _ = effeval(*words)
    assert status == 0 and "SYN-0392" in out and "subpoint 4)" in out
    status, _, err = effeval(*words[:2], "SYN-9999", *words[3:])
    assert status == 2 and "SYN-9999" in err
