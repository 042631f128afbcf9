"""The warm parent of forked kernels: a process that has the libraries imported and forks on request.

It is run as a script and must stay free of the project's own code: a kernel gets the third-party libraries
warm and imports everything else by itself. One line of JSON asks for a kernel, one line answers with its
process id; when the asker is gone, the parent goes, and with it its kernels.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from typing import Any, NoReturn

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}

LIBRARIES = """
    numpy pandas pyarrow matplotlib.pyplot matplotlib.backends.backend_agg matplotlib_inline.backend_inline seaborn
    scipy.stats scipy.optimize statsmodels.api statsmodels.formula.api pydantic yaml
    IPython.core.completer IPython.core.completerlib IPython.core.debugger IPython.core.oinspect
    IPython.core.magics.ast_mod IPython.core.magics.execution IPython.extensions.storemagic sqlite3 pdb
    ipykernel.kernelapp ipykernel.ipkernel ipywidgets tornado.platform.asyncio tornado.queues zmq.utils.garbage
    pandas.io.formats.html pandas.io.formats.string pandas.core.methods.to_dict pyarrow.pandas_compat
    PIL.PngImagePlugin PIL.BmpImagePlugin PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PpmImagePlugin
"""


class Parent:
    """The asker's side: one warm parent for this process, asked by any of its threads."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, __file__, str(theirs.fileno())]
        environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | ONE_THREAD
        self.process = subprocess.Popen(
            command,
            env=environment,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._socket, self._lock, self._ready = ours, threading.Lock(), False
        self._channel = ours.makefile("rwb", buffering=0)

    def _answer(self) -> dict[str, Any]:
        line = self._channel.readline()
        if not line:
            raise OSError("the warm parent is gone")
        return json.loads(line)

    def fork(self, argv: list[str], env: dict[str, str], cwd: str) -> int:
        """Process id of a new kernel.

        Raises
        ------
        OSError
            If there is no parent that can fork safely.
        """
        with self._lock:
            if not self._ready and not self._answer()["ready"]:
                raise OSError("a library started threads: forking is not safe")
            self._ready = True
            self._channel.write(json.dumps({"argv": argv, "env": env, "cwd": cwd}).encode() + b"\n")
            return int(self._answer()["pid"])

    def close(self) -> None:
        """Let the parent and all its kernels go."""
        self._channel.close()
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


@cache
def parent() -> Parent | None:
    """The warm parent of this process, started on first use; None where forking is not available."""
    if sys.platform != "linux" or "ERQI_NO_FORK" in os.environ:
        return None
    made = Parent()
    atexit.register(made.close)
    return made


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let a library do without optional ones while it is imported or started."""
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in names:
            if sys.modules.get(name, 0) is None:
                del sys.modules[name]


def lean_jsonschema() -> AbstractContextManager[None]:
    """A syntax checker that jsonschema takes along if it is there, and that nobody asks here, costs 0.7 s."""
    return without("rfc3987_syntax")


def lean_papermill() -> AbstractContextManager[None]:
    """Nor does a runner keep its notebooks in HDFS, for which papermill takes pyarrow and numpy along: 0.2 s, 30 MB."""
    return without("rfc3987_syntax", "pyarrow")


def preload() -> None:
    """Import what notebooks use; what is missing here is missing for the notebook too, and is said there."""
    for name in LIBRARIES.split():
        with suppress(ImportError), lean_jsonschema():
            importlib.import_module(name)
    with suppress(ImportError):  # fills the font caches; leaves no figure behind, since pyplot is not asked
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        figure.add_subplot().set_title("0")
        FigureCanvasAgg(figure).draw()


def become_kernel(request: dict[str, Any], control: socket.socket) -> NoReturn:
    """Turn the forked child into an ordinary kernel."""
    parent = os.getppid()
    os.setsid()
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    # forked generators would all draw the same numbers
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    from ipykernel.kernelapp import IPKernelApp

    # without the parent's id a kernel outlives a server that was killed
    app = IPKernelApp.instance(parent_handle=parent)
    with without("debugpy"):  # nobody steps through an unattended run
        app.initialize(request["argv"])
    with suppress(ImportError):  # pyplot was imported before there was a shell: figures would vanish silently
        app.shell.enable_matplotlib("inline")  # type: ignore[union-attr]
    app.start()
    os._exit(0)


def _reap(*_: Any) -> None:
    """Bury kernels as they end, and keep the account of the time they took."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def serve(control: socket.socket) -> None:
    """Fork a kernel for each request until the other side is gone."""
    gc.disable()  # imports make little garbage and much to look through
    preload()
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    single = threading.active_count() == 1
    with control.makefile("rwb", buffering=0) as channel:
        channel.write(json.dumps({"ready": single}).encode() + b"\n")
        for line in channel if single else ():
            pid = os.fork()
            if pid == 0:
                try:
                    become_kernel(json.loads(line), control)
                finally:
                    os._exit(70)
            channel.write(json.dumps({"pid": pid}).encode() + b"\n")


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this script: its modules must not shadow anything
    serve(socket.socket(fileno=int(sys.argv[1])))
