"""Where the table of a form is: its headings in any of three languages, merged, repeated or spelt out."""

from dataclasses import dataclass

from effeval.annex1.raw import Sheet
from effeval.annex1.titles import measure_of, texts, year_of
from effeval.annex1.words import FIELDS, LEAVES, criterion_position, has, role
from effeval.errors import Fault
from effeval.law import Measure
from effeval.methodology import Methodology

SOUGHT = 60  # rows in which the headings are looked for
DEEPEST = 7  # rows that the headings may take
ENOUGH = 3  # fields of the form that make rows its headings
WIDE = 6  # filled cells of a row that, under the form's title, must be a table
NEEDED = ("applicant", "kato", "sector", "category", "support_paid", "status")
JOINED = ("kato", "sector", "tnved", "applicant")  # a code and its name may stand in two columns


@dataclass(frozen=True, eq=False)
class Table:
    """The table of one form.

    Attributes
    ----------
    sheet : Sheet
    measure : Measure
    year : int or None
    fields : dict of str to list of int
        Columns (from 0) of each field; several where one heading spans them.
    groups : dict
        Column by (plan, actual or score; position of the criterion from 1).
    surplus : dict
        The same for groups that the measure has no criterion for.
    percent : frozenset of int
        Columns whose heading says that figures are in per cent.
    roles : dict of int to str
        What each heading cell of the last heading row that counts stands for, by column.
    first : int
        First row under the headings, from 0.
    comma : bool
        Headings are in Kazakh or Russian, where a comma is a decimal comma.
    """

    sheet: Sheet
    measure: Measure
    year: int | None
    fields: dict[str, list[int]]
    groups: dict[tuple[str, int], int]
    surplus: dict[tuple[str, int], int]
    percent: frozenset[int]
    roles: dict[int, str]
    first: int
    comma: bool


def find(sheet: Sheet, *, methodology: Methodology, year: int | None) -> tuple[Table | None, list[Fault]]:
    """The table of a sheet; None without a fault if the sheet is no form, with faults if it is not readable.

    Parameters
    ----------
    sheet : Sheet
    methodology : Methodology
    year : int or None
        The year asked for.
    """
    block = _block(sheet)
    if block is None:
        return None, _headless(sheet)
    start, end = block
    titles = [cell for row in sheet.rows[:start] for cell in row if cell != ""]
    number, faults = measure_of(sheet, titles, methodology=methodology)
    when, more = year_of(sheet, titles, year=year)
    faults += more
    if number is None:
        return None, faults
    measure = next(m for m in methodology.measures if m.id == number)
    paths = _paths(sheet, start, end)
    fields, more = _fields(sheet, paths, start)
    groups, extra = _groups(sheet, paths, measure)
    faults += more + extra
    count = len(measure.criteria)
    faults += _missing(sheet, fields, groups, measure, start) + _units(sheet, paths, fields)
    if faults:
        return None, faults
    table = Table(
        sheet=sheet,
        measure=measure,
        year=when,
        fields=fields,
        groups={key: column for key, column in groups.items() if key[1] <= count},
        surplus={key: column for key, column in groups.items() if key[1] > count},
        percent=frozenset(column for column in groups.values() if "%" in paths[column][-1][1]),
        roles={column: found for column, path in paths.items() if (found := _role(path))},
        first=end + 1,
        comma=any(
            "\u0400" <= letter <= "\u04ff" for path in paths.values() for _, text in path for letter in text
        ),
    )
    return table, []


def _block(sheet: Sheet) -> tuple[int, int] | None:
    """First and last heading row."""
    matched = [row_roles(row) for row in sheet.rows[:SOUGHT]]
    for start, roles in enumerate(matched):
        if len(roles) < 2:
            continue
        near = matched[start : start + DEEPEST]
        said = {found for row in near for found in row.values()}
        effects = said & {*LEAVES, "criterion", "effects", "score_sum"}
        if len(said & set(FIELDS)) < ENOUGH or not effects:
            continue
        end = start
        for row in range(start, start + len(near)):
            if len(matched[row]) >= 2:
                end = row
            elif any(cell != "" for cell in sheet.rows[row]):
                break
        tops = ((first, last) for (first, _), (last, _) in sheet.merged if start <= first <= end)
        return start, max([end, *(last for _, last in tops if last < start + DEEPEST)])
    return None


def row_roles(row: list[object]) -> dict[int, str]:
    """What the cells of a row stand for as headings, by column; nothing if there is a number in it."""
    if any(isinstance(cell, int | float) for cell in row):
        return {}
    found = {column: role(cell) for column, cell in enumerate(row) if isinstance(cell, str) and cell.strip()}
    return {column: name for column, name in found.items() if name is not None}


def _headless(sheet: Sheet) -> list[Fault]:
    """A fault for a sheet that has the form's title and a table, but no headings; none for other sheets."""
    top = texts(cell for row in sheet.rows[:SOUGHT] for cell in row)
    wide = any(sum(cell != "" for cell in row) >= WIDE for row in sheet.rows)
    if not (wide and any(has(text, "title") for text in top)):
        return []
    fix = "put the headings of the form back, word for word as the order has them"
    return [sheet.fault("looks like the form, but its headings are not there", fix=fix)]


Path = list[tuple[tuple[int, int], str]]  # heading cells over a column, from the top: place and text


