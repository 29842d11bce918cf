"""The worker's process: its own group, no environment, limits, and a sure end."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from .runtime import Limits

_MAX_CPU_SECONDS = 24 * 3600
"""Ends a busy worker whose parent was killed before it could end the worker."""
_MAX_FILE_BYTES = 16 * 1024**2
"""Deno keeps small databases of its own in DENO_DIR and dies when it cannot."""
_MEMORY_POLL_SECONDS = 0.05
_HOST_OVERHEAD_BYTES = 768 * 1024**2
"""The JavaScript engine itself, compiled code and the environment's files as bytes."""
_STDERR_TAIL_BYTES = 16 * 1024


class WorkerProcess:
    """A started worker; `died_of_memory` is set when it was ended for holding too much.

    `peak_bytes` is the most it was seen to hold.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.died_of_memory = False
        self.peak_bytes = 0
        self._stderr = bytearray()

    @property
    def stdin(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> asyncio.StreamReader:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def stderr_tail(self) -> str:
        """The last that the host itself said; diagnostics, never trusted."""
        return self._stderr.decode("utf-8", "replace").strip()

    async def exit_code(self) -> int:
        return await self._process.wait()

    def kill(self) -> None:
        """End the whole group at once; nothing in it needs to be cleaned up."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def read_stderr(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(4096):
            self._stderr += chunk
            del self._stderr[:-_STDERR_TAIL_BYTES]

    async def watch_memory(self, max_bytes: int) -> None:
        """Kill it above `max_bytes`: buffers of JavaScript are under no flag of the engine."""
        while self._process.returncode is None:
            held = _resident_bytes(self._process.pid)
            if held is None:
                return  # it ended, or this system has no /proc and the engine's caps must do
            self.peak_bytes = max(self.peak_bytes, held)
            if held > max_bytes:
                self.died_of_memory = True
                self.kill()
                return
            await asyncio.sleep(_MEMORY_POLL_SECONDS)


@asynccontextmanager
async def started(
    command: Sequence[str], limits: Limits, *, is_sandbox: bool
) -> AsyncIterator[WorkerProcess]:
    """The command as a process in an empty folder; killed, with its group, on the way out."""
    with tempfile.TemporaryDirectory(prefix="wasm-runtime-") as folder:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={"DENO_DIR": folder, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"},
            start_new_session=True,
        )
        worker = WorkerProcess(process)
        if is_sandbox:
            _limit(process.pid)
        tasks = [
            asyncio.create_task(worker.read_stderr()),
            asyncio.create_task(worker.watch_memory(limits.memory_bytes + _HOST_OVERHEAD_BYTES)),
        ]
        try:
            yield worker
        finally:
            worker.kill()
            await process.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _resident_bytes(pid: int) -> int | None:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * resource.getpagesize()


def _limit(pid: int) -> None:
    """A second fence behind the host's own permissions; set before any user code is sent."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
        resource.prlimit(pid, resource.RLIMIT_CPU, (_MAX_CPU_SECONDS, _MAX_CPU_SECONDS))
