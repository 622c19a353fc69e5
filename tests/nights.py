"""Runs of reports in tests: data of two regions, a notebook that takes no time, crews, and the command as a process."""

import base64
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from PIL import Image

import effeval as ee
from effeval.reports import Report, night
from effeval.reports.crew import crew
from effeval.reports.execution import Made

REGIONS = ("63", "71")
COMMAND = [sys.executable, "-c", "from effeval.cli import main; main()", "report"]
# The same, but kernels are forked from a process with fewer imports, and the first page has no map.
_FEWER = """
from effeval.reports import crew, index
crew.PRELOAD = ("pyarrow.parquet", "effeval.scope")
index._map = lambda *_: ""
from effeval.cli import main
main()
"""
QUICK = [sys.executable, "-c", _FEWER, "report"]
PARAMETERS = 'data_dir = ""\nyear = None\nregion = ""\nlang = "ru"\nmethodology = ""'
CHOOSE = """
import effeval as ee
report = ee.scope.choose(data_dir, year=year, region=region, lang=lang, methodology=methodology)
report
"""


def small_data(folder: Path, sample: Path) -> Path:
    """The projects of the sample in two regions."""
    data = ee.load(sample)
    kept = data.projects[data.projects["kato"].str[:2].isin(REGIONS)]
    folder.mkdir()
    kept.to_csv(folder / "projects.csv", index=False)
    ours = data.observations["project_id"].isin(kept["project_id"])
    data.observations[ours].to_csv(folder / "observations.csv", index=False)
    data.reference.to_csv(folder / "reference.csv", index=False)
    return folder


def picture(*, blank: bool = False, high: int = 20) -> str:
    """Base64 of a PNG file, 40 pixels wide."""
    image, file = Image.new("RGB", (40, high), "white"), io.BytesIO()
    if not blank:
        image.putpixel((3, 3), (0, 0, 0))
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def small_notebook(path: Path, code: str = "") -> Path:
    """A notebook with the facts and a figure of a report, and `code` in the cell with index 3 of the executed one."""
    show = f"import base64\nfrom IPython.display import Image\nImage(base64.b64decode({picture()!r}))"
    cells = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS, CHOOSE, code, show, "report.facts")]
    cells[0].metadata.tags = ["parameters"]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python"}
    nbformat.write(made, path)
    return path


@contextmanager
def one_crew() -> Iterator[None]:
    """Within, all runs share one crew of forked kernels: its start costs most of a small run."""
    with crew(jobs=2) as produce:

        @contextmanager
        def shared(*, jobs: int, dask: str | None = None):
            yield produce

        night.crew, kept = shared, night.crew
        try:
            yield
        finally:
            night.crew = kept


def scripted(work: Callable[[Report], Made]):
    """A crew that asks a function instead of a notebook; to be put in the place of ``night.crew``."""

    @contextmanager
    def crew_of_one(*, jobs: int, dask: str | None = None):
        yield lambda reports, order, scored: map(work, reports)

    return crew_of_one


def true_facts(data: Path, *, year: int = 2025, law: ee.Methodology | None = None) -> dict[str, dict]:
    """What reports of these data must say, by region."""
    law = law if law is not None else ee.Methodology.load("order-35")
    _, rows, _ = ee.judged.judged(data, methodology=law)
    rows = rows[rows["year"] == year]
    return {"": ee.scope.facts(rows)} | {
        code: ee.scope.facts(rows[rows["region"] == code]) for code in REGIONS
    }


def page_of(facts: dict[str, dict], text: str = "page") -> Callable[[Report], Made]:
    """Work for :func:`scripted`: a page of one line."""
    return lambda report: Made(report, {".html": f"{text} {report.name}".encode()}, facts[report.region], 0.0)


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def start(
    *words: object, command: Sequence[str] = QUICK, environment: dict[str, str] | None = None
) -> subprocess.Popen:
    """``effeval report`` as a process in a group of its own."""
    known = os.environ | (environment if environment is not None else {})
    return subprocess.Popen(
        [*command, *map(str, words)],
        env=known,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: subprocess.Popen, *, seconds: float = 120) -> tuple[int, str]:
    """Exit status and stderr."""
    try:
        _, err = process.communicate(timeout=seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, err


def until(what: Callable[[], bool], *, process: subprocess.Popen, seconds: float = 90) -> None:
    """Wait until something is so, while a process runs."""
    end = time.monotonic() + seconds
    while not what():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def gone(pids: Iterable[int], *, seconds: float = 15) -> bool:
    """Whether none of the processes runs any more, or soon."""
    end = time.monotonic() + seconds
    while any(map(_runs, pids)):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
