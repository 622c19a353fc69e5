"""Cells as people and Excel write them."""

from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effeval.reading.cells import as_text, kinds_apart
from effeval.reading.codes import check_digit_holds, codes
from effeval.reading.parsing import numbers, text, whole, years

NBSP, NARROW, THIN, MINUS = "\u00a0", "\u202f", "\u2009", "\u2212"
RUSSIAN_NO, RUSSIAN_NA = "\u043d\u0435\u0442", "\u043d/\u0434"
RUSSIAN_ERROR = "#\u041d/\u0414"


def column(*cells, dtype="object"):
    return pd.Series(cells, dtype=dtype)


def messages(findings):
    """Message by position."""
    return {int(row): finding.message for finding in findings for row in finding.rows}


def fixes(findings):
    return {int(row): finding.fix for finding in findings for row in finding.rows}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.5", 1234.5),
        ("-3", -3.0),
        (" 7 ", 7.0),
        (f"{NBSP}7", 7.0),
        ("1.5E+06", 1.5e6),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.234", 1.234),
        (17, 17.0),
        (17.25, 17.25),
        (np.int64(3), 3.0),
        (Decimal("2.50"), 2.5),
    ],
)
def test_number_as_it_stands(cell, value):
    read = numbers(column(cell))
    assert read.values.tolist() == [value]
    assert read.refused == read.noted == ()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1 234,5", 1234.5),
        (f"1{NBSP}234{NBSP}567", 1234567.0),
        (f"12{NARROW}345,25", 12345.25),
        (f"1{THIN}234", 1234.0),
        ("1'234.5", 1234.5),
        ("1\u2019234", 1234.0),
        ("1 234.5", 1234.5),
        ("0,123", 0.123),
        ("12,5", 12.5),
        ("1234,567", 1234.567),
        ("1 234,567", 1234.567),
        ("1,2345", 1.2345),
        (f"{MINUS}5", -5.0),
        (f"{MINUS}1 234,5", -1234.5),
    ],
)
def test_number_mended_and_noted(cell, value):
    read = numbers(column("1", cell))
    assert read.values.tolist() == [1.0, value]
    assert read.refused == ()
    assert messages(read.noted) == {1: "is text with spaces or a decimal comma; read as a number"}


@pytest.mark.parametrize(
    ("cell", "message", "fix"),
    [
        ("1,234.5", "groups thousands by commas or points", "1234567.5"),
        ("1,234,567", "groups thousands by commas or points", "1234567.5"),
        ("1.234,5", "groups thousands by commas or points", "1234567.5"),
        ("1.234.567", "groups thousands by commas or points", "1234567.5"),
        ("1,234", "could be a fraction or thousands (1.234 or 1234)", "without a comma"),
        ("-12,345", "could be a fraction or thousands (1.234 or 1234)", "without a comma"),
        ("10 %", "is a percentage, not a number", "leave the cell empty"),
        *(
            (word, "is not a number", "leave the cell empty")
            for word in ("-", "–", "—", "NA", "None", "nan", "inf")
        ),
        *(
            (word, "is not a number", "leave the cell empty")
            for word in (RUSSIAN_NO, RUSSIAN_NA, "x", "12 t")
        ),
        *(
            (word, "is not a number", "1234.5")
            for word in ("0x10", "1_000", "12 34", "1 2345", "(5)", "--5", "\u0661")
        ),
        *(
            (error, "is an error of Excel, not a number", "formula")
            for error in ("#DIV/0!", "#N/A", RUSSIAN_ERROR)
        ),
        (True, "is TRUE or FALSE, not a number", "1234.5"),
        (datetime(2018, 1, 1), "is a date or time, not a number", "1234.5"),
        (time(1, 2), "is a date or time, not a number", "1234.5"),
        (float("inf"), "is infinite, not a number", "1234.5"),
        ("1e999", "is infinite, not a number", "1234.5"),
    ],
)
def test_not_a_number(cell, message, fix):
    read = numbers(column(1.5, cell))
    assert read.values.isna().tolist() == [False, True]
    assert messages(read.refused) == {1: message}
    assert fix in fixes(read.refused)[1]
    assert read.noted == ()


def test_percentage_in_a_column_of_fractions():
    assert fixes(numbers(column("10 %"), fraction=True).refused) == {0: "write a fraction: 0.10 for 10 %"}


@pytest.mark.parametrize("empty", [None, "", "  ", NBSP, float("nan"), pd.NA, pd.NaT])
def test_empty_is_empty(empty):
    for read in (
        numbers(column(empty)),
        years(column(empty)),
        text(column(empty)),
        codes(column(empty), kind="bin"),
    ):
        assert read.values.isna().all()
        assert read.refused == read.noted == ()


