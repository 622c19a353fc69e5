"""The form of Annex 1 to the order: filled, read back, audited and consolidated.

The names are imported at once: a module of the same name would hide a function that loads on first use.
"""

from effeval.annex1.audit import audit, judged
from effeval.annex1.consolidate import consolidate
from effeval.annex1.read import Forms, read
from effeval.annex1.write import in_form, write

__all__ = ["Forms", "audit", "consolidate", "in_form", "judged", "read", "write"]
