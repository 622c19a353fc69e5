"""The task with effeval, which checks the data too."""

import sys

import pyarrow.parquet as pq

from effeval.engine import assess_parquet
from effeval.methodology import Methodology


def main(folder: str, out: str) -> None:
    law, by = Methodology.load("order-35"), ["region", "sector", "measure", "year"]
    found = assess_parquet(folder, f"{out}/judged.parquet", methodology=law, by=[by])
    pq.write_table(found.tallies[0], f"{out}/tallies.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
