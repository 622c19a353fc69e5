"""Commands on how robust verdicts are: readings of the law, thresholds moved, and what the rate is sensitive to."""

from pathlib import Path
from typing import Annotated

import typer

from effeval.cli.options import (
    Data,
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
    write_tables,
)
from effeval.errors import ParameterError
from effeval.terminal import show_table, working

SHOWN = 20  # near misses on the screen; a file has all of them
YEAR_HELP = "Only verdicts of this year. Default: every year judged."
BY_HELP = "Columns to group by, separated by commas; none gives the total."
VALUES_HELP = "Values of the threshold, separated by commas, such as 0,0.05,0.1 or 0,5%,10%."
SEED_HELP = "Of the random numbers: the same seed gives the same result."
DRAWS_HELP = "A power of two; draws × (factors + 2) scenarios are judged."
FROM_HELP = "First value. Default: 0."
TO_HELP = "Last value, such as 0.3 or 30%. Default: twice the value as it is."
SPREAD_HELP = "How far thresholds vary: 0.2 or 20% is a fifth of their value either way."
WITHIN_HELP = "What a near miss may lack: 0.1 or 10% is a tenth of the plan."
Year = Annotated[int | None, typer.Option(help=YEAR_HELP)]


def _output(*sheets: str):
    """The option ``--output`` of a command with several tables, the first of which a flat file takes."""
    told = f"xlsx: {', '.join(sheets)}, a sheet each; csv, parquet: {sheets[0]} alone."
    return typer.Option("-o", "--output", metavar="FILE", help=told)


def robustness(
    data: Data,
    by: Annotated[str, typer.Option(help=BY_HELP)] = "region",
    year: Year = None,
    output: Annotated[Path | None, _output("robustness", "stakes", "ranges", "verdicts")] = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: Lang = "en",
) -> None:
    """Judge under every reading of the open questions: what holds, what depends, which question to settle first."""
    from effeval import scenarios
    from effeval.labels import number, phrase
    from effeval.scenarios.tables import ranges_table, robustness_table, stakes_table

    _check(output, known_lang(lang))
    columns = columns_of(by)
    board, law = _board(data, methodology, set_, scenario, year)
    with working("judging"):
        grid = scenarios.Grid(law)
        robust = scenarios.robustness(board, grid=grid)
        tables = {
            "robustness": scenarios.robustness_by(robust, columns),
            "stakes": scenarios.stakes(robust, methodology=law),
            "ranges": scenarios.ranges(board, by=columns, grid=grid),
            "verdicts": robust,
        }
    if output is not None:
        _write(tables, output, board, year, {})
        return
    words = {"methodology": law, "lang": lang}
    count = number(int(grid.valid.sum()), lang=lang)
    note = phrase("robustness.readings", lang=lang, values={"readings": count})
    print(phrase("robustness.title", lang=lang))
    show_table(robustness_table(tables["robustness"], columns, **words), note=f"{note}\n")
    print(phrase("chart.stakes", lang=lang))
    show_table(stakes_table(tables["stakes"], **words), note=f"{phrase('chart.stakes.note', lang=lang)}\n")
    print(phrase("chart.ranges", lang=lang))
    show_table(ranges_table(tables["ranges"], columns, **words), note=_footer(board, year, lang))


