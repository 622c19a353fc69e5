"""pyproject.toml, environment.yml and requirements.lock agree; the code imports nothing beyond them."""

import ast
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads(PYPROJECT)["project"]
EXTRAS = PROJECT["optional-dependencies"]

# The lock serves these; one line of each package must apply to each.
MACHINES = [
    {
        "sys_platform": platform,
        "platform_system": system,
        "os_name": name,
        "platform_machine": machine,
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for platform, system, name, machine in [
        ("linux", "Linux", "posix", "x86_64"),
        ("linux", "Linux", "posix", "aarch64"),
        ("darwin", "Darwin", "posix", "x86_64"),
        ("darwin", "Darwin", "posix", "arm64"),
        ("win32", "Windows", "nt", "AMD64"),
    ]
    for python in ["3.11.2", "3.11.9", "3.12.1", "3.13.0", "3.14.0"]
]

# A line of the lock is a package with its version and perhaps a marker, or says who asked for it.
PINNED = re.compile(r"(?P<name>[a-z0-9-]+)==[0-9][0-9a-z.]*( ; (?P<marker>[A-Za-z_ '<>=!.*0-9()]+))?")
ASKED_BY = re.compile(r"    # +(via)?( *[a-z0-9-]+( \(pyproject\.toml\))?| *-c \(workspace\))?")
PLACE = re.compile(r"://|@|\\|(^|\s)[~/.]|\b[a-z0-9-]+\.(com|dev|io|kz|local|net|org|ru)\b", re.IGNORECASE)


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    """Name and version bounds of each requirement; a name that stands twice is an error."""
    parsed = [Requirement(line) for line in lines]
    names = Counter(canonicalize_name(requirement.name) for requirement in parsed)
    assert not {name for name, times in names.items() if times > 1}, "listed twice"
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in parsed}


def machine_name(machine: dict[str, str]) -> str:
    return "-".join(machine[key] for key in ("sys_platform", "platform_machine", "python_full_version"))


def declared() -> dict[str, SpecifierSet]:
    return bounds(PROJECT["dependencies"] + [line for extra in EXTRAS.values() for line in extra])


def pinned() -> list[Requirement]:
    return [Requirement(line) for line in LOCK if line and not line.lstrip().startswith("#")]


def imported(folder: str) -> set[str]:
    """Top-level modules that a folder's modules import from outside the project and the standard library."""
    modules = set()
    own = {"effeval"} | {path.stem for path in (ROOT / "tests").glob("*.py")}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(node.module.split(".")[0])
    return modules - own - set(sys.stdlib_module_names)


def test_conda_environment_has_the_names_and_bounds_of_pyproject():
    conda = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
    pip = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))
    assert "-e ." in pip, "environment.yml does not install effeval itself"
    listed = bounds(conda + [line for line in pip if line != "-e ."])
    assert listed.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert listed.pop("pip") == SpecifierSet()
    assert listed == declared()


def test_conda_environment_uses_conda_forge_only():
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]


def test_build_system_has_the_bounds_of_the_build_extra():
    required = bounds(tomllib.loads(PYPROJECT)["build-system"]["requires"])
    assert required.items() <= bounds(EXTRAS["build"]).items()


def test_locked_versions_are_within_the_bounds():
    outside = [
        f"{pin} is locked, {pin.name}{allowed} is declared"
        for pin in pinned()
        if (allowed := declared().get(canonicalize_name(pin.name))) is not None
        for specifier in pin.specifier
        if not allowed.contains(specifier.version)
    ]
    assert not outside


@pytest.mark.parametrize("machine", MACHINES, ids=machine_name)
def test_lock_has_one_version_of_every_dependency(machine: dict[str, str]):
    counts = Counter(pin.name for pin in pinned() if pin.marker is None or pin.marker.evaluate(machine))
    assert not {name for name, times in counts.items() if times > 1}, "two versions for one machine"
    assert not declared().keys() - counts.keys(), "declared, but not locked: run scripts/lock.sh"


def test_lock_names_the_script_that_makes_it():
    header = LOCK[: next(number for number, line in enumerate(LOCK) if not line.startswith("#"))]
    assert any("scripts/lock.sh" in line for line in header)
    assert (ROOT / "scripts" / "lock.sh").is_file()


def test_lock_holds_no_host_url_or_path():
    header = [line for line in LOCK if line.startswith("#")]
    body = [line for line in LOCK if not line.startswith("#")]
    assert not [line for line in header if PLACE.search(line)]
    odd = [line for line in body if not (PINNED.fullmatch(line) or ASKED_BY.fullmatch(line))]
    assert not odd, "neither an exact version nor a note who asked for it"


def test_every_dependency_says_why():
    lines = [line.strip() for line in PYPROJECT.splitlines()]
    reasons = []
    for above, line in zip([""] + lines, lines):
        dependency, _, beside = line.partition("#")
        reason = beside or (above if above.startswith("#") else "")
        reasons += [(text, reason) for text in re.findall(r'"([^"]+)"', dependency)]
    everything = {*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)}
    assert everything <= {text for text, _ in reasons}
    silent = [text for text, reason in reasons if text in everything and len(re.findall(r"\w+", reason)) < 3]
    assert not silent, "no reason in a comment on the line or the line above"


@pytest.mark.parametrize("folder", ["effeval", "tests"])
def test_every_import_is_declared(folder: str):
    optional = EXTRAS["pdf"] + EXTRAS["cluster"] + (EXTRAS["test"] if folder == "tests" else [])
    allowed = bounds(PROJECT["dependencies"] + optional).keys()
    packages = packages_distributions()
    undeclared = {
        module
        for module in imported(folder)
        if not {canonicalize_name(name) for name in packages.get(module, [])} & allowed
    }
    assert not undeclared, f"imported in {folder}/, but not in pyproject.toml"
