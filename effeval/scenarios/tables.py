"""Tables of scenarios for people: what hangs on a reading, sweeps, near misses, sensitivity; all text."""

from collections.abc import Mapping

import pandas as pd

from effeval.columns import columns
from effeval.labels import EMPTY, heading, money, number, parts, percent, phrase
from effeval.methodology import Methodology
from effeval.tables import as_text, figure, groups, named, spans, tally, with_project

_LEVELS = ("every", "none", "depends", "not_judged")


def robustness_table(
    found: pd.DataFrame, by: list[str], *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """How many verdicts hold under every reading, by group.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.robustness_by`.
    by : list of str
        Its grouping columns.
    methodology : Methodology
        Gives measures and criteria their names.
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a group: counts, those that depend with their share, and the support behind them.
    """
    shown = groups(found, by, methodology=methodology, lang=lang)
    for name in _LEVELS:
        shown[phrase(f"robustness.{name}", lang=lang)] = [
            parts(n, due, lang=lang) if name == "depends" else number(n, lang=lang)
            for n, due in zip(found[name], found["due"], strict=True)
        ]
    shown[phrase("robustness.support", lang=lang)] = [
        money(m, lang=lang) for m in found["depends_support_paid"]
    ]
    return as_text(shown, found)


def stakes_table(found: pd.DataFrame, *, methodology: Methodology, lang: str) -> pd.DataFrame:
    """What hangs on each open question, the first to settle on top.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.stakes`.
    methodology : Methodology
        Gives the questions their words.
    lang : str
        kk, ru or en.
    """
    words = {question.id: question.question[lang] for question in methodology.questions}
    shown = {phrase("table.question", lang=lang): [words[id] for id in found["question"]]}
    for name in ("verdicts", "verdicts_alone", "projects", "support_paid", "judged", "judged_support_paid"):
        told = money if name.endswith("support_paid") else number
        shown[phrase(f"stakes.{name}", lang=lang)] = [told(value, lang=lang) for value in found[name]]
    return as_text(shown, found)


def ranges_table(found: pd.DataFrame, by: list[str], *, methodology: Methodology, lang: str) -> pd.DataFrame:
    """Rate and rank of each group as given, and from the least to the most over all readings.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.ranges`; groups that no reading assesses are left out.
    by : list of str
    methodology : Methodology
    lang : str
        kk, ru or en.
    """
    found = found[found["rate_most"].notna()]
    shown = groups(found, by, methodology=methodology, lang=lang)
    shown[phrase("heading.fulfilled_of", lang=lang)] = tally(found, lang=lang)
    shown[phrase("chart.ranges.readings", lang=lang)] = spans(found, "rate_least", "rate_most", lang=lang)
    shown[phrase("chart.ranges.missing", lang=lang)] = spans(found, "rate_min", "rate_max", lang=lang)
    shown[phrase("ranges.rank", lang=lang)] = [
        EMPTY if pd.isna(row.rank) else f"{row.rank} ({row.rank_best}–{row.rank_worst})"
        for row in found.itertuples()
    ]
    return as_text(shown, found)


def sweep_table(
    found: pd.DataFrame, by: list[str], *, path: str, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Fulfilment at each value of a threshold; the value as it is now is marked.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.sweep`.
    by : list of str
    path : str
        The threshold.
    methodology : Methodology
    lang : str
        kk, ru or en.
    """
    now = phrase("chart.sweep.given", lang=lang)
    name = phrase(f"chart.sweep.{path.rpartition('.')[2]}", lang=lang)
    shown = {
        name: [
            f"{threshold(value, path, lang=lang)}{f' ← {now}' if given else ''}"
            for value, given in zip(found["threshold"], found["given"], strict=True)
        ]
    }
    shown |= groups(found, by, methodology=methodology, lang=lang)
    shown[phrase("heading.fulfilled_of", lang=lang)] = tally(found, lang=lang)
    return as_text(shown, found)


def near_table(
    found: pd.DataFrame, projects: pd.DataFrame, *, methodology: Methodology, lang: str
) -> pd.DataFrame:
    """Near misses, or any rows of ``break_even``: what was reached, what was needed, what was lacking.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.near_misses` or :func:`effeval.scenarios.break_even`.
    projects : pandas.DataFrame
        Table of the data set; gives the applicant's name and the physical unit.
    methodology : Methodology
    lang : str
        kk, ru or en.
    """
    rows = with_project(found, projects)
    units = [_unit(row, methodology, lang) for row in rows.itertuples()]
    shown = {
        heading("assessed", "project_id", lang=lang): list(rows["project_id"]),
        heading("projects", "applicant", lang=lang): list(rows["applicant"]),
        heading("assessed", "year", lang=lang): [str(year) for year in rows["year"]],
        heading("assessed", "criterion", lang=lang): named(
            rows["criterion"], "criterion", methodology=methodology, lang=lang
        ),
        heading("assessed", "attainment", lang=lang): [
            percent(value, lang=lang, digits=1) for value in rows["attainment"]
        ],
    }
    for name in ("figure", "needed", "gap"):
        shown[phrase(f"near.{name}", lang=lang)] = [figure(value, "", lang=lang) for value in rows[name]]
    shown[phrase("heading.unit", lang=lang)] = units
    shown[phrase("near.break_even", lang=lang)] = [
        EMPTY if pd.isna(row.break_even) else threshold(row.break_even, _path(row, methodology), lang=lang)
        for row in rows.itertuples()
    ]
    return as_text(shown, rows)


def sensitivity_table(found: pd.DataFrame, *, names: Mapping[str, str], lang: str) -> pd.DataFrame:
    """Own and total share of each factor in the variance of the rate, with intervals.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.sensitivity`.
    names : mapping
        Words of each factor, from :func:`effeval.labels.factor_names`.
    lang : str
        kk, ru or en.
    """
    shown = {
        phrase("sensitivity.factor", lang=lang): [names.get(id, id) for id in found["factor"]],
        phrase("sensitivity.id", lang=lang): list(found["factor"]),
    }
    for name in ("S1", "ST"):
        shown[phrase(f"chart.sensitivity.{name}", lang=lang)] = [
            EMPTY
            if pd.isna(middle)
            else f"{_share(middle, lang)} ({_share(low, lang)} … {_share(high, lang)})"
            for middle, low, high in found[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False)
        ]
    return as_text(shown, found)


def bands_table(found: pd.DataFrame, by: str, *, methodology: Methodology, lang: str) -> pd.DataFrame:
    """In which places groups end up over random scenarios; those that never have a place are left out.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effeval.scenarios.rank_bands`.
    by : str
    methodology : Methodology
    lang : str
        kk, ru or en.
    """
    found = found[found["scenarios"] > 0]
    shown = groups(found, [by], methodology=methodology, lang=lang)
    shown[phrase("bands.median", lang=lang)] = [number(n, lang=lang, digits=1) for n in found["rank_median"]]
    for name, low, high in (("band", "rank_low", "rank_high"), ("range", "rank_best", "rank_worst")):
        ends = zip(found[low], found[high], strict=True)
        shown[phrase(f"bands.{name}", lang=lang)] = [f"{a:.0f}–{b:.0f}" for a, b in ends]
    return as_text(shown, found)


def cause_words(parameters: str, before: Methodology, after: Methodology, *, lang: str) -> str:
    """What turns a verdict, in words: each parameter with its value before and after.

    Parameters
    ----------
    parameters : str
        From :func:`effeval.scenarios.causes`: joined by ", " where it takes several, by " | " where each would do.
    before, after : Methodology
    lang : str
        kk, ru or en.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> softer = law.replace({"13.1.at_least": 0.08, "missing": "not_fulfilled"})
    >>> cause_words("13.1.at_least | missing", law, softer, lang="en")
    '13.1.at_least: 0.1 → 0.08 or missing: excluded → not_fulfilled'
    """
    old, new = before.settings, after.settings
    ways = []
    for way in parameters.split(" | "):
        # where the rule itself differs, the criterion stands for all of its parameters
        told = [f"{path}: {old[path]} → {new[path]}" if path in old else path for path in way.split(", ")]
        ways.append("; ".join(told))
    return f" {phrase('whatif.or', lang=lang)} ".join(ways)


def threshold(value: float, path: str, *, lang: str) -> str:
    """A value of a threshold as the language writes it.

    Examples
    --------
    >>> threshold(0.085, "13.1.at_least", lang="en").replace("\\xa0", " "), threshold(1.75, "6.1.multiple", lang="ru")
    ('8.5 %', '1,75')
    """
    if path.endswith(".at_least"):
        return percent(value, lang=lang, digits=2, trim=True)
    return number(value, lang=lang, digits=3)


def _path(row, methodology: Methodology) -> str:
    name = next(
        (n for n in ("at_least", "multiple") if n in methodology.criterion(row.criterion).parameters), ""
    )
    return f"{row.criterion}.{name}"


def _unit(row, methodology: Methodology, lang: str) -> str:
    """Unit of the indicator of a criterion; of volumes the project's own, where it says it."""
    unit = columns("observations")[methodology.criterion(row.criterion).parameters["indicator"]].unit
    own = getattr(row, "unit", None)
    if unit == "physical unit" and own is not None and not pd.isna(own):
        return str(own)
    return phrase(f"unit.{unit}", lang=lang)


def _share(value: float, lang: str) -> str:
    return percent(value, lang=lang, digits=1)
