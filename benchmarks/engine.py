"""effeval against what a user would write instead: whole processes, in turns, medians, ratios, memory at the peak.

Needs the extra "bench" (polars, DuckDB). A time counts only if the rows and tallies are those of effeval. Run:

    .venv/bin/python benchmarks/engine.py --projects 10000 100000 --rounds 5 --data FOLDER [--write docs/performance.md]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import synthetic

PEERS = ("effeval", "duckdb", "polars", "pandas")
HERE = Path(__file__).parent
FIGURES = ("plan", "actual", "attainment", "score", "support_paid")
# a small process starts each: what a process takes at its peak counts what its parent held
LAUNCH = """
import json, os, sys, time
start = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
taken = {"wall": time.perf_counter() - start, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}
print(json.dumps(taken))
sys.exit(os.waitstatus_to_exitcode(status))
"""
MARK = "<!-- measured by benchmarks/engine.py -->"


def run(peer: str, folder: Path, out: Path) -> dict[str, float]:
    """One run as a process of its own: seconds, seconds of the processors, bytes at the peak."""
    for old in out.iterdir():  # to make room for a file of the same name is no part of the task
        old.unlink()
    os.sync()  # nor is what the one before has written, and the system not yet put on the disk
    command = [sys.executable, str(HERE / "peers" / f"with_{peer}.py"), str(folder), str(out)]
    # the peers came compiled to byte code by pip; effeval is when first imported, unless that is switched off
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCH, *command], stdout=subprocess.PIPE, text=True, check=True, env=env
    )
    return json.loads(done.stdout)


def agree(ours: Path, theirs: Path, peer: str) -> None:
    """Stop if a row or a tally differs; sums of money may differ by the order in which they are added."""
    for name in ("judged", "tallies"):
        with pq.ParquetFile(theirs / f"{name}.parquet") as file:
            columns, rows = file.schema_arrow.names, file.metadata.num_rows
        for column in columns:
            mine, other = (_column(place / f"{name}.parquet", column) for place in (ours, theirs))
            if len(mine) != rows or not _equal(mine, other):
                raise SystemExit(f"{peer}: {column} of {name} is not that of effeval")


def _column(path: Path, name: str) -> pa.ChunkedArray:
    with pq.ParquetFile(path) as file:
        column = file.read(columns=[name])[name]
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _equal(mine: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(mine.type):
        ours, theirs = (np.asarray(c.cast(pa.float64()).fill_null(np.nan)) for c in (mine, other))
        return bool(np.isclose(ours, theirs, rtol=1e-9, atol=1e-12, equal_nan=True).all())
    return bool(pc.all(pc.equal(mine, other.cast(mine.type))).as_py())


def measure(folder: Path, peers: list[str], rounds: int, *, check: bool) -> dict[str, dict[str, float]]:
    """Medians of some rounds in which all take turns."""
    taken: dict[str, list[dict[str, float]]] = {peer: [] for peer in peers}
    with TemporaryDirectory(dir=folder.parent) as place:
        outs = {peer: Path(place) / peer for peer in peers}
        for out in outs.values():
            out.mkdir()
        for number in range(rounds):
            for peer in peers:
                taken[peer].append(run(peer, folder, outs[peer]))
                if number == 0 and check and peer != "effeval":
                    agree(outs["effeval"], outs[peer], peer)
    return {
        peer: {name: statistics.median(one[name] for one in some) for name in some[0]}
        for peer, some in taken.items()
    }


def described(results: dict[str, dict[str, dict[str, float]]], rounds: dict[str, int]) -> str:
    """The results as tables in Markdown, with the machine."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("duckdb", "polars", "pandas", "pyarrow", "numpy")
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        (
            f"{platform.system()}, {os.cpu_count()} processors ({model}), {memory:.0f} GiB of memory, Python "
            f"{platform.python_version()}, {libraries}. Synthetic data, six years a project."
        ),
    ]
    for size, peers in results.items():
        best = min(values["wall"] for peer, values in peers.items() if peer != "effeval")
        lines += ["", f"**{size}** (medians of {rounds[size]} rounds)", ""]
        lines += [
            "| | seconds | to the best peer | processor seconds | peak memory, MB |",
            "|---|--:|--:|--:|--:|",
        ]
        for peer, values in peers.items():
            cells = f"{values['wall']:.2f} | {values['wall'] / best:.2f} × | {values['cpu']:.2f} | {values['peak'] / 1e6:.0f}"
            lines.append(f"| {peer} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--shuffled", type=int, nargs="*", default=[], help="sizes with rows in random order")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--data", type=Path, help="folder that the data are made in, and kept")
    parser.add_argument("--results", type=Path, help="JSON of results, to which these are added")
    parser.add_argument("--write", type=Path, help="page whose measured part is replaced")
    asked = parser.parse_args()
    with nullcontext(asked.data) if asked.data else TemporaryDirectory() as data:
        compare(asked, Path(data))


def compare(asked: argparse.Namespace, data: Path) -> None:
    """Measure all sizes asked for, and say what came out."""
    kept = json.loads(asked.results.read_text()) if asked.results and asked.results.exists() else [{}, {}]
    results, rounds = kept
    for count, shuffled in [*((n, False) for n in asked.projects), *((n, True) for n in asked.shuffled)]:
        folder = data / f"{count}{'-shuffled' if shuffled else ''}"
        if not (folder / "reference.parquet").exists():
            synthetic.write(folder, count=count, shuffled=shuffled)
        name = f"{count:,} projects{', rows in random order' if shuffled else ''}"
        results[name] = results.get(name, {}) | measure(folder, asked.peers, asked.rounds, check=True)
        rounds[name] = asked.rounds
        print(described({name: results[name]}, rounds), flush=True)
        if asked.results:
            asked.results.write_text(json.dumps([results, rounds]))
    if asked.write:
        before, _, rest = asked.write.read_text(encoding="utf-8").partition(MARK)
        after = rest.partition(MARK)[2]
        text = f"{before}{MARK}\n{described(results, rounds)}\n{MARK}{after}"
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
