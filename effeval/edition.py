"""An edition of the methodology as a document: reading, checking and changing the YAML."""

import json
import math
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import import_module

from effeval.errors import MethodologyError, expect, unknown
from effeval.law import Value
from effeval.packaged import METHODOLOGIES

SETTINGS = ("scale", "missing")


def editions() -> list[str]:
    """Names of the editions that come with effeval.

    Examples
    --------
    >>> editions()
    ['order-35']
    """
    return sorted(path.stem for path in METHODOLOGIES.glob("*.yaml"))


def read(path, *, what: str = "methodology") -> dict:
    """A YAML document with dates as ISO text, as JSON Schema knows them.

    Parameters
    ----------
    path : pathlib.Path or a resource of the package
    what : str
        What the file should hold: methodology or scenario.

    Raises
    ------
    MethodologyError
        No such file, not UTF-8, not YAML, or a key given twice.
    """
    import yaml

    try:
        with path.open(encoding="utf-8") as text:
            return _iso(yaml.load(text, Loader=_loader()))
    except FileNotFoundError:
        raise MethodologyError(f"There is no {what} file {path}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MethodologyError(f"{path} is not readable as YAML in UTF-8: {error}") from error


def dump(document: dict) -> str:
    """A document as YAML text, in its own order, letters as they are.

    Examples
    --------
    >>> dump({"title": "Жұмсақ", "settings": {"13.1.at_least": 0.08}})
    'title: Жұмсақ\\nsettings:\\n  13.1.at_least: 0.08\\n'
    """
    import yaml

    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def check(document, *, part: str | None = None) -> list[str]:
    """Faults of a document, or of a part of it, by ``methodologies/schema.json``; each with its place.

    Parameters
    ----------
    document : dict
    part : str or None
        Name of a definition of the schema, such as criterion; None: the whole document.
    """
    errors = _validator(part).iter_errors(document)
    found = {
        f"{'.'.join(str(step) for step in error.absolute_path) or 'document'}: {error.message}": None
        for error in sorted(errors, key=lambda error: [str(step) for step in error.absolute_path])
    }
    return [*found, *_not_finite(document)]


def to_change(document: dict) -> dict:
    """A copy for :func:`change`, whose settings and parameters may be changed; all else, which nothing changes, is shared."""
    measures = [
        measure | {"criteria": [one | {"parameters": dict(one["parameters"])} for one in measure["criteria"]]}
        for measure in document["measures"]
    ]
    return document | {"settings": dict(document["settings"]), "measures": measures}


def change(document: dict, path: str, value: Value) -> list[str]:
    """Change one PATH of a document in place; return the faults, none if the change is allowed."""
    expect(path, str, fix="a PATH such as 13.1.at_least")
    value = value.item() if hasattr(value, "item") else value  # of numpy
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    if path in SETTINGS:
        document["settings"][path] = value
        return [f"{path}: {fault.partition(': ')[2]}" for fault in check(value, part=path)]
    owner, _, name = path.rpartition(".")
    criteria = [criterion for measure in document["measures"] for criterion in measure["criteria"]]
    touched = [c for c in criteria if owner in (c["id"], c["rule"]) and name in c["parameters"]]
    if not touched:
        return [unknown("setting", path, _paths(criteria))]
    faults = {}
    for criterion in touched:
        criterion["parameters"][name] = value
        faults |= dict.fromkeys(f.partition(": ")[2] for f in check(criterion, part="criterion"))
    return [f"{path}: {fault}" for fault in faults]


@cache
def _loader() -> type:
    """Safe loader that refuses a key given twice: the second would silently win."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        def construct_mapping(self, node, deep=False):
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            twice = sorted({str(key) for key in keys if keys.count(key) > 1})
            if twice:
                raise yaml.YAMLError(f"key given twice{node.start_mark}: {', '.join(twice)}")
            return super().construct_mapping(node, deep=deep)

    return Loader


def _iso(value):
    if isinstance(value, dict):
        return {key: _iso(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_iso(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _validator(part: str | None):
    jsonschema = _import_jsonschema()
    text = (METHODOLOGIES / "schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    if part is not None:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return jsonschema.Draft202012Validator(schema)


def _import_jsonschema():
    """jsonschema without rfc3987_syntax, which builds a grammar for a second, for a format not used here."""
    name = "rfc3987_syntax"
    loaded = name in sys.modules
    if not loaded:
        sys.modules[name] = None
    try:
        return import_module("jsonschema")
    finally:
        if not loaded:
            del sys.modules[name]


def _not_finite(value, place: str = "") -> Iterator[str]:
    """JSON Schema takes .inf and .nan for numbers; a threshold can be neither."""
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{place or 'document'}: {value} is not a finite number"
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _not_finite(item, f"{place}.{key}".lstrip("."))


def _paths(criteria: list[dict]) -> list[str]:
    owners = [(owner, c["parameters"]) for c in criteria for owner in (c["rule"], c["id"])]
    return [*SETTINGS, *dict.fromkeys(f"{owner}.{name}" for owner, names in owners for name in names)]
