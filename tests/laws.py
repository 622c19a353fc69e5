"""Methodologies of the tests' own, made from order-35."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import effeval as ee
from effeval import edition

WORDS = {"kk": "сынақ", "ru": "проба", "en": "test"}
FILE = Path(ee.__file__).parent / "methodologies" / "order-35.yaml"


def altered(change: Callable[[dict], object]) -> ee.Methodology:
    """order-35 with its document changed in place, written to a file and loaded as a user would."""
    document = edition.read(FILE)
    change(document)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(edition.dump(document), encoding="utf-8")
        return ee.Methodology.load(path)


def with_question(*sets: dict, id: str = "test_only") -> ee.Methodology:
    """order-35 with one more open question; its alternatives are one, two, three, each with its settings."""
    return altered(lambda document: document["questions"].append(question(*sets, id=id)))


def question(*sets: dict, id: str = "test_only") -> dict:
    """A question as it stands in a document."""
    named = zip(("one", "two", "three"), sets, strict=False)
    alternatives = [{"id": name, "reading": WORDS, "set": settings} for name, settings in named]
    return {"id": id, "question": WORDS, "default": WORDS, "parameters": [], "alternatives": alternatives}
