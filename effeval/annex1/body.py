"""The cells of one form under its headings, as columns of values, each with its place."""

import numpy as np

from effeval.annex1 import values
from effeval.annex1.headings import Table
from effeval.annex1.lines import TEXTS, Lines
from effeval.annex1.raw import NO_VALUE, address, letters, shown_as_percent
from effeval.annex1.words import LEAVES
from effeval.columns import columns
from effeval.errors import Fault
from effeval.reading.cells import as_text

PLACED = ("applicant", "kato", "sector", "category", "support_paid", "score_sum", "status")
TOTALS = ["file", "sheet", "row", "name", "value", "cell"]


class Body:
    """The cells of one form, column by column; collects the faults."""

    def __init__(self, table: Table, lines: Lines):
        self.table, self.sheet, self.lines = table, table.sheet, lines
        self.at = lines.projects
        self.faults: list[Fault] = []
        self.spread: dict[tuple[int, int], object] = {}  # words merged over rows count for each of them
        for (top, left), (bottom, right) in self.sheet.merged:
            if bottom > top >= table.first:
                cells = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]
                self.spread |= dict.fromkeys(cells[1:], self.sheet.cell(top, left))
        self.position = {row: at for at, row in enumerate(self.at)}
        self.cells: dict[str, list[object]] = {}
        self.read, self.added = self._numbers()

    def rows(self) -> dict:
        table, count = self.table, len(self.at)
        columns_ = {"file": [self.sheet.file] * count, "sheet": [self.sheet.name] * count}
        columns_ |= {"row": [row + 1 for row in self.at], "measure": [table.measure.id] * count}
        columns_ |= {"year": [table.year] * count, "number": values.written(self._cells("number"))}
        columns_["applicant"] = values.written(self._cells("applicant"))
        columns_["kato"] = self._refuse("kato", *values.coded(self._cells("kato"), kind="kato"))
        columns_["sector"] = self._refuse("sector", *values.coded(self._cells("sector"), kind="oked"))
        columns_["tnved"] = self._refuse("tnved", *values.coded(self._cells("tnved"), kind="tnved"))
        for name in ("category", "status"):
            allowed = columns("assessed")[name].choices
            columns_[name] = self._refuse(name, *values.chosen(self._cells(name), kind=name, allowed=allowed))
        columns_ |= {name: self._figure(name) for name in ("support_paid", "score_sum")}
        keys = zip(
            values.written(self._cells("project_id")),
            columns_["kato"],
            self.at,
            columns_["applicant"],
            strict=True,
        )
        columns_["project_id"] = [
            id or f"{table.measure.id}-{kato}-{row + 1}-{name}" for id, kato, row, name in keys
        ]
        return columns_ | {f"{name}_cell": self._places(table.fields.get(name), self.at) for name in PLACED}

    def figures(self) -> list[dict]:
        parts, count = [], len(self.at)
        for position, criterion in enumerate(self.table.measure.criteria, start=1):
            part = {"file": [self.sheet.file] * count, "sheet": [self.sheet.name] * count}
            part |= {"row": [row + 1 for row in self.at], "criterion": [criterion.id] * count}
            for leaf in LEAVES:
                column = self.table.groups.get((leaf, position))
                part[leaf] = self._figure((leaf, position))
                part[f"{leaf}_cell"] = self._places(None if column is None else [column], self.at)
            parts.append(part)
        return parts

    def totals(self) -> dict:
        found = {name: [] for name in TOTALS}
        for at, row in enumerate(self.lines.totals):
            for key, column in self._totalled().items():
                name = key if isinstance(key, str) else self.table.measure.criteria[key[1] - 1].id
                line = (
                    self.sheet.file,
                    self.sheet.name,
                    row + 1,
                    name,
                    self.added[key][at],
                    address(row, column),
                )
                for heading, value in zip(TOTALS, line, strict=True):
                    found[heading].append(value)
        return found

    def check(self) -> None:
        """Faults of empty or merged cells that must not be so, of errors, and of figures for no criterion."""
        fields, measure = self.table.fields, self.table.measure
        for name, said in {"applicant": "the name of the applicant", "kato": "the KATO code"}.items():
            for row, cell in zip(self.at, self._cells(name), strict=True):
                if cell == "" and (row, fields[name][0]) not in self.sheet.unfit:
                    self._fault(row, fields[name][0], "is empty", f"write {said}")
        for (leaf, _), column in self.table.surplus.items():
            message = f"is {leaf} of a criterion that measure {measure.id} has not"
            for row in self.at:
                if values.clean(self.sheet.cell(row, column)) != "":
                    self._fault(row, column, message, "leave the group of columns empty")
        rows, figures = set(self.at), set(self._columns().values())
        for row, column in self.spread:
            if row in rows and column in figures:
                self._fault(
                    row, column, "is merged with the row above", "give each project a figure of its own"
                )
        own = (
            figures | set(self.table.surplus.values()) | {c for columns_ in fields.values() for c in columns_}
        )
        totalled = set(self._totalled().values())
        for (row, column), text in self.sheet.unfit.items():
            if (row in rows and column in own) or (row in self.lines.totals and column in totalled):
                self._unfit(row, column, text)

    def _unfit(self, row: int, column: int, text: str) -> None:
        if text != NO_VALUE:
            self._fault(
                row,
                column,
                "is an error of Excel, not a value",
                "mend the formula, or leave the cell empty",
                text,
            )
        elif not self._nothing_to_compute(row, column):
            fix = "open the file in Excel or LibreOffice, let it compute, and save it"
            self._fault(row, column, f"is a {NO_VALUE}", fix)

    def _nothing_to_compute(self, row: int, column: int) -> bool:
        """Whether a formula may well be empty: a score without plan or actual, a sum without scores.

        Some programs store the empty text, which such a formula gives, like a value never computed.
        """
        key = next((key for key, at in self._columns().items() if at == column), None)
        if row not in self.position or key in (None, "support_paid"):
            return False
        if key == "score_sum":
            scores = [key for key in self.table.groups if key[0] == "score"]
            return all(self._is_empty(row, key) or self._is_empty_score(row, key) for key in scores)
        return key[0] == "score" and self._is_empty_score(row, key)

    def _is_empty_score(self, row: int, score: tuple[str, int]) -> bool:
        return any(self._is_empty(row, (leaf, score[1])) for leaf in ("plan", "actual"))

    def _is_empty(self, row: int, key: tuple[str, int]) -> bool:
        """Whether a figure is empty, and not for want of computing."""
        computed = (row, self.table.groups[key]) not in self.sheet.unfit
        return computed and bool(np.isnan(self.read[key][self.position[row]]))

    def _columns(self) -> dict:
        """Columns of figures by name, or by (plan, actual or score; position of the criterion)."""
        named = {n: self.table.fields[n][0] for n in ("support_paid", "score_sum") if n in self.table.fields}
        return named | self.table.groups

    def _totalled(self) -> dict:
        return {
            key: column
            for key, column in self._columns().items()
            if isinstance(key, str) or key[0] == "score"
        }

    def _numbers(self) -> tuple[dict, dict]:
        """Figures of the projects and of the totals by column, all read together."""
        places, cells, rate, infinite, limit, spans = [], [], [], [], [], {}
        totalled = self._totalled()
        for key, column in self._columns().items():
            leaf, position = (key, 0) if isinstance(key, str) else key
            grows = (
                leaf in ("plan", "actual") and self.table.measure.criteria[position - 1].unit == "fraction"
            )
            highest = {"plan": values.HIGHEST_PLAN, "actual": values.HIGHEST_ACTUAL}.get(leaf, np.inf)
            highest = 0.0 if column in self.table.percent else highest
            rows = self.at + (self.lines.totals if key in totalled else [])
            spans[key] = len(cells), len(cells) + len(self.at), len(cells) + len(rows)
            cells += self._column(column, rows)
            places.append((spans[key][0], column, rows))
            rate += [grows] * len(rows)
            infinite += [grows and leaf == "actual"] * len(rows)
            limit += [highest if grows else np.inf] * len(rows)
        read = values.figures(
            cells,
            rate=np.array(rate, bool),
            infinite=np.array(infinite, bool),
            limit=np.array(limit, float),
            comma=self.table.comma,
        )

        def place(at: int) -> tuple[int, int]:
            start, column, rows = next(each for each in reversed(places) if each[0] <= at and each[2])
            return rows[at - start], column

        bare = {at: place(at) for at in read.bare}
        percent = shown_as_percent(self.sheet, bare.values())
        for refusal in read.refused + [values.no_rate(at) for at in bare if bare[at] not in percent]:
            self._fault(*place(refusal.at), refusal.message, refusal.fix, as_text(cells[refusal.at]))
        whole = {key: read.values[first:end].tolist() for key, (first, end, _) in spans.items()}
        return whole, {key: read.values[end:last].tolist() for key, (_, end, last) in spans.items()}

    def _column(self, column: int, rows: list[int]) -> list[object]:
        """Cells of one column, cleaned."""
        sheet = self.sheet.rows
        cells = [sheet[row][column] if column < len(sheet[row]) else "" for row in rows]
        return [cell if type(cell) is float else values.clean(cell) for cell in cells]

    def _figure(self, key) -> list[float]:
        return self.read.get(key, [np.nan] * len(self.at))

    def _cells(self, name: str) -> list[object]:
        """Cells of a field, cleaned; those of several columns under one heading are joined."""
        if name not in self.cells:
            each = [self._column(column, self.at) for column in self.table.fields.get(name, [])]
            if self.spread and name in TEXTS:
                for column, cells in zip(self.table.fields.get(name, []), each, strict=True):
                    filled = {
                        self.position[r]: v
                        for (r, c), v in self.spread.items()
                        if c == column and r in self.position
                    }
                    for at, value in filled.items():
                        cells[at] = values.clean(value)
            joined = each[0] if len(each) == 1 else [_joined(cells) for cells in zip(*each, strict=True)]
            self.cells[name] = joined if each else [""] * len(self.at)
        return self.cells[name]

    def _refuse(self, name: str, read: list, refused: list[values.Refusal]) -> list:
        cells = self._cells(name) if refused else []
        for refusal in refused:
            column = self.table.fields[name][0]
            self._fault(self.at[refusal.at], column, refusal.message, refusal.fix, as_text(cells[refusal.at]))
        return read

    def _places(self, columns_: list[int] | None, rows: list[int]) -> list[str | None]:
        if not columns_:
            return [None] * len(rows)
        name = letters(columns_[0])
        return [f"{name}{row + 1}" for row in rows]

    def _fault(self, row: int, column: int, message: str, fix: str, value: str | None = None) -> None:
        self.faults.append(self.sheet.fault(message, fix=fix, at=(row, column), value=value))


def _joined(cells: tuple[object, ...]) -> object:
    there = [cell for cell in cells if cell != ""]
    return there[0] if len(there) == 1 else " ".join(str(values.written([cell])[0]) for cell in there)
