"""What a runtime offers: kernels that run cells one after the other."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import (
    ClearOutput,
    DisplayData,
    ExecuteResult,
    InputRequested,
    KernelReady,
    PackageProgress,
    RunError,
    RunFinished,
    RunStarted,
    Stream,
    UpdateDisplayData,
)

RunEvent: TypeAlias = (
    RunStarted
    | Stream
    | DisplayData
    | UpdateDisplayData
    | ExecuteResult
    | RunError
    | ClearOutput
    | InputRequested
    | PackageProgress
    | RunFinished
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one kernel may use, whatever the code in it does."""

    memory_bytes: int = 2 * 1024**3
    """pandas with a few hundred megabytes of data fits; a bomb ends well below a small machine."""
    start_seconds: float = 60
    """A start takes about a second; a cold disk on a busy machine, some more."""
    max_message_bytes: int = 128 * 1024**2
    """One line from the worker; a plot is a few megabytes in base64."""
    max_total_bytes: int = 512 * 1024**2
    """All lines of one kernel: code that prints for ever must not fill the parent's memory."""


class RunningKernel(Protocol):
    """A kernel that is up; it ends when the context that opened it is left."""

    @property
    def ready(self) -> KernelReady:
        """What it said when it came up."""

    async def run(
        self, source: str, cell_id: str, on_event: Callable[[RunEvent], None]
    ) -> RunFinished:
        """Run one cell; `on_event` sees every event in order. Raises KernelDied, MemoryExceeded."""

    async def write_file(self, path: str, body: bytes) -> None:
        """Put a file below the working folder."""

    @property
    def changed_files(self) -> dict[str, bytes | None]:
        """What cells wrote below the working folder; None for a file they removed."""


class Runtime(Protocol):
    """A place that can start kernels."""

    @property
    def name(self) -> str: ...

    @property
    def is_sandbox(self) -> bool:
        """Whether code in it is kept from this machine's files, network and processes."""

    def open(
        self, environment: Environment, limits: Limits
    ) -> AbstractAsyncContextManager[RunningKernel]:
        """Start a kernel. Raises HostMissing, KernelStartFailed."""
