"""Draws and prints once what every report draws and prints, so that forked kernels find it done.

Fonts, glyphs, locales and the methodology stay in memory. Imported for that alone, by the process that kernels
are forked from (see ``crew``); starts no thread.
"""

import pandas as pd

from effeval import charts, tables
from effeval.aggregation import fulfilment
from effeval.columns import LANGUAGES
from effeval.dataset import load
from effeval.display import printed
from effeval.methodology import Methodology
from effeval.scope import Scope
from effeval.scoring import assess

PROJECTS = {
    "project_id": ["A", "B"], "applicant": ["Әғқңөұүһі", "№ 1"], "measure": [8, 9], "kato": ["75", "63"],
    "oked": ["24", "10"], "category": ["small", "large"], "support_year": [2023, 2023],
    "status": ["implementing", "implementing"],
}  # fmt: skip
OBSERVED = {
    "project_id": ["A", "A", "B", "B"], "year": [2023, 2024, 2023, 2024],
    "support_paid": [100.0, None, 50.0, 10.0], "export_value": [120.0, 10.0, 1.0, None],
}  # fmt: skip
REFERENCE = {"year": [], "wage_growth_forecast": [], "source": []}


def everything() -> None:
    """What a report shows of two made-up projects; nothing is kept of it.

    Not through pyplot: it must not choose how to show figures before a notebook runs.
    """
    law = Methodology.load()
    tables_ = {"projects": PROJECTS, "observations": OBSERVED, "reference": REFERENCE}
    data = load({name: pd.DataFrame(columns) for name, columns in tables_.items()}, methodology=law)
    assessed = assess(data, law)
    report = Scope(data, law, assessed, 2024, "ru", {})
    table = fulfilment(report.this_year, "measure")
    ax = charts.plot_fulfilment(
        table, "measure", names=report.names("measure"), lang="ru", ax=charts.free_axes()
    )
    charts.png(charts.add_footer(ax, report.footer))
    charts.png(charts.plot_trend(fulfilment(assessed, "year"), lang="ru", ax=charts.free_axes()))
    printed(report, "measure").as_raw_html()
    tables.show(tables.shortfalls(report.this_year, data.projects, methodology=law, lang="ru")).to_html()
    for lang in LANGUAGES:
        str(Scope(data, law, assessed, 2024, lang, {}).summary)


everything()
