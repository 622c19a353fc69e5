"""The engine on a Dask cluster, on tables in several files and through fsspec: the results of one machine."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import distributed
import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_engine import FAULTS, keep, same_tables

import effeval as ee
from effeval import cluster as clusters
from effeval.engine import assess_parquet, partitions
from effeval.engine.partitions import Cluster, Span, assess_on_cluster, spans
from effeval.engine.parts import files_of
from effeval.errors import ClusterError, DataError, ParameterError

LAW = ee.Methodology.load("order-35")
BY = [["region", "sector", "measure", "year"], ["criterion"], ["programme"], []]
QUIET = {"dashboard_address": ":0", "silence_logs": 50}


@pytest.fixture(scope="module")
def threads():
    """Two workers in this process: quick, and what stands in memory:// is there for them."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, **QUIET) as started:
        yield started.scheduler_address


@pytest.fixture
def sample(tmp_path, sample_dir) -> Path:
    """The sample as Parquet, with a column of the user's own, each large table in four files."""
    data = ee.load(sample_dir)
    own = data.projects.assign(programme=[("a", None, "b")[n % 3] for n in range(len(data.projects))])
    folder = tmp_path / "data"
    folder.mkdir()
    keep(folder, {"reference": data.reference})
    for name, frame in (("projects", own), ("observations", data.observations)):
        (folder / f"{name}.parquet").mkdir()
        bounds = own["project_id"].iloc[[0, 150, 300, 450]].tolist()
        number = pd.Series(frame["project_id"].searchsorted(bounds), name="start")
        for part, (start, stop) in enumerate(zip(number, [*number[1:], len(frame)], strict=True)):
            path = (
                folder / f"{name}.parquet" / f"part.{part + 9}.parquet"
            )  # part.10 comes before part.9 by name
            frame.iloc[start:stop].to_parquet(path, index=False)
    (folder / "projects.parquet" / "_SUCCESS.parquet").write_bytes(b"a note, no table")
    return folder


@pytest.fixture(autouse=True)
def small_spans(monkeypatch) -> None:
    monkeypatch.setattr(partitions, "SPAN_ROWS", 100)
    monkeypatch.setattr(partitions, "SPAN_PROJECTS", 100)
    monkeypatch.setattr(partitions, "FAN_IN", 2)


def shuffle(folder: Path) -> None:
    for name in ("projects", "observations"):
        frame = pd.read_parquet(folder / f"{name}.parquet").sample(frac=1, random_state=1)
        for part in (folder / f"{name}.parquet").iterdir():
            part.unlink()
        for part in range(3):
            frame.iloc[part::3].to_parquet(folder / f"{name}.parquet" / f"{part}.parquet", index=False)


def same(folder: Path, found, output: Path, *, law=LAW) -> None:
    """Rows bit for bit those of one machine; tallies too, however they were divided."""
    whole = ee.assess(ee.load(folder), law)
    pd.testing.assert_frame_equal(pd.read_parquet(output), whole, check_exact=True)
    here = assess_parquet(folder, None, methodology=law, by=BY)
    assert (found.rows, found.projects, found.synthetic) == (len(whole), here.projects, True)
    for by, there, one in zip(BY, found.tallies, here.tallies, strict=True):
        assert there.equals(one)
        same_tables(there, ee.fulfilment(whole, by, methodology=law))


def test_tables_in_several_files_are_read_as_one(sample) -> None:
    names = [path.name for path in ee.load(sample).sources]
    assert names == [
        *(f"part.{n}.parquet" for n in (10, 11, 12, 9)),
        *(f"part.{n}.parquet" for n in (10, 11, 12, 9)),
        "reference.parquet",
    ]
    output = sample.parent / "judged.parquet"
    found = assess_parquet(sample, output, methodology=LAW, by=BY, at_once=70)
    same(sample, found, output)


