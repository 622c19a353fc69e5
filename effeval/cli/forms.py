"""Commands on the official form, and on one verdict."""

from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.options import (
    FILE_HELP,
    JUDGED_HELP,
    Data,
    FormLang,
    Law,
    Regions,
    Scenarios,
    Set,
    assessed_of,
    check_figures,
    known_lang,
    law_of,
    warnings_said,
)
from effeval.terminal import say, working


def form(
    data: Data,
    year: Annotated[int, typer.Option(help="Reporting year.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="Workbook to write.")],
    measure: Annotated[list[int] | None, typer.Option(metavar="M", help="1 to 13; repeatable.")] = None,
    region: Regions = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: FormLang = "kk",
) -> None:
    """Fill the form of Annex 1: a workbook with one sheet a measure, scores and totals as live formulas."""
    from effeval.annex1 import write
    from effeval.scope import check_codes

    law = law_of(methodology, set_, scenario)
    check_figures(data)
    wanted = {"measure": measure or [], "region": region or []}
    wanted = {column: check_codes(column, codes, methodology=law) for column, codes in wanted.items()}
    dataset, law, assessed = assessed_of(data, methodology, set_, scenario)
    for column, codes in wanted.items():
        assessed = assessed[assessed[column].isin(codes)] if codes else assessed
    with working("writing"):
        say(str(write(assessed, dataset, output, year=year, methodology=law, lang=known_lang(lang))))


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
    scenario: Scenarios = None,
    lang: FormLang = "ru",
) -> None:
    """Recompute forms, list every disagreement, and consolidate the forms into one."""
    from effeval.annex1 import audit as check
    from effeval.annex1 import consolidate, read
    from effeval.annex1 import write as write_form
    from effeval.reading.files import check_ending, write
    from effeval.scope import about_files

    for path in (output, judged):
        if path is not None:
            check_ending(path)
    forms = [
        found for path in forms for found in (sorted(path.glob("*.xls[xm]")) if path.is_dir() else [path])
    ]
    law = law_of(methodology, set_, scenario)
    with working("reading"):
        found = read(forms, methodology=law, year=year)
        findings = check(found, methodology=law, lang=known_lang(lang))
    write(findings, output, about=about_files(forms, law))
    say(f"{output}: {len(findings):,} findings in {len(found.rows):,} rows of forms")
    if judged is None and form is None:
        return
    rows, dataset = consolidate(found, methodology=law, sources=forms)
    if judged is not None:
        write(rows, judged, about=about_files(forms, law), judged_by=law)
        say(f"{judged}: {len(rows):,} rows")
    for one in sorted(set(rows["year"])) if form is not None else []:
        path = form if rows["year"].nunique() == 1 else form.with_stem(f"{form.stem}-{one}")
        say(str(write_form(rows, dataset, path, year=one, methodology=law, lang=lang)))


def explain(
    data: Data,
    project: Annotated[str, typer.Argument(help="project_id")],
    criterion: Annotated[str, typer.Option(help="Criterion, such as 13.1.")],
    year: Annotated[int, typer.Option(help="Year judged.")],
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: FormLang = "ru",
) -> None:
    """Explain one verdict: clause, formula with the figures put in, readings chosen, margin, source cells."""
    from effeval.dataset import load
    from effeval.explaining.explanation import explain as card

    law = law_of(methodology, set_, scenario)
    check_figures(data)
    with working("reading"), warnings_said():
        dataset = load(data, methodology=law)
    print(card(dataset, project, criterion=criterion, year=year, methodology=law, lang=known_lang(lang)))
