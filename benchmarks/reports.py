"""All regional reports at once against the obvious loop: papermill and nbconvert, a command each, per region.

Run: python benchmarks/reports.py [--jobs 2] [--loop 21] [--year 2025]

Both sides run on the sample in one go on the same machine; the loop may be cut to its first reports, whose
mean time then stands for the others (said in the output). effeval makes the Annex 1 workbooks, the index
page and the manifest on top. Bound: 15 % of the loop at two workers.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA, NOTEBOOK = ROOT / "data" / "sample", ROOT / "notebooks" / "regional_report.ipynb"
TEMPLATES = ROOT / "effeval" / "templates"
BOUND = 0.15


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--loop", type=int, default=21, help="how many reports of the loop are really made")
    options.add_argument("--year", type=int, default=2025)
    asked = options.parse_args()
    regions = ["", *regions_with_projects()]
    with tempfile.TemporaryDirectory() as folder:
        ours = timed(run_effeval, Path(folder) / "ours", asked.year, asked.jobs)
        made = [timed(loop_step, Path(folder), region, asked.year) for region in regions[: asked.loop]]
    loop = sum(made) / len(made) * len(regions)
    whole = "all made" if len(made) == len(regions) else f"{len(made)} made, their mean for the others"
    print(f"{os.cpu_count()} cores, {asked.jobs} workers, {len(regions)} reports")
    print(f"loop of papermill and jupyter nbconvert: {loop:.1f} s ({whole})")
    print(f"effeval report, with workbooks and index: {ours:.1f} s")
    print(f"ratio: {ours / loop:.3f} (bound {BOUND})")


def regions_with_projects() -> list[str]:
    import effeval as ee

    return sorted(ee.load(DATA).projects["kato"].str[:2].unique())


def timed(work, *arguments) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


def run_effeval(folder: Path, year: int, jobs: int) -> None:
    command = "import sys; from effeval.cli import main; main()"
    words = ["report", str(DATA), "--year", str(year), "-o", str(folder), "--jobs", str(jobs)]
    call([sys.executable, "-c", command, *words])


def loop_step(folder: Path, region: str, year: int) -> None:
    executed = folder / f"{region or '00'}.ipynb"
    settings = [
        "-p",
        "data_dir",
        str(DATA),
        "-p",
        "year",
        str(year),
        "-r",
        "region",
        region,
        "-p",
        "lang",
        "ru",
    ]
    call([sys.executable, "-m", "papermill", str(NOTEBOOK), str(executed), *settings, "--no-progress-bar"])
    template = ["--template=report", f"--TemplateExporter.extra_template_basedirs={TEMPLATES}", "--no-input"]
    call([sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", *template, str(executed)])


def call(words: list[str]) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


if __name__ == "__main__":
    main()
