"""What a report is about: checked parameters, and the judged rows they select."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

import effeval
from effeval.aggregation import fulfilment
from effeval.columns import INPUT_TABLES, LANGUAGES
from effeval.dataset import Dataset
from effeval.errors import ParameterError
from effeval.injected import misspelt
from effeval.judged import judged
from effeval.labels import day, level_names, phrase
from effeval.methodology import Methodology
from effeval.reading.files import digest, written_on
from effeval.scored import is_scored, read_scored
from effeval.tables import summary

Choice = str | int | None
FACTS = "application/vnd.effeval.facts+json"  # the MIME type of what a report adds up to


class Prose(str):
    """Words that a notebook shows as Markdown."""

    def _repr_markdown_(self) -> str:
        return str(self)


class Facts(dict):
    """Numbers that a notebook shows to machines; people see their names and values."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        shown = {name: len(value) if name == "projects" else value for name, value in self.items()}
        return {
            FACTS: dict(self),
            "text/plain": ", ".join(f"{name} {value}" for name, value in shown.items()),
        }


@dataclass(frozen=True, eq=False)
class Scope:
    """Judged rows of one region, sector and measure, or of all, up to a year.

    Attributes
    ----------
    data : Dataset
    methodology : Methodology
    assessed : pandas.DataFrame
        Rows of :func:`effeval.assess` of the selection, no later than ``year``.
    year : int
    lang : str
    chosen : dict of str to (str or int)
        ``region``, ``sector``, ``measure`` where one was chosen.
    """

    data: Dataset
    methodology: Methodology
    assessed: pd.DataFrame
    year: int
    lang: str
    chosen: dict[str, str | int]

    @property
    def this_year(self) -> pd.DataFrame:
        """The judged rows of the year of the report alone."""
        return self.assessed[self.assessed["year"] == self.year]

    @property
    def selected(self) -> Dataset:
        """The data of the selected projects alone; judged up to the year they give the rows of the selection."""
        kept = {
            name: table[table["project_id"].isin(self.assessed["project_id"])].reset_index(drop=True)
            for name, table in (("projects", self.data.projects), ("observations", self.data.observations))
        }
        return replace(self.data, **kept)

    @property
    def name(self) -> str:
        """The selection in words: region, sector, measure, year."""
        words = []
        for column, all_of_them in {
            "region": "kazakhstan",
            "sector": "all_sectors",
            "measure": "all_measures",
        }.items():
            code = self.chosen.get(column)
            named = level_names(column, lang=self.lang, methodology=self.methodology)
            words.append(phrase(all_of_them, lang=self.lang) if code is None else _with_code(code, named))
        return ", ".join([*words, phrase("report.year", lang=self.lang, values={"year": self.year})])

    @property
    def footer(self) -> str:
        """Source, edition, readings chosen, version, day, and "synthetic" where it is: what stands under every figure."""
        return footer(self.data, self.methodology, lang=self.lang)

    def heading(self, key: str) -> Prose:
        """A heading of the report in its language; keys are those of ``resources/labels.csv``."""
        return Prose(f"## {phrase(key, lang=self.lang)}")

    def note(self, key: str, values: Mapping[str, object] | None = None) -> Prose:
        """A sentence of the report in its language, with values filled in; keys as for :meth:`heading`."""
        return Prose(phrase(key, lang=self.lang, values=values))

    @property
    def summary(self) -> Prose:
        """One paragraph on the year, or a sentence that says that there is nothing to report."""
        if self.this_year.empty:
            return Prose(phrase("report.none", lang=self.lang, values={"scope": self.name}))
        return Prose(summary(self.this_year, year=self.year, lang=self.lang))

    @property
    def no_shortfalls(self) -> Prose:
        """A sentence for a year in which no project fell short."""
        return Prose(phrase("report.no_shortfalls", lang=self.lang, values={"year": self.year}))

    @property
    def facts(self) -> Facts:
        """What the report is about and what it adds up to, for machines: reports are reconciled by it."""
        return Facts(facts(self.this_year) | {"year": self.year, "lang": self.lang, **self.chosen})

    def names(self, column: str) -> dict[object, str]:
        """Names of the levels of a grouping column in the language of the report."""
        return level_names(column, lang=self.lang, methodology=self.methodology)

    def _repr_markdown_(self) -> str:
        lines = [f"# {phrase('report.title', lang=self.lang)}", f"**{self.name}**"]
        if self.data.synthetic:
            lines.append(f'<span class="synthetic">{phrase("synthetic", lang=self.lang)}</span>')
        return "\n\n".join([*lines, f'<span class="footer">{self.footer}</span>'])