def sweep(
    data: Data,
    path: Annotated[str, typer.Option(metavar="PATH", help="Threshold to move, such as 13.1.at_least.")],
    values: Annotated[str | None, typer.Option(metavar="V,V,…", help=VALUES_HELP)] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="V", help=FROM_HELP)] = None,
    to: Annotated[str | None, typer.Option(metavar="V", help=TO_HELP)] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps from the first to the last. Default: 20.")
    ] = None,
    by: Annotated[str, typer.Option(help=BY_HELP)] = "",
    within: Annotated[str, typer.Option(metavar="SHARE", help=WITHIN_HELP)] = "0.1",
    year: Year = None,
    output: Annotated[Path | None, _output("sweep", "near_misses", "break_even")] = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: Lang = "en",
) -> None:
    """Move a threshold step by step: how many fulfil it at each value, and who misses it by little."""
    from effeval import scenarios
    from effeval.scenarios.tables import sweep_table

    _check(output, known_lang(lang))
    if values is not None and (from_ is not None or to is not None or steps is not None):
        raise ParameterError(
            "--values and --from, --to, --steps were both given.\nTo fix: leave one of them out"
        )
    columns, lack = columns_of(by), _share(within, "--within")
    law = law_of(methodology, set_, scenario)
    # the path is checked before data are read
    if values is not None:
        points = _numbers(values, path, of="--values")
    else:
        first = 0.0 if from_ is None else _numbers(from_, path, of="--from", count=1)[0]
        last = None if to is None else _numbers(to, path, of="--to", count=1)[0]
        points = scenarios.steps(law, path, first=first, last=last, count=20 if steps is None else steps)
    touched = scenarios.swept(law, path, points)
    board, law = _board(data, methodology, set_, scenario, year)
    with working("judging"):
        found = scenarios.sweep(board, path, points, by=columns)
        distances = scenarios.break_even(board)
        distances = distances[distances["criterion"].isin(touched)].reset_index(drop=True)
        near = scenarios.near_misses(distances, within=lack)
    if output is not None:
        tables = {"sweep": found, "near_misses": near, "break_even": distances}
        _write(tables, output, board, year, {"threshold": path})
        return
    show_table(sweep_table(found, columns, path=path, methodology=law, lang=lang), note="")
    _show_near(near, board, lack, lang)
    print(_footer(board, year, lang))


def sensitivity(
    data: Data,
    seed: Annotated[int, typer.Option(min=0, help=SEED_HELP)],
    draws: Annotated[int, typer.Option(min=2, metavar="N", help=DRAWS_HELP)] = 1024,
    region: Annotated[
        str | None, typer.Option(metavar="KK", help="Rate of this region. Default: of the country.")
    ] = None,
    spread: Annotated[str, typer.Option(metavar="SHARE", help=SPREAD_HELP)] = "0.2",
    year: Year = None,
    output: Annotated[Path | None, _output("sensitivity", "rank_bands")] = None,
    methodology: Law = "order-35",
    set_: Set = None,
    scenario: Scenarios = None,
    lang: Lang = "en",
) -> None:
    """Vary all thresholds and readings at once: which of them the rate depends on, and the ranks of regions."""
    from effeval import scenarios
    from effeval.labels import factor_names, number, percent, phrase
    from effeval.scenarios.tables import bands_table, sensitivity_table
    from effeval.scope import check_codes

    _check(output, known_lang(lang))
    varying = _share(spread, "--spread")
    law = law_of(methodology, set_, scenario)
    code = None if region is None else str(check_codes("region", [region], methodology=law)[0])
    board, law = _board(data, methodology, set_, scenario, year)
    with working("judging"):
        varied = scenarios.factors(law, spread=varying)
        found = scenarios.sensitivity(board, seed=seed, draws=draws, varied=varied, region=code)
        random = scenarios.random_scenarios(law, draws=draws, seed=seed, varied=varied)
        bands = scenarios.rank_bands(scenarios.outcomes(board, random, by="region"))
    run = {"seed": seed, "draws": draws, "spread": varying} | ({} if code is None else {"region": code})
    if output is not None:
        run = {name: str(value) for name, value in run.items()}
        tables = {"sensitivity": found, "rank_bands": bands}
        _write(tables, output, board, year, run)
        return
    count = number(draws * (len(varied) + 2), lang=lang)
    made = {"spread": percent(varying, lang=lang, digits=2, trim=True), "scenarios": count, "seed": seed}
    note = [phrase("chart.sensitivity.note", lang=lang), phrase("sensitivity.made", lang=lang, values=made)]
    if found["ST"].isna().all():
        note.insert(0, phrase("chart.sensitivity.none", lang=lang))
    print(phrase("chart.sensitivity", lang=lang))
    names = factor_names(law, lang=lang)
    show_table(sensitivity_table(found, names=names, lang=lang), note="\n".join([*note, ""]))
    print(phrase("bands.title", lang=lang, values={"draws": number(draws, lang=lang)}))
    show_table(bands_table(bands, "region", methodology=law, lang=lang), note=_footer(board, year, lang))


