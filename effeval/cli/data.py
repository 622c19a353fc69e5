"""Commands on data: check, judge, add up, report."""

from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.options import (
    FILE_HELP,
    ROWS_HELP,
    Dask,
    Data,
    DataPlace,
    Folder,
    Lang,
    Law,
    Memory,
    Output,
    Scenarios,
    Set,
    assessed_of,
    check_here,
    cluster_of,
    columns_of,
    in_blocks,
    known_lang,
    law_of,
    place,
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
    data: DataPlace,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=f"{FILE_HELP} {ROWS_HELP}", parser=place)
    ],
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    memory: Memory = None,
    dask: Dask = None,
) -> None:
    """Judge every criterion of every project and year, and write one row for each."""
    if memory is not None or dask is not None:
        _require(output, (".parquet",))
        law = law_of(methodology, set_, scenario)
        done = in_blocks(data, output, law=law, by=[], memory=memory, cluster=cluster_of(dask))
        say(f"{output}: {done.rows:,} rows, {done.projects:,} projects")
        return
    from effeval.reading.files import check_ending, write
    from effeval.scope import about

    check_here(data, output)
    check_ending(output)
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    with working("writing"):
        write(assessed, output, about=about(dataset, law), judged_by=law)
    say(f"{output}: {len(assessed):,} rows, {assessed['project_id'].nunique():,} projects")


def fulfilment(
    data: DataPlace,
    by: Annotated[
        str, typer.Option(help="Columns to group by, separated by commas; none gives the total.")
    ] = "",
    output: Output = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: Lang = "en",
    memory: Memory = None,
    dask: Dask = None,
) -> None:
    """How far criteria are fulfilled, by region, sector, measure, year … of the judged rows, or a column of your own."""
    from effeval.aggregation import fulfilment as tally
    from effeval.reading.files import check_ending, write
    from effeval.scope import about, footer
    from effeval.tables import fulfilment_table

    known_lang(lang)
    if output is not None:
        check_ending(output)
    columns = columns_of(by)
    if memory is not None or dask is not None:
        law = law_of(methodology, set_, scenario)
        _tally_in_blocks(data, output, law=law, by=columns, memory=memory, dask=dask)
        return
    check_here(data)
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    if output is not None:
        found = tally(assessed, columns, methodology=law)
        write(found, output, about=about(dataset, law))
        say(f"{output}: {len(found):,} rows")
        return
    show_table(
        fulfilment_table(assessed, columns, methodology=law, lang=lang), note=footer(dataset, law, lang=lang)
    )


def _tally_in_blocks(
    data: Path | str, output: Path | None, *, law, by: list[str], memory: str | None, dask: str | None
) -> None:
    from effeval.reading.files import write
    from effeval.scope import about_stored

    _require(output, ENDINGS)
    cluster = cluster_of(dask, folder=output.parent)
    done = in_blocks(data, None, law=law, by=[by], memory=memory, cluster=cluster)
    about = about_stored(data, law, synthetic=done.synthetic) if output.suffix.lower() == ".xlsx" else None
    write(done.tallies[0].to_pandas(), output, about=about)
    say(f"{output}: {len(done.tallies[0]):,} rows")


def _require(output: Path | str | None, endings: tuple[str, ...]) -> None:
    """Refuse --memory and --dask without a file that they can write."""
    from effeval.errors import ParameterError

    name = "" if output is None else str(output).lower()
    if not name.endswith(endings):
        named = "no file is named" if output is None else f"{str(output)!r} does not end so"
        fix = f"-o FILE that ends in {' or '.join(endings)}, or leave --memory and --dask out"
        raise ParameterError(f"With --memory or --dask the result goes to a file; {named}.\nTo fix: {fix}")


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
