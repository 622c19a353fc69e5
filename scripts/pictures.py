"""The pictures of the README, from the synthetic sample.

Run: make pictures
"""

from pathlib import Path

import matplotlib

import effeval as ee
from effeval import charts

ROOT = Path(__file__).resolve().parent.parent
YEAR = 2025

matplotlib.use("Agg")


def main() -> None:
    for lang in ("kk", "ru", "en"):
        report = ee.scope.choose(ROOT / "data" / "sample", year=YEAR, lang=lang)
        by_measure = ee.fulfilment(report.this_year, "measure", methodology=report.methodology)
        pictures = {
            "measures": charts.plot_fulfilment(
                by_measure, "measure", names=report.names("measure"), lang=lang
            ),
            "map": charts.plot_map(ee.fulfilment(report.this_year, "region"), lang=lang),
            "trend": charts.plot_trend(ee.fulfilment(report.assessed, "year"), lang=lang),
        }
        for name, ax in pictures.items():
            picture = charts.png(charts.add_footer(ax, report.footer), dpi=110)
            (ROOT / "docs" / "images" / f"{name}-{lang}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
