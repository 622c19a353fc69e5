"""Runs that are killed, starved of room or broken: no half file, no wrong first page, no exit status of zero."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nights import (
    COMMAND,
    QUICK,
    finished,
    gone,
    page_of,
    scripted,
    small_data,
    small_notebook,
    start,
    tree,
    true_facts,
    until,
)

from effeval import kernels, reports
from effeval.reports import night, notebook_path

YEAR = 2025
STEMS = ("00-kazakhstan", "63-east-kazakhstan-region", "71-astana")
# Notes who runs; the report of Astana waits until it may go on.
WAITS = """
import os, pathlib, time
log = pathlib.Path(os.environ["LOG"])
with log.open("a") as lines:
    print(region or "00", os.getpid(), os.getppid(), file=lines)
while region == "71" and not log.with_name("go").exists():
    time.sleep(0.05)
"""
forked = pytest.mark.skipif(not kernels.available(), reason="no fork with pidfd on this system")


@pytest.fixture(scope="module")
def data(sample_dir, tmp_path_factory) -> Path:
    return small_data(tmp_path_factory.mktemp("data") / "small", sample_dir)


@pytest.fixture
def earlier(data, monkeypatch, tmp_path) -> dict[str, str]:
    """What a run of yesterday has left in tmp_path/out: pages of one line, from the same data."""
    with monkeypatch.context() as patch:
        patch.setattr(night, "crew", scripted(page_of(true_facts(data), "yesterday")))
        reports.run(data, year=YEAR, folder=tmp_path / "out")
    return tree(tmp_path / "out" / "2025")


@pytest.fixture
def waiting(data, tmp_path):
    """The command at work, two reports of three done, the third under way."""
    notebook = small_notebook(tmp_path / "small.ipynb", WAITS)
    (tmp_path / "tmp").mkdir()
    environment = {"LOG": str(tmp_path / "log"), "TMPDIR": str(tmp_path / "tmp")}
    words = [data, "--year", YEAR, "--jobs", 1, "--notebook", notebook, "-o", tmp_path / "out"]
    process = start(*words, environment=environment)
    state = tmp_path / "out" / ".2025.part" / ".state"
    try:
        until(lambda: len(list(state.glob("ru-*.json"))) == 2 and "71 " in said(tmp_path), process=process)
        yield process, words, environment
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def said(folder: Path) -> str:
    return (folder / "log").read_text() if (folder / "log").exists() else ""


def pids(folder: Path) -> set[int]:
    """Kernels and the process that they are forked from."""
    return {int(pid) for line in said(folder).splitlines() for pid in line.split()[1:]}


def whole(folder: Path) -> None:
    """Every file that a manifest names is there as it says, and every name without a dot in front is named."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told = manifest["pages"] | {n: h for record in manifest["reports"] for n, h in record["files"].items()}
    assert {name: value for name, value in tree(folder).items() if name != "manifest.json"} == told


@forked
def test_a_killed_run_shows_nothing_and_is_resumed_where_it_stopped(
    earlier, waiting, data, effeval, tmp_path
) -> None:
    process, words, environment = waiting
    out, part = tmp_path / "out", tmp_path / "out" / ".2025.part"
    status, _, err = effeval("report", data, "--year", YEAR, "-o", out)
    assert status == 2 and "Another run is making reports in" in err
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert gone(pids(tmp_path))
    assert tree(out / "2025") == earlier
    left = {f"ru/{stem}.{ending}" for stem in STEMS[:2] for ending in ("html", "ipynb", "xlsx")}
    assert {name for name in tree(part) if not name.startswith(".state/")} == left
    before = {name: ((part / name).stat().st_mtime_ns, tree(part)[name]) for name in left}

    (tmp_path / "go").touch()
    lines = len(said(tmp_path).splitlines())
    status, err = finished(start(*words, "--resume", environment=environment))
    assert status == 0, err
    assert [line.split()[0] for line in said(tmp_path).splitlines()[lines:]] == ["71"]
    shown = out / "2025"
    hashes = tree(shown)
    assert {name: ((shown / name).stat().st_mtime_ns, hashes[name]) for name in left} == before
    whole(shown)
    assert len([name for name in hashes if name.endswith(".html")]) == 4
    assert sorted(path.name for path in out.iterdir()) == [".2025.lock", "2025"]


