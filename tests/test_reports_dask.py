"""The same run over a Dask scheduler, here a cluster of two processes on this machine."""

import os
import signal
import time
from pathlib import Path

import distributed
import pytest
from nights import small_data, small_notebook, tree

from effeval import cluster as clusters
from effeval import reports
from effeval.reports import How, index

YEAR = 2025
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(sample_dir, tmp_path_factory) -> Path:
    return small_data(tmp_path_factory.mktemp("data") / "small", sample_dir)


@pytest.fixture(scope="module")
def cluster():
    """Workers are processes under nannies, which start another when one dies."""
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, **options) as started:
        yield started


def test_a_cluster_makes_the_same_bytes_as_this_machine(cluster, data, tmp_path) -> None:
    def run(folder: Path, how: How) -> dict[str, str]:
        return tree(reports.run(data, year=YEAR, regions=["63"], langs=["kk"], folder=folder, how=how).folder)

    here = run(tmp_path / "here", How(jobs=2))
    there = run(tmp_path / "there", How(dask=cluster.scheduler_address))
    assert here.pop("manifest.json") and there.pop("manifest.json")
    assert len(here) == 2 * 3 + 2
    assert here == there


def test_a_run_is_whole_though_a_worker_is_killed_in_its_midst(cluster, data, monkeypatch, tmp_path) -> None:
    notebook = small_notebook(tmp_path / "small.ipynb", "import time\ntime.sleep(1)")
    monkeypatch.setattr(index, "_map", lambda *_: "")
    killed = []

    def finished(record, total) -> None:
        if not killed:  # the others are under way
            with distributed.Client(cluster.scheduler_address) as client:
                killed.append(sorted(client.run(os.getpid).items()))
            os.kill(killed[0][0][1], signal.SIGKILL)

    how = How(dask=cluster.scheduler_address, notebook=notebook, finished=finished)
    run = reports.run(data, year=YEAR, langs=["kk", "ru"], folder=tmp_path / "out", how=how)
    assert [(record["status"], record["error"]) for record in run.records] == [("done", "")] * 6
    assert len([name for name in tree(run.folder) if name.endswith(".html")]) == 6 + 2
    with distributed.Client(cluster.scheduler_address) as client:
        client.wait_for_workers(2, timeout=30)
        assert dict(killed[0]) != client.run(os.getpid)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://127.0.0.1:1", "127.0.0.1:none"])
def test_an_address_without_a_scheduler_is_told(data, effeval, monkeypatch, tmp_path, address) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    status, _, err = effeval("report", data, "--year", YEAR, "--dask", address, "-o", tmp_path)
    assert status == 2
    assert (
        f"No Dask scheduler answers at {address}" in err and "To fix: start one with: dask scheduler" in err
    )
    assert not (tmp_path / "2025").exists()


def test_a_scheduler_without_workers_is_told(data, effeval, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(clusters, "WORKERS", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        address = empty.scheduler_address
        status, _, err = effeval("report", data, "--year", YEAR, "--dask", address, "-o", tmp_path)
    assert status == 2
    assert f"No worker has joined the Dask scheduler at {address}" in err and f"dask worker {address}" in err


def test_when_all_workers_with_the_data_are_gone_that_is_told(data, effeval, monkeypatch, tmp_path) -> None:
    """Data that were sent are on the workers alone; nothing can be made when all of these die at once."""
    notebook = small_notebook(tmp_path / "small.ipynb", "import time\ntime.sleep(60)")
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=1, **options) as alone:
        with distributed.Client(alone.scheduler_address) as client:
            pid = next(iter(client.run(os.getpid).values()))
        submit = distributed.Client.submit

        def then_kill(client, *arguments, **more):
            future = submit(client, *arguments, **more)
            if len(client.futures) > 5 + 2:  # five files, three reports
                time.sleep(2)
                os.kill(pid, signal.SIGKILL)
            return future

        monkeypatch.setattr(distributed.Client, "submit", then_kill)
        words = ["--dask", alone.scheduler_address, "--notebook", notebook, "-o", tmp_path]
        status, _, err = effeval("report", data, "--year", YEAR, *words)
    assert status == 1
    assert err.count("all workers that had its data are gone") == 3
