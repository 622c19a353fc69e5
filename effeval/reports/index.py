"""The first page of a run in one language: a table of the reports and a map, each region with its figures."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from effeval.classifiers import names
from effeval.labels import EMPTY, heading, money, number, parts, percent, phrase
from effeval.packaged import TEMPLATES

_FILES = {".xlsx": "report.file.form", ".pdf": "report.file.pdf", ".ipynb": "report.file.notebook"}


@dataclass(frozen=True)
class About:
    """What the first page says beside its table.

    Attributes
    ----------
    title, footer : str
    synthetic : bool
        Whether some project is made up.
    unknown : tuple of str
        Projects without a region, which are in the report of the country alone.
    """

    title: str
    footer: str
    synthetic: bool
    unknown: tuple[str, ...] = ()


def index_page(
    records: Sequence[Mapping[str, Any]], by_region: pd.DataFrame, *, about: About, lang: str
) -> str:
    """The page as HTML: opens offline, nothing is fetched.

    Parameters
    ----------
    records : sequence of mapping
        Records of the reports in this language: ``name``, ``region``, ``status``, ``error``, ``facts``, ``files``.
    by_region : pandas.DataFrame
        :func:`effeval.fulfilment` of the year by ``region``, for the map.
    about : About
    lang : str
        kk, ru or en.

    Returns
    -------
    str
    """
    from jinja2 import Environment

    folder = TEMPLATES / "report"
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "runs.html.j2").read_text(encoding="utf-8"))
    columns = ["projects", "fulfilled", "coverage", "support_paid"]
    heads = [
        phrase("heading.fulfilled_of", lang=lang) if c == "fulfilled" else heading("fulfilment", c, lang=lang)
        for c in columns
    ]
    return template.render(
        lang=lang,
        title=about.title,
        style=(folder / "style.css").read_text(encoding="utf-8"),
        synthetic=phrase("synthetic", lang=lang) if about.synthetic else "",
        notes=_notes(records, about, lang),
        headings=[heading("assessed", "region", lang=lang), *heads, phrase("report.files", lang=lang)],
        rows=[_row(record, lang) for record in sorted(records, key=lambda record: record["region"])],
        failed=phrase("report.failed", lang=lang),
        map=_map(by_region, about.footer, lang),
        map_title=phrase("chart.map", lang=lang),
        footer=about.footer,
    )


def _notes(records: Sequence[Mapping[str, Any]], about: About, lang: str) -> list[str]:
    failed = sum(record["status"] == "failed" for record in records)
    counts = {"failed": number(failed, lang=lang), "all": number(len(records), lang=lang)}
    notes = [phrase("report.some_failed", lang=lang, values=counts)] if failed else []
    if about.unknown:
        listed = {"projects": ", ".join(about.unknown)}
        notes.append(phrase("report.unknown_region", lang=lang, values=listed))
    return notes


def _row(record: Mapping[str, Any], lang: str) -> dict[str, Any]:
    here = {name.partition("/")[2]: "." + name.partition(".")[2] for name in record["files"]}
    pages = [name for name, ending in here.items() if ending == ".html"]
    endings = {**_FILES, ".failed.ipynb": "report.file.notebook"}
    links = [
        {"file": name, "text": phrase(endings[ending], lang=lang)}
        for name, ending in here.items()
        if ending in endings
    ]
    region = record["region"]
    named = f"{region} {names('region', lang=lang)[region]}" if region else phrase("kazakhstan", lang=lang)
    return {
        "name": named,
        "country": not region,
        "page": pages[0] if pages else "",
        "links": links,
        "error": record["error"],
        "cells": _cells(record["facts"], lang) if record["facts"] else [],
    }


def _cells(facts: Mapping[str, Any], lang: str) -> list[str]:
    due, assessed = facts["due"], facts["assessed"]
    return [
        number(len(facts["projects"]), lang=lang),
        parts(facts["fulfilled"], assessed, lang=lang) if assessed else EMPTY,
        percent(assessed / due, lang=lang) if due else EMPTY,
        money(facts["support_paid"], lang=lang),
    ]


def _map(by_region: pd.DataFrame, footer: str, lang: str) -> str:
    """The map as base64 of a PNG file."""
    from effeval.charts import add_footer, plot_map, png

    return base64.b64encode(png(add_footer(plot_map(by_region, lang=lang), footer))).decode()
