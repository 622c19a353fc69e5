"""The caller's side: the zygote, a forked kernel in the place of a Popen, and what starts it for Jupyter."""

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from effeval.errors import ReportError

ENDED = 1  # the exit status of a kernel is known to its parent only, the zygote; nobody asks for it
GRACE = 10  # seconds for the zygote to end its kernels and itself
SAME_PYTHON = {"-Xfrozen_modules=off"}  # options of Python that concern its debugger alone
# So that imports start no thread, and debugpy does not write to the terminal of the caller; MPLBACKEND is what
# a kernel sets before its first import.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
BACKEND = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}


class ForkedKernel:
    """What jupyter_client expects of a Popen, for a process that is not our child.

    Parameters
    ----------
    pid : int
    descriptor : int
        A pidfd: names this process and no later one with the same number. Owned by this object.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, descriptor: int):
        self.pid = pid
        self._descriptor = descriptor

    def poll(self) -> int | None:
        """None while it runs."""
        return ENDED if self._descriptor < 0 or self._ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and let go of it; subprocess.TimeoutExpired when it takes longer."""
        if self._descriptor >= 0 and not self._ended(timeout):
            raise subprocess.TimeoutExpired("kernel", timeout)
        self.close()
        return ENDED

    def send_signal(self, number: int) -> None:
        """To the kernel, if it still runs; when it dies, the zygote kills what it has started."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._descriptor, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of the process without a word to it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _ended(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))


class Zygote:
    """The process that kernels are forked from, seen from its parent; threads may share it.

    Parameters
    ----------
    preload : sequence of str
        Modules it imports.
    folder : Path
        For connection files and sockets, whose names add 8 bytes; the zygote removes it at its end.

    Raises
    ------
    ReportError
        A module cannot be imported or starts a thread.
    """

    def __init__(self, preload: Sequence[str], *, folder: Path):
        self.folder = folder
        self.numbers = itertools.count(1)
        self._turn = threading.Lock()
        self._control, far = socket.socketpair()
        arguments = map(str, [far.fileno(), os.getpid(), folder, *preload])
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "effeval.kernels.zygote", *arguments],
                env=BACKEND | os.environ | ENVIRONMENT,
                pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal is for the caller
            )
        try:
            self._answer("The process that kernels are forked from could not start")
        except BaseException:  # Ctrl-C too; it has no kernels yet
            self._process.kill()
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: str | Path
    ) -> ForkedKernel:
        """A new kernel.

        Parameters
        ----------
        arguments : sequence of str
            Of ``python -m ipykernel_launcher``.
        environment : mapping of str to str
            All its environment variables.
        folder : str or Path
            Its current folder.

        Raises
        ------
        ReportError
            The zygote has died, or the system refuses another process.
        """
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder)}
        with self._turn:
            self.check()
            try:
                self._control.sendall(json.dumps(request).encode() + b"\n")
            except ConnectionError as error:
                raise self._dead() from error
            answer, descriptors = self._answer("A kernel could not be forked")
        return ForkedKernel(answer["pid"], *descriptors)

    def check(self) -> None:
        """Raise ReportError if the process has died."""
        if self._process.poll() is not None:
            raise self._dead()

    def close(self) -> None:
        """End the process, its kernels and their files."""
        self._control.shutdown(socket.SHUT_RDWR)  # a fork of the caller may hold it open
        self._control.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:  # stopped or stuck; its kernels die with it
            self._process.kill()
            self._process.wait()

    def _answer(self, trouble: str) -> tuple[dict, list[int]]:
        try:
            text, descriptors, _, _ = socket.recv_fds(self._control, 65536, 1)
        except ConnectionError as error:
            raise self._dead() from error
        if not text:
            raise self._dead()
        answer = json.loads(text)
        if answer.get("error"):
            raise ReportError(f"{trouble}: {answer['error']}")
        return answer, descriptors

    def _dead(self) -> ReportError:
        return ReportError(
            "The process that kernels are forked from has died; somebody or the system may have killed it.\n"
            "To fix: see whether memory ran out, then run again, with fewer reports at once if so."
        )


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel by a fork of the zygote of its manager; all else is as for any local kernel."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork; ReportError if `cmd` does not start the IPython kernel of this Python."""
        zygote: Zygote = self.parent.zygote
        options = cmd[1 : cmd.index("-m")] if "-m" in cmd else cmd
        module, *arguments = cmd[len(options) + 2 :] or [""]
        if cmd[0] != sys.executable or module != "ipykernel_launcher" or set(options) - SAME_PYTHON:
            raise ReportError(
                f"The kernel {self.parent.kernel_name!r} is started by {' '.join(cmd)}, not by this Python.\n"
                f"To fix: {sys.executable} -m ipykernel install --sys-prefix"
            )
        self.cwd = kwargs.get("cwd") or os.getcwd()
        self.process = zygote.fork(arguments, environment=kwargs["env"], folder=self.cwd)
        self.pid = self.process.pid
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        if self.process is not None:  # it died by itself
            self.process.close()
        await super().cleanup(restart)


class ForkKernelManager(AsyncKernelManager):
    """Manages a forked kernel; talks to it over sockets in the zygote's folder, which no other user can open."""

    zygote: Zygote  # of the subclass that manager_of makes

    async def start_kernel(self, **kwargs: Any) -> None:
        name = self.zygote.folder / f"k{next(self.zygote.numbers)}"
        self.transport, self.ip, self.connection_file = "ipc", str(name), f"{name}.json"
        self.provisioner = ForkProvisioner(kernel_spec=self.kernel_spec, parent=self)
        await super().start_kernel(**kwargs)


def manager_of(zygote: Zygote) -> type[ForkKernelManager]:
    """The class of managers whose kernels come from this zygote: nbclient takes a class and makes one itself."""
    return type("ForkKernelManager", (ForkKernelManager,), {"zygote": zygote})
