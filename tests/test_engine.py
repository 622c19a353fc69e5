"""The engine gives the rows of ``assess`` and the tallies of ``fulfilment``, in any blocks and any order of rows."""

import itertools
import math
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import frames, projects, readings, reference

import effeval as ee
from effeval import judging
from effeval.engine import arrow, assess_parquet, checked, memory, parts, run, size_of, spill, tallies
from effeval.engine.ahead import Ahead
from effeval.errors import DataError, MethodologyError, ParameterError

LAW = ee.Methodology.load("order-35")
TABLES = ("projects", "observations", "reference")
GROUPINGS = (
    [],
    ["region"],
    ["measure"],
    ["criterion"],
    ["year"],
    ["district", "category"],
    ["region", "sector", "measure", "year"],
    ["criterion", "status"],
    ["criterion", "year"],
    ["programme"],
    ["programme", "year", "measure"],
)


def keep(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def tables_of(data: ee.Dataset) -> dict[str, pd.DataFrame]:
    """A data set for files, with regions, sectors and a column of the user's own that differ and are empty."""
    own = data.projects.copy()
    number = np.arange(len(own))
    own["kato"] = np.array(["630000000", "71", "6328", "751110000"], dtype=object)[number % 4]
    own["oked"] = np.array(["24", "2410", "10"], dtype=object)[number % 3]
    own["category"] = np.array(["small", "large"], dtype=object)[number % 2]
    own["programme"] = np.array(["a", None, "b"], dtype=object)[number % 3]
    return {"projects": own, "observations": data.observations, "reference": data.reference}


def same_tables(found: pa.Table, expected: pd.DataFrame) -> None:
    """Counts and keys to the last one; sums of money up to the order in which they are added."""
    table = found.to_pandas()
    for name in ("region", "district", "sector", "category", "status", "criterion", "programme"):
        if name in table:
            table[name] = table[name].astype("str")
    pd.testing.assert_frame_equal(table, expected, check_exact=False, rtol=1e-12, atol=0)


@pytest.mark.filterwarnings("ignore::effeval.dataset.DataWarning")
@settings(max_examples=20, deadline=None)
@given(projects, reference, readings, st.integers(1, 4), st.randoms(use_true_random=False), st.booleans())
def test_rows_and_tallies_are_those_of_assess(drawn, series, chosen, at_once, random, in_order) -> None:
    data, law = frames(drawn, series), LAW.replace(chosen)
    tables = tables_of(data)
    if not len(data.observations):
        return  # no data set: load refuses it, as a test below says of the engine
    if not in_order:
        order = {name: random.sample(range(len(frame)), len(frame)) for name, frame in tables.items()}
        tables = {name: frame.iloc[order[name]] for name, frame in tables.items()}
    with TemporaryDirectory() as folder:
        keep(Path(folder), tables)
        output, plain = Path(folder) / "judged.parquet", Path(folder) / "plain.parquet"
        whole = ee.assess(ee.load(folder, methodology=law), law)
        whole.to_parquet(plain, index=False)
        found = assess_parquet(folder, output, methodology=law, by=GROUPINGS, at_once=at_once)
        assert found.rows == len(whole)
        assert found.projects == whole["project_id"].nunique()
        if len(whole):
            pd.testing.assert_frame_equal(pd.read_parquet(output), pd.read_parquet(plain), check_exact=True)
        for by, tally in zip(GROUPINGS, found.tallies, strict=True):
            same_tables(tally, ee.fulfilment(whole, by, methodology=law))


@pytest.fixture(scope="module")
def kept_sample(tmp_path_factory, sample_dir) -> Path:
    """The sample as Parquet; to be copied."""
    data, folder = ee.load(sample_dir), tmp_path_factory.mktemp("sample")
    keep(folder, {name: getattr(data, name) for name in TABLES})
    return folder


@pytest.fixture
def sample(tmp_path, kept_sample) -> Path:
    """The sample as Parquet, for one test to do with as it likes."""
    return shutil.copytree(kept_sample, tmp_path, dirs_exist_ok=True)


def three_projects(folder: Path, **own: list) -> None:
    """Exports above, below and above the support; columns of the user's own as pyarrow writes them."""
    ids = ["A", "B", "C"]
    cases = {
        "project_id": ids, "applicant": ids, "measure": [8] * 3, "kato": ["75"] * 3, "oked": ["24"] * 3,
        "category": ["small"] * 3, "support_year": [2023] * 3, "status": ["implementing"] * 3} | own  # fmt: skip
    figures = {
        "project_id": ids, "year": [2023] * 3, "support_paid": [100.0] * 3, "export_value": [120.0, 50.0, 120.0]
    }  # fmt: skip
    series = {"year": [2023], "wage_growth_forecast": [0.1], "source": ["test"]}
    for name, table in zip(TABLES, (cases, figures, series), strict=True):
        pq.write_table(pa.table(table), folder / f"{name}.parquet")


@pytest.mark.parametrize("at_once", [1, 2, 3])
@pytest.mark.parametrize("name", ["no_data", "score 0", "support_paid 2", "rows", "first", "missing"])
def test_own_columns_may_be_called_as_they_like(tmp_path, monkeypatch, name, at_once) -> None:
    monkeypatch.setattr(tallies, "COUNT_AT", 1)
    three_projects(tmp_path, **{name: ["u", "v", "u"]})
    (table,) = assess_parquet(tmp_path, None, by=[[name]], at_once=at_once).tallies
    found = table.select([name, "due", "fulfilled", "projects", "support_paid"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [("u", 2, 2, 2, 200.0), ("v", 1, 0, 1, 100.0)]
    whole = ee.fulfilment(ee.assess(ee.load(tmp_path), LAW), name)
    assert whole[name].tolist() == ["u", "v"] and whole["fulfilled"].tolist() == [2, 0]


@pytest.mark.filterwarnings("ignore::effeval.dataset.DataWarning")
@pytest.mark.parametrize("name", ["rate", "due", "verdict"])
def test_what_is_computed_is_no_column_to_group_by(tmp_path, name) -> None:
    three_projects(tmp_path, **{name: ["u", "v", "u"]})
    with pytest.raises(ParameterError, match=f"no column to group by '{name}'"):
        assess_parquet(tmp_path, None, by=[[name]])
    assessed = ee.assess(ee.load(tmp_path), LAW)
    assert name not in assessed
    with pytest.raises(ParameterError, match=f"no column to group by '{name}'"):
        ee.fulfilment(assessed, name)


@pytest.mark.parametrize("at_once", [1, 3])
def test_nan_is_an_empty_value_to_group_by(tmp_path, at_once) -> None:
    three_projects(tmp_path, share=pa.array([math.nan, None, 1.5]))
    (table,) = assess_parquet(tmp_path, None, by=[["share"]], at_once=at_once).tallies
    found = table.select(["share", "fulfilled", "projects"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [(1.5, 1, 1), (None, 1, 2)]


def shuffle(folder: Path) -> None:
    for name in ("projects", "observations"):
        frame = pd.read_parquet(folder / f"{name}.parquet")
        keep(folder, {name: frame.sample(frac=1, random_state=1)})


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("small_files", [False, True])
def test_the_sample_is_judged_the_same_in_blocks(sample, monkeypatch, shuffled, small_files) -> None:
    """With ``small_files`` nothing fits into memory, so that rows in random order go through files on disk."""
    whole = ee.assess(ee.load(sample), LAW)
    if shuffled:
        shuffle(sample)
    if small_files:
        monkeypatch.setattr(parts.Files, "size", lambda self: 4 * memory.room(memory.LEAST))
    spilled = []
    monkeypatch.setattr(spill, "spill", lambda *a, _own=spill.spill: spilled.append(a[3]) or _own(*a))
    output = sample / "judged.parquet"
    found = assess_parquet(
        sample, output, methodology=LAW, by=[["region", "year"]], memory=memory.LEAST, at_once=70
    )
    pd.testing.assert_frame_equal(pd.read_parquet(output), whole, check_exact=True)
    same_tables(found.tallies[0], ee.fulfilment(whole, ["region", "year"]))
    assert found.synthetic
    tables = {Path(path).stem.partition("-")[0] for path in spilled}
    assert tables == ({"projects", "observations"} if shuffled and small_files else set())
    left = sorted(entry.name for entry in sample.iterdir())
    assert left == ["judged.parquet", "observations.parquet", "projects.parquet", "reference.parquet"]


@pytest.mark.parametrize("scale", ["binary", "proportional"])
def test_tallies_are_the_same_however_often_rows_are_counted(sample, monkeypatch, scale) -> None:
    groupings, law = [by for by in GROUPINGS if "programme" not in by], LAW.replace({"scale": scale})
    once = assess_parquet(sample, None, methodology=law, by=groupings)
    monkeypatch.setattr(tallies, "COUNT_AT", 1)
    monkeypatch.setattr(tallies, "COMBINE_AT", 1)
    often = assess_parquet(sample, None, methodology=law, by=groupings, at_once=70)
    for by, own, other in zip(groupings, once.tallies, often.tallies, strict=True):
        assert own.equals(other), by


def test_texts_stored_as_codes_are_the_same_texts(sample, monkeypatch) -> None:
    """With words that no row has, in every group of rows another dictionary, and in another order."""
    monkeypatch.setattr(run, "as_a_whole", None)  # in blocks, without help
    whole, path = ee.assess(ee.load(sample), LAW), sample / "projects.parquet"
    plain = pq.read_table(path)
    for words in (pa.dictionary(pa.int8(), pa.large_string()), pa.large_string()):
        with pq.ParquetWriter(path, plain.slice(0, 1).schema.set(*coded_field(plain, words))) as writer:
            for start in range(0, len(plain), 150):
                some = plain.slice(start, 150)
                status = some["status"].combine_chunks()
                if pa.types.is_dictionary(words):
                    all_words = pa.array(["unheard of", *reversed(status.unique().to_pylist())])
                    codes = pa.array(
                        [all_words.to_pylist().index(word) for word in status.to_pylist()], pa.int8()
                    )
                    status = pa.DictionaryArray.from_arrays(codes, all_words.cast(pa.large_string()))
                place, field = coded_field(plain, words)
                writer.write_table(some.set_column(place, field, status.cast(words)))
        assess_parquet(sample, sample / "judged.parquet", methodology=LAW, at_once=70)
        found = pd.read_parquet(sample / "judged.parquet")
        pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_measures_alike_are_judged_together_and_others_by_their_own_reading(sample) -> None:
    """Measures 1, 3 and 5 read alike, until 3.2 is read otherwise."""
    other = LAW.replace({"3.2.after": 0})
    first = [judging._alike(law)[0][[1, 3, 5]].tolist() for law in (LAW, other)]
    assert first == [[1, 1, 1], [1, 3, 1]]
    expected = ee.assess(ee.load(sample), other)
    assert not expected.equals(ee.assess(ee.load(sample), LAW))
    assess_parquet(sample, sample / "judged.parquet", methodology=other)
    found = pd.read_parquet(sample / "judged.parquet")
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@given(st.lists(st.text("aҚ7#-. \u00a0\u0085\u2007ж€\t", max_size=4), max_size=3))
def test_texts_with_plain_ends_are_texts_as_they_should_be(words) -> None:
    """The quick look at both ends may leave a text to the thorough one, but lets nothing pass that it refuses."""
    text = pa.array(["", *words], pa.string()).slice(1)
    if checked._plain_ends(text):
        assert all(word and word == word.strip() and not word.startswith("#") for word in words)
    assert checked._plain_ends(pa.array(["Қазақ ЖШС", "7b"])) and not checked._plain_ends(
        pa.array(["aa", None])
    )


@given(st.lists(st.none() | st.floats(), max_size=20), st.data())
def test_floats_are_those_of_the_column_however_it_is_cut(values, data) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=3)))
    whole = pa.array([1.0, *values], pa.float64()).slice(1)
    bounds = zip([0, *cuts], [*cuts, len(values)], strict=True)
    column = pa.chunked_array([whole.slice(start, stop - start) for start, stop in bounds], pa.float64())
    expected = np.array([np.nan if value is None else value for value in values], dtype=float)
    np.testing.assert_array_equal(arrow.floats(column), expected)


def test_an_early_year_widens_its_own_measure_alone() -> None:
    """Panels of many years for all would take memory and time for figures that nobody has."""
    ends = {
        "support_year": [2023.0, 2023.0],
        "commissioning_year": [np.nan] * 2,
        "term_end_year": [np.nan] * 2,
    }
    no = np.zeros(2, dtype=bool)
    block = judging.Block(
        measure=np.array([8, 5], dtype=np.int16),
        marks={name: np.array(values) for name, values in ends.items()},
        completed=no,
        terminated=no,
        owner=np.array([0, 0, 1, 1]),
        year=np.array([2024, 1995, 2024, 2023], dtype=np.int16),
        figures=lambda name: np.array([4.0, 3.0, 2.0, 1.0]),
        references=lambda name, years: years * 0.0,
        last_year=2024,
    )
    found = judging.cells(block)
    assert {id: some.panel.years[0] for id, some in found.items()} == {5: 2023, 8: 1995}
    assert found[5].panel.figures["jobs"].tolist() == [[1.0, 2.0]]
    early = found[8].panel.figures["jobs"][0]
    assert (early[0], early[-1]) == (3.0, 4.0) and np.isnan(early[1:-1]).all()


def coded_field(table: pa.Table, kind: pa.DataType) -> tuple[int, pa.Field]:
    return table.column_names.index("status"), pa.field("status", kind)


def change(table: str, column: str, value: object, *, row: int = 7):
    """A folder with one cell changed."""

    def apply(folder: Path) -> None:
        frame = pd.read_parquet(folder / f"{table}.parquet")
        text = isinstance(value, str)
        cells = (
            frame[column].astype("str" if text else "object").tolist()
        )  # a text among numbers makes all texts
        cells[row] = value
        kind = "str" if text else frame[column].dtype
        frame[column] = pd.Series(cells, dtype="float64" if value is None and kind == "int64" else kind)
        keep(folder, {table: frame})

    return apply


def without(table: str, column: str):
    def apply(folder: Path) -> None:
        keep(folder, {table: pd.read_parquet(folder / f"{table}.parquet").drop(columns=[column])})

    return apply


def twice(table: str):
    def apply(folder: Path) -> None:
        frame = pd.read_parquet(folder / f"{table}.parquet")
        keep(folder, {table: pd.concat([frame, frame.iloc[[5]]])})

    return apply


def emptied(table: str):
    def apply(folder: Path) -> None:
        keep(folder, {table: pd.read_parquet(folder / f"{table}.parquet").iloc[:0]})

    return apply


def broken(table: str):
    def apply(folder: Path) -> None:
        path = folder / f"{table}.parquet"
        path.write_bytes(path.read_bytes()[:-20])

    return apply


FAULTS = {
    "no measure of that number": change("projects", "measure", 14),
    "no measure": change("projects", "measure", None),
    "no region": change("projects", "kato", "990000000"),
    "former region": change("projects", "kato", "510000000"),
    "no code": change("projects", "kato", "63A000000"),
    "short sector": change("projects", "oked", "1"),
    "no category": change("projects", "category", "tiny"),
    "no status": change("projects", "status", "done"),
    "no support year": change("projects", "support_year", None),
    "support year too early": change("projects", "support_year", 1900),
    "term ends too late": change("projects", "term_end_year", 2101),
    "empty identifier": change("projects", "project_id", " "),
    "no applicant": change("projects", "applicant", None),
    "error of Excel": change("projects", "applicant", "#REF!"),
    "BIN too short": change("projects", "bin", "123"),
    "commodity code too short": change("projects", "tnved", "12"),
    "unit is an error": change("projects", "unit", "#N/A"),
    "project twice": twice("projects"),
    "no project": change("observations", "project_id", "nobody"),
    "identifier empty": change("observations", "project_id", None, row=900),
    "year twice": twice("observations"),
    "year too early": change("observations", "year", 1949),
    "figure below zero": change("observations", "wage", -1.0),
    "figure infinite": change("observations", "revenue", np.inf),
    "figure is text": change("observations", "jobs", "many"),
    "column needed": without("observations", "wage"),
    "column required": without("projects", "status"),
    "reference year twice": twice("reference"),
    "growth below -1": change("reference", "wage_growth_forecast", -1.5, row=0),
    "no projects": emptied("projects"),
    "no observations": emptied("observations"),
    "file breaks off": broken("observations"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_load_refuses_is_refused_in_its_words(sample, fault) -> None:
    FAULTS[fault](sample)
    with pytest.raises(DataError) as expected:
        ee.load(sample)
    with pytest.raises(DataError) as found:
        assess_parquet(sample, sample / "judged.parquet", methodology=LAW, at_once=100)
    assert str(found.value) == str(expected.value)
    assert not (sample / "judged.parquet").exists()


MENDED = {
    "white space": change("projects", "applicant", " Example "),
    "leading zero lost": change("projects", "bin", "50440001239"),
    "measure as text": change("projects", "measure", "8"),
    "figure as text": change("observations", "revenue", "1 234,5"),
}


@pytest.mark.filterwarnings("ignore::effeval.dataset.DataWarning")
@pytest.mark.parametrize("way", MENDED)
def test_what_load_mends_is_judged_as_a_whole_or_refused_within_a_bound(sample, way) -> None:
    MENDED[way](sample)
    whole = ee.assess(ee.load(sample), LAW)
    found = assess_parquet(sample, sample / "judged.parquet", methodology=LAW, by=[["measure"]])
    pd.testing.assert_frame_equal(pd.read_parquet(sample / "judged.parquet"), whole)
    same_tables(found.tallies[0], ee.fulfilment(whole, "measure"))
    with pytest.raises(ParameterError, match="To fix"):
        assess_parquet(sample, None, methodology=LAW, memory=10**9)


@pytest.mark.parametrize("bound", [None, 10**9])
def test_a_measure_that_the_methodology_has_not_is_named(sample, bound) -> None:
    from dataclasses import replace

    law = replace(LAW, measures=LAW.measures[:12])
    with pytest.raises(MethodologyError, match="has no measure 13"):
        assess_parquet(sample, None, methodology=law, memory=bound)


@pytest.mark.parametrize("by", [["state"], ["project_id"], ["regoin"], ["region", "region"]])
def test_other_groupings_are_refused(sample, by) -> None:
    with pytest.raises(ParameterError, match="To fix"):
        assess_parquet(sample, None, methodology=LAW, by=[by])


def test_sizes_of_memory() -> None:
    assert size_of("1.5 gb") == 1_500_000_000
    for wrong in ("much", "2 XB", "-1GB", "10MB"):
        with pytest.raises(ParameterError, match="To fix"):
            size_of(wrong)


def test_a_failed_write_leaves_the_old_file(sample, monkeypatch) -> None:
    output = sample / "judged.parquet"
    output.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("effeval.engine.output.Output._table", fail)
    with pytest.raises(OSError, match="no space left"):
        assess_parquet(sample, output, methodology=LAW, at_once=50)
    assert output.read_text(encoding="utf-8") == "old"
    assert not list(sample.glob(".*"))


def test_commands_within_a_bound_of_memory(sample, effeval) -> None:
    whole = ee.assess(ee.load(sample), LAW)
    output, rates = sample / "judged.parquet", sample / "rates.csv"
    assert effeval("assess", sample, "-o", output, "--memory", "1GB")[0] == 0
    pd.testing.assert_frame_equal(pd.read_parquet(output), whole)
    assert effeval("fulfilment", sample, "--by", "region,year", "-o", rates, "--memory", "1GB")[0] == 0
    assert len(pd.read_csv(rates)) == len(ee.fulfilment(whole, ["region", "year"]))
    for words in (["assess", sample, "-o", sample / "x.csv"], ["fulfilment", sample]):
        status, _, said = effeval(*words, "--memory", "1GB")
        assert status == 2
        assert "To fix" in said


def test_a_large_group_of_rows_is_not_held_as_a_whole(tmp_path) -> None:
    """Other programs write files as one group of rows, which may be larger than memory."""
    rows = 1_000_000
    columns = {f"figure {n}": np.random.default_rng(n).random(rows) for n in range(6)}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet", row_group_size=rows)
    code = f"""
import pyarrow as pa
from effeval.engine.store import Store
with Store({str(tmp_path)!r}).parquet({str(tmp_path / "x.parquet")!r}) as file:
    assert file.num_row_groups == 1
    print(sum(len(rows) for rows in file.iter_batches(1000, use_threads=False)), pa.default_memory_pool().max_memory())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    read, most = map(int, done.stdout.split())
    assert read == rows
    assert most < (tmp_path / "x.parquet").stat().st_size / 2


def test_groups_that_are_many_are_added_up_as_few_are(sample, monkeypatch) -> None:
    """Whether the codes of groups are counted as they are, or only those that occur, however many those are."""
    by = [["district", "sector", "criterion", "year"], ["region", "year"]]

    def found() -> tuple[pa.Table, ...]:
        return assess_parquet(sample, None, methodology=LAW, by=by, at_once=150).tallies

    expected = found()
    monkeypatch.setattr(tallies, "COUNT_AT", 100)
    monkeypatch.setattr(tallies, "COMBINE_AT", 10)
    for groups, empty in ((1000, 4), (0, 4), (0, 0)):
        monkeypatch.setattr(tallies, "MOST_GROUPS", groups)
        monkeypatch.setattr(tallies, "MOST_EMPTY", empty)
        assert found() == expected


def test_what_is_made_ahead_begins_at_once_and_ends_with_the_context() -> None:
    begun, closed = threading.Event(), []

    def items():
        try:
            begun.set()
            yield 1
            raise ParameterError("no two")
        finally:
            closed.append(True)

    with Ahead(items(), count=2) as some:
        assert begun.wait(10)
        assert next(some) == 1
        with pytest.raises(ParameterError, match="no two"):
            next(some)
    assert closed == [True]
    endless = itertools.count()
    with Ahead((closed.append(number) or number for number in endless), count=3) as some:
        assert [next(some), next(some)] == [0, 1]
    made = len(closed)
    assert 3 <= made <= 6  # the others are not made any more
    assert next(endless) == made - 1


def test_the_engine_starts_without_what_takes_long_to_import(sample) -> None:
    """Pandas takes longer than to judge a hundred thousand projects; rows are read while the other is imported."""
    code = f"""
import sys
from effeval.engine import assess_parquet
print("yaml" in sys.modules)
assess_parquet({str(sample)!r}, {str(sample / "out.parquet")!r}, by=[["region", "year"]])
print({{"pandas", "pyarrow.compute"}} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "set()"]


def test_kernels_are_those_of_pyarrow_compute() -> None:
    words, asked = pa.array(["b", None, "aa", "b"]), pa.array(["aa", "b"])
    same = [
        (pc.index_in(words, value_set=asked), arrow.pc.index_in(words, value_set=asked)),
        (pc.sort_indices(words), arrow.pc.sort_indices(words)),
        (pc.not_equal(words, "b"), arrow.pc.not_equal(words, pa.scalar("b"))),
        (pc.and_(pa.array([True, None]), True), arrow.pc.and_(pa.array([True, None]), pa.scalar(True))),
        (pc.starts_with(words, "a"), arrow.pc.starts_with(words, pattern="a")),
        (pc.utf8_slice_codeunits(words, 0, 1), arrow.pc.utf8_slice_codeunits(words, start=0, stop=1)),
        (pc.utf8_rpad(words, 3, "0"), arrow.pc.utf8_rpad(words, width=3, padding="0")),
        (words.take(pa.array([2, 1])), arrow.pc.take(words, pa.array([2, 1]))),
        (words.dictionary_encode(), arrow.pc.dictionary_encode(words)),
    ]
    assert all(theirs.equals(ours) for theirs, ours in same)
    assert arrow.pc.all(pa.array([], pa.bool_()), min_count=0).as_py() is True
    with pytest.raises(KeyError):
        arrow.pc.no_such_kernel(words)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int32(), pa.int64(), pa.float32(), pa.float64()])
def test_numbers_of_every_kind_become_floats(kind) -> None:
    pieces = pa.chunked_array([pa.array([1, None, 3], kind), pa.array([], kind), pa.array([None, 5], kind)])
    found = arrow.floats(pieces.slice(1))
    assert found.dtype == np.float64 and np.array_equal(found, [np.nan, 3, np.nan, 5], equal_nan=True)


def test_a_methodology_may_be_given_by_name_or_path(sample) -> None:
    output, own = sample / "judged.parquet", LAW.replace({"13.1.at_least": 0.5})
    (sample / "own.yaml").write_text(own.to_yaml(), encoding="utf-8")
    by = [["criterion", "year"]]
    for name, law in (("order-35", LAW), (str(sample / "own.yaml"), own)):
        named, given = (assess_parquet(sample, None, methodology=one, by=by) for one in (name, law))
        assert named.tallies[0].equals(given.tallies[0])
    assert not named.tallies[0].equals(assess_parquet(sample, None, by=by).tallies[0])
    with pytest.raises(ee.MethodologyError, match="order-36"):
        assess_parquet(sample, output, methodology="order-36")
    assert not output.exists()


def numbered(folder: Path) -> None:
    """Identifiers that are numbers in both tables."""
    names = pd.read_parquet(folder / "projects.parquet")["project_id"]
    code = dict(zip(names, range(1001, 1001 + len(names)), strict=True))
    for table in ("projects", "observations"):
        frame = pd.read_parquet(folder / f"{table}.parquet")
        keep(folder, {table: frame.assign(project_id=frame["project_id"].map(code).astype("int64"))})


@pytest.mark.filterwarnings("ignore::effeval.dataset.DataWarning")
def test_identifiers_that_are_numbers_are_read_as_texts(sample) -> None:
    numbered(sample)
    whole = ee.assess(ee.load(sample), LAW)
    assess_parquet(sample, sample / "judged.parquet", methodology=LAW)
    pd.testing.assert_frame_equal(pd.read_parquet(sample / "judged.parquet"), whole)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_part_without_observations_is_judged_as_not_reported(sample, at) -> None:
    kept = pd.read_parquet(sample / "projects.parquet")["project_id"].iloc[:3].tolist()
    for table in ("projects", "observations"):
        frame = pd.read_parquet(sample / f"{table}.parquet")
        frame = frame[frame["project_id"].isin(kept)]
        if table == "projects":
            frame = frame.assign(status="implementing", support_year=2020)
        else:
            frame = frame[frame["project_id"] != kept[at]]
        keep(sample, {table: frame})
    whole = ee.assess(ee.load(sample), LAW)
    assess_parquet(sample, sample / "judged.parquet", methodology=LAW, at_once=1)
    pd.testing.assert_frame_equal(pd.read_parquet(sample / "judged.parquet"), whole)
    assert (whole["project_id"] == kept[at]).any()


def test_a_column_of_many_values_is_grouped_by_with_year_and_criterion(sample) -> None:
    frame = pd.read_parquet(sample / "projects.parquet")
    keep(sample, {"projects": frame.assign(own=frame["project_id"])})
    by = ["own", "year", "criterion"]
    whole = ee.fulfilment(ee.assess(ee.load(sample), LAW), by)
    same_tables(assess_parquet(sample, None, methodology=LAW, by=[by], at_once=100).tallies[0], whole)


@pytest.mark.parametrize("scale", ["binary", "proportional"])
def test_sums_of_money_do_not_depend_on_the_blocks(sample, scale) -> None:
    """Added up as doubles they would: 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1."""
    frame = pd.read_parquet(sample / "observations.parquet")
    random = np.random.default_rng(35)
    paid = random.lognormal(9, 4, len(frame)).round(3) * 10.0 ** random.integers(-2, 5, len(frame))
    keep(sample, {"observations": frame.assign(support_paid=paid)})
    law = LAW.replace({"scale": scale})
    by = [["region"], ["measure", "year"], []]
    found = [assess_parquet(sample, None, methodology=law, by=by, at_once=n).tallies for n in (7, 50, 600)]
    assert found[0] == found[1] == found[2]
    one = assess_parquet(sample, None, methodology=law, by=[[]]).tallies[0]
    assessed = ee.assess(ee.load(sample), law)
    cells = assessed.drop_duplicates(["project_id", "year"])
    assert one["support_paid"].to_pylist() == [math.fsum(cells["support_paid"])]
    assert one["score"].to_pylist() == [math.fsum(assessed["score"].dropna())]
