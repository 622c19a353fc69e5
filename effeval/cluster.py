"""A Dask cluster: one that is there, or processes of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from effeval.errors import ParameterError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
PATIENCE = 10  # seconds that a scheduler may take to answer
WORKERS = 30  # seconds that it may be without any worker


@contextmanager
def connected(address: str) -> Iterator["Client"]:
    """A client of a Dask scheduler with at least one worker.

    Parameters
    ----------
    address : str
        Such as tcp://10.0.0.5:8786; ``local`` starts a process for each processor of this machine, and ends them.

    Raises
    ------
    ParameterError
        No scheduler answers, none of its workers is there in time, or ``distributed`` is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise ParameterError("--dask needs distributed.\nTo fix: pip install 'effeval[cluster]'") from error
    if address == LOCAL:
        options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
        with (
            distributed.LocalCluster(n_workers=os.cpu_count(), **options) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        fix = f"start one with: dask scheduler; or write --dask {LOCAL}"
        raise ParameterError(f"No Dask scheduler answers at {address} ({error}).\nTo fix: {fix}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS)
        except TimeoutError as error:
            raise ParameterError(
                f"No worker has joined the Dask scheduler at {address} in {WORKERS} s.\n"
                f"To fix: start some with: dask worker {address}"
            ) from error
        yield client