@pytest.mark.slow
@forked
def test_ctrl_c_leaves_no_process_and_no_half_file(earlier, waiting, tmp_path) -> None:
    process, _, _ = waiting
    process.send_signal(signal.SIGINT)
    status, _ = finished(process, seconds=20)
    assert status not in (0, None)
    assert gone(pids(tmp_path))
    assert list((tmp_path / "tmp").iterdir()) == []
    assert tree(tmp_path / "out" / "2025") == earlier
    part = tree(tmp_path / "out" / ".2025.part")
    assert [name for name in part if Path(name).name.startswith(".")] == []


def broken(path: Path, code: str) -> Path:
    """The notebook of the project with a cell of our own in front of its last one."""
    notebook = nbformat.read(notebook_path("regional_report"), as_version=4)
    notebook.cells.insert(-1, nbformat.v4.new_code_cell(code))
    nbformat.write(notebook, path)
    return path


def assert_failed(out: Path, status: int, err: str, *, failed: dict[str, str]) -> dict[str, dict]:
    """Everything is there but these reports; why stands on the first page, in the manifest and on stderr."""
    assert status == 1, err
    assert f"{len(failed)} of 3 reports failed." in err
    shown = out / "2025"
    whole(shown)
    manifest = json.loads((shown / "manifest.json").read_text(encoding="utf-8"))
    found = {r["name"].removeprefix("ru/"): r for r in manifest["reports"] if r["status"] == "failed"}
    assert set(found) == set(failed)
    pages = {path.name for path in (shown / "ru").glob("*.html")}
    assert pages == {"index.html", *(f"{stem}.html" for stem in STEMS if stem not in failed)}
    index = (shown / "ru" / "index.html").read_text(encoding="utf-8")
    for stem, why in failed.items():
        assert why in found[stem]["error"] and why in err
        assert why.splitlines()[0] in index and f'href="{stem}.html"' not in index
    return found


@forked
def test_a_notebook_that_raises_and_a_kernel_that_dies_do_not_stop_the_others(data, tmp_path) -> None:
    code = "import os\nif region == '63':\n    raise ValueError('a < b')\nif region == '71':\n    os._exit(0)"
    notebook, out = broken(tmp_path / "mine.ipynb", code), tmp_path / "out"
    words = [data, "--year", YEAR, "--jobs", 2, "--notebook", notebook, "-o", out]
    status, err = finished(start(*words, command=COMMAND))
    cell = len(nbformat.read(notebook, as_version=4).cells) - 2 + 1  # papermill puts one in before it
    why = {STEMS[1]: f"cell {cell}: ValueError\na < b", STEMS[2]: "The kernel died"}
    found = assert_failed(out, status, err, failed=why)
    index = (out / "2025" / "ru" / "index.html").read_text(encoding="utf-8")
    assert "a &lt; b" in index
    for stem in STEMS[1:]:
        assert list(found[stem]["files"]) == [f"ru/{stem}.failed.ipynb"]
        assert f'href="{stem}.failed.ipynb"' in index
    executed = nbformat.read(out / "2025" / "ru" / f"{STEMS[1]}.failed.ipynb", as_version=4)
    kinds = [output.output_type for output in executed.cells[cell].outputs]
    assert kinds == ["error"] and executed.cells[cell + 1].outputs == []
    shown = [c.source for c in executed.cells if "injected-parameters" in c.metadata.get("tags", [])]
    assert f"data_dir = {str(data)!r}" in shown[0]