@pytest.mark.parametrize(
    ("cells", "semicolon", "value"),
    [
        (["1,234"], True, 1.234),
        (["1,234", "0,5"], False, 1.234),
        (["1,234", "1 000,5"], False, 1.234),
        (["1,234", "7"], False, None),
        (["1,234", "1 000"], False, None),
        (["1,234", "567.8"], True, None),
        (["1,234", "567.8", "0,5"], False, None),
        (["1,234", "1,234,567"], True, None),
        (["1,234", "12,345.5"], True, None),
    ],
)
def test_one_comma_and_three_digits(cells, semicolon, value):
    """A comma is a decimal comma only where the file or the column shows it and nothing speaks against."""
    read = numbers(column(*cells), semicolon=semicolon)
    if value is None:
        assert "could be" in messages(read.refused)[0]
        assert np.isnan(read.values[0])
    else:
        assert read.values[0] == value
        assert 0 in messages(read.noted)


def test_points_that_group_thousands_make_one_point_ambiguous():
    read = numbers(column("1.234", "1.234.567", "0.5", "12.5"))
    assert set(messages(read.refused)) == {0, 1}
    assert read.values.isna().tolist() == [True, True, False, False]
    assert read.values.tolist()[2:] == [0.5, 12.5]


def test_typed_numbers_keep_every_bit_and_index():
    cells = pd.Series([0.1, np.nan, 1e-300], index=[5, 6, 9])
    read = numbers(cells)
    pd.testing.assert_series_equal(read.values, cells)
    cells[5] = 7.0
    assert read.values[5] == 0.1


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "int16"])
def test_other_number_types(dtype):
    assert numbers(pd.Series([1, 2], dtype=dtype)).values.tolist() == [1.0, 2.0]
    if dtype[0].isupper():
        assert numbers(pd.Series([1, None], dtype=dtype)).values.isna().tolist() == [False, True]


def test_truth_values_and_times_as_whole_columns():
    assert messages(numbers(pd.Series([True, False])).refused) == dict.fromkeys(
        (0, 1), "is TRUE or FALSE, not a number"
    )
    dates = pd.Series([datetime(2018, 1, 1), None], dtype="datetime64[us]")
    assert messages(numbers(dates).refused) == {0: "is a date or time, not a number"}


def test_categories_are_read_as_what_they_hold():
    assert numbers(pd.Series(["1", "1 000", None], dtype="category")).values.tolist()[:2] == [1.0, 1000.0]
    assert text(pd.Series([" a", None], dtype="category")).values.tolist()[0] == "a"


def russian(value: float, *, spaces: str) -> str:
    """A figure as Excel writes it in Kazakhstan."""
    whole_part, _, decimals = f"{value:.15f}".rstrip("0").partition(".")
    digits = whole_part.lstrip("-")
    groups = []
    while digits:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    written = spaces.join(groups) + (f",{decimals}" if decimals else "")
    return (MINUS if whole_part.startswith("-") else "") + written


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e15, 1e15).map(lambda value: float(f"{value:.6f}")), min_size=1, max_size=20),
    st.sampled_from([" ", NBSP, NARROW, THIN]),
)
def test_figures_in_russian_style_are_read_back_exactly(values, spaces):
    cells = pd.Series([russian(value, spaces=spaces) for value in values], dtype="str")
    read = numbers(cells, semicolon=True)
    assert read.refused == ()
    assert read.values.tolist() == [float(f"{value:.15f}") for value in values]


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_figures_as_python_writes_them_are_read_back_exactly(values):
    read = numbers(pd.Series([repr(value) for value in values], dtype="str"))
    assert read.refused == read.noted == ()
    assert read.values.tolist() == values


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.text(), st.floats(), st.integers(-(10**12), 10**12), st.none(), st.booleans(), st.dates()
        )
    )
)
def test_every_cell_is_read_empty_or_refused(cells):
    """Nothing disappears: what has no value was empty or is refused, and what is refused has no value."""
    given_cells = pd.Series(cells, dtype="object")
    empty = {
        row for row, cell in enumerate(cells) if pd.isna(cell) or (isinstance(cell, str) and not cell.strip())
    }
    for read in (numbers(given_cells), years(given_cells), codes(given_cells, kind="oked")):
        missing = set(np.flatnonzero(read.values.isna()))
        assert missing == set(messages(read.refused)) | (empty & missing)
        assert empty <= missing
        assert not set(messages(read.refused)) & empty


