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
    Memory,
    Output,
    Scenarios,
    Set,
    assessed_of,
    in_blocks,
    known_lang,
    law_of,
)
from effeval.terminal import say, show_table, working

ENDINGS = (".csv", ".parquet", ".xlsx")  # of tables of tallies
BAD = 2  # exit status of the contract: bad use or bad data


def validate(data: Data, methodology: Law = "order-35", output: Output = None) -> None:
    """Check a data set: every fault and warning with table, row, column and value. Exit status 2 if it has faults."""
    from effeval.dataset import validate as check
    from effeval.methodology import Methodology
    from effeval.reading.files import write

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
    memory: Memory = None,
) -> None:
    """Judge every criterion of every project and year, and write one row for each."""
    if memory is not None:
        _require(output, (".parquet",))
        done = in_blocks(data, output, law=law_of(methodology, set_, scenario), by=[], memory=memory)
        say(f"{output}: {done.rows:,} rows, {done.projects:,} projects")
        return
    from effeval.reading.files import check_ending, write
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
    memory: Memory = None,
) -> None:
    """How far criteria are fulfilled, by region, sector, measure, year or any other column of the projects."""
    from effeval.aggregation import fulfilment as tally
    from effeval.reading.files import check_ending, write
    from effeval.scope import about, footer
    from effeval.tables import fulfilment_table

    known_lang(lang)
    if output is not None:
        check_ending(output)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    if memory is not None:
        _tally_in_blocks(data, output, law=law_of(methodology, set_, scenario), by=columns, memory=memory)
        return
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    if output is not None:
        found = tally(assessed, columns, methodology=law)
        write(found, output, about=about(dataset, law))
        say(f"{output}: {len(found):,} rows")
        return
    show_table(
        fulfilment_table(assessed, columns, methodology=law, lang=lang), note=footer(dataset, law, lang=lang)
    )


def _tally_in_blocks(data: Path, output: Path | None, *, law, by: list[str], memory: str) -> None:
    from effeval.columns import INPUT_TABLES
    from effeval.labels import phrase
    from effeval.reading.files import write
    from effeval.scope import about_files

    _require(output, ENDINGS)
    done = in_blocks(data, None, law=law, by=[by], memory=memory)
    files = [data / f"{name}.parquet" for name in INPUT_TABLES]
    synthetic = {"data": phrase("synthetic", lang="en")} if done.synthetic else {}
    write(done.tallies[0].to_pandas(), output, about=synthetic | about_files(files, law))
    say(f"{output}: {len(done.tallies[0]):,} rows")


def _require(output: Path | None, endings: tuple[str, ...]) -> None:
    """Refuse --memory without a file that it can write."""
    from effeval.errors import ParameterError

    if output is None or output.suffix.lower() not in endings:
        named = "no file is named" if output is None else f"{output.name!r} does not end so"
        fix = f"-o FILE that ends in {' or '.join(endings)}, or leave --memory out"
        raise ParameterError(f"With --memory the result goes to a file; {named}.\nTo fix: {fix}")


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
