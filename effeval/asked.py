"""What was asked for and what took effect: a parameter that changes nothing must not pass unseen."""

from collections.abc import Iterable, Iterator

import pandas as pd

from effeval.dataset import Dataset
from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.labels import EMPTY, number, phrase
from effeval.law import Value
from effeval.methodology import Methodology
from effeval.scenarios import Board, flips, rejudge
from effeval.scenarios.files import differences

_FOUND = ("plan", "actual", "state", "score")
_NO_EFFECT = ("same_value", "no_rows", "not_due", "no_change")
_COLUMNS = {
    "path": "str", "clause": "str", "before": "object", "after": "object",
    "rows": "int64", "changed": "int64", "took_effect": "bool", "reason": "str",
}  # fmt: skip


def effects(
    assessed: pd.DataFrame,
    data: Dataset | Board,
    *,
    before: Methodology,
    after: Methodology,
    asked: Iterable[str] | None = None,
    lang: str = "en",
) -> pd.DataFrame:
    """For each parameter of a scenario: value before and after, and the rows and verdicts that it changes.

    Each parameter is applied to the baseline alone, so that the rows do not depend on the order of the
    settings; where several touch the same row, their counts add up to more than the scenario changes. One
    that does nothing alone is tried the other way round: taken out of the scenario.

    Parameters
    ----------
    assessed : pandas.DataFrame
        All rows of ``assess(data, before)``.
    data : Dataset or Board
        A board of the data spares laying them out again.
    before, after : Methodology
        Baseline and scenario, of one edition.
    asked : iterable of str, optional
        Paths that were asked for, as in :meth:`Methodology.replace`; ``RULE.PARAM`` stands for all its criteria.
        Parameters that differ are there in any case, after those that were asked for.
    lang : str
        kk, ru or en: language of the clauses.

    Returns
    -------
    pandas.DataFrame
        One row a parameter: ``path``, ``clause`` (empty for scale and missing), ``before``, ``after`` (values),
        ``rows`` (project × year × criterion whose plan, actual, state or score it touches), ``changed`` (of
        these, the verdicts that change), ``took_effect``, and ``reason``: empty, together (it does something
        only together with others), or why it does nothing: same_value (before and after are the same), no_rows
        (no project of that measure), not_due (due in no row), no_change.

    Raises
    ------
    MethodologyError
        A path that is asked for does not exist; the near ones are listed.
    ParameterError
        ``before`` and ``after`` are of different editions, or ``assessed`` is not of these data.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0], [90.0])
    >>> law = ee.Methodology.load("order-35")
    >>> softer = law.replace({"8.1.multiple": 0.9, "9.1.multiple": 0.9})
    >>> found = effects(ee.assess(data, law), data, before=law, after=softer)
    >>> found[["path", "before", "after", "rows", "changed", "took_effect", "reason"]]
               path before after  rows  changed  took_effect   reason
    0  8.1.multiple      1   0.9     1        1         True
    1  9.1.multiple      1   0.9     0        0        False  no_rows
    """
    if before.settings.keys() != after.settings.keys():
        message = f"{before.id} and {after.id} do not have the same criteria and parameters."
        raise ParameterError(f"{message}\nTo fix: compare scenarios of one edition")
    named = [one for path in asked or () for one in expand(path, after)]
    paths = dict.fromkeys([*named, *(path for path, _ in differences(before, after))])
    board = data if isinstance(data, Board) else Board(data, before)
    scenario = rejudge(assessed, board, before, after) if paths else assessed
    rows = [_effect(path, board, assessed, scenario, before=before, after=after) for path in paths]
    clauses = {criterion.id: criterion.citation[lang] for criterion in after.criteria}
    for row in rows:
        row["clause"] = clauses.get(row["path"].rpartition(".")[0], "")
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def expand(path: str, methodology: Methodology) -> list[str]:
    """The parameters that a path stands for: itself, or for ``RULE.PARAM`` those of every criterion that has it.

    Raises
    ------
    MethodologyError
        There is none.

    Examples
    --------
    >>> expand("return_on_support.multiple", Methodology.load())
    ['6.1.multiple', '7.1.multiple', '10.1.multiple']
    """
    if path in methodology.settings:
        return [path]
    rule, _, name = path.rpartition(".")
    found = [f"{c.id}.{name}" for c in methodology.criteria if c.rule == rule and name in c.parameters]
    if not found:
        raise MethodologyError(unknown("setting", path, methodology.settings))
    return found


