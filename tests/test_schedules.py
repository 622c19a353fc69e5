"""The examples of docs/schedules.md, run as far as they can be without their servers."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nights import small_data, tree

from effeval.cli import app

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
HOME = "/srv/effeval"


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture
def home(tmp_path, sample_dir) -> Path:
    """A folder that stands for /srv/effeval: data of two regions, and a command that starts this Python."""
    folder = tmp_path / "srv"
    (folder / ".venv" / "bin").mkdir(parents=True)
    small_data(folder / "data", sample_dir)
    command = folder / ".venv" / "bin" / "effeval"
    path = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
    command.write_text(f"#!{sys.executable}\n{path}from effeval.cli import main\nmain()\n")
    command.chmod(0o755)
    return folder


def cron_command() -> str:
    """The command of the line of cron, as cron hands it to a shell."""
    (line,) = [line for line in blocks("cron")[0].splitlines() if line[0].isdigit()]
    fields = line.split(maxsplit=5)
    assert [bool(re.fullmatch(r"[\d*]+", field)) for field in fields[:5]] == [True] * 5
    assert "%" not in fields[5]
    return fields[5]


def as_cron(command: str, home: Path) -> subprocess.CompletedProcess:
    """What cron gives a command: no environment but this, /bin/sh, no terminal, the home folder."""
    names = ["HOME=" + str(home), "LOGNAME=effeval", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"]
    words = ["env", "-i", *names, "/bin/sh", "-c", command]
    return subprocess.run(
        words, check=False, cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200
    )


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no /bin/sh")
def test_the_line_of_cron_makes_reports_and_is_silent_when_all_is_well(home) -> None:
    command = cron_command().replace(HOME, str(home))
    assert str(home) in command
    done = as_cron(command.replace("--lang ru", "--region 63 --lang ru"), home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    shown = home / "reports" / "2025"
    manifest = json.loads((shown / "manifest.json").read_text(encoding="utf-8"))
    assert [record["status"] for record in manifest["reports"]] == ["done", "done"]
    assert "ru/63-east-kazakhstan-region.html" in tree(shown)
    said = (home / "night.log").read_text(encoding="utf-8")
    assert "2 reports" in said

    (home / "data" / "reference.csv").unlink()
    before = tree(shown)
    done = as_cron(command, home)
    assert done.returncode == 2 and "reference" in done.stdout and "To fix: " in done.stdout
    assert tree(shown) == before


def units() -> dict[str, str]:
    """Unit files by name: each block stands under a line with its name."""
    found = re.findall(r"`(effeval-[\w@.-]+\.(?:service|timer))`[^\n]*:\n\n```ini\n(.*?)```", TEXT, re.DOTALL)
    return dict(found)


def test_the_units_of_systemd_are_whole(tmp_path) -> None:
    named = units()
    assert sorted(named) == ["effeval-mail@.service", "effeval-reports.service", "effeval-reports.timer"]
    assert len(blocks("ini")) == len(named)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze")
    home = tmp_path / "srv"
    (home / ".venv" / "bin").mkdir(parents=True)
    command = home / ".venv" / "bin" / "effeval"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for name, text in named.items():
        (tmp_path / name).write_text(text.replace(HOME, str(home)).replace("User=effeval\n", ""))
    paths = [str(tmp_path / name) for name in named]
    done = subprocess.run(["systemd-analyze", "verify", *paths], check=False, capture_output=True, text=True)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "effeval" in line]
    assert (done.returncode, ours) == (0, [])


def test_every_command_of_the_examples_is_one_that_effeval_has() -> None:
    """Options of `effeval report` wherever it stands: in shells, units, batch files and the DAG."""
    import typer

    command = typer.main.get_command(app).commands["report"]
    known = {option for parameter in command.params for option in parameter.opts}
    lines = [
        line
        for _, text in BLOCKS
        for line in text.splitlines()
        if re.search(r"effeval(\.exe)?\s+report ", line)
    ]
    assert len(lines) == 6
    for line in lines:
        used = re.findall(r"(?<= )--?[a-z]+(?= |$)", line.split(" report ", 1)[1].split(">")[0])
        assert used and set(used) <= known, line


def test_the_dag_is_python_and_its_notebook_takes_its_parameters() -> None:
    """Airflow itself is too large to install for a test; its operators are stood in for."""
    (text,) = blocks("python")
    made = []

    class Task:
        def __init__(self, **options):
            made.append(options)

        def __rshift__(self, other):
            return other

    class Dag(Task):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    tree_ = ast.parse(text)
    imports = [node for node in tree_.body if isinstance(node, ast.ImportFrom)]
    assert {node.module.split(".")[0] for node in imports} == {"datetime", "airflow"}
    tree_.body = [node for node in tree_.body if getattr(node, "module", "").split(".")[0] != "airflow"]
    exec(compile(tree_, "dag", "exec"), {"DAG": Dag, "PapermillOperator": Task, "BashOperator": Task})  # noqa: S102 - our own page
    tasks = [options for options in made if "input_nb" in options]
    assert len(tasks) == 5 and tasks[0]["output_nb"] == "/srv/effeval/airflow/10-{{ ds }}.ipynb"
    notebook = ROOT / "notebooks" / "regional_report.ipynb"
    assert tasks[0]["input_nb"] == f"{HOME}/{notebook.relative_to(ROOT).as_posix()}"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = next("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", []))
    names = {node.targets[0].id for node in ast.parse(source).body}
    assert all(set(options["parameters"]) <= names for options in tasks)
    assert all(re.search(rf"`{name}` =", TEXT) for name in ("data_dir", "region", "year", "lang"))


def test_the_commands_of_dask_are_there() -> None:
    (text,) = [block for block in blocks("") if block.startswith("dask scheduler")]
    for line in text.splitlines()[:2]:
        words = shlex.split(line.split("#")[0])
        done = subprocess.run(
            [sys.executable, "-m", *words[:2], "--help"],
            check=True, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        options = [word for word in words if word.startswith("--")]
        assert options and all(option in done.stdout for option in options)


def test_the_statuses_are_those_of_the_command() -> None:
    from effeval.cli import BAD, FAILED

    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", TEXT, re.MULTILINE)
    assert [int(number) for number, _ in rows] == [0, FAILED, BAD]
