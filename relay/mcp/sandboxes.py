"""Python in fresh sandboxes: how many at once, for how long, and what comes out of one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol

from relay.errors import TooManyRequests
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.errors import KernelDied, MemoryExceeded, WasmRuntimeError
from wasm_runtime.runtimes.runtime import Limits, RunningKernel

from .collected_outputs import CollectedOutputs
from .errors import BadArguments

SANDBOX_LIMITS = Limits(
    memory_bytes=1024**3,
    max_message_bytes=32 * 1024**2,
    max_total_bytes=64 * 1024**2,
)
"""Several run at once, so each gets less than a person's own headless run."""
WORKING_FOLDER = KernelSettings().working_folder
_STREAM_CHARACTERS = 60_000

Status = Literal["ok", "error", "interrupted", "timeout", "died"]


class Kernels(Protocol):
    """`wasm_runtime.runtimes.spare_kernels`, as it is needed here."""

    def kernel(self, environment: Environment) -> AbstractAsyncContextManager[RunningKernel]: ...


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a run ended, and what it left."""

    status: Status
    outputs: CollectedOutputs
    seconds: float
    files: Mapping[str, bytes]
    """What it wrote below its working folder, by relative path."""
    message: str = ""
    """Why there is no usual end."""


class Sandboxes:
    """`environment_of` finds a built environment by name, None being the default one."""

    def __init__(
        self,
        kernels: Kernels,
        environment_of: Callable[[str | None], Environment],
        *,
        at_once: int = 4,
        at_once_each: int = 2,
    ) -> None:
        self._kernels = kernels
        self._environment_of = environment_of
        self._at_once = at_once
        self._at_once_each = at_once_each
        self._busy: dict[str, int] = {}

    async def run(
        self,
        owner: str,
        code: str,
        *,
        environment: str | None = None,
        files: Mapping[str, bytes] | None = None,
        timeout_seconds: float,
    ) -> Ran:
        """Run code in a sandbox that nobody used before, which is killed at the end whatever comes.

        Raises TooManyRequests, UnknownEnvironment, HostMissing, KernelStartFailed.
        """
        outputs = CollectedOutputs(_STREAM_CHARACTERS)
        loop = asyncio.get_running_loop()
        given = {path_inside(path): body for path, body in (files or {}).items()}
        async with self.kernel(owner, environment) as kernel:
            started = loop.time()
            status: Status
            message = ""
            try:
                async with asyncio.timeout(timeout_seconds):
                    for path, body in given.items():
                        await kernel.write_file(str(PurePosixPath(WORKING_FOLDER, path)), body)
                    finished = await kernel.run(code, "run_python", outputs.take)
                status = finished.status
            except TimeoutError:
                status, message = "timeout", f"It did not end within {timeout_seconds:g} s."
            except (KernelDied, MemoryExceeded) as died:
                status, message = "died", died.message
            return Ran(
                status=status,
                outputs=outputs,
                seconds=loop.time() - started,
                files=_written(kernel.changed_files, given),
                message=message,
            )

    @asynccontextmanager
    async def kernel(self, owner: str, environment: str | None) -> AsyncIterator[RunningKernel]:
        """A fresh kernel, within the bounds of how many there may be."""
        found = self._environment_of(environment)
        busy = self._busy.get(owner, 0)
        if busy >= self._at_once_each or sum(self._busy.values()) >= self._at_once:
            raise TooManyRequests("All sandboxes are in use.", retry_after_seconds=5)
        self._busy[owner] = busy + 1
        try:
            async with self._kernels.kernel(found) as kernel:
                yield kernel
        finally:
            self._busy[owner] -= 1
            if not self._busy[owner]:
                del self._busy[owner]


def path_inside(path: str) -> str:
    """A relative path below the working folder. Raises BadArguments."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or set(path) & set("\\\0"):
        raise BadArguments("files: a path is relative, below the working folder, without `..`.")
    return str(PurePosixPath(*parts))


def _written(changed: Mapping[str, bytes | None], given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that are there, but for those that came in and were left as they were."""
    found = {}
    for name, body in changed.items():
        path = PurePosixPath(WORKING_FOLDER, name)
        if body is None or not path.is_relative_to(WORKING_FOLDER):
            continue
        relative = str(path.relative_to(WORKING_FOLDER))
        try:
            is_inside = path_inside(relative) == relative
        except WasmRuntimeError:
            continue
        if is_inside and given.get(relative) != body:
            found[relative] = body
    return found
