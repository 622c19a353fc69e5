"""Scenario files: changed parameters with title, author, date and grounds, to be kept, stacked and built on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path

from effeval.edition import dump, editions, read
from effeval.errors import MethodologyError, ParameterError, unknown
from effeval.law import Value
from effeval.methodology import Methodology
from effeval.reading.files import replacing
from effeval.scenarios.workbook import read_workbook
from effeval.typed import read_settings, without_effect, written

_TEXTS = ("title", "author", "date", "reference", "description", "baseline")
_REQUIRED = ("title", "baseline", "settings")
_KEYS = "title, baseline and settings are needed; author, date, reference, description may be given"
_YAML = (".yaml", ".yml")
_FILES = (*_YAML, ".xlsx")


@dataclass(frozen=True)
class Scenario:
    """A set of changed parameters with its provenance.

    Attributes
    ----------
    title : str
    baseline : str
        What it changes: the id of an edition, such as order-35, or the path of another scenario file (.yaml or
        .xlsx, relative to the file of this one).
    settings : tuple of (str, value)
        PATH and value as in :meth:`Methodology.replace`; only what differs from the baseline.
    author, date, reference, description : str
        Who, when (ISO), on what grounds and what for; may be empty.
    base : Scenario or None
        The scenario that ``baseline`` names, None for an edition.

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
    base: "Scenario | None" = None

    @property
    def edition(self) -> str:
        """Id of the edition that the scenario changes in the end, through all its baselines."""
        return self.baseline if self.base is None else self.base.edition

    def apply(self, methodology: Methodology) -> Methodology:
        """The methodology with the scenario's baselines, if it has any, then its own settings.

        Scenarios stack by applying one after another; the later wins.

        Raises
        ------
        MethodologyError
            The methodology is of another edition than the scenario, or a setting is not allowed.
        """
        if self.base is not None:
            return self.base.apply(methodology).replace(dict(self.settings))
        if is_file(self.baseline):
            message = f"The baseline of the scenario {self.title!r} is the file {self.baseline}."
            raise MethodologyError(
                f"{message}\nTo fix: read_scenario reads both, or give its scenario as base"
            )
        if methodology.id != self.baseline:
            message = f"The scenario {self.title!r} changes {self.baseline}, not {methodology.id}."
            if self.baseline not in editions():
                message += f" {unknown('edition', self.baseline, editions())}"
            raise MethodologyError(f"{message}\nTo fix: apply it to {self.baseline}, or change its baseline")
        return methodology.replace(dict(self.settings))


def read_scenario(path: str | PathLike[str]) -> Scenario:
    """Read a scenario file: title, baseline, settings; author, date, reference, description.

    Parameters
    ----------
    path : path
        A YAML file, or a workbook (.xlsx) as :func:`write_template` makes it, filled in. Where its baseline is
        another scenario file, that one is read too.

    Raises
    ------
    MethodologyError
        No such file, not readable, an unknown key, a value of the wrong kind, baselines that go in a circle, or
        a setting that the baseline does not allow; every fault is named, in a workbook with sheet, row, column
        and value. Settings of an edition of one's own are checked when applied.
    """
    return _read(Path(path), ())


def write_scenario(path: str | PathLike[str], scenario: Scenario) -> None:
    """Write a scenario file (YAML) that :func:`read_scenario` reads; it appears complete or not at all.

    Raises
    ------
    MethodologyError
        The scenario is one that could not be read back.
    ParameterError
        There is no such folder, or the name does not end in .yaml or .yml.
    """
    path = Path(path)
    check_name(path)
    document = {name: getattr(scenario, name) for name in _TEXTS} | {"settings": dict(scenario.settings)}
    base = _base(document, path, (path,))
    faults = _faults(document, base, {})
    if scenario.base is not None and base != scenario.base:
        faults.append(f"baseline = {scenario.baseline!r} is another scenario, seen from {path.parent}")
    _raise(faults, f"the scenario {scenario.title!r}")
    with replacing(path) as temporary:
        told = {path: written(path, value) for path, value in scenario.settings}
        temporary.write_text(dump(document | {"settings": told}), encoding="utf-8")


def differences(before: Methodology, after: Methodology) -> tuple[tuple[str, Value], ...]:
    """Settings by which ``after`` differs from ``before``: those of a scenario whose baseline is ``before``.

    Examples
    --------
    >>> law = Methodology.load("order-35")
    >>> differences(law.replace({"scale": "proportional"}), law.replace({"13.1.at_least": 0.08}))
    (('scale', 'binary'), ('13.1.at_least', 0.08))
    """
    old = before.settings
    return tuple((path, value) for path, value in after.settings.items() if old.get(path) != value)


def is_file(baseline: str) -> bool:
    """Whether a baseline names a scenario file; otherwise it is the id of an edition.

    Examples
    --------
    >>> is_file("order-35"), is_file("softer.yaml"), is_file("filled.XLSX")
    (False, True, True)
    """
    return Path(baseline).suffix.lower() in _FILES


