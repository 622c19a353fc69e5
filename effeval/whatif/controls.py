"""The sliders and switches of the panel."""

from html import escape

import ipywidgets as widgets

from effeval.labels import phrase
from effeval.law import Question
from effeval.methodology import Methodology
from effeval.scenarios import THRESHOLDS

WIDE = {"width": "98%"}
_STEPS = {"at_least": (0.005, 0.5), "multiple": (0.05, 5.0)}  # step and upper end of a slider
_READOUTS = {"at_least": ".1%", "multiple": ".2f"}


def sliders(methodology: Methodology) -> dict[str, widgets.FloatSlider]:
    """A slider for every threshold, its range wide enough for the value it starts from."""
    found = {}
    for path, value in methodology.settings.items():
        name = path.rpartition(".")[2]
        if name in THRESHOLDS:
            step, top = _STEPS[name]
            found[path] = widgets.FloatSlider(
                value=value, min=min(0.0, value), max=max(top, 2 * value), step=step, continuous_update=False,
                readout_format=_READOUTS[name], layout=WIDE,
            )  # fmt: skip
    return found


def is_open(question: Question) -> bool:
    return any(alternative.settings for alternative in question.alternatives)


def switch(question: Question, methodology: Methodology, lang: str) -> widgets.Dropdown:
    """The reading of the methodology, then the alternatives that change a parameter."""
    changed = any(path in methodology.changes() for path in question.parameters)
    taken = phrase("whatif.given", lang=lang) if changed else question.default[lang]
    options = [(a.reading[lang], a.id) for a in question.alternatives if a.settings]
    return widgets.Dropdown(options=[(taken, ""), *options], value="", layout=WIDE)


def label(text: str) -> widgets.HTML:
    return widgets.HTML(f'<span style="line-height: 1.3">{escape(text)}</span>')
