"""Reports: a parameterised notebook run for every region, and shown as pages; knows nothing of rules."""

from effeval.reports.execution import execute
from effeval.reports.night import How, Run, run
from effeval.reports.pages import notebook_path, to_html, to_pdf
from effeval.reports.plan import Report, plan

__all__ = ["How", "Report", "Run", "execute", "notebook_path", "plan", "run", "to_html", "to_pdf"]
