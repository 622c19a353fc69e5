"""A Dask cluster of workers on this machine against the single process: a start included, and once it is warm.

Needs the extra "cluster". The rows and tallies of all runs must be the same. Run:

    .venv/bin/python benchmarks/cluster.py --projects 1000000 --rounds 3 --data FOLDER
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import synthetic

from effeval.cluster import LOCAL

BY = ["region", "sector", "measure", "year"]
WHOLE = """
import sys
from effeval.engine import assess_parquet
from effeval.engine.partitions import Cluster, assess_on_cluster
from effeval.methodology import Methodology
if __name__ == "__main__":
    folder, out, address = sys.argv[1:]
    how = {"methodology": Methodology.load("order-35"), "by": [BY]}
    if address:
        assess_on_cluster(folder, out, cluster=Cluster(address), **how)
    else:
        assess_parquet(folder, out, **how)
""".replace("BY", repr(BY))


def whole(folder: Path, out: Path, address: str) -> float:
    """Seconds of a process that judges, from its start to its end."""
    script = out.with_name("whole.py")
    script.write_text(WHOLE, encoding="utf-8")
    begun = time.perf_counter()
    subprocess.run([sys.executable, str(script), str(folder), str(out), address], check=True)
    return time.perf_counter() - begun


def warm(folder: Path, out: Path, *, workers: int, rounds: int) -> float:
    """Median seconds on workers that have judged before."""
    from distributed import LocalCluster

    from effeval.engine.partitions import Cluster, assess_on_cluster
    from effeval.methodology import Methodology

    law, taken = Methodology.load("order-35"), []
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with LocalCluster(n_workers=workers, **options) as started:
        for _ in range(rounds + 1):
            begun = time.perf_counter()
            cluster = Cluster(started.scheduler_address)
            assess_on_cluster(folder, out, cluster=cluster, methodology=law, by=[BY])
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def warm_here(folder: Path, out: Path, *, rounds: int) -> float:
    """Median seconds of the single process, once it has judged."""
    from effeval.engine import assess_parquet
    from effeval.methodology import Methodology

    law, taken = Methodology.load("order-35"), []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        assess_parquet(folder, out, methodology=law, by=[BY])
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="folder that the data are made in, and kept")
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = (asked.data or Path(place)) / str(asked.projects)
        if not (folder / "reference.parquet").exists():
            synthetic.write(folder, count=asked.projects)
        one, many = Path(place) / "one.parquet", Path(place) / "many.parquet"
        pairs = [(whole(folder, one, ""), whole(folder, many, LOCAL)) for _ in range(asked.rounds)]
        if not pq.read_table(one).equals(pq.read_table(many)):
            raise SystemExit("the cluster's rows are not those of the single process")
        alone, there = (statistics.median(some) for some in zip(*pairs, strict=True))
        print(f"{asked.projects:,} projects, medians of {asked.rounds} rounds, {os.cpu_count()} processors")
        print(f"whole process: alone {alone:.2f} s, with --dask {LOCAL} {there:.2f} s, {there / alone:.2f} ×")
        here = warm_here(folder, one, rounds=asked.rounds)
        for workers in (1, 2):
            seconds = warm(folder, many, workers=workers, rounds=asked.rounds)
            each = here / seconds / workers
            print(
                f"warm: alone {here:.2f} s; {workers} workers {seconds:.2f} s, {each:.2f} of its rows a second each"
            )


if __name__ == "__main__":
    main()
