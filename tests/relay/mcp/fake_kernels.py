"""Kernels that say what a script has them say, and count how many there were."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ClassVar

from wasm_runtime.contracts.environments import Environment, StoredFile
from wasm_runtime.contracts.worker import ClearOutput, KernelReady, RunError, RunFinished
from wasm_runtime.runtimes.runtime import RunEvent, RunningKernel


def environment(name: str) -> Environment:
    lock = StoredFile(name="lock", sha256="0" * 64, size_bytes=1, transfer_bytes=1)
    return Environment(
        name=name,
        id=f"id-{name}",
        title=name,
        pyodide_version="314",
        python_version="3.14",
        abi="2026_0",
        runtime=[],
        wheels=[],
        lock=lock,
    )


class FakeKernel:
    def __init__(self, script: Mapping[str, Sequence[RunEvent]]) -> None:
        self._script = script
        self.changed_files: dict[str, bytes | None] = {}

    @property
    def ready(self) -> KernelReady:
        raise AssertionError("nobody asks")

    async def write_file(self, path: str, body: bytes) -> None:
        self.changed_files[path] = body

    async def run(
        self, source: str, cell_id: str, on_event: Callable[[RunEvent], None]
    ) -> RunFinished:
        events = self._script.get(source, ())
        if events is FakeKernels.FOR_EVER:
            await asyncio.Event().wait()
        for event in events:
            on_event(replace(event, run_id="run"))
        has_failed = any(isinstance(event, RunError) for event in events)
        return RunFinished(
            run_id="run",
            execution_count=1,
            status="error" if has_failed else "ok",
            duration_seconds=0.1,
        )


class FakeKernels:
    """`script` says what each source makes a kernel say."""

    FOR_EVER: ClassVar[Sequence[RunEvent]] = [ClearOutput(run_id="", wait=False)]

    def __init__(self, script: Mapping[str, Sequence[RunEvent]] | None = None) -> None:
        self._script = script or {}
        self.opened = self.ended = 0

    @asynccontextmanager
    async def kernel(self, environment: Environment) -> AsyncIterator[RunningKernel]:
        self.opened += 1
        try:
            yield FakeKernel(self._script)
        finally:
            self.ended += 1
