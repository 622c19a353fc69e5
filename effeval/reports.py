"""Reports: a parameterised notebook run by papermill and turned into one page of HTML.

Knows nothing of scoring: the notebook calls the library.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from effeval.errors import ReportError
from effeval.files import replacing

LEFT_OUT = ("parameters", "injected-parameters", "for-analyst")  # tags of cells that a reader does not need


def run(
    notebook: str | Path,
    *,
    parameters: Mapping[str, object],
    output: str | Path,
    title: str,
    lang: str = "ru",
) -> Path:
    """Run a notebook with parameters and write the page; on failure nothing is written.

    Parameters
    ----------
    notebook : str or Path
    parameters : mapping of str to value
        Must be parameters of the notebook; a relative path means what it means here.
    output : str or Path
        The .html file; its folder is made if need be.
    title : str
        Title of the page.
    lang : str
        kk, ru or en: language of the page.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ReportError
        An unknown parameter, or a cell that failed: its number, what it raised, and the message.
    """
    papermill = _papermill()
    notebook, output = Path(notebook), Path(output)
    if not notebook.is_file():
        raise ReportError(f"There is no notebook {notebook}.")
    known = papermill.inspect_notebook(str(notebook))
    strange = sorted(set(parameters) - set(known))
    if strange:
        raise ReportError(
            f"{notebook.name} has no parameter {', '.join(strange)}; it has {', '.join(known)}."
        )
    with TemporaryDirectory() as folder:
        executed = Path(folder) / notebook.name
        with _explained(notebook):
            papermill.execute_notebook(
                str(notebook),
                str(executed),
                parameters=dict(parameters),
                progress_bar=False,
                shutdown_kernel="immediate",
                extra_arguments=["--log-level=ERROR"],
            )
        page = to_html(executed, title=title, lang=lang)
    output.parent.mkdir(parents=True, exist_ok=True)
    with replacing(output) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
    return output


def to_html(executed: str | Path, *, title: str, lang: str) -> str:
    """An executed notebook as one page without code, scripts or anything fetched."""
    import nbformat
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata["title"] = title
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = set(LEFT_OUT)
    exporter = HTMLExporter(
        config=config,
        template_name="report",
        extra_template_basedirs=[str(files("effeval") / "templates")],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code=lang,
    )
    page, _ = exporter.from_notebook_node(notebook)
    return page


def notebook_path(name: str) -> Path:
    """A notebook of the project by name, from the folder ``notebooks`` beside the package.

    Raises
    ------
    ReportError
        The package is installed without its notebooks.
    """
    path = Path(__file__).resolve().parent.parent / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise ReportError(
            f"There is no notebook {path}.\nTo fix: install effeval from its repository (pip install -e .)."
        )
    return path


def plan(
    *, regions: Sequence[str], year: int, lang: str, folder: str | Path
) -> Iterator[tuple[str, Path, str]]:
    """Region, file and title of each report of a run: the whole country first, then each region.

    Parameters
    ----------
    regions : sequence of str
        Two-digit codes.
    year : int
    lang : str
    folder : str or Path
        Files go to ``folder/<year>/<lang>/<code>-<name>.html``; the code of the whole country is 00.

    Examples
    --------
    >>> [(region, str(path.name)) for region, path, _ in plan(regions=["63"], year=2025, lang="en", folder="out")]
    [('', '00-kazakhstan.html'), ('63', '63-east-kazakhstan-region.html')]
    """
    from effeval.classifiers import names
    from effeval.labels import phrase

    latin, shown = names("region", lang="en"), names("region", lang=lang)
    about = f"{phrase('report.title', lang=lang)}, {year}"
    place = Path(folder) / str(year) / lang
    yield "", place / "00-kazakhstan.html", f"{phrase('kazakhstan', lang=lang)}: {about}"
    for region in regions:
        slug = re.sub(r"[^a-z]+", "-", latin[region].lower()).strip("-")
        yield region, place / f"{region}-{slug}.html", f"{shown[region]}: {about}"


@contextmanager
def _explained(notebook: Path) -> Iterator[None]:
    """What goes wrong inside a notebook, said as a ReportError."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        yield
    except PapermillExecutionError as error:
        place = f"{notebook.name}, cell {error.cell_index}"
        raise ReportError(f"{place}: {error.ename}\n{error.evalue}") from error
    except (DeadKernelError, CellTimeoutError) as error:
        raise ReportError(f"{notebook.name}: {error}") from error


def _papermill():
    # jupyter's schema checks would build a grammar for a second, for formats that no notebook here uses
    sys.modules.setdefault("rfc3987_syntax", None)
    import papermill

    return papermill
