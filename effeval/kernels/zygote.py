"""The process that kernels are forked from: ``python -m effeval.kernels.zygote SOCKET PARENT FOLDER MODULE…``.

It imports, starts no thread, and then does nothing but fork, bury the dead, and go when its parent goes. The
fork returns at the bottom of the stack, so that a kernel begins and ends as any Python process does.
"""

import builtins
import ctypes
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

KERNEL = (  # what a kernel imports before its first cell
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
)
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
INLINE = "matplotlib_inline.backend_inline"  # joins the shell when it is imported, or never
LONGEST = 2000  # characters of an error


def main() -> None:
    """Prepare, say so, and serve; in a fork, become the kernel that was asked for."""
    number, parent, folder, *modules = sys.argv[1:]
    control = socket.socket(fileno=int(number))
    watch = os.pidfd_open(int(parent))
    if os.getppid() != int(parent):  # it went before the watch began, and another may have its number
        sys.exit(1)
    _without_folder_of_program()
    before = dict(os.environ)
    error = prepare([*KERNEL, *modules])
    by_imports = dict(os.environ.items() - before.items())
    control.sendall(json.dumps({"error": error}).encode())
    if error:
        sys.exit(1)
    zygote = os.getpid()
    request = serve(control, watch)
    if request is None:
        shutil.rmtree(folder, ignore_errors=True)  # the parent does so too, if it lives
    else:
        request["environment"].update(by_imports, JPY_PARENT_PID=str(zygote))
        become_kernel(request, zygote)


class ShellToCome:
    """In the place of IPython's shell while modules are imported: pandas asks whether it has a kernel."""

    kernel = None


def prepare(modules: list[str]) -> str:
    """Import, as if in a kernel; what is wrong, or empty."""
    builtins.get_ipython = ShellToCome
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - whatever a module raises is told to the parent
            return f"{module}: {type(error).__name__}: {error}"[:LONGEST]
        if threads := set(os.listdir("/proc/self/task")) - {str(os.getpid())}:
            names = ", ".join(
                Path(f"/proc/self/task/{thread}/comm").read_text().strip() for thread in threads
            )
            return f"{module} starts a thread when it is imported ({names})"[:LONGEST]
        if INLINE in sys.modules:
            return f"{module} loads {INLINE}, so figures in notebooks would not be shown"
    del builtins.get_ipython  # IPython puts its own there
    sys.stdout.flush()  # else each kernel would print again what an import has printed
    gc.collect()
    gc.freeze()  # collections in kernels leave these objects, and the memory pages they share, alone
    return ""


def serve(control: socket.socket, watch: int) -> dict | None:
    """Fork a kernel for each request until the parent hangs up or dies.

    Returns
    -------
    dict or None
        In a fork: the request. In the zygote, at its end, when all kernels are gone: None.
    """
    kernels: dict[int, int] = {}  # descriptor of the process: its number
    while True:
        ready = select.select([control, watch, *kernels], [], [])[0]
        for descriptor in kernels.keys() & set(ready):
            _bury(descriptor, kernels.pop(descriptor))
        if watch in ready or control in ready and not (request := _receive(control)):
            break
        if control not in ready:
            continue
        try:
            number = os.fork()
        except OSError as error:
            _reply(control, {"error": str(error)}, [])
            continue
        if number == 0:
            control.close()
            for descriptor in (watch, *kernels):
                os.close(descriptor)
            return request
        os.setpgid(number, number)  # the kernel does it too: whoever comes first
        descriptor = os.pidfd_open(number)
        kernels[descriptor] = number
        _reply(control, {"pid": number}, [descriptor])
    for descriptor, number in kernels.items():
        _bury(descriptor, number)
    return None


def become_kernel(request: dict, zygote: int) -> None:
    """Turn this fork into what ``python -m ipykernel_launcher`` is at its first line, and go on as that does.

    Parameters
    ----------
    request : dict
        arguments, environment and folder of the kernel.
    zygote : int
        Number of the process that the kernel must not outlive.
    """
    os.setpgid(0, 0)  # a group of its own, to be killed with all that it started
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0 or os.getppid() != zygote:
        os._exit(1)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *request["arguments"]]
    if "numpy.random" in sys.modules:  # Python's own random does this by itself
        sys.modules["numpy.random"].seed()  # else every kernel would draw the same numbers
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(parent_handle=zygote)


def _bury(descriptor: int, number: int) -> None:
    os.kill(number, signal.SIGKILL)  # until it is waited for, nobody else can have this number
    with suppress(ProcessLookupError):  # a notebook may have left its group
        os.killpg(number, signal.SIGKILL)  # and what it has started
    os.waitpid(number, 0)
    os.close(descriptor)


def _receive(control: socket.socket) -> dict | None:
    try:
        with control.makefile("rb") as lines:
            line = lines.readline()
    except ConnectionError:
        return None
    return json.loads(line) if line.endswith(b"\n") else None


def _reply(control: socket.socket, message: dict, descriptors: list[int]) -> None:
    with suppress(ConnectionError):  # the parent is gone; the next look at it ends the service
        socket.send_fds(control, [json.dumps(message).encode()], descriptors)


def _without_folder_of_program() -> None:
    # -m puts the current folder first; the kernel puts it where the kernel wants it
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]


if __name__ == "__main__":
    main()
