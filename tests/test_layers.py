"""The house keeps its rooms: who may import whom, and which libraries stay at the edges."""

import ast
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "effeval"
LAYERS = [
    {"packaged", "errors"},
    {"columns", "terminal"},
    {"law", "classifiers", "worksheet", "kernels", "placing", "cluster"},
    {"edition"},
    {"methodology"},
    {"panel", "labels", "comparing", "rates", "recorded", "injected"},
    {"reading", "rules"},
    {"judging", "typed"},
    {"dataset"},
    {"layout", "examples"},
    {"scoring", "sample_draws"},
    {"aggregation", "judged", "scored", "sample_projects"},
    {"charts", "tables", "sample_gaps", "engine"},
    {"scope", "scenarios", "sample_figures"},
    {"sample", "explaining", "annex1", "display", "asked", "whatif"},
    {"reports"},
    {"cli"},
]
ONLY_IN = {
    "papermill": {"reports", "kernels"},
    "nbconvert": {"reports"},
    "weasyprint": {"reports"},
    "distributed": {"cluster", "engine", "reports"},
    "fsspec": {"engine"},
    "filelock": {"reports"},
    "SALib": {"scenarios"},
    "geopandas": {"charts"},
    "yaml": {"edition"},
    "jsonschema": {"edition"},
    "pandera": {"reading"},
    "matplotlib": {"charts"},
    "seaborn": {"charts"},
    "xlsxwriter": {"worksheet", "annex1", "scenarios"},
    "python_calamine": {"reading", "annex1", "scenarios"},
    "typer": {"cli"},
    "rich": {"terminal"},
    "babel": {"labels"},
    "ipywidgets": {"whatif"},
    "great_tables": {"display"},
    "itables": {"display"},
    "pyarrow": {"engine", "recorded"},
}
FILES = {path.stem: [path] for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
FILES |= {path.parent.name: sorted(path.parent.glob("*.py")) for path in PACKAGE.glob("*/__init__.py")}
MODULES = sorted(FILES)


def imports(module: str) -> set[str]:
    """Everything a module or a package imports, at the top or inside functions, as dotted names."""
    found = set()
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES[module]]
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_module_has_one_layer() -> None:
    assert sorted(name for layer in LAYERS for name in layer) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_lower_layers_only(module: str) -> None:
    level = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    own = {name.split(".")[1] for name in imports(module) if name.startswith("effeval.")} & set(MODULES) - {
        module
    }
    assert {name for name in own if level[name] >= level[module]} == set()


@pytest.mark.parametrize("module", MODULES)
def test_libraries_of_the_edges_stay_there(module: str) -> None:
    roots = {name.split(".")[0] for name in imports(module)}
    assert {
        library for library, homes in ONLY_IN.items() if library in roots and module not in homes
    } == set()


@pytest.mark.parametrize("module", MODULES)
def test_modules_can_be_read_in_one_sitting(module: str) -> None:
    assert [path for path in FILES[module] if len(path.read_text(encoding="utf-8").splitlines()) > 350] == []


def test_identifiers_are_ascii() -> None:
    """A Cyrillic look-alike in a name is a silent bug."""
    for path in PACKAGE.rglob("*.py"):
        with path.open("rb") as lines:
            names = {
                token.string for token in tokenize.tokenize(lines.readline) if token.type == tokenize.NAME
            }
        assert {name for name in names if not name.isascii()} == set(), path.name


HEAVY = ("pandas", "numpy", "matplotlib", "pandera", "papermill", "yaml", "jsonschema")


@pytest.mark.parametrize(
    "code",
    [
        "import effeval",
        "import sys; sys.argv = ['effeval', '--help']; import effeval.cli; effeval.cli.main()",
    ],
)
def test_import_and_help_stay_light(code: str) -> None:
    probe = f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit:\n    pass\nprint(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_public_name_resolves() -> None:
    import effeval

    for name in effeval.__all__:
        assert getattr(effeval, name) is not None
    with pytest.raises(AttributeError):
        effeval.nothing_of_the_kind  # noqa: B018
