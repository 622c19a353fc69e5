"""Words and numbers in Kazakh, Russian and English for whatever is shown to people."""

import csv
import datetime as dt
import math
from collections.abc import Mapping
from functools import cache

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from effeval.classifiers import names
from effeval.columns import check_language, columns
from effeval.methodology import Methodology
from effeval.packaged import RESOURCES

EMPTY = "—"


@cache
def _phrases() -> dict[str, dict[str, str]]:
    with (RESOURCES / "labels.csv").open(encoding="utf-8") as lines:
        return {row["key"]: row for row in csv.DictReader(lines)}


def phrase(key: str, *, lang: str, values: Mapping[str, object] | None = None) -> str:
    """A phrase of ``resources/labels.csv``, with values filled in.

    Parameters
    ----------
    key : str
    lang : str
        kk, ru or en.
    values : mapping of str to object, optional
        For the names in braces; numbers must be formatted already.

    Raises
    ------
    ParameterError
        No such language.
    KeyError
        No such key or value.

    Examples
    --------
    >>> phrase("state.no_data", lang="ru")
    'нет данных'
    >>> phrase("of", lang="en", values={"fulfilled": "12", "assessed": "19", "rate": "63 %"})
    '12 of 19 (63 %)'
    """
    check_language(lang)
    text = _phrases()[key][lang]
    return text.format_map(values) if values is not None else text


def number(value: float, *, lang: str, digits: int = 0) -> str:
    """A number as the language writes it, at most so many decimals; a dash for empty.

    Examples
    --------
    >>> number(1234567.5, lang="en", digits=1), number(None, lang="en")
    ('1,234,567.5', '—')
    >>> number(1234567.5, lang="ru", digits=1).replace("\\xa0", " ")
    '1 234 567,5'
    """
    if _empty(value):
        return EMPTY
    if math.isinf(value):
        return "∞"
    return format_decimal(value, format="#,##0" + ("." + "#" * digits if digits else ""), locale=lang)


def percent(value: float, *, lang: str, digits: int = 0, trim: bool = False) -> str:
    """A fraction as percent, with a thin gap before the sign in every language; a dash for empty.

    ``trim`` leaves out zeros at the end, so that digits are the most there may be.

    Examples
    --------
    >>> percent(0.6316, lang="en").replace("\\xa0", " "), percent(float("nan"), lang="kk")
    ('63 %', '—')
    >>> [percent(value, lang="ru", digits=2, trim=True).replace("\\xa0", " ") for value in (0.1, 0.075)]
    ['10 %', '7,5 %']
    """
    if _empty(value):
        return EMPTY
    if math.isinf(value):
        return "∞"
    pattern = "#,##0" + ("." + ("#" if trim else "0") * digits if digits else "") + "\u00a0%"
    return format_percent(value, format=pattern, locale=lang)


def parts(fulfilled: int, assessed: int, *, lang: str) -> str:
    """A rate with its parts, such as "12 of 19 (63 %)".

    Examples
    --------
    >>> parts(12, 19, lang="en").replace("\\xa0", " ")
    '12 of 19 (63 %)'
    >>> parts(0, 0, lang="en")
    'nothing assessed'
    """
    if not assessed:
        return phrase("nothing_assessed", lang=lang)
    shares = {"rate": percent(fulfilled / assessed, lang=lang)}
    counts = {"fulfilled": number(fulfilled, lang=lang), "assessed": number(assessed, lang=lang)}
    return phrase("of", lang=lang, values=counts | shares)


def money(thousand_tenge: float, *, lang: str) -> str:
    """A sum in million or billion tenge, three significant figures.

    Examples
    --------
    >>> money(3_140_000, lang="en"), money(52_300, lang="en")
    ('3.14 billion tenge', '52.3 million tenge')
    """
    if _empty(thousand_tenge):
        return EMPTY
    scale, unit = (1e6, "billion tenge") if abs(thousand_tenge) >= 1e6 else (1e3, "million tenge")
    value = thousand_tenge / scale
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{number(value, lang=lang, digits=digits)} {phrase(f'unit.{unit}', lang=lang)}"


def day(date: str, *, lang: str) -> str:
    r"""A day (ISO) as the language writes it.

    Examples
    --------
    >>> day("2026-11-24", lang="ru"), day("2026-11-24", lang="en")
    ('24 нояб. 2026\u202fг.', 'Nov 24, 2026')
    """
    return format_date(dt.date.fromisoformat(date), locale=lang)


def level_names(column: str, *, lang: str, methodology: Methodology) -> dict[object, str]:
    """Names of the levels of a grouping column for axes and tables; empty where the code is the name.

    Examples
    --------
    >>> level_names("category", lang="ru", methodology=Methodology.load())["small"]
    'малый'
    """
    if column in ("region", "sector"):
        return names(column, lang=lang)
    if column == "measure":
        return {measure.id: measure.short[lang] for measure in methodology.measures}
    if column == "criterion":
        return {criterion.id: criterion.name[lang] for criterion in methodology.criteria}
    choices = {name: entry.choices for name, entry in columns("assessed").items()}.get(column, ())
    return {choice: phrase(f"{column}.{choice}", lang=lang) for choice in choices}


def factor_names(methodology: Methodology, *, lang: str = "ru") -> dict[str, str]:
    """Words for the thresholds of criteria by path and for open questions by id.

    Examples
    --------
    >>> names = factor_names(Methodology.load("order-35"), lang="en")
    >>> names["score_scale"][:41]
    'What score does a criterion get? The orde'
    """
    found = {question.id: question.question[lang] for question in methodology.questions}
    for criterion in methodology.criteria:
        for name, _ in criterion.settings:
            if name in ("at_least", "multiple"):
                words = phrase(f"whatif.{name}", lang=lang)
                found[f"{criterion.id}.{name}"] = f"{criterion.id} {criterion.name[lang]}: {words}"
    return found


def heading(table: str, column: str, *, lang: str) -> str:
    """Heading of a column of the contract; the name itself for a column of the user's own.

    Examples
    --------
    >>> heading("fulfilment", "rate", lang="kk"), heading("fulfilment", "holding", lang="kk")
    ('Орындалу үлесі', 'holding')
    """
    found = columns(table).get(column) or columns("assessed").get(column)
    return found.label(lang) if found else column


def _empty(value: float | None) -> bool:
    return value is None or math.isnan(value)