@pytest.mark.parametrize("cell", [2018, 2018.0, "2018", "2018.0", " 2018 ", np.int64(2018)])
def test_year(cell):
    read = years(column(cell, None))
    assert read.values.dtype == "Int64"
    assert read.values[0] == 2018
    assert read.refused == read.noted == ()


@pytest.mark.parametrize(
    ("cell", "message", "fix"),
    [
        (datetime(2018, 5, 1), "is a date of 2018, not a year", "2018"),
        (date(2018, 5, 1), "is a date of 2018, not a year", "2018"),
        ("2018-01-01", "is a date of 2018, not a year", "2018"),
        ("2018-01-01 00:00:00", "is a date of 2018, not a year", "2018"),
        ("01.02.2018", "is a date of 2018, not a year", "2018"),
        ("12/31/2018", "is a date of 2018, not a year", "2018"),
        (datetime(1905, 7, 10), "is a date; Excel shows the number 2018 so", "2018"),
        ("10.07.1905", "is a date; Excel shows the number 2018 so", "2018"),
        (43101, "is a serial number of Excel: the date 2018-01-01", "2018"),
        ("43101", "is a serial number of Excel: the date 2018-01-01", "2018"),
        (2018.5, "is not a year", "four digits"),
        ("31.02.2018", "is not a year", "four digits"),
        ("1,234", "is not a year", "four digits"),
        ("soon", "is not a year", "four digits"),
        ("#N/A", "is not a year", "four digits"),
        (True, "is not a year", "four digits"),
        (float("inf"), "is not a year", "four digits"),
        (1e300, "is not a year", "four digits"),
    ],
)
def test_not_a_year(cell, message, fix):
    read = years(column(2017, cell))
    assert read.values.isna().tolist() == [False, True]
    assert messages(read.refused) == {1: message}
    assert fix in fixes(read.refused)[1]


def test_excel_shows_a_year_as_a_date_of_1905():
    """The serial number is counted as Excel does: 2018 days from 30 December 1899 are 10 July 1905."""
    dates = pd.Series([datetime(1905, 5, 3), datetime(1905, 9, 30), datetime(1905, 10, 1)])
    said = messages(years(dates).refused)
    assert [said[row].split()[-2:] for row in (0, 1)] == [["1950", "so"], ["2100", "so"]]
    assert said[2] == "is a date of 1905, not a year"


def test_year_with_a_thousands_space_is_read_and_noted():
    read = years(column(f"2{NBSP}018"))
    assert read.values.tolist() == [2018]
    assert 0 in messages(read.noted)


@pytest.mark.parametrize("year", [1949, 2101, 18, -2018])
def test_range_of_years_is_left_to_the_schema(year):
    assert years(column(year)).values.tolist() == [year]


def test_whole_numbers():
    read = whole(column(13, "2.0", 13.1, "13.1", "x", None), message="no", fix="do")
    assert read.values.tolist()[:2] == [13, 2]
    assert messages(read.refused) == {2: "no", 3: "no", 4: "no"}


def test_text():
    read = text(
        column(f" {NBSP}A 1\t", 17.0, 17, 0.5, True, datetime(2024, 8, 28), "#REF!", "# 5", RUSSIAN_ERROR)
    )
    assert read.values.tolist()[:6] == ["A 1", "17", "17", "0.5", "TRUE", "2024-08-28"]
    assert read.values[7] == "# 5"
    assert set(messages(read.refused)) == {6, 8}
    assert read.values.dtype == "str"


def test_text_of_numbers_keeps_all_digits():
    assert text(pd.Series([9007199254740993, 1])).values.tolist() == ["9007199254740993", "1"]
    assert text(pd.Series([17.0, np.nan])).values.tolist()[0] == "17"


def test_as_text_of_what_is_not_finite():
    assert as_text(float("inf")) == "inf"
    assert as_text(1e22) == "10000000000000000000000"


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("bin", "050440001239", "050440001239"),
        ("bin", "050440001239.0", "050440001239"),
        ("kato", "632800000", "632800000"),
        ("kato", 632800000, "632800000"),
        ("kato", 632800000.0, "632800000"),
        ("kato", "63", "630000000"),
        ("kato", 63, "630000000"),
        ("kato", "6328", "632800000"),
        ("kato", "1910", "191000000"),
        ("oked", 24.0, "24"),
        ("oked", "10511", "10511"),
        ("tnved", 8703, "8703"),
        ("tnved", "8703231940", "8703231940"),
        ("tnved", "0203110000", "0203110000"),
    ],
)
def test_code(kind, cell, code):
    read = codes(column(cell), kind=kind)
    assert read.values.tolist() == [code]
    assert read.refused == read.noted == ()


