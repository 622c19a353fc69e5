"""Commands on data: check, judge, add up, report."""

from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.options import (
    FILE_HELP,
    Data,
    Folder,
    Lang,
    Law,
    Output,
    Scenarios,
    Set,
    assessed_of,
    known_lang,
)
from effeval.terminal import say, show_table, working

BAD = 2  # exit status of the contract: bad use or bad data


def validate(data: Data, methodology: Law = "order-35", output: Output = None) -> None:
    """Check a data set: every fault and warning with table, row, column and value. Exit status 2 if it has faults."""
    from effeval.dataset import validate as check
    from effeval.files import write
    from effeval.methodology import Methodology

    with working("reading"):
        found = check(data, methodology=Methodology.load(methodology))
    if output is not None:
        write(found, output)
    errors = int((found["severity"] == "error").sum())
    if output is None and len(found):
        show_table(found.drop(columns=["table"]).astype("str").fillna(""), note=str(data))
    say(f"{data}: {errors} faults, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(BAD)


def assess(
    data: Data,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=FILE_HELP)],
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
) -> None:
    """Judge every criterion of every project and year, and write one row for each."""
    from effeval.files import check_ending, write
    from effeval.scope import about

    check_ending(output)
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    with working("writing"):
        write(assessed, output, about=about(dataset, law))
    say(f"{output}: {len(assessed):,} rows, {assessed['project_id'].nunique():,} projects")


def fulfilment(
    data: Data,
    by: Annotated[
        str, typer.Option(help="Columns to group by, separated by commas; none gives the total.")
    ] = "",
    output: Output = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: Lang = "en",
) -> None:
    """How far criteria are fulfilled, by region, sector, measure, year or any other column of the projects."""
    from effeval.aggregation import fulfilment as tally
    from effeval.files import check_ending, write
    from effeval.scope import about, footer
    from effeval.tables import fulfilment_table

    known_lang(lang)
    if output is not None:
        check_ending(output)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    if output is not None:
        found = tally(assessed, columns, methodology=law)
        write(found, output, about=about(dataset, law))
        say(f"{output}: {len(found):,} rows")
        return
    show_table(
        fulfilment_table(assessed, columns, methodology=law, lang=lang), note=footer(dataset, law, lang=lang)
    )


def sample(
    output: Folder,
    projects: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many projects.")] = 600,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same bytes.")] = 35,
) -> None:
    """Write a synthetic data set: made-up projects, all measures and regions, every kind of gap."""
    from effeval.sample import write_sample

    with working("making synthetic data"):
        for path in write_sample(output, projects=projects, seed=seed):
            say(str(path))
