"""The command line. Heavy modules are imported when a command runs, so that ``--help`` is instant."""

import sys
from contextlib import contextmanager
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
JUDGED_HELP = "The forms as judged rows, from which fulfilment and reports run."
REGION_HELP = "Two-digit KATO code; repeatable. Default: every region with a project."
Data = Annotated[Path, typer.Argument(help=DATA_HELP)]
Law = Annotated[str, typer.Option("--methodology", metavar="NAME|FILE", help=LAW_HELP)]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help=SET_HELP)]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=FILE_HELP)]
Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write; made if need be.")
]
Lang = Annotated[str, typer.Option(help="Language of names: kk, ru or en.")]
FormLang = Annotated[str, typer.Option(help="kk, ru or en.")]
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
def form(
    data: Data,
    year: Annotated[int, typer.Option(help="Reporting year.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="Workbook to write.")],
    measure: Annotated[list[int] | None, typer.Option(metavar="M", help="1 to 13; repeatable.")] = None,
    region: Regions = None,
    methodology: Law = "order-35",
    set_: Set = None,
    lang: FormLang = "kk",
) -> None:
    """Fill the form of Annex 1: a workbook with one sheet a measure, scores and totals as live formulas."""
    from effeval.annex1 import write
    from effeval.scope import check_codes

    law = _law(methodology, set_)
    wanted = {"measure": measure or [], "region": region or []}
    wanted = {column: check_codes(column, codes, methodology=law) for column, codes in wanted.items()}
    dataset, law, assessed = _assessed(data, methodology, set_)
    for column, codes in wanted.items():
        assessed = assessed[assessed[column].isin(codes)] if codes else assessed
    with working("writing"):
        say(str(write(assessed, dataset, output, year=year, methodology=law, lang=_known_lang(lang))))


@app.command()
def audit(
    forms: Annotated[
        list[Path], typer.Argument(help="Filled forms of Annex 1 (.xlsx), or folders with them.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=f"Findings: {FILE_HELP}")],
    year: Annotated[int | None, typer.Option(help="Year of forms that do not say it.")] = None,
    judged: Annotated[Path | None, typer.Option(metavar="FILE", help=f"{JUDGED_HELP} {FILE_HELP}")] = None,
    form: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="All forms as one national form.")
    ] = None,
    methodology: Law = "order-35",
    set_: Set = None,
    lang: FormLang = "ru",
) -> None:
    """Recompute forms, list every disagreement, and consolidate the forms into one."""
    from effeval.annex1 import audit as check
    from effeval.annex1 import consolidate, read
    from effeval.annex1 import write as write_form
    from effeval.files import check_ending, write
    from effeval.scope import about_files

    for path in (output, judged):
        if path is not None:
            check_ending(path)
    forms = [
        found for path in forms for found in (sorted(path.glob("*.xls[xm]")) if path.is_dir() else [path])
    ]
    law = _law(methodology, set_)
    with working("reading"):
        found = read(forms, methodology=law, year=year)
        findings = check(found, methodology=law, lang=_known_lang(lang))
    write(findings, output, about=about_files(forms, law))
    say(f"{output}: {len(findings):,} findings in {len(found.rows):,} rows of forms")
    if judged is None and form is None:
        return
    rows, dataset = consolidate(found, methodology=law, sources=forms)
    if judged is not None:
        write(rows, judged, about=about_files(forms, law))
        say(f"{judged}: {len(rows):,} rows")
    for one in sorted(set(rows["year"])) if form is not None else []:
        path = form if rows["year"].nunique() == 1 else form.with_stem(f"{form.stem}-{one}")
        say(str(write_form(rows, dataset, path, year=one, methodology=law, lang=lang)))


@app.command()
def explain(
    data: Data,
    project: Annotated[str, typer.Argument(help="project_id")],
    criterion: Annotated[str, typer.Option(help="Criterion, such as 13.1.")],
    year: Annotated[int, typer.Option(help="Year judged.")],
    methodology: Law = "order-35",
    set_: Set = None,
    lang: FormLang = "ru",
) -> None:
    """Explain one verdict: clause, formula with the figures put in, readings chosen, margin, source cells."""
    from effeval.dataset import load
    from effeval.explanation import explain as card

    law = _law(methodology, set_)
    with working("reading"), _warnings_said():
        dataset = load(data, methodology=law)
    print(card(dataset, project, criterion=criterion, year=year, methodology=law, lang=_known_lang(lang)))


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
    from effeval.methodology import Methodology
    from effeval.scope import check_codes, choose

    with working("reading"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # each report says them
        codes = check_codes("region", asked or [], methodology=Methodology.load())
        present = choose(data, year=year).data.projects["kato"].str[:2]
    return codes or sorted(set(present))


def _law(methodology: str, settings: list[str] | None):
    from effeval.edition import parse_settings
    from effeval.methodology import Methodology

    return Methodology.load(methodology).replace(parse_settings(settings or []))


def _assessed(data: Path, methodology: str, settings: list[str] | None):
    from effeval.errors import ParameterError
    from effeval.judged import is_judged, judged

    law = _law(methodology, settings)
    if settings and is_judged(data):
        fix = "give the data that the rows were judged from, or leave --set out"
        raise ParameterError(f"{data} is judged already; --set would change nothing.\nTo fix: {fix}")
    with working("judging"), _warnings_said():
        dataset, rows = judged(data, methodology=law)
    return dataset, law, rows


@contextmanager
def _warnings_said():
    """Warnings about data go to stderr as plain lines."""
    import warnings

    from effeval.dataset import DataWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        yield
    for warning in caught:
        say(str(warning.message))


def _known_lang(lang: str) -> str:
    from effeval.columns import LANGUAGES
    from effeval.errors import ParameterError

    if lang not in LANGUAGES:
        raise ParameterError(
            f"There is no language {lang!r}.\nTo fix: --lang is one of {', '.join(LANGUAGES)}."
        )
    return lang
