"""The command that makes reports."""

from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.options import (
    Dask,
    Data,
    Folder,
    Law,
    Regions,
    Scenarios,
    Set,
    check_not_judged,
    law_of,
    warnings_said,
)
from effeval.errors import ReportError
from effeval.terminal import progress_bar, say

JOBS_HELP = "Reports at once. Default: one a core."
NOTEBOOK_HELP = "Another notebook than regional_report, with the same parameters."


def report(
    data: Data,
    year: Annotated[int, typer.Option(help="Year of the reports.")],
    region: Regions = None,
    lang: Annotated[list[str] | None, typer.Option(help="kk, ru or en; repeatable. Default: ru.")] = None,
    output: Folder = Path("reports"),
    jobs: Annotated[int | None, typer.Option(min=1, metavar="N", help=JOBS_HELP)] = None,
    resume: Annotated[bool, typer.Option(help="Keep reports that are done from the same inputs.")] = False,
    pdf: Annotated[bool, typer.Option(help="PDF beside HTML.")] = False,
    notebook: Annotated[Path | None, typer.Option(metavar="FILE.ipynb", help=NOTEBOOK_HELP)] = None,
    dask: Dask = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
) -> None:
    """Make the national report and one for each region: HTML pages that open offline, forms, index, manifest.

    Everything appears in OUTPUT/YEAR in one step. Exit status: 0 all done; 1 some failed, the rest are there;
    2 bad use or bad data, nothing was shown.
    """
    from effeval.reports import How, run

    law = law_of(methodology, set_, scenario)
    check_not_judged(data, set_, scenario)
    with warnings_said(), progress_bar() as advance:

        def finished(record, total: int) -> None:
            advance(f"{record['name']}{' failed' if record['error'] else ''}", total)

        how = How(jobs, resume, pdf, dask, notebook, finished)
        done = run(
            data,
            year=year,
            regions=region or [],
            langs=lang or ["ru"],
            folder=output,
            methodology=law,
            how=how,
        )
    say(f"{done.folder}: {len(done.records) - len(done.failed)} reports; {done.folder / 'manifest.json'}")
    if done.dropped:
        say(f"Removed, made from other inputs: {', '.join(done.dropped)}")
    if done.failed:
        lines = [f"{record['name']}: {record['error']}" for record in done.failed]
        raise ReportError("\n".join([f"{len(lines)} of {len(done.records)} reports failed.", *lines]))
