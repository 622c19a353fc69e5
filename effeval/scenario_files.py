"""Scenario files: changed parameters with title, author, date and grounds, to be kept and stacked."""

from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path

from effeval.edition import dump, editions, read, unknown
from effeval.errors import MethodologyError
from effeval.files import replacing
from effeval.law import Value
from effeval.methodology import Methodology

_TEXTS = ("title", "author", "date", "reference", "description", "baseline")
_REQUIRED = ("title", "baseline", "settings")


@dataclass(frozen=True)
class Scenario:
    """A set of changed parameters with its provenance.

    Attributes
    ----------
    title : str
    baseline : str
        Id of the edition that it changes, such as order-35.
    settings : tuple of (str, value)
        PATH and value as in :meth:`Methodology.replace`; only what differs from the baseline.
    author, date, reference, description : str
        Who, when (ISO), on what grounds and what for; may be empty.

    Examples
    --------
    >>> softer = Scenario("Softer", baseline="order-35", settings=(("13.1.at_least", 0.08),))
    >>> slower = Scenario("Slower", baseline="order-35", settings=(("plan.after", 3),))
    >>> slower.apply(softer.apply(Methodology.load("order-35"))).changes()["13.1.at_least"]
    0.08
    """

    title: str
    baseline: str
    settings: tuple[tuple[str, Value], ...]
    author: str = ""
    date: str = ""
    reference: str = ""
    description: str = ""

    def apply(self, methodology: Methodology) -> Methodology:
        """The methodology with the settings of the scenario; scenarios stack by applying one after another.

        Raises
        ------
        MethodologyError
            The methodology is of another edition than the baseline, or a setting is not allowed.
        """
        if methodology.id != self.baseline:
            message = f"The scenario {self.title!r} changes {self.baseline}, not {methodology.id}."
            raise MethodologyError(f"{message}\nTo fix: apply it to {self.baseline}, or change its baseline")
        return methodology.replace(dict(self.settings))


def read_scenario(path: str | PathLike[str]) -> Scenario:
    """Read a scenario file (YAML): title, baseline, settings; author, date, reference, description.

    Raises
    ------
    MethodologyError
        No such file, not YAML, an unknown key, a value of the wrong kind, or a setting that the baseline does
        not allow; every fault is named. Settings of an edition of one's own are checked when applied.
    """
    document = read(Path(path), what="scenario")
    _raise(_faults(document), str(path))
    texts = {name: document[name] for name in _TEXTS if name in document}
    return Scenario(**texts, settings=tuple(document["settings"].items()))


def write_scenario(path: str | PathLike[str], scenario: Scenario) -> None:
    """Write a scenario file that :func:`read_scenario` reads; it appears complete or not at all.

    Raises
    ------
    MethodologyError
        The scenario is one that could not be read back.
    ParameterError
        There is no such folder.
    """
    document = {name: getattr(scenario, name) for name in _TEXTS} | {"settings": dict(scenario.settings)}
    _raise(_faults(document), f"the scenario {scenario.title!r}")
    with replacing(path) as temporary:
        temporary.write_text(dump(document), encoding="utf-8")


def _faults(document) -> list[str]:
    """What is wrong with a scenario as a document."""
    if not isinstance(document, dict):
        return ["it is not a mapping of keys to values"]
    known = [*_TEXTS, "settings"]
    faults = [unknown("key", key, known) for key in document if key not in known]
    faults += [f"{name} is missing" for name in _REQUIRED if document.get(name) in (None, "")]
    texts = {name: document[name] for name in _TEXTS if document.get(name) is not None}
    faults += [f"{name} = {text!r} is not text" for name, text in texts.items() if not isinstance(text, str)]
    empty = [name for name in _TEXTS if name in document and document[name] is None]
    faults += [f"{name} is empty; leave it out" for name in empty if name not in _REQUIRED]
    if isinstance(document.get("date"), str) and document["date"]:
        faults += _no_date(document["date"])
    return faults + _bad_settings(document.get("settings"), document.get("baseline"))


def _no_date(text: str) -> list[str]:
    try:
        date.fromisoformat(text)
    except ValueError:
        return [f"date = {text!r} is no date; write it as 2026-01-31"]
    return []


def _bad_settings(settings, baseline) -> list[str]:
    if settings is None:
        return []
    if not isinstance(settings, dict) or not all(isinstance(path, str) for path in settings):
        return ["settings is not a mapping of paths, such as 13.1.at_least: 0.08"]
    if baseline not in editions():  # an edition of the user's own is not at hand here
        return []
    try:
        Methodology.load(baseline).replace(settings)
    except MethodologyError as error:
        return str(error).splitlines()
    return []


def _raise(faults: list[str], where: str) -> None:
    if faults:
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        fix = "title, baseline and settings are needed; author, date, reference, description may be given"
        raise MethodologyError(f"{where} has {count}:\n" + "\n".join(faults) + f"\nTo fix: {fix}")
