"""One report: its notebook run by papermill, checked, and turned into files."""

import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from effeval.errors import EffevalError, ReportError
from effeval.reports.checks import facts_of, faults
from effeval.reports.pages import to_html, to_pdf
from effeval.reports.plan import Report

MARK = "papermill-error-cell-tag"
CELL_TIMEOUT = 600  # seconds that one cell may take
# Quiet, and figures as they are laid out: to cut their margins they would have to be drawn twice.
KERNEL = ["--log-level=ERROR", "--InlineBackend.print_figure_kwargs={'bbox_inches': None}"]
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # in what Python says of an object: another in each run


@dataclass(frozen=True)
class Order:
    """What all reports of a run share.

    Attributes
    ----------
    notebook : str
        The notebook as the text of its file.
    shown : mapping of str to str
        Parameters that the kept notebook shows in place of those it was run with, so that it can be run again:
        ``data_dir`` and ``methodology``.
    pdf : bool
        Whether a PDF is wanted.
    """

    notebook: str
    shown: Mapping[str, str]
    pdf: bool = False


@dataclass(frozen=True)
class Made:
    """What became of one report.

    Attributes
    ----------
    report : Report
    files : dict of str to bytes
        Contents by ending (.html, .ipynb, .xlsx, .pdf; .failed.ipynb alone of a failed one, if it got so far).
    facts : dict
        What the notebook adds up to; empty if it failed.
    seconds : float
    error : str
        Why it failed, with the number of the cell; empty if it did not.
    """

    report: Report
    files: dict[str, bytes] = field(repr=False)
    facts: dict[str, Any] = field(repr=False)
    seconds: float
    error: str = ""


def make(report: Report, order: Order, scored: Path, options: Mapping[str, Any]) -> Made:
    """Run the notebook of a report and make its files; what goes wrong is told in the result, not raised.

    Parameters
    ----------
    report : Report
    order : Order
    scored : Path
        Folder of :func:`effeval.scored.write_scored`.
    options : mapping
        More keyword arguments for ``papermill.execute_notebook``.
    """
    begun = time.monotonic()
    with TemporaryDirectory(prefix="effeval-") as folder:
        executed = Path(folder) / "executed.ipynb"
        try:
            notebook = execute(order.notebook, _parameters(report, scored), output=executed, options=options)
            facts = facts_of(notebook)
            found = faults(notebook, facts, report)
            if found:
                raise ReportError("\n".join(found))
            files = _files(_settled(notebook, report, order), report, order, scored)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and does not stop the others
            why = str(error) if isinstance(error, EffevalError) else f"{type(error).__name__}: {error}"
            return Made(report, _failed(executed, report, order), {}, time.monotonic() - begun, why)
    return Made(report, files, facts, time.monotonic() - begun)


def execute(
    source: str, parameters: Mapping[str, Any], *, output: Path, options: Mapping[str, Any] | None = None
) -> Any:
    """Run a notebook with papermill.

    Parameters
    ----------
    source : str
        The notebook as the text of its file.
    parameters : mapping
        All must be parameters of the notebook.
    output : Path
        Where papermill writes the executed notebook, also when a cell fails.
    options : mapping, optional
        More keyword arguments for ``papermill.execute_notebook``.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    ReportError
        An unknown parameter, or a cell that failed: its number, what it raised, and the message.
    """
    papermill = import_papermill()
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbformat import reads
    from papermill.exceptions import PapermillExecutionError

    notebook = reads(source, as_version=4)
    known = papermill.inspect_notebook(notebook)
    strange = sorted(set(parameters) - set(known))
    if strange:
        raise ReportError(f"The notebook has no parameter {', '.join(strange)}; it has {', '.join(known)}.")
    given = {"progress_bar": False, "shutdown_kernel": "immediate", "execution_timeout": CELL_TIMEOUT}
    given |= {"extra_arguments": KERNEL, **(options if options is not None else {})}
    if "zygote" in given:
        given["rescued"] = str(output)
    try:
        return papermill.execute_notebook(notebook, str(output), parameters=dict(parameters), **given)
    except PapermillExecutionError as error:
        raise ReportError(f"cell {error.cell_index}: {error.ename}\n{error.evalue}") from error
    except CellTimeoutError as error:
        raise ReportError(f"A cell took longer than {CELL_TIMEOUT} s.\n{error}") from error
    except DeadKernelError as error:
        raise ReportError(f"The kernel died: {error}") from error


