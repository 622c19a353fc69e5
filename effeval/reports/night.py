"""A whole run: judged once, a report for each region and language, reconciled, and shown in one step."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

import effeval
from effeval.aggregation import fulfilment
from effeval.columns import LANGUAGES
from effeval.dataset import Dataset
from effeval.errors import ParameterError, ReportError
from effeval.judged import judged
from effeval.labels import phrase
from effeval.methodology import Methodology
from effeval.packaged import PACKAGE
from effeval.reports.checks import expected, reconcile
from effeval.reports.crew import crew
from effeval.reports.execution import Made, Order, without_outputs
from effeval.reports.index import About, index_page
from effeval.reports.pages import notebook_path
from effeval.reports.plan import Report, plan
from effeval.reports.store import MANIFEST, Place
from effeval.scope import check_codes, footer
from effeval.scored import write_scored

LAW = "methodology.yaml"  # with what the reports were judged, beside them


@dataclass(frozen=True)
class How:
    """How a run works; what it shows does not depend on it, but for ``pdf``.

    Attributes
    ----------
    jobs : int, optional
        Reports at once; as many as there are cores by default.
    resume : bool
        Keep reports that are done from the same inputs.
    pdf : bool
        PDF beside HTML.
    dask : str, optional
        Address of a Dask scheduler whose workers make the reports.
    notebook : Path, optional
        Another notebook than regional_report.
    finished : callable, optional
        Called with each record and the number of reports of the run.
    """

    jobs: int | None = None
    resume: bool = False
    pdf: bool = False
    dask: str | None = None
    notebook: Path | None = None
    finished: Callable[[Mapping[str, Any], int], None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Run:
    """What a run has shown.

    Attributes
    ----------
    folder : Path
        OUTPUT/YEAR, with manifest.json and a folder for each language.
    records : tuple of dict
        One a report: ``name``, ``region``, ``lang``, ``status`` (done or failed), ``error``, ``seconds``,
        ``facts``, ``files`` (SHA-256 by name), ``key`` (of its inputs).
    dropped : tuple of str
        Reports from other inputs that stood there and were not made again.
    """

    folder: Path
    records: tuple[dict[str, Any], ...]
    dropped: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[dict[str, Any], ...]:
        """Records of the reports that failed."""
        return tuple(record for record in self.records if record["status"] == "failed")


def run(
    data: str | os.PathLike[str],
    *,
    year: int,
    regions: Sequence[str] = (),
    langs: Sequence[str] = ("ru",),
    folder: str | os.PathLike[str] = "reports",
    methodology: Methodology | None = None,
    how: How = How(),
) -> Run:
    """Make the national report and one for each region, in each language, with forms, an index and a manifest.

    Parameters
    ----------
    data : path
        A data set, or a file of judged rows (.csv, .parquet); without figures, forms are not made of these.
    year : int
    regions : sequence of str
        Two-digit codes; every region with a project by default.
    langs : sequence of str
        Of kk, ru and en.
    folder : path
        Everything appears in ``folder/<year>``, whole or not at all, in place of what an earlier run left. What
        an earlier run made from the same inputs and this one was not asked for stays.
    methodology : Methodology, optional
        order-35 by default.
    how : How

    Returns
    -------
    Run
        A report that failed does not stop the others; it stands in ``failed``, on the index page with its cell
        and message, and its notebook lies beside.

    Raises
    ------
    ParameterError
        A value is not allowed, another run is at work in the folder, or it cannot be written.
    DataError
        The data cannot be judged.
    ReportError
        Nothing was shown: every report failed, the regions do not add up to the country, or the disk is full.
        Reports that were finished are kept for ``resume``.
    """
    law = methodology if methodology is not None else Methodology.load()
    begun = datetime.now(UTC)
    _check(langs, how)
    regions = check_codes("region", regions, methodology=law)
    dataset, assessed, law = judged(data, methodology=law)
    _check_year(year, assessed)
    place = Place.of(folder, year)
    jobs = how.jobs if how.jobs is not None else os.cpu_count() or 1
    with (
        place.locked(),
        TemporaryDirectory(prefix="effeval-") as temporary,
        crew(jobs=jobs, dask=how.dask) as produce,
    ):
        write_scored(temporary, dataset, assessed, methodology=law)
        reports = plan(regions=regions or _with_projects(dataset, law), year=year, langs=langs)
        order = _order(data, law, place, how)
        inputs = _inputs(dataset, law, order)
        try:
            run = _fill(
                place, reports, lambda todo: produce(todo, order, Path(temporary)), key=_key(inputs), how=how
            )
            _show(place, run, dataset, assessed, inputs=inputs | {"year": year}, law=law, begun=begun)
        except OSError as error:
            if error.errno is None:  # not of the system
                raise
            where = f" ({error.filename})" if error.filename else ""
            raise ReportError(
                f"The reports could not be written: {error.strerror}{where}. Nothing was shown.\n"
                "To fix: make room or name another folder, then run again with --resume"
            ) from error
    return run


def _fill(
    place: Place,
    reports: Sequence[Report],
    produce: Callable[[Sequence[Report]], Iterable[Made]],
    *,
    key: str,
    how: How,
) -> Run:
    """Make what is not there yet, and remember each as it is finished."""
    known = place.begin(resume=how.resume, key=key)
    asked = {report.name: report for report in reports}
    records = {}
    for name, record in known.items():
        wanted = name not in asked or how.resume
        if wanted and record["key"] == key and record["status"] == "done" and (kept := place.take(record)):
            records[name] = kept
            if name in asked:
                _tell(how, kept, len(asked))
    todo = [report for name, report in asked.items() if name not in records]
    for made in produce(todo) if todo else ():
        records[made.report.name] = place.keep(made, key=key)
        _tell(how, records[made.report.name], len(asked))
    ordered = tuple(records[name] for name in sorted(records))
    if all(record["status"] == "failed" for record in ordered):
        lines = [f"{record['name']}: {record['error']}" for record in ordered]
        left = f"What is left of them lies in {place.part}"
        raise ReportError("\n".join(["Every report failed; nothing was shown.", *lines, left]))
    return Run(place.shown, ordered, tuple(sorted(set(known) - set(records))))


def _show(
    place: Place,
    run: Run,
    data: Dataset,
    assessed: pd.DataFrame,
    *,
    inputs: Mapping[str, Any],
    law: Methodology,
    begun: datetime,
) -> None:
    """Reconcile, write index and manifest, and put everything in place."""
    year = inputs["year"]
    wanted = expected(assessed, year=year)
    by_region = fulfilment(assessed[assessed["year"] == year], "region", methodology=law)
    unknown = tuple(wanted.get("unknown", {}).get("projects", ()))
    langs = sorted({record["lang"] for record in run.records})
    for lang in langs:
        own = [record for record in run.records if record["lang"] == lang]
        reconcile({r["region"]: r["facts"] for r in own if r["status"] == "done"}, wanted)
        title = f"{phrase('report.title', lang=lang)}, {year}"
        about = About(title, footer(data, law, lang=lang), data.synthetic, unknown)
        place.write(f"{lang}/index.html", index_page(own, by_region, about=about, lang=lang))
    place.write(LAW, law.to_yaml())
    pages = [LAW, *(f"{lang}/index.html" for lang in langs)]
    place.write(MANIFEST, _manifest(run, place, pages, inputs=inputs, begun=begun, unknown=unknown))
    place.show([MANIFEST, *pages, *(name for record in run.records for name in record["files"])])


def _manifest(
    run: Run,
    place: Place,
    pages: Iterable[str],
    *,
    inputs: Mapping[str, Any],
    begun: datetime,
    unknown: Sequence[str],
) -> str:
    """Inputs and outputs with their hashes; lines that differ between equal runs are those of times alone."""
    from effeval.reading.files import digest

    document = {
        **inputs,
        "begun": begun.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "projects_without_region": list(unknown),
        "pages": {name: digest(place.part / name) for name in pages},
        "reports": list(run.records),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _inputs(data: Dataset, law: Methodology, order: Order) -> dict[str, Any]:
    """Everything that decides what a report says."""
    return {
        "effeval": effeval.__version__,
        "code": _code(),
        "notebook": hashlib.sha256(order.notebook.encode()).hexdigest(),
        "data": data.digests,
        "methodology": {"id": law.id, "edition": law.edition, "changed": law.changes()},
        "law": hashlib.sha256(law.to_yaml().encode()).hexdigest(),
        "pdf": order.pdf,
    }


def _key(inputs: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _code() -> str:
    """A digest of the package itself: another code may say something else from the same data."""
    total = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _order(data: str | os.PathLike[str], law: Methodology, place: Place, how: How) -> Order:
    notebook = how.notebook if how.notebook is not None else notebook_path("regional_report")
    if not notebook.is_file():
        raise ReportError(f"There is no notebook {notebook}.")
    shown = {"data_dir": str(Path(data).resolve())}
    shown["methodology"] = str((place.shown / LAW).resolve()) if law.changes() or law.id != "order-35" else ""
    return Order(without_outputs(notebook.read_text(encoding="utf-8")), shown, how.pdf)


def _with_projects(data: Dataset, law: Methodology) -> list[str]:
    from effeval.classifiers import regions

    present = set(data.projects["kato"].dropna().str[:2])
    return [code for code in regions()["region"] if code in present]


def _check(langs: Sequence[str], how: How) -> None:
    wrong = [lang for lang in langs if lang not in LANGUAGES]
    lines = [
        f"There is no language {lang!r}.\nTo fix: languages are {', '.join(LANGUAGES)}" for lang in wrong
    ]
    if not langs:
        lines.append(f"No language was asked for.\nTo fix: name some of {', '.join(LANGUAGES)}")
    if how.jobs is not None and how.jobs < 1:
        lines.append(f"jobs = {how.jobs} is not allowed.\nTo fix: 1 or more")
    if lines:
        raise ParameterError("\n".join(lines))


def _check_year(year: int, assessed: pd.DataFrame) -> None:
    if assessed.empty:
        raise ParameterError("Nothing was judged in these data, so there is no year to report on.")
    first, last = int(assessed["year"].min()), int(assessed["year"].max())
    if not first <= year <= last:
        raise ParameterError(f"year = {year} is not allowed.\nTo fix: a year from {first} to {last}")


def _tell(how: How, record: Mapping[str, Any], total: int) -> None:
    if how.finished is not None:
        how.finished(record, total)