def _check(output: Path | None, lang: str) -> None:
    """Whatever can be wrong before anything is judged."""
    from effeval.reading.files import check_ending

    if output is not None:
        check_ending(output)
        check_folder(output)


def _board(
    data: Path, methodology: str, settings: list[str] | None, scenarios: list[Path] | None, year: int | None
):
    """The data laid out, and the methodology that they are judged by."""
    from effeval.dataset import load
    from effeval.scenarios import Board

    law = law_of(methodology, settings, scenarios)
    check_figures(data)
    with working("reading"), warnings_said():
        board = Board(load(data, methodology=law), law)
    if year is None:
        return board, law
    years = board.layout.blank["year"]
    if year not in set(years):
        known = f"a year from {years.min()} to {years.max()}" if len(years) else "left out: nothing is judged"
        raise ParameterError(f"--year {year}: no verdict is of that year.\nTo fix: --year is {known}")
    return Board(board.data, law, years=[year]), law


def _numbers(values: str, path: str, *, of: str, count: int | None = None) -> list[float]:
    """Numbers between commas, or one, with their sign of per cent or without."""
    from effeval.typed import figures

    texts = columns_of(values) if count is None else [values]
    if not texts:
        raise ParameterError(f"{of} {values!r}: there is no value.\nTo fix: such as {of} 0,0.05,0.1")
    found, refused = figures([path] * len(texts), texts)
    if refused:
        odd = "; ".join(f"{texts[one.at]} {one.message}" for one in refused)
        raise ParameterError(f"{of} {values!r}: {odd}.\nTo fix: {refused[0].fix}")
    return [found[at] for at in range(len(texts))]


def _share(text: str, of: str) -> float:
    """A share between 0 and 1, with the sign of per cent or without."""
    from effeval.typed import fraction

    share = fraction(text, of=of)
    if not 0 <= share <= 1:
        raise ParameterError(f"{of} {text!r} is not between 0 and 100 %.\nTo fix: write 0.2 or 20%")
    return share


def _show_near(near, board, within: float, lang: str) -> None:
    """The nearest misses on stdout."""
    from effeval.labels import number, percent, phrase
    from effeval.scenarios.tables import near_table

    if near.empty:
        print(f"{phrase('near.none', lang=lang)}\n")
        return
    title = phrase("near.title", lang=lang, values={"count": number(len(near), lang=lang)})
    if len(near) > SHOWN:
        title += f" ({phrase('whatif.first', lang=lang, values={'shown': number(SHOWN, lang=lang)})})"
    share = phrase(
        "near.within", lang=lang, values={"share": percent(1 - within, lang=lang, digits=2, trim=True)}
    )
    print(title)
    table = near_table(near.head(SHOWN), board.data.projects, methodology=board.methodology, lang=lang)
    show_table(table, note=f"{share}\n")


def _write(tables: dict, output: Path, board, year: int | None, run: dict[str, str]) -> None:
    """The tables into a file that says what they are of: the data, the law, the run and the year."""
    from effeval.scope import about

    of = {} if year is None else {"year": str(year)}
    write_tables(tables, output, about(board.data, board.methodology) | run | of)


def _footer(board, year: int | None, lang: str) -> str:
    from effeval.labels import phrase
    from effeval.scope import footer

    of = "" if year is None else f"{phrase('report.year', lang=lang, values={'year': year})} · "
    return of + footer(board.data, board.methodology, lang=lang)
