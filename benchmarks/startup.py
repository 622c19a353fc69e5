"""Start-up against the import of pandas: whole processes, interleaved, medians of ten.

Run: .venv/bin/python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 10
EFFEVAL = Path(sys.executable).with_name("effeval")
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import pandas": [sys.executable, "-c", "import pandas"],
    "import effeval": [sys.executable, "-c", "import effeval"],
    "import effeval, and assess": [sys.executable, "-c", "import effeval; effeval.assess"],
    "effeval --help": [str(EFFEVAL), "--help"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    times = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)  # once to fill caches
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        print(f"{name:28} {median * 1000:6.0f} ms   {median / medians['import pandas']:5.2f} x import pandas")


if __name__ == "__main__":
    main()
