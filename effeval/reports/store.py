"""The folder of a run: filled out of sight, remembered step by step, shown in one step."""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from effeval.errors import ParameterError
from effeval.reading.files import digest, replacing
from effeval.reports.execution import Made
from effeval.reports.plan import Report

MANIFEST = "manifest.json"
_STATE = ".state"


@dataclass(frozen=True)
class Place:
    """Where a run of a year works and what it shows in the end.

    Attributes
    ----------
    shown : Path
        The folder that readers open: OUTPUT/2025.
    part : Path
        The folder that is being filled: OUTPUT/.2025.part; it stays when a run is killed.
    """

    shown: Path
    part: Path

    @classmethod
    def of(cls, output: str | os.PathLike[str], year: int) -> "Place":
        folder = Path(output)
        return cls(folder / str(year), folder / f".{year}.part")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time; the system unlocks when a run ends, however it ends.

        Raises
        ------
        ParameterError
            Another run is at work there, or the folder cannot be written.
        """
        from filelock import FileLock, Timeout

        try:
            self.shown.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.shown.parent / f".{self.shown.name}.lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise ParameterError(
                f"Another run is making reports in {self.shown}.\nTo fix: wait for it, or name another folder with -o"
            ) from error
        except OSError as error:
            raise ParameterError(
                f"Reports cannot be written to {self.shown.parent}: {error.strerror}.\n"
                "To fix: name a folder that may be written with -o"
            ) from error
        try:
            _recover(self.shown)
            yield
        finally:
            lock.release()

    def begin(self, *, resume: bool, key: str) -> dict[str, dict[str, Any]]:
        """Make the folder to fill, and tell what stands finished there and in the folder shown.

        Parameters
        ----------
        resume : bool
            Keep what a killed run has left; else begin with an empty folder.
        key : str
            Of the inputs of this run. What a killed run has left from other inputs hides nothing that is shown.

        Returns
        -------
        dict of str to dict
            Records by name of the report; :meth:`take` brings one into the folder to fill.
        """
        if not resume and self.part.exists():
            shutil.rmtree(self.part)
        (self.part / _STATE).mkdir(parents=True, exist_ok=True)
        finished = {}
        if (self.shown / MANIFEST).is_file():
            known = json.loads((self.shown / MANIFEST).read_text(encoding="utf-8"))["reports"]
            finished = {record["name"]: record | {"from": str(self.shown)} for record in known}
        for path in sorted((self.part / _STATE).glob("[!.]*.json")):  # the others were cut off half way
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["name"] not in finished or (record["key"], record["status"]) == (key, "done"):
                finished[record["name"]] = record | {"from": str(self.part)}
        return finished

    def take(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        """Bring the files of a finished report into the folder to fill, if all are as they were written."""
        home, kept = Path(record["from"]), {key: value for key, value in record.items() if key != "from"}
        for name, sha256 in record["files"].items():
            if not (home / name).is_file() or digest(home / name) != sha256:
                return None
        if home != self.part:
            for name in record["files"]:
                (self.part / name).parent.mkdir(parents=True, exist_ok=True)
                with replacing(self.part / name) as temporary:
                    shutil.copyfile(home / name, temporary)
            self._remember(kept)
        return kept

    def keep(self, made: Made, *, key: str) -> dict[str, Any]:
        """Write the files of a report, each whole, then the record that says so."""
        files = {}
        for ending, content in made.files.items():
            name = f"{made.report.name}{ending}"
            (self.part / name).parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.part / name) as temporary:
                temporary.write_bytes(content)
            files[name] = hashlib.sha256(content).hexdigest()
        record = _record(made.report, key) | {
            "status": "failed" if made.error else "done",
            "error": made.error,
            "seconds": round(made.seconds, 3),
            "facts": made.facts,
            "files": files,
        }
        self._remember(record)
        return record

    def write(self, name: str, text: str) -> None:
        """Write a page of the run itself."""
        (self.part / name).parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.part / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    def show(self, names: Iterable[str]) -> None:
        """Put the filled folder in place of the one shown, in one step; files of others there move along.

        Parameters
        ----------
        names : iterable of str
            What belongs to the run; anything else that a killed run has left goes.
        """
        own = {self.part / name for name in names}
        state = self.part / _STATE
        for path in [path for path in self.part.rglob("*") if path.is_file() and path not in own]:
            if path.parent != state:
                path.unlink()
        for path in _of_others(self.shown):
            target = self.part / path.relative_to(self.shown)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        shutil.rmtree(state)  # as late as may be: if the disk was full until here, a later run resumes
        if not self.shown.exists():
            os.rename(self.part, self.shown)
            return
        _exchange(self.part, self.shown)
        shutil.rmtree(self.part, ignore_errors=True)

    def _remember(self, record: Mapping[str, Any]) -> None:
        name = record["name"].replace("/", "-")
        with replacing(self.part / _STATE / f"{name}.json") as temporary:
            temporary.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _record(report: Report, key: str) -> dict[str, Any]:
    return {"name": report.name, "region": report.region, "lang": report.lang, "key": key}


def _of_others(shown: Path) -> list[Path]:
    """Files in the folder shown that no run has written: notes of its readers."""
    manifest = shown / MANIFEST
    own = {MANIFEST}
    if manifest.is_file():
        written = json.loads(manifest.read_text(encoding="utf-8"))
        own |= {name for record in written["reports"] for name in record["files"]} | set(written["pages"])
    return [p for p in sorted(shown.rglob("*")) if p.is_file() and p.relative_to(shown).as_posix() not in own]


def _exchange(new: Path, old: Path) -> None:
    """Two folders change names: in one step where the system can, else in two that a later run can mend."""
    if sys.platform.startswith("linux"):
        done = _renameat2(os.fsencode(new), os.fsencode(old))
        if done:
            return
    aside = old.with_name(f".{old.name}.old")
    os.rename(old, aside)
    os.rename(new, old)
    os.rename(aside, new)


def _renameat2(new: bytes, old: bytes) -> bool:
    """Linux's exchange of two names; False where the file system does not know it."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    if library.renameat2(here, new, here, old, exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), os.fsdecode(old))


def _recover(shown: Path) -> None:
    """Undo a change of names that was cut off half way."""
    aside = shown.with_name(f".{shown.name}.old")
    if aside.exists():
        if shown.exists():
            shutil.rmtree(aside)
        else:
            os.rename(aside, shown)
