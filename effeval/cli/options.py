"""What commands share: their options, the methodology they name, and how they load data."""

from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from effeval.terminal import say, working

DATA_HELP = "Folder with projects, observations, reference (csv or parquet), or an xlsx workbook."
LAW_HELP = "Edition that comes with effeval, or a YAML file."
SET_HELP = "Change a parameter, such as 13.1.at_least=0.08 (or 8%); repeatable."
FILE_HELP = "csv, parquet or xlsx, by the ending."
ROWS_HELP = "With --dask a folder of Parquet files in parts."
JUDGED_HELP = "The forms as judged rows; from .parquet and .csv fulfilment and reports run."
REGION_HELP = "Two-digit KATO code; repeatable. Default: every region with a project."
Data = Annotated[Path, typer.Argument(help=DATA_HELP)]


def place(text: str) -> Path | str:
    """A path, or an address for fsspec, which stays a text."""
    return text if "://" in text else Path(text)


PLACE_HELP = f"{DATA_HELP} With --dask or --memory also an address such as s3://bucket/data."
DataPlace = Annotated[Path, typer.Argument(help=PLACE_HELP, metavar="DATA", parser=place)]
Law = Annotated[str, typer.Option("--methodology", metavar="NAME|FILE", help=LAW_HELP)]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help=SET_HELP)]
Scenarios = Annotated[
    list[Path] | None,
    typer.Option("--scenario", metavar="FILE", help="Scenario file (.yaml, .xlsx); repeatable: they stack."),
]
DASK_HELP = "Work on the workers of a Dask scheduler, such as tcp://10.0.0.5:8786; local: on processes here."
MEMORY_HELP = (
    "Judge Parquet in blocks within so much memory, such as 2GB; data larger than memory can be judged."
)
Memory = Annotated[str | None, typer.Option("--memory", metavar="SIZE", help=MEMORY_HELP)]
Dask = Annotated[str | None, typer.Option("--dask", metavar="ADDRESS", help=DASK_HELP)]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=FILE_HELP)]
Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write; made if need be.")
]
Lang = Annotated[str, typer.Option(help="Language of names: kk, ru or en.")]
FormLang = Annotated[str, typer.Option(help="kk, ru or en.")]
Regions = Annotated[list[str] | None, typer.Option(metavar="KK", help=REGION_HELP)]


def law_of(methodology: str, settings: list[str] | None, scenarios: list[Path] | None):
    """The edition, with the scenarios one after another, then the settings of the command line."""
    from effeval.methodology import Methodology

    law = Methodology.load(methodology)
    if scenarios:
        from effeval.scenarios.files import read_scenario

        for path in scenarios:
            law = read_scenario(path).apply(law)
    return with_settings(law, settings)


def with_settings(law, settings: list[str] | None):
    """The methodology with the settings of the command line."""
    from effeval.errors import MethodologyError
    from effeval.typed import parse_settings, without_effect

    own = parse_settings(settings or [])
    changed = law.replace(own)
    if faults := without_effect(law, own):
        raise MethodologyError("\n".join(faults))
    return changed


def check_not_judged(data: Path, settings: list[str] | None, scenarios: list[Path] | None) -> None:
    """ParameterError for settings of data that are judged already: nothing would come of them."""
    from effeval.errors import ParameterError
    from effeval.judged import is_judged

    if (settings or scenarios) and is_judged(data):
        fix = "give the data that the rows were judged from, or leave --set and --scenario out"
        raise ParameterError(f"{data} is judged already; a setting would change nothing.\nTo fix: {fix}")


def check_figures(data: Path) -> None:
    """ParameterError for a file of judged rows where the yearly figures are needed."""
    from effeval.errors import ParameterError
    from effeval.judged import is_judged

    if is_judged(data):
        fix = "give the data that the rows were judged from"
        raise ParameterError(f"{data} is judged already, and lacks the figures of each year.\nTo fix: {fix}")


def assessed_of(data: Path, methodology: str, settings: list[str] | None, scenarios: list[Path] | None):
    from effeval.judged import judged

    law = law_of(methodology, settings, scenarios)
    check_not_judged(data, settings, scenarios)
    with working("judging"), warnings_said():
        dataset, rows, law = judged(data, methodology=law)
    return dataset, law, rows


@contextmanager
def warnings_said():
    """Warnings about data go to stderr as plain lines."""
    import warnings

    from effeval.dataset import DataWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        yield
    for warning in caught:
        say(str(warning.message))


def known_lang(lang: str) -> str:
    from effeval.columns import check_language

    check_language(lang, of="--lang")
    return lang


def columns_of(by: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in by.split(",") if name.strip()]


def check_folder(path: Path) -> None:
    """Refuse a file in a folder that is not there, before anything is computed."""
    from effeval.errors import ParameterError

    if not path.parent.is_dir():
        message = f"The folder {path.parent} does not exist."
        raise ParameterError(f"{message}\nTo fix: make it first, or name another")


def write_tables(tables: dict, output: Path, about: dict[str, str]) -> None:
    """The first table, and in a workbook the others too, a sheet each."""
    from effeval.reading.files import check_ending, replacing, write
    from effeval.reading.workbooks import write_sheets

    first = next(iter(tables))
    if check_ending(output) != ".xlsx":
        write(tables[first], output)
        say(f"{output}: {len(tables[first]):,} rows")
        return
    with replacing(output) as temporary:
        write_sheets(tables, temporary, about=about)
    say(f"{output}: {', '.join(f'{len(table):,} {name}' for name, table in tables.items())}")


def check_here(*places: Path | str) -> None:
    """Refuse addresses where paths of this machine are needed."""
    from effeval.errors import ParameterError

    for place in places:
        if isinstance(place, str):
            fix = "add --dask ADDRESS or --memory SIZE, or copy the data here"
            raise ParameterError(f"{place} is an address, no path of this machine.\nTo fix: {fix}")


def cluster_of(dask: str | None, *, folder: Path | None = None):
    """The cluster that --dask names, if it does."""
    if dask is None:
        return None
    from effeval.engine.partitions import Cluster

    return Cluster(dask, folder)


def in_blocks(
    data: Path | str, output: Path | str | None, *, law, by: list[list[str]], memory: str | None, cluster
):
    """Judge Parquet in blocks, here or on a cluster; what goes to a file besides is up to those who call."""
    from effeval.engine import assess_parquet, size_of

    size = None if memory is None else size_of(memory)
    with working("judging"), warnings_said():
        if cluster is None:
            check_here(*() if output is None else (output,))
            return assess_parquet(data, output, methodology=law, by=by, memory=size)
        from effeval.engine.partitions import assess_on_cluster

        return assess_on_cluster(data, output, cluster=cluster, methodology=law, by=by, memory=size)
