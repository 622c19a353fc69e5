"""docs/what-if.md is what runs: every command and the Python on the page, in the order of the page."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from test_scenario_workbook import fill

import effeval as ee

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "what-if.md"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, sample_dir, monkeypatch) -> Path:
    shutil.copytree(sample_dir, tmp_path / "data" / "sample")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_page_runs_and_writes_what_it_names(effeval, folder) -> None:
    commands, written = [], []
    for kind, text in BLOCKS:
        if kind == "yaml":
            (folder / "later.yaml").write_text(text, encoding="utf-8")
        for line in text.splitlines() if kind == "" else ():
            name, *words = shlex.split(line)
            assert name == "effeval"
            if "filled.xlsx" in words:  # what an analyst does by hand
                fill(Path("template.xlsx"), {("parameters", "13.1.at_least"): "8 %"})
            status, out, err = effeval(*words)
            assert (status, "Traceback" in err) == (0, False), (line, err)
            assert bool(out) == ("-o" not in words), line
            commands.append(words[0])
            written += [
                Path(words[words.index(option) + 1]) for option in ("-o", "--save") if option in words
            ]
    assert {"what-if", "scenario", "robustness", "sweep", "sensitivity", "fulfilment"} == set(commands)
    assert len(written) >= 7 and [path for path in written if not path.is_file()] == []
    softer, later = (ee.read_scenario(folder / f"{name}.yaml") for name in ("softer", "later"))
    assert (
        softer.settings == (("13.1.at_least", 0.05), ("13.3.at_least", 0.05))
        and softer.author == "A. Analyst"
    )
    assert later.apply(ee.Methodology.load()).changes()["1.2.after"] == 3


def test_the_python_of_the_page_runs(folder) -> None:
    (code,) = [text for kind, text in BLOCKS if kind == "python"]
    names: dict = {}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    assert len(names["robust"]) > 100


def test_the_pictures_of_the_page_are_there() -> None:
    pictures = re.findall(r"\(images/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(pictures) == 12
    assert [name for name in pictures if not (PAGE.parent / "images" / name).is_file()] == []
