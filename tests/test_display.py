"""Printed tables and searchable lists: their figures, their escapes, and that nothing in them is random or fetched."""

import re

import pandas as pd
import pytest

import effeval as ee
from effeval import tables
from effeval.display import printed, searchable, trend_lines
from effeval.labels import phrase


@pytest.fixture(scope="module")
def report(sample_dir) -> ee.scope.Scope:
    return ee.scope.choose(sample_dir, year=2024, lang="ru")


@pytest.fixture(scope="module")
def listed(report) -> pd.DataFrame:
    return tables.project_list(
        report.this_year, report.data.projects, methodology=report.methodology, lang="ru"
    )


def test_a_printed_table_has_every_cell_and_the_footer(report) -> None:
    page = printed(report, "measure").as_raw_html()
    plain = tables.fulfilment_table(report.this_year, "measure", methodology=report.methodology, lang="ru")
    assert all(f">{cell}</td>" in page for cell in plain.to_numpy().ravel())
    assert report.footer in page and phrase("synthetic", lang="ru") in page
    assert page.count("<svg") == len(plain) == 13
    assert "2018–2024" in page and "<script" not in page


def test_printed_tables_are_equal_and_their_ids_differ(report) -> None:
    first, again = (printed(report, ["region", "sector"])._repr_html_() for _ in range(2))
    assert first == again and 'id="effeval-region-sector"' in first


def test_text_of_the_data_is_not_taken_for_html(report) -> None:
    rows = report.assessed.assign(holding="<b>A & B</b>")
    page = printed(
        ee.scope.Scope(report.data, report.methodology, rows, 2024, "ru", {}), "holding"
    ).as_raw_html()
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page and "<b>A" not in page


def scope_of(report, years: dict[int, tuple[int, int]], last: int) -> ee.scope.Scope:
    """One group with so many criteria fulfilled of so many assessed in each year."""
    states = [
        (year, "fulfilled" if i < fulfilled else "not_fulfilled")
        for year, (fulfilled, assessed) in years.items()
        for i in range(assessed)
    ]
    rows = pd.DataFrame(states, columns=["year", "state"])
    rows = rows.assign(
        project_id="A", measure=8, criterion="8.1", score=1.0, support_paid=0.0, category="small"
    )
    return ee.scope.Scope(report.data, report.methodology, rows, last, "en", {})


def test_a_trend_line_breaks_where_nothing_was_assessed(report) -> None:
    scope = scope_of(report, {2019: (5, 5), 2020: (0, 6), 2023: (2, 4)}, 2023)
    (line,) = trend_lines(scope, ["category"])
    assert re.findall(r'points="([^"]+)"', line) == ["4.0,4.0 29.5,20.0", "106.0,12.0"]
    assert re.findall(r'fill="(#\w+)"', line) == ["#0072B2", "#0072B2", "#FFFFFF"]
    assert "<title>2019: 5 of 5 (100 %); 2020: 0 of 6 (0 %); 2023: 2 of 4 (50 %)</title>" in line.replace(
        "\xa0", " "
    )


def test_nothing_to_print_is_a_table_without_rows(sample_dir) -> None:
    empty = ee.scope.choose(sample_dir, region="10", sector="33", measure=13, year=2018, lang="en")
    assert empty.this_year.empty
    page = printed(empty, "measure").as_raw_html()
    assert "<svg" not in page and "Fulfilled of assessed" in page


def test_a_list_has_every_criterion_due_as_numbers_and_words(report, listed) -> None:
    due = report.this_year[report.this_year["state"] != "not_due"]
    assert len(listed) == len(due)
    assert list(listed["Идентификатор проекта"]) == list(due["project_id"])
    assert listed["Факт / план, %"].div(100).tolist() == pytest.approx(
        due["attainment"].tolist(), nan_ok=True
    )
    assert set(listed.iloc[:, 7]) <= {phrase(f"state.{s}", lang="ru") for s in due["state"].unique()}


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_list_is_equal_on_every_run_and_fetches_nothing(listed, lang) -> None:
    page = searchable(listed, lang=lang).data
    assert page == searchable(listed, lang=lang).data
    own = re.sub(r'inject(CSS|Module)\("[^"]+"\)', "", page)
    assert re.findall(r"""(?:src|import|from|<link[^>]*href)\s*[=(]?\s*["']https?:""", own) == []
    assert len(page) > 1_000_000  # DataTables itself
    for control in ("search", "zeroRecords", "lengthMenu"):
        words = phrase(f"table.list.{control}", lang=lang)
        assert words in own or words.encode("ascii", "backslashreplace").decode() in own
    assert own.count(listed.iloc[-1, 0]) >= 1  # no row is left out, however many there are


def test_tables_of_one_page_do_not_share_their_styles() -> None:
    words, figures = pd.DataFrame({"a": ["x"]}), pd.DataFrame({"a": ["1"]})
    first, second = (re.search(r'<table id="(\w+)"', tables.show(t).to_html())[1] for t in (words, figures))
    assert first != second


def test_columns_of_the_library_get_words(report) -> None:
    law = tables.headed(report.methodology.table(lang="kk"), lang="kk")
    assert law.shape == (23, 7) and "Бұйрық мәтіні" in law
    with pytest.raises(KeyError, match=r"table\.nothing"):
        tables.headed(pd.DataFrame({"nothing": [1]}), lang="ru")