def check_name(path: Path) -> None:
    """ParameterError if a scenario cannot be written to this name."""
    if path.suffix.lower() not in _YAML:
        raise ParameterError(f"{path.name!r} does not end in .yaml.\nTo fix: name a file such as softer.yaml")


class _CircleError(MethodologyError):
    """Baselines that go in a circle: said once, not at each of the files."""


def _read(path: Path, above: tuple[Path, ...]) -> Scenario:
    """``above`` are the files whose baselines led here."""
    chain = (*above, path)
    if path.resolve() in [one.resolve() for one in above]:
        said = " → ".join(str(one) for one in chain)
        raise _CircleError(f"The baselines go in a circle: {said}\nTo fix: name an edition in one of them")
    document, places, faults = _document(path)
    broken = base = None
    try:
        base = _base(document, path, chain)
    except _CircleError:
        raise
    except MethodologyError as error:
        broken = f"The baseline of {path} cannot be used:\n{error}"
    _raise([*faults, *_faults(document, base, places)], str(path), beside=broken)
    texts = {name: document[name] for name in _TEXTS if name in document}
    return Scenario(**texts, settings=tuple(document["settings"].items()), base=base)


def _document(path: Path) -> tuple[object, dict[str, str], list[str]]:
    """What the file says, where each text and setting stands in it (workbooks), and what could not be read."""
    if path.suffix.lower() != ".xlsx":
        document, faults = read(path, what="scenario"), []
        if isinstance(document, dict) and isinstance(document.get("settings"), dict):
            settings, faults = read_settings(document["settings"])
            document |= {"settings": settings}
        return document, {}, faults
    filled = read_workbook(path)
    return filled.document, filled.places, list(filled.faults)


def _base(document, path: Path, chain: tuple[Path, ...]) -> Scenario | None:
    """The scenario that the baseline of a document names, if it names a file."""
    baseline = document.get("baseline") if isinstance(document, dict) else None
    if not isinstance(baseline, str) or not is_file(baseline):
        return None
    return _read(path.parent / baseline, chain)


def _faults(document, base: Scenario | None, places: dict[str, str]) -> list[str]:
    """What is wrong with a scenario as a document; ``places`` say where in a workbook a key or path stands."""
    if not isinstance(document, dict):
        return ["it is not a mapping of keys to values"]
    if "measures" in document:
        return ["it is a methodology, not a scenario; name it with --methodology, or its id as baseline"]
    known = [*_TEXTS, "settings"]
    faults = [unknown("key", key, known) for key in document if key not in known]
    faults += [
        f"{_at(places, name)}{name} is missing" for name in _REQUIRED if document.get(name) in (None, "")
    ]
    if faults:
        faults[-1] += f"\n  To fix: {_KEYS}"
    texts = {name: document[name] for name in _TEXTS if document.get(name) is not None}
    faults += [f"{name} = {text!r} is not text" for name, text in texts.items() if not isinstance(text, str)]
    empty = [name for name in _TEXTS if name in document and document[name] is None]
    faults += [f"{name} is empty; leave it out" for name in empty if name not in _REQUIRED]
    if isinstance(document.get("date"), str) and document["date"]:
        faults += [f"{_at(places, 'date')}{fault}" for fault in _no_date(document["date"])]
    edition = document.get("baseline") if base is None else base.edition
    return faults + _bad_settings(document.get("settings"), edition, places)


def _no_date(text: str) -> list[str]:
    try:
        date.fromisoformat(text)
    except ValueError:
        return [f"date = {text!r} is no date; write it as 2026-01-31"]
    return []


def _bad_settings(settings, edition, places: dict[str, str]) -> list[str]:
    if settings is None:
        return []
    if not isinstance(settings, dict) or not all(isinstance(path, str) for path in settings):
        return ["settings is not a mapping of paths, such as 13.1.at_least: 0.08"]
    if edition not in editions():  # an edition of the user's own is not at hand here
        return []
    methodology, faults = Methodology.load(edition), []
    for path, value in settings.items():  # no parameter bears on whether another is allowed
        try:
            methodology.replace({path: value})
        except MethodologyError as error:
            faults += [f"{_at(places, path)}{line}" for line in str(error).splitlines()]
    return faults or without_effect(methodology, settings)


def _at(places: dict[str, str], name: str) -> str:
    return f"{places[name]}: " if name in places else ""


def _raise(faults: Iterable[str], where: str, *, beside: str | None = None) -> None:
    """Raise what is wrong with a scenario, and ``beside`` it with its baseline, if anything is."""
    faults, parts = list(faults), []
    if faults:
        count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        parts.append(f"{where} has {count}:\n" + "\n".join(faults))
    if beside is not None:
        parts.append(beside)
    if parts:
        raise MethodologyError("\n".join(parts))