def choose(
    data_dir: str | Path,
    *,
    year: Choice = None,
    region: Choice = None,
    sector: Choice = None,
    measure: Choice = None,
    lang: str = "ru",
    methodology: str | Path = "",
    cells: Sequence[str] = (),
) -> Scope:
    """Check the parameters of a report, load the data, judge them and select the rows.

    Parameters
    ----------
    data_dir : str or Path
        Folder or workbook of a data set, a file of judged rows (.csv, .parquet), or a folder of
        :func:`effeval.scored.write_scored`, which has its own methodology.
    year : int, optional
        Year of the report; the last year of the data by default.
    region : str or int, optional
        Two-digit KATO code, "63"; empty for all of Kazakhstan.
    sector : str or int, optional
        Two-digit OKED code, "24"; empty for all sectors.
    measure : int, optional
        1 to 13; empty for all measures.
    lang : str
        kk, ru or en.
    methodology : str or Path
        Edition or YAML file; empty for order-35.
    cells : sequence of str
        ``In`` of the notebook, the cells run so far: papermill sets parameters in a cell of its own, and only logs
        a name that the notebook does not have.

    Returns
    -------
    Scope

    Raises
    ------
    ParameterError
        A value is not allowed; all wrong ones are named, each with what is allowed.
    DataError
        The data cannot be judged.
    """
    if lang not in LANGUAGES:
        raise ParameterError(_sentence("lang", lang, "one of " + ", ".join(LANGUAGES)))
    if not Path(data_dir).exists():
        here = f"a folder or workbook with data (a relative path starts from {Path.cwd()})"
        raise ParameterError(_sentence("data_dir", str(data_dir), here))
    chosen, faults = {}, misspelt(cells)
    if faults:
        raise ParameterError("\n".join(faults))
    data, assessed, law = _judged(data_dir, methodology)
    for column, value in {"region": region, "sector": sector, "measure": measure}.items():
        if not _blank(value):
            chosen[column], fault = _code(column, value, law)
            faults += [fault] if fault else []
    wanted, fault = _year(year, assessed)
    faults += [fault] if fault else []
    if faults:
        raise ParameterError("\n".join(faults))
    keep = assessed["year"] <= wanted
    for column, code in chosen.items():
        keep &= assessed[column] == code
    return Scope(data, law, assessed[keep].reset_index(drop=True), wanted, lang, chosen)


def _judged(data_dir: str | Path, methodology: str | Path) -> tuple[Dataset, pd.DataFrame, Methodology]:
    if is_scored(data_dir):
        return read_scored(data_dir)
    law = Methodology.load(methodology if str(methodology) else "order-35")
    return judged(data_dir, methodology=law)


def facts(assessed: pd.DataFrame) -> dict[str, object]:
    """What judged rows add up to.

    Parameters
    ----------
    assessed : pandas.DataFrame
        From :func:`effeval.assess`, of one year.

    Returns
    -------
    dict
        ``projects`` (identifiers, sorted), ``due``, ``assessed``, ``fulfilled``, ``no_data`` (criteria) and
        ``support_paid`` (thousand tenge, each project and year once).
    """
    total = fulfilment(assessed, [])
    counts = {name: int(total[name].iloc[0]) for name in ("due", "assessed", "fulfilled")}
    return {
        "projects": sorted(assessed["project_id"].unique().tolist()),
        **counts,
        "no_data": counts["due"] - counts["assessed"],
        "support_paid": float(total["support_paid"].iloc[0]),
    }


def check_codes(column: str, codes: Sequence[Choice], *, methodology: Methodology) -> list[str | int]:
    """Codes of regions, sectors or measures as the tables have them; ParameterError names every wrong one.

    Examples
    --------
    >>> check_codes("region", [63, "71"], methodology=Methodology.load())
    ['63', '71']
    """
    found = [_code(column, code, methodology) for code in codes]
    faults = [fault for _, fault in found if fault]
    if faults:
        raise ParameterError("\n".join(faults))
    return [code for code, _ in found]


