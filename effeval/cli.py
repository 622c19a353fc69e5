"""The command line. Heavy modules are imported when a command runs, so that ``--help`` is instant."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from effeval import __version__
from effeval.errors import EffevalError, ReportError
from effeval.terminal import progress_bar, say, show_table, working

BAD, FAILED = 2, 1  # exit statuses of the contract

app = typer.Typer(
    name="effeval",
    help="Judge industrial support measures of Kazakhstan by the criteria of Order No. 35 of 26 January 2024.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DATA_HELP = "Folder with projects, observations, reference (csv or parquet), or an xlsx workbook."
LAW_HELP = "Edition that comes with effeval, or a YAML file."
SET_HELP = "Change a parameter, such as 13.1.at_least=0.08; repeatable."
FILE_HELP = "csv, parquet or xlsx, by the ending."
REGION_HELP = "Two-digit KATO code; repeatable. Default: every region with a project."
Data = Annotated[Path, typer.Argument(help=DATA_HELP)]
Law = Annotated[str, typer.Option("--methodology", metavar="NAME|FILE", help=LAW_HELP)]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help=SET_HELP)]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=FILE_HELP)]
Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write; made if need be.")
]
Lang = Annotated[str, typer.Option(help="Language of names: kk, ru or en.")]
Regions = Annotated[list[str] | None, typer.Option(metavar="KK", help=REGION_HELP)]


def main() -> None:
    """Entry point: errors of effeval become a message and exit status 2."""
    try:
        app()
    except EffevalError as error:
        say(str(error))
        sys.exit(FAILED if isinstance(error, ReportError) else BAD)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit()


@app.command()
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


@app.command()
def assess(
    data: Data,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=FILE_HELP)],
    methodology: Law = "order-35",
    set_: Set = None,
) -> None:
    """Judge every criterion of every project and year, and write one row for each."""
    from effeval.files import check_ending, write
    from effeval.scope import about

    check_ending(output)
    dataset, law, assessed = _assessed(data, methodology, set_)
    with working("writing"):
        write(assessed, output, about=about(dataset, law))
    say(f"{output}: {len(assessed):,} rows, {assessed['project_id'].nunique():,} projects")


@app.command()
def fulfilment(
    data: Data,
    by: Annotated[
        str, typer.Option(help="Columns to group by, separated by commas; none gives the total.")
    ] = "",
    output: Output = None,
    methodology: Law = "order-35",
    set_: Set = None,
    lang: Lang = "en",
) -> None:
    """How far criteria are fulfilled, by region, sector, measure, year or any other column of the projects."""
    from effeval.aggregation import fulfilment as tally
    from effeval.files import check_ending, write
    from effeval.scope import about, footer
    from effeval.tables import fulfilment_table

    _known_lang(lang)
    if output is not None:
        check_ending(output)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    dataset, law, assessed = _assessed(data, methodology, set_)
    if output is not None:
        found = tally(assessed, columns, methodology=law)
        write(found, output, about=about(dataset, law))
        say(f"{output}: {len(found):,} rows")
        return
    show_table(
        fulfilment_table(assessed, columns, methodology=law, lang=lang), note=footer(dataset, law, lang=lang)
    )


@app.command()
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


@app.command()
def report(
    data: Data,
    year: Annotated[int, typer.Option(help="Year of the report.")],
    region: Regions = None,
    lang: Annotated[list[str] | None, typer.Option(help="kk, ru or en; repeatable. Default: ru.")] = None,
    output: Folder = Path("reports"),
) -> None:
    """Make the national report and one for each region, as HTML pages that open offline."""
    from effeval.reports import notebook_path, plan, run

    notebook = notebook_path("regional_report")
    regions = _regions(data, year, region)
    jobs = [
        (code, path, title, language)
        for language in lang or ["ru"]
        for code, path, title in plan(regions=regions, year=year, lang=_known_lang(language), folder=output)
    ]
    failed = []
    with progress_bar(len(jobs)) as advance:
        for code, path, title, language in jobs:
            parameters = {"data_dir": str(data.resolve()), "year": year, "region": code, "lang": language}
            try:
                advance(str(run(notebook, parameters=parameters, output=path, title=title, lang=language)))
            except ReportError as error:
                failed.append(f"{path.name}: {error}")
                advance(f"failed: {path}")
    if failed:
        raise ReportError("\n".join([f"{len(failed)} of {len(jobs)} reports failed.", *failed]))


def _regions(data: Path, year: int, asked: list[str] | None) -> list[str]:
    """Regions to report on; year and codes are checked before anything is made."""
    import warnings

    from effeval.dataset import DataWarning
    from effeval.scope import choose

    with working("reading"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # each report says them
        for code in asked or []:
            choose(data, year=year, region=code)
        present = choose(data, year=year).data.projects["kato"].str[:2]
    return asked or sorted(set(present))


def _assessed(data: Path, methodology: str, settings: list[str] | None):
    from effeval.edition import parse_settings
    from effeval.methodology import Methodology
    from effeval.scoring import assess as judge

    law = Methodology.load(methodology).replace(parse_settings(settings or []))
    with working("reading"):
        dataset = _loaded(data, law)
    with working("judging"):
        return dataset, law, judge(dataset, law)


def _loaded(data: Path, law):
    """The data set; its warnings go to stderr as plain lines."""
    import warnings

    from effeval.dataset import DataWarning, load

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        dataset = load(data, methodology=law)
    for warning in caught:
        say(str(warning.message))
    return dataset


def _known_lang(lang: str) -> str:
    from effeval.columns import LANGUAGES
    from effeval.errors import ParameterError

    if lang not in LANGUAGES:
        raise ParameterError(
            f"There is no language {lang!r}.\nTo fix: --lang is one of {', '.join(LANGUAGES)}."
        )
    return lang