def _effect(
    path: str,
    board: Board,
    assessed: pd.DataFrame,
    scenario: pd.DataFrame,
    *,
    before: Methodology,
    after: Methodology,
) -> dict[str, object]:
    """One row of :func:`effects`, without the clause."""
    old, new = before.settings[path], after.settings[path]
    row = {"path": path, "before": old, "after": new, "rows": 0, "changed": 0, "took_effect": False}
    if old == new:
        return row | {"reason": "same_value"}
    alone = board.assess(before.replace({path: new}))
    touched = _touched(assessed, alone)
    if touched.any():
        changed = len(flips(assessed[touched], alone[touched]))
        return row | {"rows": int(touched.sum()), "changed": changed, "took_effect": True, "reason": ""}
    without = board.assess(after.replace({path: old}))
    if _touched(scenario, without).any():
        return row | {"took_effect": True, "reason": "together"}
    return row | {"reason": _why_not(path, assessed, alone)}


def _touched(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Rows in which a plan, an actual figure, a state or a score differs; empty and empty are the same."""
    differ = pd.Series(False, index=one.index)
    for name in _FOUND:
        differ |= (one[name] != other[name]) & ~(one[name].isna() & other[name].isna())
    return differ


def _why_not(path: str, assessed: pd.DataFrame, alone: pd.DataFrame) -> str:
    criterion = path.rpartition(".")[0]
    own = assessed["criterion"] == criterion if criterion else pd.Series(True, index=assessed.index)
    if not own.any():
        return "no_rows"
    if (assessed.loc[own, "state"] == "not_due").all() and (alone.loc[own, "state"] == "not_due").all():
        return "not_due"
    return "no_change"


def effects_table(found: pd.DataFrame, *, lang: str) -> pd.DataFrame:
    """Asked for and took effect, in words: headings and cells in the language, all text.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`effects`, with clauses in the same language.
    lang : str
        kk, ru or en.

    Returns
    -------
    pandas.DataFrame
        One row a parameter; the last column says yes, or why not.
    """
    cells = {
        "path": list(found["path"]),
        "clause": [clause or EMPTY for clause in found["clause"]],
        "before": [_said(value, lang) for value in found["before"]],
        "after": [_said(value, lang) for value in found["after"]],
        "rows": [number(count, lang=lang) for count in found["rows"]],
        "changed": [number(count, lang=lang) for count in found["changed"]],
        "took_effect": [_whether(reason, lang) for reason in found["reason"]],
    }
    heads = {name: phrase(f"effect.head.{name}", lang=lang) for name in cells}
    return pd.DataFrame({heads[name]: column for name, column in cells.items()}, dtype="str")


def warnings(found: pd.DataFrame, *, lang: str) -> Iterator[str]:
    """A sentence for each reason why parameters that were asked for did nothing.

    Examples
    --------
    >>> found = pd.DataFrame({"path": ["scale", "1.1.after"], "reason": ["same_value", ""]})
    >>> list(warnings(found, lang="en"))
    ['Parameters without effect: scale (the baseline has the same value)']
    """
    for reason in _NO_EFFECT:
        paths = ", ".join(found.loc[found["reason"] == reason, "path"])
        if paths:
            values = {"paths": paths, "reason": phrase(f"effect.{reason}", lang=lang)}
            yield phrase("effect.warning", lang=lang, values=values)


def _whether(reason: str, lang: str) -> str:
    if reason in _NO_EFFECT:
        return phrase("effect.no", lang=lang, values={"reason": phrase(f"effect.{reason}", lang=lang)})
    return phrase(f"effect.{reason or 'yes'}", lang=lang)


def _said(value: Value, lang: str) -> str:
    return value if isinstance(value, str) else number(value, lang=lang, digits=6)