def footer(data: Dataset, methodology: Methodology, *, lang: str) -> str:
    """One line for under a figure or table: where its numbers come from."""
    source = ", ".join(path.name for path in data.sources)
    made = {"version": effeval.__version__, "date": day(written_on(), lang=lang)}
    parts = [
        f"{phrase('footer.source', lang=lang)}: {source}" if source else "",
        f"{phrase('footer.edition', lang=lang)}: {methodology.id}, {methodology.edition}",
        phrase("footer.made", lang=lang, values=made),
        phrase("synthetic", lang=lang) if data.synthetic else "",
    ]
    changed = ", ".join(f"{path} = {value}" for path, value in methodology.changes().items())
    if changed:
        parts.insert(2, f"{phrase('footer.readings', lang=lang)}: {changed}")
    return " · ".join(part for part in parts if part)


def about(data: Dataset, methodology: Methodology) -> dict[str, str]:
    """What a workbook of results says about itself: sources with SHA-256, edition, readings, version.

    Returns
    -------
    dict of str to str
        Names and values for the sheet "about".
    """
    synthetic = {"data": phrase("synthetic", lang="en")} if data.synthetic else {}
    return synthetic | _about(data.digests, methodology)


def about_files(sources: Sequence[Path], methodology: Methodology) -> dict[str, str]:
    """The same of files that are no data set, such as forms."""
    return _about({path.name: digest(path) for path in sources}, methodology)


def about_stored(
    source: str | os.PathLike[str], methodology: Methodology, *, synthetic: bool
) -> dict[str, str]:
    """The same of tables kept as Parquet, in one file or several each, here or at an address."""
    from effeval.engine.store import Store

    store = Store(os.fspath(source))
    paths = [(table, path) for table in INPUT_TABLES for path in store.files(table)]
    names = {path: f"{table}.parquet{path.rpartition(f'{table}.parquet')[2]}" for table, path in paths}
    data = {"data": phrase("synthetic", lang="en")} if synthetic else {}
    return data | _about({name: store.digest(path) for path, name in names.items()}, methodology)


def _about(digests: Mapping[str, str], methodology: Methodology) -> dict[str, str]:
    return {
        **{name: f"SHA-256 {value}" for name, value in digests.items()},
        "methodology": methodology.title.en,
        "edition": f"{methodology.id}, {methodology.edition}",
        "changed parameters": ", ".join(f"{p} = {v}" for p, v in methodology.changes().items()) or "none",
        "effeval": effeval.__version__,
        "written on": written_on(),
    }


def _code(column: str, value: Choice, methodology: Methodology) -> tuple[str | int, str | None]:
    """A code as the tables have it, and a sentence if there is none such."""
    named = level_names(column, lang="en", methodology=methodology)
    code = str(value).strip()
    code = int(code) if column == "measure" and code.isdecimal() else code
    if code in named:
        return code, None
    allowed = ", ".join(f"{key} ({name})" for key, name in named.items())
    return code, _sentence(column, value, f"empty for all, or one of {allowed}")


def _year(year: Choice, assessed: pd.DataFrame) -> tuple[int, str | None]:
    """The year asked for, and a sentence if it was not judged."""
    if assessed.empty:
        return 0, "Nothing was judged in these data, so there is no year to report on."
    first, last = int(assessed["year"].min()), int(assessed["year"].max())
    if _blank(year):
        return last, None
    text = str(year).strip()
    if text.isdecimal() and first <= int(text) <= last:
        return int(text), None
    return 0, _sentence("year", year, f"a year from {first} to {last}, empty for {last}")


def _blank(value: Choice) -> bool:
    return value is None or not str(value).strip()


def _with_code(code: str | int, named: dict[object, str]) -> str:
    return f"{code} {named[code]}" if code in named else str(code)


def _sentence(name: str, value: object, allowed: str) -> str:
    return f"{name} = {value!r} is not allowed.\nTo fix: {name} is {allowed}."
