"""Which rows under the headings are projects, which are totals, and which are neither."""

import re
from dataclasses import dataclass

from effeval.annex1.headings import Table, row_roles
from effeval.annex1.raw import letters
from effeval.annex1.titles import names_another
from effeval.annex1.values import clean, is_region
from effeval.annex1.words import FIELDS, begins, choice, tokens
from effeval.errors import Fault
from effeval.methodology import Methodology

TEXTS = ("applicant", "kato", "sector", "tnved", "category", "status")
MOST_NUMBERED = 60  # a row of numbers of columns holds none above
ROW_NUMBER = re.compile(r"[\d.)\s]+")
FEW = 4  # filled cells from which a row without any figure or code is taken for a project


@dataclass(frozen=True, eq=False)
class Lines:
    """Rows (from 0) of the projects and of the totals, and what is wrong with others."""

    projects: list[int]
    totals: list[int]
    faults: list[Fault]


def sort_out(table: Table, *, methodology: Methodology) -> Lines:
    """Tell apart the rows of a form.

    Passed over are empty rows, rows that hold a row number alone, numbers of columns, headings repeated on
    every page, names of regions between the projects, lines merged over columns, signatures and notes below.
    """
    look, lines, notes = _Look(table), Lines([], [], []), []
    for row, cells in enumerate(table.sheet.rows[table.first :], start=table.first):
        if look.is_plainly_project(cells):
            lines.projects.append(row)
            continue
        filled = look.filled(row, cells)
        if not filled.keys() - look.number and all(ROW_NUMBER.fullmatch(str(n)) for n in filled.values()):
            continue
        kind, fault = look.kind(row, cells, filled, methodology)
        if fault is not None:  # what follows belongs to another table
            lines.faults.append(fault)
            break
        {"project": lines.projects, "total": lines.totals, "note": notes}.get(kind, []).append(row)
    merged = {top for (top, left), (_, right) in table.sheet.merged if right > left}
    for row in notes:
        if lines.projects and row < lines.projects[-1] and row not in merged:
            column, text = next(iter(look.filled(row, table.sheet.rows[row]).items()))
            message = "stands between the projects, but is neither a project nor a total"
            fix = "fill the row in as a project, merge it over the columns as a heading, or delete it"
            lines.faults.append(table.sheet.fault(message, fix=fix, at=(row, column), value=str(text)))
    return lines


class _Look:
    """Looks at single rows of a table; holds what they are compared with."""

    def __init__(self, table: Table):
        self.table = table
        self.fields = table.fields
        self.figures = [*table.groups.values(), *table.surplus.values()]
        self.figures += [c for name in ("support_paid", "score_sum") for c in self.fields.get(name, ())]
        self.columns = sorted({*self.figures, *(c for columns in self.fields.values() for c in columns)})
        self.number = set(self.fields.get("number", ()))
        self.unfit = {}
        for (row, column), text in table.sheet.unfit.items():
            self.unfit.setdefault(row, {})[column] = text
        self.applicant, self.kato = self.fields["applicant"][0], self.fields["kato"][0]

    def is_plainly_project(self, cells: list[object]) -> bool:
        """An applicant's name, a region and a figure: no closer look is needed."""
        if len(cells) <= self.columns[-1]:
            return False
        applicant = cells[self.applicant]
        if type(applicant) is not str or len(applicant) < FEW or clean(cells[self.kato]) == "":
            return False
        if begins(applicant.split(maxsplit=1)[0] if applicant.strip() else "", "total"):
            return False
        return any(type(cells[column]) is float for column in self.figures)

    def filled(self, row: int, cells: list[object]) -> dict[int, object]:
        """Cells of the table in a row that hold something, errors and formulas among them."""
        there = {c: clean(cells[c]) for c in self.columns if c < len(cells) and clean(cells[c]) != ""}
        return there | {c: text for c, text in self.unfit.get(row, {}).items() if c in self.columns}

    def kind(
        self, row: int, cells: list[object], filled: dict[int, object], methodology: Methodology
    ) -> tuple[str, Fault | None]:
        """project, total, note or nothing, and a fault if the row shows that another form begins."""
        said = {name for name in TEXTS for column in self.fields.get(name, ()) if column in filled}
        text = next((cell for cell in cells if isinstance(cell, str) and cell.strip()), "")
        if self._is_total(text, filled, said):
            return "total", None
        if _is_numbering(list(filled.values())) and self.applicant in filled:
            return "nothing", None
        roles = row_roles(cells)
        if len(roles) > 1 and not filled.keys() - roles.keys():
            return "nothing", self._moved(row, roles)
        if names_another(text, self.table.measure.id, methodology=methodology) and "kato" not in said:
            message, fix = "begins a form of another measure", "put each form on a sheet of its own"
            return "nothing", self.table.sheet.fault(
                message, fix=fix, at=(row, cells.index(text)), value=text.strip()
            )
        figures = any(isinstance(filled.get(column), int | float) for column in self.figures)
        strong = figures or row in self.unfit or self._says_something(filled)
        if begins(text, "signature") and not strong:
            return "nothing", None
        if len(filled) == 1 and isinstance(text, str) and is_region(text):
            return "nothing", None
        return ("project" if strong or len(filled) >= FEW else "note"), None

    def _is_total(self, text: str, filled: dict[int, object], said: set[str]) -> bool:
        """Whether the first text of a row labels a total, be it of one region; firms may be called so too."""
        if not begins(text, "total"):
            return False
        label = {name for name in said if any(filled.get(c) == clean(text) for c in self.fields[name])}
        return said <= label | ({"kato", "sector"} if is_label(text) else set())

    def _says_something(self, filled: dict[int, object]) -> bool:
        """A row number, a code or region, a category or a status, or digits among the figures."""
        if any(column in filled for column in self.number) and len(filled) > 1:
            number = next(str(filled[column]) for column in self.number if column in filled)
            if number[:1].isdigit():
                return True
        for column, cell in filled.items():
            text = str(cell)
            if column in self.fields["kato"] and (any(map(str.isdigit, text)) or is_region(text)):
                return True
            if column in self.figures and text[:1].isdigit():
                return True
            if any(
                column in self.fields.get(kind, ()) and choice(text, kind) for kind in ("category", "status")
            ):
                return True
        return False

    def _moved(self, row: int, roles: dict[int, str]) -> Fault | None:
        """A fault if headings that stand again lower down are not over the same columns."""
        for column, name in roles.items():
            if name in FIELDS and self.table.roles.get(column) not in (name, None):
                message = f"the headings stand again, but column {letters(column)} holds something else"
                fix = "put each table on a sheet of its own"
                return self.table.sheet.fault(message, fix=fix, at=(row, column), value=name)
        return None


def is_label(text: str) -> bool:
    """Whether a text is a word for total alone, or with what it is the total of, not a name that begins so.

    Examples
    --------
    >>> is_label("Total:"), is_label("Total for measure 13"), is_label("Total Energy")
    (True, True, False)
    """
    said = tokens(text)
    return begins(text, "total") and (len(said) == 1 or begins(" ".join(said[1:]), "joining"))


def _is_numbering(cells: list[object]) -> bool:
    """Whether cells are numbers of columns (1, 2, 3; letters for the first), as printed under headings."""
    if len(cells) < FEW:
        return False
    numbers = 0
    for cell in cells:
        text = str(cell).strip()
        if len(text) == 1 and text.isalpha():
            continue
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return False
        if not 0 < value <= MOST_NUMBERED:
            return False
        numbers += 1
    return numbers >= FEW - 1
