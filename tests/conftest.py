"""What several test modules use."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