def without_outputs(notebook: str) -> str:
    """The text of a notebook without what it showed when it was run before: each report would copy it."""
    document = json.loads(notebook)
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(document, ensure_ascii=False)


def import_papermill():
    """papermill, without a second lost for formats that no notebook here uses."""
    # jupyter's schema checks would build the grammar of IRIs
    sys.modules.setdefault("rfc3987_syntax", None)
    import papermill

    return papermill


def _parameters(report: Report, scored: Path) -> dict[str, Any]:
    return {"data_dir": str(scored), "year": report.year, "region": report.region, "lang": report.lang}


def _settled(notebook: Any, report: Report, order: Order) -> Any:
    """The executed notebook as it is kept: parameters to run it again with, nothing that differs between runs."""
    notebook.metadata.pop("papermill", None)
    # papermill puts marks before a cell that failed; without them cells have the numbers that messages name
    notebook.cells = [cell for cell in notebook.cells if MARK not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if "text/plain" in output.get("data", {}):
                output["data"]["text/plain"] = _ADDRESS.sub("", output["data"]["text/plain"])
        if "injected-parameters" in cell.metadata.get("tags", []):
            shown = {"year": report.year, "region": report.region, "lang": report.lang, **order.shown}
            lines = [f"{name} = {value!r}" for name, value in sorted(shown.items())]
            cell.source = "\n".join(["# Parameters of this report", *lines])
    return notebook


def _files(notebook: Any, report: Report, order: Order, scored: Path) -> dict[str, bytes]:
    page = to_html(notebook, title=report.title, lang=report.lang)
    files = {".html": page.encode(), ".ipynb": _text(notebook)}
    workbook = _workbook(report, scored)
    if workbook is not None:
        files[".xlsx"] = workbook
    if order.pdf:
        files[".pdf"] = to_pdf(page)
    return files


def _workbook(report: Report, scored: Path) -> bytes | None:
    """Annex 1 of the region; none where no project stands in it, or judged rows came without their figures."""
    from effeval import annex1

    data, assessed, methodology = _read(scored)
    if data.observations.empty:
        return None
    wanted = assessed["year"] == report.year
    if report.region:
        wanted &= assessed["region"] == report.region
    assessed = annex1.in_form(assessed[wanted], data)
    if assessed.empty:
        return None
    data = data.subset(assessed["project_id"].unique())
    with TemporaryDirectory(prefix="effeval-") as folder:
        path = Path(folder) / "annex-1.xlsx"
        annex1.write(assessed, data, path, year=report.year, methodology=methodology, lang=report.lang)
        return path.read_bytes()


@lru_cache(maxsize=1)
def _read(scored: Path):
    """The scored data, once for all reports that a process makes; nothing changes them."""
    from effeval.scored import read_scored

    return read_scored(scored)


def _failed(executed: Path, report: Report, order: Order) -> dict[str, bytes]:
    """The notebook as far as it got, for whoever looks for the cause."""
    from nbformat import read

    if not executed.is_file():
        return {}
    try:
        notebook = read(executed, as_version=4)
    except json.JSONDecodeError:  # it died while it was being written
        return {}
    return {".failed.ipynb": _text(_settled(notebook, report, order))}


def _text(notebook: Any) -> bytes:
    from nbformat import writes

    return (writes(notebook) + "\n").encode()
