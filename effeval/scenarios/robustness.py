"""How far verdicts hang on readings of the law: under every reading, under none, or on which question."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effeval.aggregation import check_rows
from effeval.errors import ParameterError, unknown
from effeval.layout import STATES
from effeval.methodology import Methodology, check_methodology
from effeval.scenarios.board import Board, check_board
from effeval.scenarios.interpretations import Grid, Variants, options
from effeval.scoring import FULFILLED, NO_DATA, NOT_DUE, NOT_FULFILLED

ROBUSTNESS = ("every", "none", "depends", "not_judged")
_KEY = ["project_id", "year", "measure", "criterion"]
_COUNTED = {
    "fulfilled_in": FULFILLED,
    "not_fulfilled_in": NOT_FULFILLED,
    "no_data_in": NO_DATA,
    "not_due_in": NOT_DUE,
}
_REFUSED = -1
_NAMED = ("deciding", "deciding_alone", "judging")
_STAKES = (
    "verdicts",
    "verdicts_alone",
    "projects",
    "support_paid",
    "judged",
    "judged_projects",
    "judged_support_paid",
)


def robustness(board: Board, *, grid: Grid | None = None) -> pd.DataFrame:
    """Every verdict under every combination of readings, and the questions that decide it.

    A criterion is judged once for each combination of readings that differ for it; other questions change
    nothing in it. ``as_given`` is the methodology of the board.

    Parameters
    ----------
    board : Board
    grid : Grid, optional
        Readings of the board's methodology; all by default.

    Returns
    -------
    pandas.DataFrame
        One row a project, year and criterion that is due under at least one reading: ``project_id``, ``year``,
        ``measure``, ``criterion``, ``state`` (as given), then

        * ``robustness``: *every*, fulfilled under every reading; *none*, judged, but fulfilled under no reading;
          *depends*, fulfilled under some, and under others not fulfilled or not judged (``not_fulfilled_in`` of
          zero says that only the latter occurs); *not_judged*, due, but without data under every reading;
        * ``readings`` (combinations that differ for the criterion), of which ``fulfilled_in``,
          ``not_fulfilled_in``, ``no_data_in`` and ``not_due_in``; these four add up to ``readings``;
        * ``deciding``: ids of the questions that, changed alone while the others are held somewhere, turn the
          verdict between fulfilled and not fulfilled; ``deciding_alone``: those that do so with the others held
          as given; ``judging``: those that, changed alone, decide whether there is a verdict at all. Joined by
          ", ", empty where there is none. A verdict that depends names a question in ``deciding`` or ``judging``,
          if no combination is refused;

        and the grouping columns of :func:`effeval.assess` with ``support_paid``.

    Raises
    ------
    ParameterError
        ``board`` is none.
    DataError
        A reading needs a column that is absent.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0, 50.0], [90.0, 60.0], year=2023)
    >>> board = Board(data, ee.Methodology.load("order-35"))
    >>> robustness(board)[["year", "state", "robustness", "readings", "fulfilled_in"]]
       year          state robustness  readings  fulfilled_in
    0  2023  not_fulfilled       none         4             0
    1  2024      fulfilled      every         4             4
    """
    check_board(board)
    grid = Grid(board.methodology) if grid is None else grid
    same_law(board, grid)
    blank = board.layout.blank
    found = {name: np.zeros(len(blank), dtype=np.int64) for name in ("readings", *_COUNTED)}
    found["state"] = np.zeros(len(blank), dtype=np.int8)
    named = {name: np.full(len(blank), "", dtype=object) for name in _NAMED}
    for criterion in board.layout.criteria:
        variants, rows = grid.variants[criterion.id], board.layout.rows[criterion.id]
        under = states_under(board, variants)
        found["state"][rows] = under[0]
        found["readings"][rows] = (under != _REFUSED).any(axis=1).sum()
        for name, state in _COUNTED.items():
            found[name][rows] = (under == state).sum(axis=0)
        for name, by_question in _decided(under, variants).items():
            named[name][rows] = _joined(by_question, len(rows))
    frame = blank[_KEY].assign(
        state=pd.array(STATES, dtype="str").take(found.pop("state")),
        robustness=_level(found),
        **found,
        **{name: pd.array(values, dtype="str") for name, values in named.items()},
    )
    carried = [
        name
        for name in blank.columns
        if name not in (*_KEY, "state", "plan", "actual", "attainment", "score")
    ]
    due = found["not_due_in"] < found["readings"]
    return pd.concat([frame, blank[carried]], axis=1)[due].reset_index(drop=True)


def robustness_by(robust: pd.DataFrame, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """How many verdicts hold under every reading, under none, or depend, by group.

    Parameters
    ----------
    robust : pandas.DataFrame
        From :func:`robustness`, or some of its rows.
    by : str or sequence of str
        Columns of it: region, district, sector, measure, criterion, category, status, year, or the user's own.

    Returns
    -------
    pandas.DataFrame
        One row a group that has rows, sorted; one row in all without ``by``: the columns of ``by``, ``due`` (rows),
        of which ``every``, ``none``, ``depends`` and ``not_judged`` (they add up to ``due``),
        ``depends_projects`` (distinct) and ``depends_support_paid`` (thousand tenge, each project and year once).

    Raises
    ------
    ParameterError
        ``robust`` is something else, or a column of ``by`` is not there.

    Examples
    --------
    >>> robust = pd.DataFrame({
    ...     "project_id": ["A", "A", "B"], "year": 2024, "region": ["10", "10", "63"], "support_paid": [5.0, 5.0, 9.0],
    ...     "robustness": ["every", "depends", "none"]})
    >>> robustness_by(robust, "region")[["region", "due", "every", "none", "depends", "depends_support_paid"]]
      region  due  every  none  depends  depends_support_paid
    0     10    2      1     0        1                   5.0
    1     63    1      0     1        0                   0.0
    """
    check_rows(robust, needed=("project_id", "year", "robustness", "support_paid"), of="robustness(board)")
    by = [by] if isinstance(by, str) else list(by)
    absent = [unknown("grouping column", name, robust.columns) for name in by if name not in robust]
    if absent:
        raise ParameterError(
            "\n".join([*absent, f"To fix: columns of the verdicts: {', '.join(robust.columns)}"])
        )
    depends = robust["robustness"] == "depends"
    marks = {name: robust["robustness"] == name for name in ROBUSTNESS}
    paid = _once(robust, depends, [*by, "project_id", "year"])
    marks["depends_projects"] = _once(robust, depends, [*by, "project_id"])
    marks = pd.DataFrame({"due": True} | marks, index=robust.index).astype("int64")
    marks["depends_support_paid"] = robust["support_paid"].where(paid, 0.0)
    if not by:
        return marks.sum().to_frame().T.astype(marks.dtypes)
    keys = [robust[name] for name in by]
    return marks.groupby(keys, dropna=False, observed=True, sort=True).sum().reset_index()


def _once(frame: pd.DataFrame, rows: pd.Series, key: list[str]) -> pd.Series:
    """Of some rows the first with each key."""
    return rows & ~frame[rows].duplicated(key).reindex(frame.index, fill_value=True)


def states_under(board: Board, variants: Variants) -> np.ndarray:
    """States of a criterion under its readings, int8 of shape (readings, cells); −1 where a reading is refused."""
    cells = 0
    found: list[np.ndarray | None] = []
    for criterion, missing in variants.criteria:
        found.append(None if criterion is None else board.states(criterion, missing=missing))
        cells = cells if found[-1] is None else len(found[-1])
    refused = np.full(cells, _REFUSED, dtype=np.int8)
    return np.stack([refused if some is None else some for some in found])


def stakes(robust: pd.DataFrame, *, methodology: Methodology) -> pd.DataFrame:
    """What hangs on each open question: which to settle first.

    Parameters
    ----------
    robust : pandas.DataFrame
        From :func:`robustness`, or some of its rows.
    methodology : Methodology
        Whose questions are listed: all that offer a reading which changes a parameter.

    Returns
    -------
    pandas.DataFrame
        One row a ``question``, the one with most verdicts first, then by money: ``verdicts`` (rows that it
        decides, see ``deciding``), ``verdicts_alone`` (of these, those that it turns with all else as given),
        ``projects`` (distinct) and ``support_paid`` (thousand tenge, each project and year once) of
        ``verdicts``; then ``judged``, ``judged_projects`` and ``judged_support_paid``: the same for the rows of
        which it decides only whether they are judged. A verdict may hang on several questions, so the rows do not
        add up.

    Raises
    ------
    ParameterError
        ``robust`` or ``methodology`` is something else.

    Examples
    --------
    >>> import effeval as ee
    >>> data = ee.example([100.0, 50.0], [120.0, 30.0], year=2023)
    >>> law = ee.Methodology.load("order-35")
    >>> found = stakes(robustness(Board(data, law)), methodology=law)
    >>> found[["question", "verdicts", "projects", "support_paid"]].head(2)
                      question  verdicts  projects  support_paid
    0  exports_against_support         1         1          50.0
    1     first_reporting_year         0         0           0.0
    """
    check_rows(robust, needed=("project_id", "year", *_NAMED, "support_paid"), of="robustness(board)")
    check_methodology(methodology)
    rows = {id: _of(robust, id) for id in options(methodology)}
    table = pd.DataFrame(rows, index=list(_STAKES)).T.rename_axis("question").reset_index()
    counts = [name for name in _STAKES if not name.endswith("support_paid")]
    table = table.astype({"question": "str"} | dict.fromkeys(counts, "int64"))
    order = ["verdicts", "support_paid", "judged", "judged_support_paid"]
    return table.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def _of(robust: pd.DataFrame, question: str) -> list[float]:
    """One row of :func:`stakes`."""
    marks = {name: _names(robust[name], question) for name in _NAMED}
    decided, judged = marks["deciding"], marks["judging"] & ~marks["deciding"]
    counted = [decided.sum(), marks["deciding_alone"].sum(), *_behind(robust[decided])]
    return [*counted, judged.sum(), *_behind(robust[judged])]


def _names(column: pd.Series, question: str) -> np.ndarray:
    """Rows whose list of questions has this one; few lists differ, so each is looked at once."""
    codes, lists = pd.factorize(column)
    has = np.array([question in some.split(", ") for some in lists], dtype=bool)
    return has[codes] if len(column) else np.zeros(0, dtype=bool)


def _behind(rows: pd.DataFrame) -> tuple[int, float]:
    """Distinct projects, and their money, each project and year once."""
    paid = rows.drop_duplicates(["project_id", "year"])["support_paid"]
    return rows["project_id"].nunique(), float(paid.sum())


def _decided(under: np.ndarray, variants: Variants) -> dict[str, dict[str, np.ndarray]]:
    """For each question that touches a criterion the cells that it decides, by kind of decision."""
    cube = under.reshape(*variants.shape, -1)
    axes = len(variants.shape)
    marks = {
        "fulfilled": cube == FULFILLED,
        "not": cube == NOT_FULFILLED,
        "unjudged": (cube == NO_DATA) | (cube == NOT_DUE),
    }
    marks["judged"] = marks["fulfilled"] | marks["not"]
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in _NAMED}
    for axis, question in enumerate(variants.questions):
        others = tuple(range(axes - 1))
        turns = marks["fulfilled"].any(axis=axis) & marks["not"].any(axis=axis)
        judging = marks["judged"].any(axis=axis) & marks["unjudged"].any(axis=axis)
        given = np.moveaxis(cube, axis, 0)[(slice(None), *[0] * (axes - 1))]
        first, rest = given[0], given[1:]
        back = {FULFILLED: NOT_FULFILLED, NOT_FULFILLED: FULFILLED}
        alone = [(first == state) & (rest == other).any(axis=0) for state, other in back.items()]
        found["deciding"][question] = turns.any(axis=others)
        found["deciding_alone"][question] = alone[0] | alone[1]
        found["judging"][question] = judging.any(axis=others)
    return found


def _joined(by_question: dict[str, np.ndarray], cells: int) -> np.ndarray:
    """Names of the questions whose mark is set in each cell."""
    code = np.zeros(cells, dtype=np.intp)
    for place, marks in enumerate(by_question.values()):
        code += marks.astype(np.intp) << place
    ids = list(by_question)
    texts = [", ".join(id for place, id in enumerate(ids) if n >> place & 1) for n in range(1 << len(ids))]
    return np.array(texts, dtype=object)[code]


def _level(found: dict[str, np.ndarray]) -> pd.api.extensions.ExtensionArray:
    kept, judged = found["fulfilled_in"], found["fulfilled_in"] + found["not_fulfilled_in"]
    level = np.select([judged == 0, kept == 0, kept == found["readings"]], [3, 1, 0], 2)
    return pd.array(ROBUSTNESS, dtype="str").take(level)


def same_law(board: Board, grid: Grid) -> None:
    """Refuse a grid of another methodology than the board has."""
    if grid.methodology is not board.methodology:
        message = "The grid of readings is not of the methodology of the board."
        raise ParameterError(f"{message}\nTo fix: Grid(board.methodology, …)")
