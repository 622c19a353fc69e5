"""A worksheet of xlsxwriter in which text is text, numbers keep their digits and formulas are as given."""

from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from effeval.errors import ParameterError

_TOO_LONG = -2  # what xlsxwriter returns when it has cut a text


class PlainWorksheet(Worksheet):
    """For figures that are read back, and for formulas of old functions only (COUNT, SUM, IF, MIN, MAX, ABS).

    The methods that begin with an underscore are xlsxwriter's inner ones. If a later release no longer
    calls them, text may turn into formatted text, numbers lose their 17th digit and writing gets slower; a test and the benchmark tell.
    """

    def _write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> int:
        """Text as it is, even if it looks like the XML of formatted text, which xlsxwriter would pass on.

        Raises
        ------
        ParameterError
            The text is longer than Excel allows in a cell.
        """
        if string.startswith("<r>") and string.endswith("</r>"):
            string = f'<r><t xml:space="preserve">{escape(string)}</t></r>'
        if super()._write_string(row, col, string, cell_format) == _TOO_LONG:
            message = f"{string[:40]!r}… has {len(string):,} characters, more than a cell holds."
            raise ParameterError(f"{message}\nTo fix: shorten the text to {self.xls_strmax:,} characters")
        return 0

    def _prepare_formula(self, formula, expand_future_functions=False):
        """Without the thirty searches a formula for functions that Excel got after 2007."""
        return formula.removeprefix("=")

    def _xml_formula_element(self, formula, result, attributes=()) -> None:
        """An empty text as a value of its own; xlsxwriter leaves it out, as if nothing had been computed."""
        attributes = [*attributes, ("t", "str")] if result == "" else attributes
        super()._xml_formula_element(formula, result, attributes)

    def _xml_number_element(self, number, attributes=()) -> None:
        """The shortest digits that give the same number again; xlsxwriter writes sixteen."""
        shown = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{shown}><v>{float(number)!r}</v></c>")