def test_files_with_other_columns_are_named(sample) -> None:
    path = sample / "observations.parquet" / "part.10.parquet"
    pd.read_parquet(path).drop(columns=["wage"]).to_parquet(path, index=False)
    for judge in (lambda: ee.load(sample), lambda: assess_parquet(sample, None, methodology=LAW)):
        with pytest.raises(
            DataError, match=r"part\.11\.parquet: has other columns than part\.10\.parquet: wage"
        ):
            judge()


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_cluster_gives_the_rows_and_tallies_of_one_machine(sample, threads, shuffled) -> None:
    if shuffled:
        shuffle(sample)
    found = spans(files_of(str(sample)))
    assert found is None if shuffled else len(found) == 4
    output = sample.parent / "judged.parquet"
    found = assess_on_cluster(sample, output, cluster=Cluster(threads), methodology=LAW, by=BY)
    same(sample, found, output)
    expected = [f"part-0000{n}.parquet" for n in range(6 if shuffled else 4)]
    assert sorted(path.name for path in output.iterdir()) == expected
    assert sorted(path.name for path in sample.parent.iterdir()) == ["data", "judged.parquet"]


def test_rows_of_a_project_may_lie_in_two_groups(sample, threads) -> None:
    for name in ("projects", "observations"):
        frame = pd.read_parquet(sample / f"{name}.parquet").sort_values("project_id", kind="stable")
        for part in (sample / f"{name}.parquet").iterdir():
            part.unlink()
        pq.write_table(
            pa.Table.from_pandas(frame, preserve_index=False),
            sample / f"{name}.parquet" / "all.parquet",
            row_group_size=211 if name == "observations" else 97,
        )
    groups = files_of(str(sample)).groups["observations"]
    assert any(one.last == other.first for one, other in zip(groups, groups[1:], strict=False))
    output = sample.parent / "judged.parquet"
    same(sample, assess_on_cluster(sample, output, cluster=Cluster(threads), methodology=LAW, by=BY), output)


def test_a_cluster_takes_a_methodology_by_name(sample, threads) -> None:
    place = Cluster(threads, sample.parent)
    named, given, other = (
        assess_on_cluster(sample, None, cluster=place, methodology=law, by=BY).tallies[0]
        for law in ("order-35", LAW, LAW.replace({"13.1.at_least": 0.9, "1.2.after": 0}))
    )
    assert named.equals(given) and not named.equals(other)


def test_disorder_that_no_head_of_a_file_tells_is_found(sample, threads) -> None:
    """Within each file rows are mixed, while the files lie one after another."""
    for name in ("projects", "observations"):
        for path in (sample / f"{name}.parquet").glob("part*"):
            pd.read_parquet(path).sample(frac=1, random_state=2).to_parquet(path, index=False)
    assert len(spans(files_of(str(sample)))) == 4
    output = sample.parent / "judged.parquet"
    same(sample, assess_on_cluster(sample, output, cluster=Cluster(threads), methodology=LAW, by=BY), output)


