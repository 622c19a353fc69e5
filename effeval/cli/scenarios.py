"""Commands on scenarios: compare one with its baseline, keep it in a file, make a workbook to fill one in."""

import os
from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.command import Command
from effeval.cli.options import (
    Data,
    FormLang,
    Lang,
    Law,
    Scenarios,
    Set,
    check_figures,
    check_folder,
    columns_of,
    known_lang,
    law_of,
    warnings_said,
    with_settings,
    write_tables,
)
from effeval.errors import ParameterError
from effeval.terminal import say, show_table, working

BASELINE_HELP = "Compare with this scenario (.yaml, .xlsx) or edition; without --scenario, --set changes it."
OUTPUT_HELP = (
    "xlsx: comparison, transitions, flips (each with its cause), effects; csv, parquet: comparison alone."
)
app = typer.Typer(name="scenario", help="Make scenario files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``template`` a command of its own: a group of one would become that command."""


@app.command(cls=Command)
def template(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="Workbook to write.")],
    lang: FormLang = "ru",
    methodology: Law = "order-35",
) -> None:
    """Write a workbook to fill in: every parameter and open question. --scenario reads it back."""
    from effeval.scenarios.template import write_template

    law = law_of(methodology, None, None)
    say(str(write_template(output, law, lang=known_lang(lang))))


def what_if(
    data: Data,
    by: Annotated[str, typer.Option(help="Columns to group by, separated by commas.")] = "measure",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=OUTPUT_HELP)] = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="FILE|NAME", help=BASELINE_HELP)
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE.yaml", help="Keep what differs from the baseline as a scenario."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Of the scenario saved. Default: the name of the file.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Of the scenario saved.")] = None,
    reference: Annotated[str | None, typer.Option(help="On what grounds; of the scenario saved.")] = None,
    description: Annotated[str | None, typer.Option(help="What for; of the scenario saved.")] = None,
    lang: Lang = "en",
) -> None:
    """Compare a scenario with its baseline: fulfilment on both sides, verdicts that change, what took effect."""
    from effeval import scenarios
    from effeval.asked import effects, warnings
    from effeval.dataset import load
    from effeval.labels import phrase
    from effeval.scope import about

    details = {"title": title, "author": author, "reference": reference, "description": description}
    _check(output, save, details, known_lang(lang))
    before, after, asked = _sides(methodology, baseline, set_, scenario)
    columns = columns_of(by)
    check_figures(data)
    with working("judging"), warnings_said():
        dataset = load(data, methodology=after)
        board = scenarios.Board(dataset, before)
        judged = board.assess(before)
        rejudged = scenarios.rejudge(judged, board, before=before, after=after)
        tables = {
            "comparison": scenarios.compare(dataset, {"before": before, "after": after}, by=columns),
            "transitions": scenarios.transitions(judged, rejudged),
            "flips": scenarios.causes(board, after),
            "effects": effects(judged, board, before=before, after=after, asked=asked, lang=lang),
        }
    for warning in warnings(tables["effects"], lang=lang):
        say(warning)
    if tables["effects"].empty:
        say(phrase("effect.none_asked", lang=lang))
    if save is not None:
        _save(save, details, baseline, before, after)
    if output is not None:
        write_tables(tables, output, about(dataset, after) | {"baseline": baseline or before.id})
        return
    _show(tables, columns, dataset, after, baseline, lang)


def _check(output: Path | None, save: Path | None, details: dict[str, str | None], lang: str) -> None:
    """Whatever can be wrong before anything is judged."""
    from effeval.reading.files import check_ending
    from effeval.scenarios.files import check_name

    if output is not None:
        check_ending(output)
    if save is not None:
        check_name(save)
    given = [f"--{name}" for name, text in details.items() if text is not None]
    if given and save is None:
        raise ParameterError(f"{', '.join(given)}: no scenario is saved.\nTo fix: add --save FILE.yaml")
    for path in (output, save):
        if path is not None:
            check_folder(path)


def _sides(methodology: str, baseline: str | None, settings: list[str] | None, scenarios: list[Path] | None):
    """Baseline, scenario and the paths that were asked for; --set comes last."""
    from effeval.methodology import Methodology
    from effeval.scenarios.files import is_file, read_scenario
    from effeval.typed import parse_settings

    edition = before = Methodology.load(methodology)
    if baseline is not None:
        file = is_file(baseline)
        before = read_scenario(baseline).apply(edition) if file else Methodology.load(baseline)
    own = parse_settings(settings or [])
    start = law_of(methodology, None, scenarios) if scenarios else before
    asked = [path for file in scenarios or [] for path, _ in read_scenario(file).settings]
    return before, with_settings(start, settings), [*asked, *own]


def _save(path: Path, details: dict[str, str | None], baseline: str | None, before, after) -> None:
    """Write what differs as a scenario, whose baseline is found from where it lies."""
    from effeval.reading.files import written_on
    from effeval.scenarios.files import Scenario, differences, is_file, read_scenario, write_scenario

    base, named = None, before.id
    if baseline is not None and is_file(baseline):
        base, named = read_scenario(baseline), _seen_from(path.parent, Path(baseline))
    given = {name: text for name, text in details.items() if text is not None}
    texts = {"title": path.stem, "date": written_on()} | given
    settings = differences(before, after)
    write_scenario(path, Scenario(**texts, baseline=named, settings=settings, base=base))
    say(f"{path}: {len(settings)} settings")


def _seen_from(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return file.resolve().as_posix()


def _show(tables: dict, columns: list[str], dataset, after, baseline: str | None, lang: str) -> None:
    """The four tables on stdout, in words."""
    from effeval.asked import effects_table
    from effeval.labels import number, phrase
    from effeval.scope import footer
    from effeval.tables import changes_table

    table = changes_table(tables["comparison"], columns, methodology=after, lang=lang)
    if baseline is not None:  # what is compared with need not be in force
        table = table.rename(
            columns={phrase("changes.before", lang=lang): phrase("template.field.baseline", lang=lang)}
        )
    show_table(table, note="")
    print(phrase("effect.transitions", lang=lang))
    count = number(len(tables["flips"]), lang=lang)
    changed = phrase("whatif.flips", lang=lang, values={"count": count})
    show_table(_transitions(tables["transitions"], lang), note=f"{changed}\n")
    if len(tables["effects"]):
        print(phrase("effect.title", lang=lang))
        show_table(effects_table(tables["effects"], lang=lang), note=phrase("effect.note", lang=lang))
    print(footer(dataset, after, lang=lang))


def _transitions(found, lang: str):
    """How verdicts change, in words."""
    import pandas as pd

    from effeval.labels import heading, money, number, phrase

    shown = {
        phrase("whatif.change", lang=lang): [phrase(f"whatif.kind.{k}", lang=lang) for k in found["kind"]],
        phrase("whatif.criteria", lang=lang): [number(n, lang=lang) for n in found["count"]],
        heading("fulfilment", "projects", lang=lang): [number(n, lang=lang) for n in found["projects"]],
        heading("fulfilment", "support_paid", lang=lang): [
            money(m, lang=lang) for m in found["support_paid"]
        ],
    }
    return pd.DataFrame(shown, dtype="str")
