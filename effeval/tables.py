"""Tables for people: words, units and numbers of the language, ready to be shown or exported."""

import hashlib
from collections.abc import Mapping

import pandas as pd
from pandas.io.formats.style import Styler

from effeval.aggregation import fulfilment
from effeval.labels import EMPTY, heading, level_names, money, number, parts, percent, phrase
from effeval.methodology import Methodology

WORDS = 20  # characters from which a cell is more than a code


def fulfilment_table(
    assessed: pd.DataFrame, by: str | list[str], *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Fulfilment by group as text: "12 of 19 (63 %)", interval, coverage, projects and support.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`.
    by : str or list of str
        Grouping columns, as in :func:`effeval.fulfilment`.
    methodology : Methodology
        Gives measures and criteria their names.
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a group that has a project; headings and cells in the language, all text.
    """
    by = [by] if isinstance(by, str) else by
    found = fulfilment(assessed, by, methodology=methodology)
    found = found[found["projects"] > 0]
    shown = groups(found, by, methodology=methodology, lang=lang)
    shown[phrase("heading.fulfilled_of", lang=lang)] = tally(found, lang=lang)
    shown[phrase("heading.interval", lang=lang)] = spans(found, "rate_low", "rate_high", lang=lang)
    for name in ("coverage", "effectiveness"):
        shown[heading("fulfilment", name, lang=lang)] = [percent(value, lang=lang) for value in found[name]]
    shown[heading("fulfilment", "projects", lang=lang)] = [number(n, lang=lang) for n in found["projects"]]
    million = found["support_paid"] / 1000
    shown[phrase("heading.support_million", lang=lang)] = [number(m, lang=lang) for m in million]
    return as_text(shown, found)


def shortfalls(
    assessed: pd.DataFrame, projects: pd.DataFrame, *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Projects that fell short of a criterion, the furthest from the plan first within a measure.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`, usually of one year.
    projects : pandas.DataFrame
        Table of the data set; gives the applicant's name and the physical unit.
    methodology : Methodology
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a project, year and criterion not fulfilled; headings and cells in the language, all text.
    """
    short = assessed[assessed["state"] == "not_fulfilled"]
    short = with_project(short, projects)
    short = short.sort_values(["measure", "criterion", "attainment", "project_id"], ignore_index=True)
    shown = {
        heading("assessed", "project_id", lang=lang): list(short["project_id"]),
        heading("projects", "applicant", lang=lang): list(short["applicant"]),
    }
    several = short["region"].nunique() > 1
    for name in ("region", "criterion") if several else ("criterion",):
        shown[heading("assessed", name, lang=lang)] = named(
            short[name], name, methodology=methodology, lang=lang
        )
    units = [_unit(row, methodology, lang) for row in short.itertuples()]
    for name in ("plan", "actual"):
        shown[heading("assessed", name, lang=lang)] = [
            figure(value, unit, lang=lang) for value, unit in zip(short[name], units, strict=True)
        ]
    shown[phrase("heading.unit", lang=lang)] = ["" if unit == "fraction" else unit for unit in units]
    shown[heading("assessed", "attainment", lang=lang)] = [percent(v, lang=lang) for v in short["attainment"]]
    return pd.DataFrame(shown, dtype="str")


def project_list(
    assessed: pd.DataFrame, projects: pd.DataFrame, *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Every criterion that was due, project by project, to search and sort.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`, usually of one year.
    projects : pandas.DataFrame
        Table of the data set; gives the applicant's name.
    methodology : Methodology
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a project, year and criterion due, headings and words in the language. Attainment in percent and
        support in million tenge are numbers, the rest is text.
    """
    due = assessed[assessed["state"] != "not_due"]
    known = ["project_id", *[name for name in ("applicant",) if name not in due]]
    due = due.merge(projects[known], on="project_id", how="left", validate="m:1")
    shown = {
        heading("assessed", "project_id", lang=lang): due["project_id"],
        heading("projects", "applicant", lang=lang): due["applicant"],
    }
    for name in ("region", "district", "sector", "category", "criterion", "state"):
        shown[heading("assessed", name, lang=lang)] = named(
            due[name], name, methodology=methodology, lang=lang
        )
    shown[phrase("table.attainment", lang=lang)] = due["attainment"] * 100
    shown[phrase("heading.support_million", lang=lang)] = due["support_paid"] / 1000
    return pd.DataFrame(shown)


def headed(frame: pd.DataFrame, *, lang: str) -> pd.DataFrame:
    """A table of the library as text, its columns named in the language; cells of codes stay as they are.

    Parameters
    ----------
    frame : pandas.DataFrame
        From ``Methodology.table``, ``open_questions`` or ``diff``, or from :func:`effeval.validate`.
    lang : str
        kk, ru or en.

    Raises
    ------
    KeyError
        A column has no entry ``table.NAME`` in ``resources/labels.csv``.

    Examples
    --------
    >>> headed(pd.DataFrame({"path": ["13.1.at_least"], "before": [0.1], "after": [None]}), lang="ru").values.tolist()
    [['13.1.at_least', '0,1', '—']]
    """
    cells = {
        phrase(f"table.{name}", lang=lang): [_cell(value, lang) for value in frame[name]] for name in frame
    }
    return pd.DataFrame(cells, dtype="str")


def changes_table(
    compared: pd.DataFrame, by: list[str], *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Fulfilment before and after, side by side, as text: "12 of 19 (63 %)" and the change in percentage points.

    Parameters
    ----------
    compared : pandas.DataFrame
        From :func:`effeval.compare` of two methodologies, the baseline first.
    by : list of str
        Its grouping columns.
    methodology : Methodology
        Gives measures and criteria their names.
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a group with something due before or after; headings and cells in the language, all text.
    """
    first, last = compared["scenario"].iloc[0], compared["scenario"].iloc[-1]
    keys = by if by else ["scenario"]
    tables = [compared[compared["scenario"] == name].assign(scenario="") for name in (first, last)]
    both = tables[0].merge(tables[1], on=keys, how="outer", suffixes=("_before", "_after"))
    both = both[(both["due_before"] > 0) | (both["due_after"] > 0)]
    shown = groups(both, by, methodology=methodology, lang=lang)
    for when in ("before", "after"):
        shown[phrase(f"changes.{when}", lang=lang)] = tally(both, lang=lang, suffix=f"_{when}")
    change = both["rate_after"] - both["rate_before"]
    shown[phrase("table.change", lang=lang)] = [
        EMPTY if pd.isna(value) else f"{value * 100:+.1f}".replace(".", "." if lang == "en" else ",")
        for value in change
    ]
    return as_text(shown, both)


def figure(value: float, unit: str, *, lang: str) -> str:
    """A plan or an actual figure: growth as percent with one decimal, the rest as a number.

    Examples
    --------
    >>> figure(0.1763, "fraction", lang="en").replace("\\xa0", " "), figure(1250.0, "t", lang="en")
    ('17.6 %', '1,250')
    """
    if unit == "fraction":
        return percent(value, lang=lang, digits=1)
    return number(value, lang=lang, digits=0 if abs(value) >= 100 else 2)


def show(table: pd.DataFrame, *, wrap: bool = False) -> Styler:
    """A table as HTML with every row, no row numbers and nothing random in it: its id is made of its text.

    Parameters
    ----------
    table : pandas.DataFrame
        All text.
    wrap : bool
        Break long headings of columns of numbers, and keep a first column of words wide: for many such columns.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["1"]})
    >>> show(table).to_html() == show(table.copy()).to_html()
    True
    """
    text = table.to_csv(index=False).encode("utf-8")
    # two tables of a page must not share an id: the styles of one would reach the other
    styler = table.style.hide(axis="index").set_uuid(hashlib.sha256(text).hexdigest()[:8])
    styler.cell_ids = False
    styler.set_table_styles(
        [
            {"selector": "td", "props": "text-align: left; vertical-align: top; white-space: pre-line"},
            {"selector": "th", "props": "text-align: left; vertical-align: bottom"},
        ]
    )
    if wrap:
        styles = [{"selector": "thead th.col_heading", "props": "white-space: normal"}]
        if table.iloc[:, 0].str.len().max() > WORDS:
            styles.append({"selector": "td:first-child", "props": "min-width: 14em"})
        styler.set_table_styles(styles, overwrite=False)
    right = [{"selector": "", "props": "text-align: right; white-space: nowrap"}]
    return styler.set_table_styles(
        {name: right for name in table if _all_numbers(table[name])}, overwrite=False
    )


def summary(assessed: pd.DataFrame, *, year: int, lang: str) -> str:
    """One paragraph on a year: projects, criteria due, assessed and fulfilled, bounds, support.

    Parameters
    ----------
    assessed : pandas.DataFrame
        Rows of the year alone.
    year : int
    lang : str
        kk, ru or en.
    """
    total = fulfilment(assessed).iloc[0]
    if not total["assessed"]:
        return phrase("report.none_year", lang=lang, values={"year": year})
    shares = {"rate": "rate", "low": "rate_low", "high": "rate_high", "min": "rate_min", "max": "rate_max"}
    values = {
        key: percent(total[name], lang=lang) for key, name in (shares | {"coverage": "coverage"}).items()
    }
    values |= {k: number(total[k], lang=lang) for k in ("projects", "due", "assessed", "fulfilled")}
    values |= {"year": year, "support": money(total["support_paid"], lang=lang)}
    return phrase("report.summary", lang=lang, values=values)


def _cell(value: object, lang: str) -> str:
    if pd.isna(value):
        return EMPTY
    return number(value, lang=lang, digits=6) if isinstance(value, float) else str(value)


def _all_numbers(cells: pd.Series) -> bool:
    return bool(cells.str.fullmatch(r"[\d\s.,%∞—–−-]*").all() and cells.str.contains(r"\d").any())


def named(codes: pd.Series, column: str, *, methodology: Methodology, lang: str) -> list[str]:
    """Codes of a grouping column with their names: "63 East Kazakhstan Region"."""
    names = level_names(column, lang=lang, methodology=methodology)
    coded = column in ("region", "sector", "measure", "criterion")
    unknown = phrase("unknown", lang=lang)
    shown = []
    for code in codes:
        if pd.isna(code):
            shown.append(unknown)
        elif code in names:
            shown.append(f"{code} {names[code]}" if coded else names[code])
        else:
            shown.append(str(code))
    return shown


def tally(found: pd.DataFrame, *, lang: str, suffix: str = "") -> list[str]:
    """Of each group, how many were fulfilled of how many assessed: "12 of 19 (63 %)"."""
    counts = zip(found[f"fulfilled{suffix}"], found[f"assessed{suffix}"], strict=True)
    return [parts(fulfilled, assessed, lang=lang) for fulfilled, assessed in counts]


def spans(found: pd.DataFrame, low: str, high: str, *, lang: str) -> list[str]:
    """From one rate to another, as percent, by group; a dash where they are empty."""
    ends = zip(found[low], found[high], strict=True)
    return [EMPTY if pd.isna(a) else f"{number(a * 100, lang=lang)}–{percent(b, lang=lang)}" for a, b in ends]


def groups(
    found: pd.DataFrame, by: list[str], *, methodology: Methodology, lang: str
) -> dict[str, list[str]]:
    """The columns that name the groups, with their headings."""
    return {
        heading("fulfilment", name, lang=lang): named(found[name], name, methodology=methodology, lang=lang)
        for name in by
    }


def as_text(shown: Mapping[str, list[str]], found: pd.DataFrame) -> pd.DataFrame:
    """A table of texts, with the rows of ``found``."""
    return pd.DataFrame(shown, index=found.index, dtype="str").reset_index(drop=True)


def with_project(rows: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Judged rows with the applicant's name and the physical unit of their projects, where they lack them."""
    known = [name for name in ("applicant", "unit") if name in projects and name not in rows]
    return rows.merge(projects[["project_id", *known]], on="project_id", how="left", validate="m:1")


def _unit(row, methodology: Methodology, lang: str) -> str:
    criterion = methodology.criterion(row.criterion)
    own = getattr(row, "unit", None)
    if criterion.unit == "physical unit" and own is not None and not pd.isna(own):
        return str(own)
    return criterion.unit if criterion.unit == "fraction" else phrase(f"unit.{criterion.unit}", lang=lang)