def test_a_worker_without_effeval_is_told(sample, threads, monkeypatch) -> None:
    def run(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'effeval'", name="effeval")

    monkeypatch.setattr(distributed.Client, "run", run)
    with pytest.raises(ParameterError, match="A worker has no effeval"):
        assess_on_cluster(sample, None, cluster=Cluster(threads, sample.parent), methodology=LAW)


@pytest.mark.parametrize("shuffled", [False, True])
def test_addresses_are_read_and_written_through_fsspec(sample, threads, shuffled) -> None:
    if shuffled:
        shuffle(sample)
    far = fsspec.filesystem("memory")
    far.put(str(sample), "/bucket/data", recursive=True)
    try:
        for _ in range(2):  # the second replaces the first
            found = assess_on_cluster(
                "memory://bucket/data",
                "memory://bucket/judged",
                cluster=Cluster(threads),
                methodology=LAW,
                by=BY,
            )
        far.get("/bucket/judged", str(sample.parent / "judged.parquet"), recursive=True)
        assert sorted(far.ls("/bucket", detail=False)) == ["/bucket/data", "/bucket/judged"]
        here = assess_parquet("memory://bucket/data", None, methodology=LAW, by=BY)
    finally:
        far.rm("/bucket", recursive=True)
    same(sample, found, sample.parent / "judged.parquet")
    assert all(a.equals(b) for a, b in zip(found.tallies, here.tallies, strict=True))


@pytest.mark.parametrize("fault", ["no measure of that number", "no project", "year twice", "project twice"])
def test_faults_are_told_in_the_words_of_load(sample, threads, fault) -> None:
    for name in ("projects", "observations"):
        frame = pd.read_parquet(sample / f"{name}.parquet").sort_values("project_id", kind="stable")
        for part in (sample / f"{name}.parquet").iterdir():
            part.unlink()
        (sample / f"{name}.parquet").rmdir()
        keep(sample, {name: frame})
    FAULTS[fault](sample)
    with pytest.raises(DataError) as expected:
        ee.load(sample)
    output = sample.parent / "judged.parquet"
    with pytest.raises(DataError) as found:
        assess_on_cluster(sample, output, cluster=Cluster(threads), methodology=LAW)
    assert str(found.value) == str(expected.value)
    assert [path.name for path in sample.parent.iterdir()] == ["data"]


def test_what_load_would_mend_is_refused(sample, threads) -> None:
    path = sample / "projects.parquet" / "part.9.parquet"
    frame = pd.read_parquet(path)
    frame.assign(applicant=" " + frame["applicant"]).to_parquet(path, index=False)
    with pytest.raises(ParameterError, match=r"in blocks as it stands \(applicant\)"):
        assess_on_cluster(sample, None, cluster=Cluster(threads, sample.parent), methodology=LAW)


def test_places_where_nothing_can_be_put_are_refused_and_kept(sample, threads) -> None:
    cluster = Cluster(threads)
    with pytest.raises(ParameterError, match=r"data is a folder that holds observations\.parquet"):
        assess_on_cluster(sample, sample, cluster=cluster, methodology=LAW)
    for judge in (assess_parquet, lambda *a, **k: assess_on_cluster(*a, cluster=cluster, **k)):
        with pytest.raises(ParameterError, match="is a table of the data"):
            judge(sample, sample / "projects.parquet", methodology=LAW)
    with pytest.raises(ParameterError, match="does not exist"):
        assess_on_cluster(sample, sample / "nowhere" / "judged.parquet", cluster=cluster, methodology=LAW)
    with pytest.raises(ParameterError, match="does not exist"):
        assess_on_cluster(sample, None, cluster=Cluster(threads, sample / "nowhere"), methodology=LAW)
    with pytest.raises(ParameterError, match="column to group by"):
        assess_on_cluster(sample, None, cluster=Cluster(threads, sample), methodology=LAW, by=[["regoin"]])
    with pytest.raises(ParameterError, match="nothing://"):
        assess_on_cluster("nothing://bucket", None, cluster=Cluster(threads, sample), methodology=LAW)
    assert len(ee.load(sample).projects) == 600


def test_a_worker_with_another_version_is_refused(sample, threads, monkeypatch) -> None:
    monkeypatch.setattr(partitions, "_seen", lambda paths: ("0.0", [paths[0]]))
    with pytest.raises(ParameterError, match=r"has effeval 0\.0(.|\n)*does not reach .*part") as told:
        assess_on_cluster(sample, sample.parent / "judged.parquet", cluster=Cluster(threads), methodology=LAW)
    assert str(told.value).count("\n") == 4
    assert [path.name for path in sample.parent.iterdir()] == ["data"]


def test_the_commands(sample, threads, effeval) -> None:
    output, rates, book = (sample.parent / name for name in ("judged.parquet", "rates.csv", "rates.xlsx"))
    assert effeval("assess", sample, "-o", output, "--dask", threads, "--memory", "1GB")[0] == 0
    whole = ee.assess(ee.load(sample), LAW)
    pd.testing.assert_frame_equal(pd.read_parquet(output), whole)
    assert effeval("fulfilment", output, "--by", "measure", "-o", rates)[0] == 0
    plain = pd.read_csv(rates)
    for path in (rates, book):
        assert effeval("fulfilment", sample, "--by", "measure", "-o", path, "--dask", threads)[0] == 0
    pd.testing.assert_frame_equal(pd.read_csv(rates), plain)
    about = pd.read_excel(book, sheet_name="about", header=None, engine="calamine")
    assert about[0].tolist()[:4] == [
        "name",
        "data",
        "projects.parquet/part.10.parquet",
        "projects.parquet/part.11.parquet",
    ]
    status, _, said = effeval("assess", "s3://bucket/data", "-o", output)
    assert status == 2
    assert "s3://bucket/data is an address" in said and "To fix: add --dask" in said


def test_a_span_takes_the_identifiers_after_one_until_another(sample) -> None:
    files = files_of(str(sample))
    ids = pd.read_parquet(sample / "projects.parquet")["project_id"].sort_values().tolist()
    for after, until in ((None, ids[10]), (ids[149], ids[150]), (ids[440], None)):
        some = files.within(Span(after, until))
        found = some.whole("projects")["project_id"].to_pylist()
        assert found == [id for id in ids if (after or "") < id and (until is None or id <= until)]
    assert len(files.within(Span(None, ids[10])).groups["projects"]) == 1


@pytest.mark.slow
def test_a_worker_killed_in_the_midst_changes_nothing(sample, monkeypatch) -> None:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **QUIET) as started:
        with distributed.Client(started.scheduler_address) as client:
            client.run(_slow)
            pids = client.run(os.getpid)
        victim = min(pids.values())
        killer = threading.Timer(1.5, os.kill, (victim, signal.SIGKILL))
        killer.start()
        output, begun = sample.parent / "judged.parquet", time.monotonic()
        cluster = Cluster(started.scheduler_address)
        found = assess_on_cluster(sample, output, cluster=cluster, methodology=LAW, by=BY)
        assert time.monotonic() - begun > 1.5  # it was at work when the worker died
        with distributed.Client(started.scheduler_address) as client:
            client.wait_for_workers(2, timeout=30)
            assert victim not in client.run(os.getpid).values()
    same(sample, found, output)
    assert sorted(path.name for path in sample.parent.iterdir()) == ["data", "judged.parquet"]