_NO_FORK = """
from effeval import kernels
kernels.available = lambda: False
from effeval.reports import index
index._map = lambda *_: ""
from effeval.cli import main
main()
"""
POOL = [sys.executable, "-c", _NO_FORK, "report"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_worker_of_the_pool_that_dies_does_not_stop_the_others(data, tmp_path) -> None:
    """Where kernels cannot be forked; the parent of a kernel is then a process of the pool."""
    code = "import os, signal\nif region == '63':\n    os._exit(0)\nif region == '71':\n    os.kill(os.getppid(), signal.SIGKILL)"
    notebook = small_notebook(tmp_path / "small.ipynb", code)
    words = [data, "--year", YEAR, "--jobs", 2, "--notebook", notebook, "-o", tmp_path / "out"]
    status, err = finished(start(*words, command=POOL))
    why = {STEMS[1]: "The kernel died", STEMS[2]: "The process that made it died"}
    assert_failed(tmp_path / "out", status, err, failed=why)


@pytest.mark.slow
@forked
def test_a_killed_zygote_is_told_and_what_was_done_is_shown(data, tmp_path) -> None:
    state = tmp_path / "out" / ".2025.part" / ".state"
    code = (
        "import os, pathlib, signal, time\n"
        f"state = pathlib.Path({str(state)!r})\n"
        "while region == '71' and len(list(state.glob('ru-*.json'))) < 2:\n    time.sleep(0.05)\n"
        "if region == '71':\n    os.kill(os.getppid(), signal.SIGKILL)"
    )
    notebook = small_notebook(tmp_path / "small.ipynb", code)
    words = [data, "--year", YEAR, "--jobs", 2, "--notebook", notebook, "-o", tmp_path / "out"]
    status, err = finished(start(*words))
    why = "The process that kernels are forked from has died"
    assert_failed(tmp_path / "out", status, err, failed={STEMS[2]: why})


def namespace() -> list[str]:
    """What begins a command that may mount: the mount is gone with it."""
    for words in (["unshare", "-m"], ["unshare", "-rm"]):
        probe = [*words, "sh", "-c", 'mount -t tmpfs -o size=64k tmpfs "$0"', "/tmp"]
        if (
            shutil.which("unshare")
            and subprocess.run(probe, check=False, capture_output=True).returncode == 0
        ):
            return words
    if os.environ.get("CI"):
        pytest.fail("no file system can be mounted here, neither as root nor with unshare -rm")
    pytest.skip("no file system can be mounted here")


FULL = """
mount -t tmpfs -o size=400k tmpfs "$1" || exit 90
shift
"$@"
echo "status $?"
find out -type f ! -path '*/.state/*' | sort
mount -o remount,size=40m out
"$@" --resume
echo "status $?"
find out -type f | sort
cat "$LOG"
"""
CODE = """
import os
with open(os.environ["LOG"], "a") as lines:
    print("ran", region, file=lines)
# as large as a real report, and never the same twice so that it cannot be packed
from IPython.display import HTML
HTML("<!-- " + os.urandom(60_000).hex() + " -->")
"""


@pytest.mark.slow
def test_a_full_disk_shows_nothing_and_the_run_goes_on_when_there_is_room(data, tmp_path) -> None:
    """Room for one report, not for three; told are status, files, then the same after a run with room."""
    notebook = small_notebook(tmp_path / "small.ipynb", CODE)
    (tmp_path / "out").mkdir()
    words = [*QUICK, data, "--year", YEAR, "--jobs", 1, "--notebook", notebook, "-o", "out"]
    command = [*namespace(), "sh", "-c", FULL, "sh", tmp_path / "out", *words]
    done = subprocess.run(
        list(map(str, command)),
        check=False, cwd=tmp_path, env=os.environ | {"LOG": str(tmp_path / "log")}, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    first, second = done.stdout.split("status ")[1:]
    assert first.splitlines()[0] == "1", done.stderr
    assert "could not be written: No space left on device" in done.stderr and "--resume" in done.stderr
    left = first.splitlines()[1:]
    assert not any(name.startswith("out/2025/") for name in left)
    assert not any(Path(name).name.startswith(".") for name in left if not name.endswith(".lock"))
    assert any(name.endswith(".html") for name in left), "the disk was full before the first report"
    assert second.splitlines()[0] == "0", done.stderr
    assert sum(name.startswith("out/2025/") for name in second.splitlines()) == 3 * 3 + 3
    ran = [line for line in second.splitlines() if line.startswith("ran")]
    kept = sum(name.endswith(".xlsx") for name in left)  # written last of each report
    assert kept >= 1 and len(ran) <= 6 - kept


def test_a_folder_that_cannot_be_written_is_told(data, effeval, tmp_path) -> None:
    (tmp_path / "file").write_text("no folder")
    status, _, err = effeval("report", data, "--year", YEAR, "-o", tmp_path / "file" / "reports")
    assert status == 2
    assert f"Reports cannot be written to {tmp_path / 'file' / 'reports'}" in err and "To fix: " in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$1" || exit 90\nshift\n"$@"\necho "status $?"\nls -A out'


@pytest.mark.slow
def test_a_folder_that_may_only_be_read_is_told(data, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    words = [*COMMAND, data, "--year", YEAR, "-o", tmp_path / "out"]
    command = [*namespace(), "sh", "-c", READ_ONLY, "sh", tmp_path / "out", *words]
    done = subprocess.run(
        list(map(str, command)), check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "status 2\n", done.stderr
    assert "Reports cannot be written to" in done.stderr and "Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr
