"""What if, to touch: sliders for thresholds, switches for open readings, and at once what they change."""

from effeval.whatif.tables import SHOWN_FLIPS
from effeval.whatif.widget import WhatIf, panel

__all__ = ["SHOWN_FLIPS", "WhatIf", "panel"]
