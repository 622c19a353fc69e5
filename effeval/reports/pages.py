"""Executed notebooks as pages: HTML without code, scripts or anything fetched, and PDF of it."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from effeval.errors import ReportError
from effeval.packaged import TEMPLATES

_PRINTING = threading.Lock()  # Pango's fonts are not said to be safe between threads
LEFT_OUT = ("parameters", "injected-parameters", "for-analyst")  # tags of cells that a reader does not need


def to_html(notebook: Any, *, title: str, lang: str) -> str:
    """An executed notebook (nbformat) as one page that opens offline.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Not changed.
    title : str
        Title of the page.
    lang : str
        kk, ru or en: language of the page.

    Returns
    -------
    str
        HTML; pictures are in it.
    """
    from copy import deepcopy

    notebook = _described(deepcopy(notebook), title)
    notebook.metadata["title"] = title
    exporter, style = _exporter(lang, threading.get_ident())
    page, _ = exporter.from_notebook_node(notebook, resources={"report_style": style})
    return page


@lru_cache(maxsize=32)
def _exporter(lang: str, thread: int):
    """nbconvert's exporter, which keeps its compiled templates, and the style sheet; one for each thread."""
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = set(LEFT_OUT)
    exporter = HTMLExporter(
        config=config,
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code=lang,
    )
    return exporter, (TEMPLATES / "report" / "style.css").read_text(encoding="utf-8")


def to_pdf(page: str) -> bytes:
    """A page of :func:`to_html` as PDF on A4.

    Raises
    ------
    ReportError
        WeasyPrint or the system's Pango is not installed, or the page asks for something outside itself.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except (ImportError, OSError) as error:
        raise ReportError(
            f"PDF cannot be made here ({str(error).splitlines()[0]}).\n"
            "To fix: pip install 'effeval[pdf]' and the system's Pango library, or print the pages from a browser."
        ) from error
    pictures_alone = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    try:
        with _PRINTING:
            return HTML(string=page, url_fetcher=pictures_alone).write_pdf()
    except FatalURLFetchingError as error:  # no Exception: it would end the run
        raise ReportError(f"The page asks for what is not in it. {error}") from error


def notebook_path(name: str) -> Path:
    """A notebook of the project by name, from the folder ``notebooks`` beside the package.

    Raises
    ------
    ReportError
        The package is installed without its notebooks.
    """
    path = Path(__file__).resolve().parents[2] / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise ReportError(
            f"There is no notebook {path}.\nTo fix: install effeval from its repository (pip install -e .)."
        )
    return path


def _described(notebook: Any, heading: str) -> Any:
    """Pictures get the heading above them as their text, for those who cannot see them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if data.get("text/markdown", "").startswith("#"):
                heading = data["text/markdown"].splitlines()[0].lstrip("# ")
            if "image/png" in data:
                output["metadata"].setdefault("image/png", {})["alt"] = heading
    return notebook
