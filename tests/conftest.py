"""What several test modules use."""

import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
# jsonschema would build a grammar of it for seconds in each process of the tests, for a format that is not used here.
sys.modules.setdefault("rfc3987_syntax", None)
# Continuous integration runs the same examples each time; at the desk they are drawn anew.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """The synthetic sample that comes with the project."""
    return ROOT / "data" / "sample"


@pytest.fixture
def effeval(monkeypatch, capsys):
    """Run a command in this process: ``effeval("assess", …)`` gives exit status, stdout and stderr."""
    from effeval.cli import main

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["effeval", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = stop.code or 0
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def refused(effeval, sample_dir, tmp_path):
    """Run a command that is bad use: status 2, a sentence that matches, no traceback and nothing written."""

    def check(words: list[str], message: str) -> None:
        words = [word.replace("DATA", str(sample_dir)).replace("OUT", str(tmp_path)) for word in words]
        status, out, err = effeval(*words)
        assert status == 2
        assert re.search(message, out + err)
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []

    return check