def _paths(sheet: Sheet, start: int, end: int) -> dict[int, Path]:
    owner = {}
    for (top, left), (bottom, right) in sheet.merged:
        if top <= end and bottom >= start:
            cells = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
            owner |= dict.fromkeys(cells, (top, left))
    paths: dict[int, Path] = {}
    for column in range(max(map(len, sheet.rows))):
        path = {}
        for row in range(start, end + 1):
            place = owner.get((row, column), (row, column))
            text = sheet.cell(*place)
            if isinstance(text, str) and text.strip():
                path[place] = text
        paths[column] = list(path.items())
    return paths


def _role(path: Path) -> str | None:
    """What a column holds: the lowest of its headings that says so."""
    found = (role(text) for _, text in reversed(path))
    return next((name for name in found if name in FIELDS or name in LEAVES), None)


def _fields(sheet: Sheet, paths: dict[int, Path], start: int) -> tuple[dict[str, list[int]], list[Fault]]:
    fields: dict[str, list[int]] = {}
    for column, path in paths.items():
        name = _role(path)
        if name in FIELDS and name != "ignored":
            fields.setdefault(name, []).append(column)
    faults = []
    for name, columns in fields.items():
        tops = {next(place for place, text in paths[column] if role(text) == name) for column in columns}
        if len(columns) > 1 and (len(tops) > 1 or name not in JOINED):
            text = paths[columns[1]][-1][1]
            message = f"a second column is headed as {_said(name)}"
            fix = "keep one such column, or give the other a heading of its own"
            faults.append(sheet.fault(message, fix=fix, at=(start, columns[1]), value=" ".join(text.split())))
    return fields, faults


def _groups(
    sheet: Sheet, paths: dict[int, Path], measure: Measure
) -> tuple[dict[tuple[str, int], int], list[Fault]]:
    """Columns of plan, actual and score by criterion: as the headings say, else in their order."""
    leaves = {column: leaf for column, path in paths.items() if (leaf := _role(path)) in LEAVES}
    named = {}
    for column in leaves:
        said = (criterion_position(text, measure.id) for _, text in reversed(paths[column]))
        named[column] = next((position for position in said if position is not None), None)
    positions = _carried(leaves, named) if any(named.values()) else _in_order(list(leaves.values()))
    groups, faults = {}, []
    for (column, leaf), position in zip(leaves.items(), positions, strict=True):
        if (leaf, position) in groups or not position:
            place, text = paths[column][-1]
            message = f"the column of {leaf} does not say which criterion of measure {measure.id} it is about"
            if position and named[column]:
                message = f"a second column is headed as {leaf} of criterion {measure.id}.{position}"
            fix = "head each group of columns with its criterion: 1, 2, 3"
            faults.append(sheet.fault(message, fix=fix, at=(place[0], column), value=" ".join(text.split())))
        groups.setdefault((leaf, position), column)
    return groups, faults


def _carried(leaves: dict[int, str], named: dict[int, int | None]) -> list[int | None]:
    """Positions as named; a column without a name belongs to the group left of it."""
    positions, current = [], None
    for column in leaves:
        current = named[column] if named[column] is not None else current
        positions.append(current)
    return positions


def _in_order(leaves: list[str]) -> list[int | None]:
    """Positions where no heading is numbered: group by group, or first all plans, then all actuals."""
    if any(left == right for left, right in zip(leaves, leaves[1:], strict=False)):
        even = len({leaves.count(leaf) for leaf in leaves}) == 1
        return [leaves[: at + 1].count(leaf) if even else None for at, leaf in enumerate(leaves)]
    positions, group, seen = [], 1, set()
    for leaf in leaves:
        if leaf in seen:
            group, seen = group + 1, set()
        seen.add(leaf)
        positions.append(group)
    return positions


def _missing(sheet: Sheet, fields: dict, groups: dict, measure: Measure, start: int) -> list[Fault]:
    fix = "add it, with the heading of the order"
    faults = [
        sheet.fault(f"has no column for {_said(name)}", fix=fix) for name in NEEDED if name not in fields
    ]
    unclear = any(position is None for _, position in groups)
    for position, criterion in enumerate(() if unclear else measure.criteria, start=1):
        absent = [leaf for leaf in ("plan", "actual") if (leaf, position) not in groups]
        if absent:
            message = (
                f"has no column for {' and '.join(absent)} of criterion {criterion.id} ({criterion.name.en})"
            )
            faults.append(sheet.fault(message, fix="add the group of columns for this criterion"))
    return faults


def _units(sheet: Sheet, paths: dict[int, Path], fields: dict[str, list[int]]) -> list[Fault]:
    """A fault where the heading of the sum of support says another unit than thousand tenge."""
    for column in fields.get("support_paid", []):
        place, text = next((place, text) for place, text in paths[column] if role(text) == "support_paid")
        whole = " ".join(text for _, text in paths[column])
        if has(whole, "million") or (has(whole, "tenge") and not has(whole, "thousand")):
            fix = "give the sums in thousand tenge, and say so in the heading"
            return [sheet.fault("is not in thousand tenge", fix=fix, at=place, value=" ".join(text.split()))]
    return []


def _said(name: str) -> str:
    return {"kato": "the region (KATO)", "support_paid": "the sum of support"}.get(name, f"the {name}")