@pytest.mark.parametrize(
    ("kind", "cell", "code", "note"),
    [
        ("bin", 50440001239, "050440001239", "has lost its leading zeros; read with them"),
        ("bin", 50440001239.0, "050440001239", "has lost its leading zeros; read with them"),
        ("bin", "50440001239", "050440001239", "has lost its leading zeros; read with them"),
        ("bin", "50440001239.0", "050440001239", "has lost its leading zeros; read with them"),
        ("kato", 63280000, "063280000", "has lost its leading zeros; read with them"),
        ("tnved", 203110000, "0203110000", "has lost its leading zeros; read with them"),
        ("tnved", "8703 23 194 0", "8703231940", "has spaces; read without"),
        ("bin", f"0504{NBSP}4000{NBSP}1239", "050440001239", "has spaces; read without"),
        ("bin", "050440001234", "050440001234", "has a wrong check digit"),
    ],
)
def test_code_noted(kind, cell, code, note):
    read = codes(column(None, cell), kind=kind)
    assert read.values.tolist()[1] == code
    assert read.refused == ()
    assert messages(read.noted) == {1: note}


def test_nine_digits_are_the_fewest_of_a_bin():
    assert codes(column(440001238), kind="bin").values.tolist() == ["000440001238"]
    assert messages(codes(column(44000123), kind="bin").refused) == {0: "is not a code of 12 digits"}


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        ("bin", "1.23E+11", "is in scientific notation, so digits are lost"),
        ("bin", "1,23E+11", "is in scientific notation, so digits are lost"),
        ("bin", "1234567890123", "is not a code of 12 digits"),
        ("bin", "12345678901A", "is not a code of 12 digits"),
        ("bin", datetime(2018, 1, 1), "is not a code of 12 digits"),
        ("bin", -50440001239, "is not a code of 12 digits"),
        ("kato", "632", "is not a code of 9 digits, or 2 (region) or 4 (district)"),
        ("kato", "632800", "is not a code of 9 digits, or 2 (region) or 4 (district)"),
        ("kato", 6, "is not a code of 9 digits, or 2 (region) or 4 (district)"),
        ("oked", "10.51", "has dots in the code"),
        ("oked", 10.51, "has dots in the code"),
        ("oked", "10.51.1", "has dots in the code"),
        ("oked", "1", "is not a code of 2 to 5 digits"),
        ("oked", "105111", "is not a code of 2 to 5 digits"),
        ("oked", "C", "is not a code of 2 to 5 digits"),
        ("oked", "\u0661\u0660", "is not a code of 2 to 5 digits"),
        ("tnved", "870", "is not a code of 4 to 10 digits"),
        ("tnved", "#N/A", "is an error of Excel, not text"),
    ],
)
def test_not_a_code(kind, cell, message):
    read = codes(column("24" if kind == "oked" else None, cell), kind=kind)
    assert read.values.isna()[1]
    assert messages(read.refused) == {1: message}
    assert read.noted == ()


def check_digit(eleven: str) -> int:
    """The rule of the check digit, one digit at a time."""
    for weights in (range(1, 12), [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]):
        rest = sum(int(digit) * weight for digit, weight in zip(eleven, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return 10


@settings(deadline=None)
@given(st.lists(st.from_regex("[0-9]{11}", fullmatch=True), min_size=5))
def test_check_digit(elevens):
    bins = pd.Series([f"{eleven}{last}" for eleven in elevens for last in range(10)])
    expected = [check_digit(eleven) == last for eleven in elevens for last in range(10)]
    assert check_digit_holds(bins).tolist() == expected


@pytest.mark.parametrize(("eleven", "last"), [("10000000021", 7), ("10000000105", 2), ("10000000028", None)])
def test_check_digit_by_the_second_weights(eleven, last):
    """The first weights leave 10; where the second do too, no digit is right."""
    bins = pd.Series([f"{eleven}{digit}" for digit in range(10)])
    assert np.flatnonzero(check_digit_holds(bins)).tolist() == ([] if last is None else [last])


def test_check_digit_by_hand():
    """An invented BIN, 02134000005 and its last digit.

    0*1 + 2*2 + 1*3 + 3*4 + 4*5 + 0*6 + 0*7 + 0*8 + 0*9 + 0*10 + 5*11 = 94 = 8*11 + 6, so the last digit is 6.
    """
    assert check_digit_holds(pd.Series(["021340000056", "021340000057"])).tolist() == [True, False]


def test_cells_by_kind_do_not_share_memory_with_the_column():
    cells = pd.Series([1.0, 2.0])
    number, _, _ = kinds_apart(cells)
    number[0] = 9.0
    assert cells[0] == 1.0
