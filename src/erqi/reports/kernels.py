"""Kernels forked from a warm parent, through papermill's and jupyter_client's own entry points.

Where forking is not available, or for a kernel that is not this Python, an ordinary kernel is started.
"""

from __future__ import annotations

import atexit
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from erqi.reports import warm

PROVISIONER = "erqi-fork"


class ForkedProcess:
    """A kernel that is the child of the warm parent, with the face of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle: int | None = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end; the code itself stays with the parent."""
        if self._handle is not None and select.select([self._handle], [], [], timeout)[0]:
            os.close(self._handle)
            self._handle = None
        return None if self._handle is not None else 1

    def send_signal(self, signum: int) -> None:
        if self._handle is not None:
            signal.pidfd_send_signal(self._handle, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    terminate = kill


class ForkProvisioner(LocalProvisioner):
    """Launches this Python's own kernels by forking the warm parent, and everything else as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        parent = warm.parent()
        if parent and cmd[:3] == [sys.executable, "-m", "ipykernel_launcher"]:
            with suppress(OSError):
                pid = parent.fork(cmd[3:], kwargs["env"], str(kwargs.get("cwd") or os.getcwd()))
                self.process = ForkedProcess(pid)  # type: ignore[assignment]
                self.pid = self.pgid = pid
                self.cwd = kwargs.get("cwd")
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def kill(self, restart: bool = False) -> None:
        await super().kill(restart)
        if isinstance(self.process, ForkedProcess):
            self.process.wait(0.5)  # the manager would sleep longer than dying takes


class OwnKernel(KernelSpecManager):
    """Whatever a notebook says, it runs on the Python that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="erqi",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}},
        )


class QuickClient(AsyncKernelClient):
    """Does not sleep after the kernel has answered; stray messages of the start are told by their parent."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (timeout or 60)
        while time.monotonic() < end:
            self.kernel_info()
            with suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.5)
                if reply["msg_type"] == "kernel_info_reply":
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


@cache
def _runtime() -> str:
    """A short path of our own: the name of a socket may not be longer than 107 characters."""
    folder = tempfile.mkdtemp(prefix="erqi-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Client(PapermillNotebookClient):
    """papermill's client on a kernel of our own, with a deadline for the whole notebook."""

    def create_kernel_manager(self) -> AsyncKernelManager:
        ipc = sys.platform != "win32"
        name = uuid.uuid4().hex[:12]
        self.km = AsyncKernelManager(
            kernel_name=self.kernel_name or "python3",
            kernel_spec_manager=OwnKernel(),
            client_factory=QuickClient,
            connection_file=str(Path(_runtime(), f"{name}.json")),
            **({"transport": "ipc"} if ipc else {}),
        )
        return self.km


class WarmEngine(NBClientEngine):
    """papermill's engine ``erqi``."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        run_timeout: float | None = None,
        folder: str | None = None,
        record: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Run the notebook.

        Parameters
        ----------
        execution_timeout, run_timeout : float, optional
            Seconds that one cell, and the whole notebook, may take.
        folder : str, optional
            Where the kernel works; the process itself stays where it is.
        record : dict, optional
            Gets ``source`` and ``cell``, the number among the author's code cells, of the cell begun last.
        """
        record = {} if record is None else record
        end = time.monotonic() + (run_timeout or float("inf"))

        def allowed(cell: Any) -> float | None:
            seconds = min(execution_timeout or float("inf"), max(end - time.monotonic(), 0.01))
            return None if seconds == float("inf") else seconds

        def begun(cell: Any, cell_index: int) -> None:
            record["source"] = cell.source
            record["cell"] = record.get("cell", 0) + ("injected-parameters" not in cell.metadata.get("tags", []))

        client = Client(
            nb_man,
            kernel_name=kernel_name,
            timeout_func=allowed,
            startup_timeout=int(start_timeout),
            log_output=log_output,
            on_cell_execute=begun,
            shutdown_kernel="immediate",
        )
        environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
        return client.execute(env=environment | warm.ONE_THREAD, cwd=folder or os.getcwd())
