"""What the schema of methodologies allows and refuses, shown on the edition order-35."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

EDITIONS = Path(__file__).parents[1] / "effeval" / "methodologies"
SCHEMA = json.loads((EDITIONS / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DATED = yaml.safe_load((EDITIONS / "order-35.yaml").read_text(encoding="utf-8"))
EDITION = json.loads(json.dumps(DATED, default=lambda date: date.isoformat()))
CRITERIA = [criterion for measure in EDITION["measures"] for criterion in measure["criteria"]]


def errors(document: dict) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def test_schema_is_one_and_the_edition_passes_it():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert errors(EDITION) == []


def test_schema_allows_nothing_unnamed_and_describes_every_property():
    def parts(node):
        if isinstance(node, dict):
            yield node
            for child in node.values():
                yield from parts(child)
        elif isinstance(node, list):
            for child in node:
                yield from parts(child)

    objects = [part for part in parts(SCHEMA) if part.get("type") == "object" and "properties" in part]
    assert len(objects) >= 15
    for part in objects:
        assert part["additionalProperties"] is False, part["description"]
        for name, prop in part["properties"].items():
            assert prop["description"].endswith("."), name


def test_criterion_schema_works_on_its_own():
    alone = VALIDATOR.evolve(schema=SCHEMA["$defs"]["criterion"])
    for criterion in CRITERIA:
        assert list(alone.iter_errors(criterion)) == []
        assert len(list(alone.iter_errors(criterion | {"rule": "guess"}))) > 0


def find(document: dict, place: str):
    """Part of an edition by its keys; a criterion may be named by its id: 13.1/parameters."""
    criteria = {c["id"]: c for measure in document["measures"] for c in measure["criteria"]}
    node = {"": document, **document, **criteria}
    for key in place.split("/"):
        node = node[int(key) if isinstance(node, list) else key]
    return node


REMOVED = object()


@pytest.mark.parametrize(
    ("place", "key", "value", "message"),
    [
        ("", "author", "me", "$: Additional properties are not allowed ('author' was unexpected)"),
        ("", "questions", REMOVED, "$: 'questions' is a required property"),
        ("", "edition", "26.01.2024", "$.edition: '26.01.2024' does not match"),
        (
            "source",
            "publisher",
            "me",
            "$.source: Additional properties are not allowed ('publisher' was unexpected)",
        ),
        (
            "settings",
            "scale",
            "ternary",
            "$.settings.scale: 'ternary' is not one of ['binary', 'proportional']",
        ),
        ("settings", "missing", None, "$.settings.missing: None is not one of ['excluded', 'not_fulfilled']"),
        ("measures/1", "citation", REMOVED, "$.measures[1]: 'citation' is a required property"),
        ("measures/12", "id", 14, "$.measures[12].id: 14 is greater than the maximum of 13"),
        (
            "measures/12",
            "note",
            "x",
            "$.measures[12]: Additional properties are not allowed ('note' was unexpected)",
        ),
        ("measures/12", "criteria", [], "$.measures[12].criteria: [] should be non-empty"),
        ("1.1", "citation", REMOVED, "$.measures[0].criteria[0]: 'citation' is a required property"),
        ("1.1", "id", 1.1, "$.measures[0].criteria[0].id: 1.1 is not of type 'string'"),
        (
            "1.1",
            "weight",
            2,
            "$.measures[0].criteria[0]: Additional properties are not allowed ('weight' was unexpected)",
        ),
        ("1.1", "rule", "formula", "$.measures[0].criteria[0].rule: 'formula' is not one of"),
        ("1.1", "parameters", REMOVED, "$.measures[0].criteria[0]: 'parameters' is a required property"),
        ("1.1", "parameters", 3, "$.measures[0].criteria[0].parameters: 3 is not of type 'object'"),
        ("1.1/text", "kk", REMOVED, "$.measures[0].criteria[0].text: 'kk' is a required property"),
        ("1.1/text", "ru", " ", "$.measures[0].criteria[0].text.ru: ' ' does not match"),
        (
            "1.1/text",
            "de",
            "x",
            "$.measures[0].criteria[0].text: Additional properties are not allowed ('de' was unexpected)",
        ),
        (
            "1.1/parameters",
            "afer",
            1,
            ".parameters: Additional properties are not allowed ('afer' was unexpected)",
        ),
        (
            "1.1/parameters",
            "at_least",
            0.1,
            ".parameters: Additional properties are not allowed ('at_least' was",
        ),
        ("1.1/parameters", "after", "1", ".parameters.after: '1' is not of type 'integer'"),
        ("1.1/parameters", "after", True, ".parameters.after: True is not of type 'integer'"),
        ("1.1/parameters", "after", -1, ".parameters.after: -1 is less than the minimum of 0"),
        ("1.1/parameters", "after", 21, ".parameters.after: 21 is greater than the maximum of 20"),
        ("1.1/parameters", "after", REMOVED, ".parameters: 'after' is a required property"),
        ("1.1/parameters", "reference", "inflation", ".parameters.reference: 'inflation' is not one of"),
        (
            "1.2/parameters",
            "indicator",
            "revenue",
            ".parameters.indicator: 'revenue' is not one of ['sales_volume', ",
        ),
        ("1.2/parameters", "start", "term_end_year", ".parameters.start: 'term_end_year' is not one of"),
        (
            "1.2/parameters",
            "judge",
            "last",
            ".parameters: Additional properties are not allowed ('judge' was unexpected)",
        ),
        (
            "2.3/parameters",
            "end",
            "support_year",
            ".parameters.end: 'support_year' is not one of ['term_end_year']",
        ),
        (
            "6.1/parameters",
            "indicator",
            "jobs",
            ".parameters.indicator: 'jobs' is not one of ['revenue', 'export_value']",
        ),
        ("6.1/parameters", "measure_as", REMOVED, ".parameters: 'measure_as' is a required property"),
        ("6.1/parameters", "measure_as", "ratio", ".parameters.measure_as: 'ratio' is not one of"),
        (
            "6.1/parameters",
            "period",
            "year",
            ".parameters: Additional properties are not allowed ('period' was unexpected)",
        ),
        ("6.1/parameters", "years", 0, ".parameters.years: 0 is less than the minimum of 1"),
        ("6.1/parameters", "years", 21, ".parameters.years: 21 is greater than the maximum of 20"),
        ("8.1/parameters", "multiple", -1, ".parameters.multiple: -1 is less than the minimum of 0"),
        (
            "8.1/parameters",
            "multiple",
            1001,
            ".parameters.multiple: 1001 is greater than the maximum of 1000",
        ),
        (
            "8.1/parameters",
            "period",
            "month",
            ".parameters.period: 'month' is not one of ['cumulative', 'year']",
        ),
        (
            "11.1/parameters",
            "judge",
            "best",
            ".parameters: Additional properties are not allowed ('judge' was unexpected)",
        ),
        ("11.1/parameters", "until", REMOVED, ".parameters: 'years' is a required property"),
        (
            "13.1/parameters",
            "until",
            "term_end_year",
            "Additional properties are not allowed ('judge', 'years' were",
        ),
        ("13.1/parameters", "at_least", "10 %", ".parameters.at_least: '10 %' is not of type 'number'"),
        ("13.1/parameters", "at_least", -1.5, ".parameters.at_least: -1.5 is less than the minimum of -1"),
        (
            "13.1/parameters",
            "at_least",
            100.5,
            ".parameters.at_least: 100.5 is greater than the maximum of 100",
        ),
        ("13.1/parameters", "base_shift", 1, ".parameters.base_shift: 1 is not one of [0, -1]"),
        ("13.1/parameters", "judge", "first", ".parameters.judge: 'first' is not one of ['last', 'best']"),
        ("", "id", "Order 35", "$.id: 'Order 35' does not match"),
        ("", "measures", [], "$.measures: [] should be non-empty"),
        ("source", "order", "№ 35", "$.source.order: '№ 35' does not match"),
        ("source", "authentic_language", "de", "$.source.authentic_language: 'de' is not one of"),
        ("measures/0", "id", 0, "$.measures[0].id: 0 is less than the minimum of 1"),
        ("1.1", "id", "first", "$.measures[0].criteria[0].id: 'first' does not match"),
        ("6.1/parameters", "years", 1.5, ".parameters.years: 1.5 is not of type 'integer'"),
        ("8.1/parameters", "multiple", "1", ".parameters.multiple: '1' is not of type 'number'"),
        ("11.1/parameters", "until", "support_year", ".parameters.until: 'support_year' is not one of"),
        ("13.1/parameters", "indicator", "profit", ".parameters.indicator: 'profit' is not one of"),
        ("questions/0", "id", "First year", "$.questions[0].id: 'First year' does not match"),
        ("questions/0", "parameters", ["scale", "scale"], "['scale', 'scale'] has non-unique elements"),
        ("questions/0/alternatives/0", "id", "the 2nd", "alternatives[0].id: 'the 2nd' does not match"),
        ("questions/0", "default", REMOVED, "$.questions[0]: 'default' is a required property"),
        ("questions/0", "parameters", [7], "$.questions[0].parameters[0]: 7 is not of type 'string'"),
        ("questions/0", "parameters", ["wage"], "$.questions[0].parameters[0]: 'wage' does not match"),
        (
            "questions/0/alternatives/0",
            "set",
            {"1.1.afer": 1},
            "alternatives[0].set: '1.1.afer' does not match any",
        ),
        ("questions/0/alternatives/0", "set", {"1.1.after": 99}, "99 is greater than the maximum of 20"),
    ],
)
def test_schema_refuses(place, key, value, message):
    document = copy.deepcopy(EDITION)
    part = find(document, place)
    if value is REMOVED:
        del part[key]
    else:
        part[key] = value
    assert any(message in error for error in errors(document)), errors(document)


def small_edition() -> dict:
    """One criterion for each set of parameters, one question."""
    document = copy.deepcopy(EDITION)
    kept = ("1.1", "2.3", "6.1", "8.1", "11.1", "13.1")
    for measure in document["measures"]:
        measure["criteria"] = [c for c in measure["criteria"] if c["id"] in kept]
    document["measures"] = [measure for measure in document["measures"] if measure["criteria"]]
    document["questions"] = document["questions"][:1]
    return document


def keys(node, path=()):
    """Path of every key; of like items in a list only the first, but the parameters of every criterion."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(node, dict):
            yield (*path, key)
        if isinstance(child, (dict, list)):
            below = keys(child, (*path, key))
            yield from (p for p in below if not key or isinstance(key, str) or "parameters" in p)


