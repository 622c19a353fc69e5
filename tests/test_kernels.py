"""Notebooks in forked kernels: the same outputs, nothing shared, and nothing left behind whatever dies."""

import ast
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from effeval import kernels
from effeval.errors import ReportError

if not kernels.available():
    pytest.skip("no fork with pidfd on this system", allow_module_level=True)

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

PRELOAD = ["numpy", "pandas", "matplotlib.pyplot", "matplotlib.backends.backend_agg"]
SHOWN = [
    "import os, sys, logging\nprint(os.getcwd(), sys.path, sys.argv[0], sys.stdin.read(), sys.executable)",
    "print({name: value for name, value in sorted(os.environ.items()) if name != 'JPY_PARENT_PID'})",
    "import numpy as np, pandas as pd\nframe = pd.DataFrame(np.arange(90.0).reshape(3, 30), list('abc'))\nframe",
    "print(frame)\nprint(frame.describe().T, file=sys.stderr)",
    "pd.options.display.max_rows, pd.options.display.max_columns, logging.getLogger().level",
    "import matplotlib.pyplot as plt\nprint(plt.get_backend())\nfigure = plt.plot([1, 3, 2])",
    "print(sorted(plt.rcParams.items()))\nos.system('echo from a command')",
    "import warnings\nwarnings.warn('once')\nDeprecationWarning in [entry[2] for entry in warnings.filters]",
    "from IPython.display import display, HTML\ndisplay(HTML('<b>bold</b>'))\nget_ipython().history_manager.hist_file",
    "%timeit -n1 -r1 -q pass\n_ = __name__, sorted(name for name in globals() if not name.startswith('_'))\n_",
]
POLLUTE = """
import builtins, colorsys, logging, os, sys, warnings, pandas as pd, matplotlib as mpl
leaked = builtins.leaked_too = 1
pd.options.display.max_rows = 7
mpl.rcParams["lines.linewidth"] = 7.0
os.environ["LEAKED"] = "1"
os.chdir("/")
sys.path.insert(0, "/leaked")
warnings.simplefilter("ignore")
colorsys.rgb_to_hsv = print
pd.DataFrame.leaked = 1
logging.getLogger().setLevel(7)
mpl.pyplot.figure(77)
"""
PROBE = """
import colorsys, logging, os, sys, warnings, pandas as pd, matplotlib as mpl
print([
    "leaked" in globals(), "leaked_too" in dir(__builtins__), pd.options.display.max_rows,
    mpl.rcParams["lines.linewidth"], os.environ.get("LEAKED"), os.getcwd(), sys.path[0], len(warnings.filters),
    colorsys.rgb_to_hsv.__name__, hasattr(pd.DataFrame, "leaked"), logging.getLogger().level, mpl.pyplot.get_fignums(),
])
"""


def notebook(*sources: str) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    made.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python"}
    return made


def run(options: dict, *sources: str, **more) -> nbformat.NotebookNode:
    # A kernel sends what was printed when its clock says so, in one message or in several: one is as right.
    settings = {"progress_bar": False, "execution_timeout": 60, "coalesce_streams": True} | options | more
    return papermill.execute_notebook(notebook(*sources), None, **settings)


def printed(options: dict, *sources: str, **more) -> str:
    return "".join(
        output.get("text", "") for cell in run(options, *sources, **more).cells for output in cell.outputs
    )


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != b"Z"  # ended; whoever is the parent now has not looked yet


def until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.fixture(scope="module")
def options():
    with kernels.forking(PRELOAD) as options:
        yield options


def test_the_outputs_are_those_of_the_ordinary_engine(options) -> None:
    quiet = {"extra_arguments": ["--log-level=ERROR"], "shutdown_kernel": "immediate"}
    ordinary, forked = run({}, *SHOWN, **quiet), run(options, *SHOWN, extra_arguments=["--log-level=ERROR"])
    for before, after in zip(ordinary.cells, forked.cells, strict=True):
        assert before.outputs, before.source
        assert comparable(before.outputs) == comparable(after.outputs), before.source
    assert "image/png" in str(forked.cells[5].outputs)


