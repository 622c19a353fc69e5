"""The tables of the panel: what changes, and the verdicts that flip, as HTML."""

import pandas as pd

from effeval.dataset import Dataset
from effeval.labels import heading, level_names, money, number, phrase
from effeval.methodology import Methodology
from effeval.scenarios.tables import cause_words
from effeval.tables import figure

SHOWN_FLIPS = 50
_SIDES = ("before", "after")
STYLE = "<style>.whatif {font-size: 0.9em} .whatif td, .whatif th {padding: 2px 8px; line-height: 1.3; text-align: left}</style>"


def transitions_html(found: pd.DataFrame, *, lang: str) -> str:
    """Changes with their counts, projects and money, from :func:`effeval.scenarios.transitions`."""
    shown = {
        phrase("whatif.change", lang=lang): [
            phrase(f"whatif.kind.{kind}", lang=lang) for kind in found["kind"]
        ],
        phrase("whatif.criteria", lang=lang): [number(n, lang=lang) for n in found["count"]],
        heading("fulfilment", "projects", lang=lang): [number(n, lang=lang) for n in found["projects"]],
        heading("fulfilment", "support_paid", lang=lang): [
            money(m, lang=lang) for m in found["support_paid"]
        ],
    }
    return _html(shown)


def flips_html(
    found: pd.DataFrame, data: Dataset, *, before: Methodology, after: Methodology, lang: str
) -> str:
    """The first rows of :func:`effeval.scenarios.causes`, and how many there are in all."""
    if found.empty:
        return f"<p>{phrase('whatif.none', lang=lang)}</p>"
    title = phrase("whatif.flips", lang=lang, values={"count": number(len(found), lang=lang)})
    if len(found) > SHOWN_FLIPS:
        shown = {"shown": number(SHOWN_FLIPS, lang=lang)}
        title += f" ({phrase('whatif.first', lang=lang, values=shown)})"
    cells = _flip_cells(found.head(SHOWN_FLIPS), data, before=before, after=after, lang=lang)
    return f"<h4>{title}</h4>{_html(cells)}"


def _flip_cells(
    found: pd.DataFrame, data: Dataset, *, before: Methodology, after: Methodology, lang: str
) -> dict[str, list[str]]:
    """Cells of the table of flips, as text: who, what, from which state to which, and why."""
    applicants = data.projects.set_index("project_id")["applicant"]
    criteria, states = (level_names(n, lang=lang, methodology=after) for n in ("criterion", "state"))
    units = {c.id: c.unit for c in after.criteria}
    why = {cause: cause_words(cause, before, after, lang=lang) for cause in found["parameters"].unique()}

    def sides(row, name: str) -> str:
        told = [figure(getattr(row, f"{name}_{side}"), units[row.criterion], lang=lang) for side in _SIDES]
        return " → ".join(dict.fromkeys(told))

    rows = list(found.itertuples())
    return {
        heading("assessed", "project_id", lang=lang): [row.project_id for row in rows],
        heading("projects", "applicant", lang=lang): [str(applicants[row.project_id]) for row in rows],
        heading("assessed", "year", lang=lang): [str(row.year) for row in rows],
        heading("assessed", "criterion", lang=lang): [
            f"{r.criterion} {criteria[r.criterion]}{_unit(units[r.criterion], lang)}" for r in rows
        ],
        heading("assessed", "state", lang=lang): [
            " → ".join(states[getattr(row, f"state_{side}")] for side in _SIDES) for row in rows
        ],
        heading("assessed", "plan", lang=lang): [sides(row, "plan") for row in rows],
        heading("assessed", "actual", lang=lang): [sides(row, "actual") for row in rows],
        phrase("whatif.why", lang=lang): [why[row.parameters] for row in rows],
    }


def _unit(unit: str, lang: str) -> str:
    return "" if unit == "fraction" else f", {phrase(f'unit.{unit}', lang=lang)}"


def _html(columns: dict[str, list[str]]) -> str:
    return pd.DataFrame(columns, dtype="str").to_html(
        index=False, escape=True, border=0, justify="left", classes="whatif"
    )
