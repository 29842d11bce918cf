"""One run of one cell, from RunStarted to RunFinished."""

import asyncio
import sys
import time
from typing import Any, Literal

from wasm_runtime.contracts.worker import RunCell, RunFinished, RunStarted

from .interrupt import Interrupts, interruptible
from .outbox import Outbox
from .shell import NotebookShell
from .stdin import Input

Status = Literal["ok", "error", "interrupted"]


class Runner:
    """Runs cells in a shell, one after the other."""

    def __init__(
        self, shell: NotebookShell, outbox: Outbox, interrupts: Interrupts, stdin: Input
    ) -> None:
        self._shell = shell
        self._outbox = outbox
        self._interrupts = interrupts
        self._stdin = stdin
        self.before: Any = None
        """Async callable (Python source) awaited inside the run, before the cell's code."""
        self.after: Any = None
        """Callable () called after the cell's code, before RunFinished."""
        shell.was_stopped = lambda: interrupts.requested

    async def run(self, cell: RunCell) -> None:
        """Run to the end; never raises. Must be alone in its task: Stop cancels that."""
        self._outbox.enter_run(cell.run_id)
        self._stdin.allowed = cell.allow_input
        count = self._shell.execution_count
        self._outbox.send(RunStarted(run_id=cell.run_id, execution_count=count))
        task = asyncio.current_task()
        assert task is not None
        started = time.perf_counter()
        self._interrupts.run_started(task)
        status = await self._contained(cell)
        self._interrupts.run_ended()
        while task.cancelling():
            task.uncancel()
        if self.after is not None:
            self.after()
        self._outbox.send(
            RunFinished(
                run_id=cell.run_id,
                status=status,
                execution_count=count,
                duration_seconds=time.perf_counter() - started,
                payload=self._payload(),
            )
        )

    async def _contained(self, cell: RunCell) -> Status:
        # An exception that left the task would reach the worker's global error handler.
        try:
            return await self._execute(cell)
        except BaseException:  # noqa: BLE001  # shown as the cell's error
            try:
                stopped = self._interrupts.requested or isinstance(
                    sys.exc_info()[1], KeyboardInterrupt
                )
                self._shell.showtraceback()
            except KeyboardInterrupt:
                stopped = True
            return "interrupted" if stopped else "error"

    @interruptible
    async def _execute(self, cell: RunCell) -> Status:
        shell = self._shell
        transformed, problem = cell.source, None
        try:
            transformed = shell.transform_cell(cell.source)
        except Exception:  # noqa: BLE001  # shown by run_cell_async below as the cell's error
            problem = sys.exc_info()
        if self.before is not None:
            await self.before(transformed)
        try:
            result = await shell.run_cell_async(
                cell.source,
                store_history=cell.store_history and not cell.silent,
                silent=cell.silent,
                transformed_cell=transformed,
                preprocessing_exc_tuple=problem,
                cell_id=cell.cell_id,
            )
        finally:
            shell.events.trigger("post_execute")
        if not cell.silent:
            shell.events.trigger("post_run_cell", result)
        if result.success:
            return "ok"
        error = result.error_in_exec or result.error_before_exec
        stopped = isinstance(error, KeyboardInterrupt) or self._interrupts.requested
        return "interrupted" if stopped else "error"

    def _payload(self) -> list[Any]:
        payload: list[Any] = self._shell.payload_manager.read_payload()
        self._shell.payload_manager.clear_payload()
        return payload