def comparable(outputs: list[dict]) -> list[dict]:
    """A warning shows the file that IPython made of a cell: its folder has the number of the process."""
    return [
        {
            key: re.sub(r"ipykernel_\d+", "", value) if key == "text" else value
            for key, value in output.items()
        }
        for output in outputs
    ]


def test_nothing_leaks_from_one_notebook_into_another(options) -> None:
    clean = printed(options, PROBE)
    polluted = printed(options, POLLUTE + PROBE)
    assert all(a != b for a, b in zip(listed(clean), listed(polluted), strict=True))
    assert printed(options, PROBE) == clean


def listed(text: str) -> list[str]:
    return [repr(entry) for entry in ast.literal_eval(text)]


def test_no_two_kernels_draw_the_same_numbers(options) -> None:
    draw = "import random, numpy\nprint(random.random(), numpy.random.random(), numpy.random.default_rng().random())"
    draws = [number for _ in range(2) for number in printed(options, draw).split()]
    assert len(set(draws)) == 6


def test_environment_and_folder_are_those_of_the_moment(options, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SET_AFTER_THE_START", "қазір")
    monkeypatch.delenv("HOME")
    monkeypatch.chdir(tmp_path)
    code = "import os\nprint(os.environ['SET_AFTER_THE_START'], 'HOME' in os.environ, os.getcwd())"
    assert printed(options, code) == f"қазір False {tmp_path}\n"


def test_a_cell_that_raises(options) -> None:
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        run(options, "1 / 0")
    assert printed(options, "print(2)") == "2\n"


@pytest.mark.parametrize("death", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_kernel_that_dies_is_told_soon_and_disturbs_no_other(options, death) -> None:
    with ThreadPoolExecutor() as pool:
        other = pool.submit(printed, options, "import time\ntime.sleep(2)\nprint('undisturbed')")
        start = time.monotonic()
        with pytest.raises(DeadKernelError):
            run(options, f"import os\n{death}")
        assert time.monotonic() - start < 8
        assert other.result() == "undisturbed\n"


def test_a_cell_that_takes_too_long_is_ended_with_what_it_started(options, tmp_path) -> None:
    code = (
        "import os, pathlib, subprocess, time\nsleep = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(tmp_path / 'pids')!r}).write_text(f'{{os.getpid()}} {{sleep.pid}}')\ntime.sleep(600)"
    )
    with pytest.raises(CellTimeoutError):
        run(options, code, execution_timeout=2)
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2 and until(lambda: not any(map(runs, pids)))


def test_a_graceful_end_runs_what_the_notebook_left_to_it(options, tmp_path) -> None:
    code = f"import atexit, pathlib\natexit.register(pathlib.Path({str(tmp_path / 'end')!r}).touch)"
    run(options, code, shutdown_kernel="graceful")
    assert (tmp_path / "end").exists()


def test_several_threads_at_once(options) -> None:
    def one(number: int) -> list[str]:
        return printed(options, f"n = {number}", "import os\nprint(n, os.getpid())").split()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(12)))
    assert [number for number, _ in found] == [str(number) for number in range(12)]
    assert len({pid for _, pid in found}) == 12


def test_no_descriptors_are_left_in_the_caller(options) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    def dies() -> None:
        with pytest.raises(DeadKernelError):
            run(options, "import os; os._exit(1)")

    run(options, "1"), dies()
    before = opened()
    run(options, "1"), dies()
    assert until(lambda: opened() <= before)


@pytest.mark.parametrize("harm", [None, KeyboardInterrupt])
def test_on_leaving_nothing_is_left(harm, tmp_path) -> None:
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)), kernels.forking([]) as options:
        pids = [int(pid) for pid in printed(options, "import os\nprint(os.getpid(), os.getppid())").split()]
        zygote = options["zygote"]
        command = ["-f", str(zygote.folder / "none.json")]
        pids.append(zygote.fork(command, environment=os.environ, folder=tmp_path).pid)  # a kernel at work
        assert not runs(pids[0]) and runs(pids[1]) and runs(pids[2]) and zygote.folder.is_dir()
        raise harm or ZeroDivisionError
    assert not any(map(runs, pids))
    assert not zygote.folder.exists()


