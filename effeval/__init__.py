"""Judge industrial support measures of Kazakhstan by the criteria of Order No. 35.

Names load on first use, so that ``import effeval`` costs next to nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "errors": (
        "ClusterError",
        "DataError",
        "EffevalError",
        "Fault",
        "MethodologyError",
        "ParameterError",
        "ReportError",
    ),
    "classifiers": ("kato_changes", "names", "regions", "sectors"),
    "law": ("Criterion", "Measure", "Question"),
    "methodology": ("Methodology",),
    "dataset": ("DataWarning", "Dataset", "load", "validate"),
    "examples": ("example",),
    "scoring": ("assess",),
    "aggregation": ("fulfilment", "verdicts"),
    "explaining.explanation": ("explain",),
    "asked": ("effects",),
    "scenarios.files": ("Scenario", "read_scenario", "write_scenario"),
    "scenarios.template": ("write_template",),
    "scenarios": (
        "Board",
        "break_even",
        "causes",
        "compare",
        "factors",
        "flips",
        "near_misses",
        "outcomes",
        "random_scenarios",
        "ranges",
        "rank_bands",
        "rejudge",
        "robustness",
        "robustness_by",
        "sensitivity",
        "stakes",
        "sweep",
        "transitions",
    ),
}
_WHERE = {name: module for module, names_ in _HOME.items() for name in names_}
_MODULES = (
    "annex1",
    "charts",
    "classifiers",
    "columns",
    "display",
    "engine",
    "labels",
    "methodology",
    "reports",
    "sample",
    "scenarios",
    "scope",
    "tables",
    "whatif",
)

__all__ = ["__version__", *sorted(_WHERE), *_MODULES]


def __getattr__(name: str):
    if name in _WHERE:
        value = getattr(import_module(f"effeval.{_WHERE[name]}"), name)
    elif name in _MODULES:
        value = import_module(f"effeval.{name}")
    else:
        raise AttributeError(f"module 'effeval' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return __all__
