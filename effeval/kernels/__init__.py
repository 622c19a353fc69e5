"""Kernels forked from one process that has done the imports: a fresh one for each notebook, in milliseconds."""

import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from effeval.errors import ReportError

ENGINE = "effeval-fork"  # name of the papermill engine
LONGEST = 80  # bytes of the path of the folder for temporary files; the path of a socket has 107 at most


def available() -> bool:
    """Whether this system can fork kernels: Linux from 5.3 on.

    Where it cannot, run papermill's own engine in a pool of processes.
    """
    needed = ((os, "fork"), (os, "pidfd_open"), (signal, "pidfd_send_signal"), (socket, "send_fds"))
    if not sys.platform.startswith("linux") or not all(hasattr(module, name) for module, name in needed):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # an older Linux, or a sandbox that refuses the call
        return False
    return True


@contextmanager
def forking(preload: Sequence[str]) -> Iterator[dict[str, object]]:
    """Options that make papermill run notebooks in kernels forked from a process with the imports done.

    Each notebook gets a process and a namespace of its own; the outputs are those of papermill's own engine.
    Notebooks may run at once in several threads of the caller. On leaving, however that happens, the process,
    its kernels and their temporary files are gone; they also go when the caller is killed.

    Parameters
    ----------
    preload : sequence of str
        Dotted names of modules to import once, before the first kernel. Refused are modules that start
        threads, or make a figure by pyplot, when they are imported. Not for modules that then look for a
        running notebook and act on it (``tqdm.auto``): they find none. What a module reads from the
        environment when it is imported is of this moment; all else is read for each kernel anew.

    Yields
    ------
    dict of str to value
        Keyword arguments for ``papermill.execute_notebook``.

    Raises
    ------
    ReportError
        No fork on this system; a module of `preload` cannot be imported or starts a thread; later, from
        ``execute_notebook``: the kernel of the notebook is not the IPython kernel of this Python, or the
        process that kernels are forked from has been killed. A kernel that dies is nbclient's
        ``DeadKernelError``, as ever, and disturbs no other.

    Examples
    --------
    With a notebook of your own, on a system that forks; so these lines are not run as a test:

    >>> import papermill  # doctest: +SKIP
    >>> with forking(["pandas", "seaborn"]) as options:  # doctest: +SKIP
    ...     papermill.execute_notebook("report.ipynb", "63.ipynb", parameters={"region": "63"}, **options)
    """
    if not available():
        raise ReportError(
            "Kernels cannot be forked on this system.\nTo fix: check available() and use processes instead."
        )
    from effeval.kernels.provisioner import Zygote

    # jupyter's schema checks would build a grammar for a second, for formats that no notebook here uses
    sys.modules.setdefault("rfc3987_syntax", None)
    from papermill.engines import papermill_engines

    from effeval.kernels.engine import ForkEngine

    papermill_engines.register(ENGINE, ForkEngine)
    place = gettempdir() if len(os.fsencode(gettempdir())) <= LONGEST else "/tmp"
    temporary = TemporaryDirectory(prefix="effeval-", dir=place, ignore_cleanup_errors=True)
    with temporary as folder, Zygote(preload, folder=Path(folder)) as zygote:
        yield {"engine_name": ENGINE, "zygote": zygote}