def test_a_fork_of_the_caller_does_not_hold_the_kernels_back() -> None:
    """It has a copy of every descriptor, so closing one in the caller is not enough."""
    with kernels.forking([]):
        fork = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
        fork.start()
        start = time.monotonic()
    assert time.monotonic() - start < 8
    fork.kill()
    fork.join()


def test_a_long_path_for_temporary_files_is_no_trouble(tmp_path, monkeypatch) -> None:
    """The path of a socket has 107 bytes at most."""
    longer = tmp_path / ("long-" * 20)
    longer.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(longer))
    with kernels.forking([]) as options:
        assert printed(options, "print(1)") == "1\n"


def test_a_killed_zygote_is_said_and_not_waited_for() -> None:
    with kernels.forking([]) as options, ThreadPoolExecutor() as pool:
        zygote = int(printed(options, "import os\nprint(os.getppid())"))
        threading.Timer(1, os.kill, (zygote, signal.SIGKILL)).start()
        with pytest.raises(ReportError, match="has died"):
            pool.submit(run, options, "import time\ntime.sleep(600)").result(timeout=15)
        with pytest.raises(ReportError, match="has died"):
            run(options, "1")


CALLER = """
import os, pathlib, time
import papermill
from effeval import kernels
from test_kernels import notebook

code = '''
import os, pathlib, subprocess, sys, time
sleep = subprocess.Popen(["sleep", "600"])
pids = f"{os.getpid()} {os.getppid()} {sleep.pid}"
pathlib.Path("started.tmp").write_text(f"{os.path.dirname(sys.argv[2])} {pids}")
os.rename("started.tmp", "started")
time.sleep(600)
'''
with kernels.forking([]) as options:
    copy = os.fork()  # holds open what the caller has open, and outlives it
    if copy == 0:
        time.sleep(60)
        os._exit(0)
    pathlib.Path("copy").write_text(str(copy))
    papermill.execute_notebook(notebook(code), None, progress_bar=False, **options)
"""


def test_a_killed_caller_leaves_nothing(tmp_path) -> None:
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(kernels.__file__).parents[2])])
    environment = os.environ | {"PYTHONPATH": paths}
    caller = subprocess.Popen([sys.executable, "-c", CALLER], cwd=tmp_path, env=environment)
    try:
        assert until((tmp_path / "started").exists, 30)
        folder, *pids = (tmp_path / "started").read_text().split()
        assert Path(folder).is_dir() and all(runs(int(pid)) for pid in pids)
    finally:
        caller.kill()
        caller.wait()
    try:
        assert until(lambda: not any(runs(int(pid)) for pid in pids))
        assert until(lambda: not Path(folder).exists())
    finally:
        os.kill(int((tmp_path / "copy").read_text()), signal.SIGKILL)


def test_a_module_that_cannot_be_preloaded_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "starts_a_thread.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    for module, message in (
        ("no.such", "no.such: ModuleNotFoundError"),
        ("starts_a_thread", "starts a thread"),
    ):
        with pytest.raises(ReportError, match=message), kernels.forking([module]):
            pass


def test_a_kernel_of_another_python_is_refused(options, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "kernels" / "elsewhere"
    folder.mkdir(parents=True)
    argv = '["/usr/bin/other", "-m", "ipykernel_launcher", "-f", "{connection_file}"]'
    (folder / "kernel.json").write_text(f'{{"argv": {argv}, "display_name": "x", "language": "python"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with pytest.raises(ReportError, match="/usr/bin/other .*not by this Python"):
        run(options, "1", kernel_name="elsewhere")


def test_where_there_is_no_fork_the_package_says_so_and_imports() -> None:
    code = (
        "import os, signal, socket, sys\n"
        "del os.fork, os.pidfd_open, os.setpgid, os.killpg, socket.send_fds, signal.SIGKILL\n"
        "sys.modules.update(dict.fromkeys(['fcntl', 'grp', 'pwd', 'resource', 'termios', 'ctypes']))\n"
        "from effeval import errors, kernels\nassert not kernels.available()\n"
        "assert not {'zmq', 'papermill', 'jupyter_client'} & set(sys.modules)\n"
        "try:\n    kernels.forking([]).__enter__()\n"
        "except errors.ReportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cannot be forked on this system" in done.stdout
