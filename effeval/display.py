"""Tables of a report to print and lists of projects to search; both are the same HTML on every run."""

from html import escape

import pandas as pd
from great_tables import GT, html
from IPython.display import HTML

from effeval.aggregation import fulfilment
from effeval.charts import BLUE, FEW
from effeval.labels import EMPTY, parts, phrase
from effeval.scope import Scope
from effeval.tables import fulfilment_table

WIDTH, HEIGHT, MARGIN = 110, 24, 4  # of a trend line, in pixels
CONTROLS = ("search", "lengthMenu", "info", "infoEmpty", "infoFiltered", "zeroRecords", "emptyTable")
# How the browser shows a fraction and sorts it: an empty one is a dash, before all others. Browsers without Kazakh
# take Russian, which writes numbers alike.
NUMBER = """function (value, type) {
    const known = typeof value === "number" && !Number.isNaN(value);
    if (type !== "display" && type !== "filter") return known ? value : -Infinity;
    return known ? value.toLocaleString(["LANG", "ru"], {maximumFractionDigits: 2}) : "EMPTY";
}"""


def printed(report: Scope, by: str | list[str]) -> GT:
    """Fulfilment of the year of a report by group, with the rate of every year as a small line.

    Parameters
    ----------
    report : Scope
        From :func:`effeval.scope.choose`; its footer stands under the table.
    by : str or list of str
        Grouping columns, as in :func:`effeval.fulfilment`.

    Returns
    -------
    great_tables.GT
        Cells of :func:`effeval.tables.fulfilment_table`, then the years: a line from 0 to 100 % that breaks where
        nothing was assessed, with hollow marks where fewer than five were. Without scripts and random ids.
    """
    by, law, lang = [by] if isinstance(by, str) else by, report.methodology, report.lang
    table = fulfilment_table(report.this_year, by, methodology=law, lang=lang)
    named, figures = list(table)[: len(by)], list(table)[len(by) :]
    lines = trend_lines(report, by)
    years = phrase("table.years", lang=lang)
    if report.assessed["year"].nunique() > 1:
        years = f"{report.assessed['year'].min()}–{report.assessed['year'].max()}"
    # great-tables takes cells for HTML as they are
    shown = table.map(escape).assign(**{years: lines})
    note = f"{phrase('table.trend', lang=lang)}. {report.footer}"
    return (
        GT(shown, id="-".join(["effeval", *by]))
        .cols_align("left", columns=named)
        .cols_align("right", columns=figures)
        .cols_align("center", columns=[years])
        .tab_source_note(html(escape(note)))
        .tab_options(
            table_width="100%", table_font_size="13px", source_notes_font_size="11px", data_row_padding="3px",
            column_labels_font_weight="bold", table_font_names=["Segoe UI", "Noto Sans", "DejaVu Sans", "Arial"],
        )
    )  # fmt: skip


def trend_lines(report: Scope, by: list[str]) -> list[str]:
    """The line of each group that has a project in the year of the report, as SVG; its title says the figures."""
    groups = fulfilment(report.this_year, by, methodology=report.methodology)
    groups = groups.loc[groups["projects"] > 0, by].reset_index(drop=True)
    yearly = fulfilment(report.assessed, list(dict.fromkeys([*by, "year"])))
    yearly = groups.assign(group=groups.index).merge(yearly, on=by, how="left")
    first, last = yearly["year"].min(), yearly["year"].max()
    step = (WIDTH - 2 * MARGIN) / max(last - first, 1) if len(yearly) else 0.0
    yearly["x"] = (MARGIN + (yearly["year"] - first) * step).round(1)
    yearly["y"] = (HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * yearly["rate"]).round(1)
    judged = yearly[yearly["assessed"] > 0]
    columns = (judged[name].tolist() for name in ("group", "year", "x", "y", "fulfilled", "assessed"))
    lines = {group: [] for group in groups.index}
    for group, *point in zip(*columns, strict=True):
        lines[group].append(point)
    return [_svg(points, report.lang) for points in lines.values()]


def _svg(points: list[list], lang: str) -> str:
    """A line through the judged years of a group, each (year, x, y, fulfilled, assessed); it breaks at a gap."""
    said = "; ".join(f"{year}: {parts(kept, assessed, lang=lang)}" for year, _, _, kept, assessed in points)
    lines, marks, last = [], [], None
    for year, x, y, _, assessed in points:
        if last is None or year != last + 1:
            lines.append([])
        lines[-1].append(f"{x},{y}")
        fill = "#FFFFFF" if assessed < FEW else BLUE
        marks.append(f'<circle cx="{x}" cy="{y}" r="2" stroke="{BLUE}" fill="{fill}"/>')
        last = year
    drawn = "".join(
        f'<polyline points="{" ".join(line)}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>'
        for line in lines
    )
    frame = f'<svg role="img" width="{WIDTH}" height="{HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
    return f"{frame}<title>{escape(said)}</title>{drawn}{''.join(marks)}</svg>"


def searchable(frame: pd.DataFrame, *, lang: str, name: str = "projects") -> HTML:
    """A list to search, sort and leaf through in a notebook; works offline, for DataTables comes with the table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Such as :func:`effeval.tables.project_list`. Numbers sort as numbers and are shown as the language writes
        them, whole numbers as they are.
    lang : str
        kk, ru or en: language of the controls.
    name : str
        Id of the table, different for each table of a page.

    Returns
    -------
    IPython.display.HTML
        It needs scripts, so it shows in JupyterLab and in a page with scripts, not in a report.
    """
    from itables.javascript import generate_init_offline_itables_html, to_html_datatable
    from itables.options import dt_bundle

    words = {control: phrase(f"table.list.{control}", lang=lang) for control in CONTROLS}
    shown = frame.reset_index(drop=True).round(2)
    table = to_html_datatable(
        shown, connected=False, table_id=f"effeval-{name}", language=words, maxBytes=0, showIndex=False,
        classes="display compact", pageLength=10, display_logo_when_loading=False,
        style="table-layout:auto;width:100%;margin:0", columnDefs=_columns(shown, lang),
    )  # fmt: skip
    return HTML(generate_init_offline_itables_html(dt_bundle) + table)


def _columns(frame: pd.DataFrame, lang: str) -> list[dict]:
    from itables import JavascriptFunction

    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    broken = [place for place, kind in enumerate(frame.dtypes) if pd.api.types.is_float_dtype(kind)]
    render = JavascriptFunction(NUMBER.replace("LANG", lang).replace("EMPTY", EMPTY))
    return [
        {"className": "dt-left", "targets": [place for place, number in enumerate(numeric) if not number]},
        {"className": "dt-right", "targets": [place for place, number in enumerate(numeric) if number]},
        {"render": render, "targets": broken},
    ]
