"""Run a notebook's code cells in order, in a kernel of some runtime."""

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol

from wasm_runtime.cell import Cell
from wasm_runtime.contracts.worker import RunError
from wasm_runtime.errors import KernelDied, RunTimeout
from wasm_runtime.magics import source_to_run
from wasm_runtime.notebook import Notebook

from .outputs import OutputWriter
from .runtime import RunEvent, RunningKernel

_EXPECTED_TO_FAIL = "raises-exception"
_SKIPPED = "skip-execution"
# The tags are nbclient's.


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """What became of one code cell; `number` counts all cells of the notebook from 1."""

    number: int
    cell: Cell
    status: Literal["ok", "error", "interrupted"]
    duration_seconds: float
    error: RunError | None


class Progress(Protocol):
    """Hears of each cell as it runs."""

    def started(self, number: int, cell: Cell, position: int, total: int) -> None: ...

    def finished(self, result: CellResult) -> None: ...


async def execute(
    notebook: Notebook, kernel: RunningKernel, timeout_seconds: float, progress: Progress
) -> CellResult | None:
    """Run until the end or the first failing cell, which is returned.

    Raises RunTimeout, KernelDied, MemoryExceeded; the notebook then holds what ran until there.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            return await _execute(notebook, kernel, progress)
    except TimeoutError as error:
        raise RunTimeout(
            f"The notebook did not finish within {timeout_seconds:g} s.",
            hint="Allow more time with --timeout.",
        ) from error


async def _execute(
    notebook: Notebook, kernel: RunningKernel, progress: Progress
) -> CellResult | None:
    numbered = [
        (number, cell)
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and cell.source.strip() and _SKIPPED not in cell.tags
    ]
    for position, (number, cell) in enumerate(numbered, start=1):
        progress.started(number, cell, position, len(numbered))
        result = await _run_cell(notebook, kernel, number, cell)
        progress.finished(result)
        if result.status != "ok" and _EXPECTED_TO_FAIL not in cell.tags:
            return result
    return None


async def _run_cell(
    notebook: Notebook, kernel: RunningKernel, number: int, cell: Cell
) -> CellResult:
    writer = OutputWriter(notebook, cell)
    error: RunError | None = None

    def hear(event: RunEvent) -> None:
        nonlocal error
        if isinstance(event, RunError):
            error = event
        writer.write(event)

    try:
        finished = await kernel.run(source_to_run(cell), cell.id, hear)
    except KernelDied as died:
        raise type(died)(f"Cell {number}: {died.message}", died.hint) from died
    return CellResult(
        number=number,
        cell=cell,
        status=finished.status,
        duration_seconds=finished.duration_seconds,
        error=error,
    )
