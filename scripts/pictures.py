"""The pictures of the README and of docs/what-if.md, from the synthetic sample.

Run: make pictures
"""

from pathlib import Path

import matplotlib
from matplotlib.axes import Axes

import effeval as ee
from effeval import charts

ROOT = Path(__file__).resolve().parent.parent
YEAR = 2025
SEED, DRAWS = 35, 512
THRESHOLD = "8.1.multiple"

matplotlib.use("Agg")


def main() -> None:
    for lang in ("kk", "ru", "en"):
        report = ee.scope.choose(ROOT / "data" / "sample", year=YEAR, lang=lang)
        for name, ax in (of_fulfilment(report) | of_scenarios(report)).items():
            picture = charts.png(charts.add_footer(ax, report.footer), dpi=110)
            (ROOT / "docs" / "images" / f"{name}-{lang}.png").write_bytes(picture)


def of_fulfilment(report: ee.scope.Scope) -> dict[str, Axes]:
    """Pictures of the README."""
    lang, names = report.lang, report.names("measure")
    by_measure = ee.fulfilment(report.this_year, "measure", methodology=report.methodology)
    return {
        "measures": charts.plot_fulfilment(by_measure, "measure", names=names, lang=lang),
        "map": charts.plot_map(ee.fulfilment(report.this_year, "region"), lang=lang),
        "trend": charts.plot_trend(ee.fulfilment(report.assessed, "year"), lang=lang),
    }


def of_scenarios(report: ee.scope.Scope) -> dict[str, Axes]:
    """Pictures of docs/what-if.md; sweep and sensitivity are over all years."""
    lang, law = report.lang, report.methodology
    board, every = ee.Board(report.data, law, years=[YEAR]), ee.Board(report.data, law)
    words = {"names": charts.factor_names(law, lang=lang), "lang": lang}
    stakes = ee.stakes(ee.robustness(board), methodology=law)
    swept = ee.sweep(every, THRESHOLD, ee.scenarios.steps(law, THRESHOLD))
    found = ee.sensitivity(every, seed=SEED, draws=DRAWS).head(8)
    return {
        "stakes": charts.plot_stakes(stakes, **words),
        "ranges": charts.plot_ranges(ee.ranges(board), names=report.names("region"), lang=lang),
        "sweep": charts.plot_sweep(swept, THRESHOLD, given=law.settings[THRESHOLD], **words),
        "sensitivity": charts.plot_sensitivity(found, **words),
    }


if __name__ == "__main__":
    main()
