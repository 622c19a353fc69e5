"""The engine gives the rows of ``assess`` and the tallies of ``fulfilment``, in any blocks and any order of rows."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import frames, projects, readings, reference

import effeval as ee
from effeval.engine import assess_parquet, memory, parts, run, size_of
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


@settings(max_examples=20, deadline=None, phases=[__import__("hypothesis").Phase.generate])
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
