"""The task with effeval, which checks the data too."""

import sys

import pyarrow.parquet as pq

from effeval.engine import assess_parquet


def main(folder: str, out: str) -> None:
    by = ["region", "sector", "measure", "year"]
    found = assess_parquet(folder, f"{out}/judged.parquet", methodology="order-35", by=[by])
    pq.write_table(found.tallies[0], f"{out}/tallies.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