def _slow() -> None:
    """Makes a worker slow at its tasks."""
    own = partitions._parts
    partitions._parts = lambda *arguments: time.sleep(1) or own(*arguments)


@pytest.mark.slow
def test_when_every_worker_dies_of_it_that_is_told(sample, effeval) -> None:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **QUIET) as started:
        with distributed.Client(started.scheduler_address) as client:
            client.register_plugin(_Deadly())
        output = sample.parent / "judged.parquet"
        with pytest.raises(ClusterError, match="Every worker that tried"):
            assess_on_cluster(sample, output, cluster=Cluster(started.scheduler_address), methodology=LAW)
    assert [path.name for path in sample.parent.iterdir()] == ["data"]


class _Deadly(distributed.WorkerPlugin):
    """Workers die of what they judge."""

    def setup(self, worker) -> None:
        partitions._parts = lambda *_: os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_workers_of_this_machine_are_started_and_ended(sample, effeval) -> None:
    output = sample.parent / "judged.parquet"
    status, _, said = effeval("assess", sample, "-o", output, "--dask", clusters.LOCAL)
    whole = ee.assess(ee.load(sample), LAW)
    assert (status, said) == (
        0,
        f"{output}: {len(whole):,} rows, {whole['project_id'].nunique():,} projects\n",
    )
    pd.testing.assert_frame_equal(pd.read_parquet(output), whole)


@pytest.mark.slow
def test_the_page_on_larger_data_is_what_runs(tmp_path, sample_dir, free_port) -> None:
    """docs/larger-data.md in the order of the page, but for the machines of others."""
    page = (Path(__file__).parent.parent / "docs" / "larger-data.md").read_text(encoding="utf-8")
    page = page.replace("8786", str(free_port))
    blocks = [block for block in page.split("```")[1::2] if "s3://" not in block]
    assert [block.split()[0] for block in blocks] == ["python", "effeval", "dask", "effeval"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(sample_dir)
    own = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    options = {"cwd": tmp_path, "env": own, "text": True}
    servers = []
    try:
        for block in blocks:
            if block.startswith("python\n"):
                subprocess.run([sys.executable, "-c", block.removeprefix("python\n")], check=True, **options)
                continue
            for line in block.strip().splitlines():
                if line.startswith("dask "):
                    words = [sys.executable, "-m", "dask.__main__", *line.split()[1:], "--no-dashboard"]
                    servers.append(subprocess.Popen(words, stderr=subprocess.DEVNULL, **options))
                else:
                    words = [sys.executable, "-c", "from effeval.cli import main; main()", *line.split()[1:]]
                    subprocess.run(words, check=True, **options)
    finally:
        for server in reversed(servers):
            server.terminate()
            server.wait(30)
    here, there = (
        pd.read_parquet(tmp_path / name) for name in ("judged-in-blocks.parquet", "judged.parquet")
    )
    pd.testing.assert_frame_equal(here, there)
    pd.testing.assert_frame_equal(here, ee.assess(ee.load(sample_dir), LAW))
    assert (tmp_path / "rates.csv").read_bytes() == (tmp_path / "rates-in-blocks.csv").read_bytes()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
