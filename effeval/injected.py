"""Parameters that papermill sets in a cell of its own, after the cell that the notebook has them in."""

import re
from collections.abc import Sequence

from effeval.errors import unknown

MARK = "# Parameters\n"  # papermill begins its cell so
ASSIGNED = re.compile(r"^([A-Za-z_]\w*) *=(?!=)", re.MULTILINE)


def misspelt(cells: Sequence[str]) -> list[str]:
    """What is wrong with names that are set and that the notebook does not have; papermill only logs them.

    Parameters
    ----------
    cells : sequence of str
        ``In`` of a notebook: the cells run so far.

    Examples
    --------
    >>> misspelt(["", "year = None  # year of the report", "# Parameters\\nyaer = 2024\\n", "import effeval"])
    ["There is no parameter 'yaer'. Near: year\\n  To fix: one of year"]
    """
    at = next((place for place, cell in enumerate(cells) if cell.startswith(MARK)), 0)
    known = [name for cell in cells[:at] for name in ASSIGNED.findall(cell)]
    strange = [name for name in ASSIGNED.findall(cells[at]) if name not in known] if at else []
    return [f"{unknown('parameter', name, known)}\n  To fix: one of {', '.join(known)}" for name in strange]