SMALL = small_edition()


def allowed(path: tuple, value) -> bool:
    """Whether the schema takes the small edition with one value changed or removed."""
    document = copy.deepcopy(SMALL)
    node = document
    for key in path[:-1]:
        node = node[key]
    if value is REMOVED:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return VALIDATOR.is_valid(document)


def test_every_key_is_required_but_three():
    assert errors(SMALL) == []
    optional = {path[-1] for path in keys(SMALL) if allowed(path, REMOVED)}
    readings = set(EDITION["questions"][0]["alternatives"][0]["set"])
    assert optional == {"amends", "phrase", "end"} | readings


@pytest.mark.parametrize("wrong", [None, True, 7.5, " ", ["x"], {"x": 1}], ids=repr)
def test_every_value_has_its_type(wrong):
    numbers = {"at_least", "multiple"} if wrong == 7.5 else set()
    assert [path for path in keys(SMALL) if path[-1] not in numbers and allowed(path, wrong)] == []


@pytest.mark.parametrize("document", [None, [], "order-35"])
def test_schema_refuses_what_is_no_edition(document):
    assert errors(document) == [f"$: {document!r} is not of type 'object'"]


@pytest.mark.parametrize("criterion", ["1.1", "1.2", "6.1", "8.1", "13.1"])
def test_schema_refuses_parameters_of_another_rule(criterion):
    for other in ("1.1", "1.2", "6.1", "8.1", "11.1", "13.1"):
        document = copy.deepcopy(EDITION)
        find(document, criterion)["parameters"] = copy.deepcopy(find(document, other)["parameters"])
        same_rule = find(document, criterion)["rule"] == find(document, other)["rule"]
        assert (errors(document) == []) == same_rule, other
