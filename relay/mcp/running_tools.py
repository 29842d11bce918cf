"""The tools that have cells run: by the kernel of somebody who is there, or in a sandbox."""

import asyncio
import time
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from relay.auth.actor import Actor
from relay.errors import NotAllowed
from wasm_runtime.contracts.document import Runtime
from wasm_runtime.runs import is_ended

from .errors import BadArguments, NoRuntime
from .headless_runs import HeadlessRuns
from .notebooks import Notebooks, OpenNotebook
from .output_summary import Bounds
from .reading_tools import (
    NotebookId,
    cell_value,
    numbered_cell,
    runtime_of,
    state_of,
)
from .sandboxes import Sandboxes
from .tool import Arguments, Image, Tool, ToolResult, tool

_MOST_CELLS = 200
_MOST_IMAGES = 4
_GONE_SECONDS = 10.0
"""A page that loses its connection is often back at once."""
_CELL_CHARACTERS = 8_000

Wait = Annotated[
    float,
    Field(ge=0, le=300, description="How long to wait for the end; they go on when it is over."),
]


class RunCells(Arguments):
    """Run code cells and wait for what comes of them. Normally the kernel of the person who has the
    notebook open runs them, with all its variables; if nobody is there the call is refused with
    NO_RUNTIME at once. With where=headless they run in a fresh sandbox at the relay, which knows
    nothing of earlier runs, and their outputs are written into the notebook."""

    notebook: NotebookId
    cells: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[],
        max_length=_MOST_CELLS,
        description="Ids, in the order in which to run them; empty: all code cells.",
    )
    where: Literal["notebook", "headless"] = "notebook"
    wait_seconds: Wait = 60
    images: bool = Field(default=False, description="Whether to send plots as images.")


class WaitForRuns(Arguments):
    """Wait until nothing that was asked for runs in a notebook any more, and see how it ended."""

    notebook: NotebookId
    wait_seconds: Wait = 60
    images: bool = Field(default=False, description="Whether to send plots as images.")


class StopRuns(Arguments):
    """Stop what runs or waits to be run in a notebook because you asked for it."""

    notebook: NotebookId


class RunningTools:
    """What mcp:run may, where the token's owner may run; headless also needs mcp:write."""

    def __init__(self, notebooks: Notebooks, sandboxes: Sandboxes) -> None:
        self._notebooks = notebooks
        self._headless = HeadlessRuns(sandboxes)

    def tools(self) -> list[Tool]:
        scope: Literal["mcp:run"] = "mcp:run"
        return [
            tool(RunCells, self.run_cells, name="run_cells", title="Run cells",
                 scope=scope, is_destructive=True),
            tool(WaitForRuns, self.wait_for_runs, name="wait_for_runs", title="Wait for runs",
                 scope=scope, is_read_only=True),
            tool(StopRuns, self.stop_runs, name="stop_runs", title="Stop your runs",
                 scope=scope, is_idempotent=True),
        ]  # fmt: skip

    async def run_cells(self, actor: Actor, asked: RunCells) -> ToolResult:
        async with self._notebooks.open(actor, asked.notebook) as opened:
            _must_run(opened)
            cells = asked.cells or [
                cell.id
                for cell in opened.notebook.cells
                if cell.cell_type == "code" and cell.source.strip()
            ]
            for cell_id in cells:
                if numbered_cell(opened, cell_id)[1].cell_type != "code":
                    raise BadArguments(f"cells: {cell_id} is not a code cell.")
            if not cells:
                raise BadArguments("cells: the notebook has no code cell to run.")
            if asked.where == "headless":
                ran = await self._headless.run(actor, opened, cells, asked.wait_seconds)
                return await _told(opened, ran, asked.images)
            runtime = _runtime_for(actor, opened)
            ids = opened.runs.ask(cells, runtime_id=runtime.id, asked_by=actor.id, now=time.time())
            opened.point_at(cells[0])
            await opened.saved()
            await _ended(opened, ids, asked.wait_seconds)
            return await _told(opened, dict(zip(ids, cells, strict=True)), asked.images)

    async def wait_for_runs(self, actor: Actor, asked: WaitForRuns) -> ToolResult:
        async with self._notebooks.open(actor, asked.notebook) as opened:
            _must_run(opened)
            runs = {id: run.cell_id for id, run in opened.runs.unfinished().items()}
            await _ended(opened, runs, asked.wait_seconds)
            return await _told(opened, runs, asked.images)

    async def stop_runs(self, actor: Actor, asked: StopRuns) -> ToolResult:
        async with self._notebooks.open(actor, asked.notebook) as opened:
            _must_run(opened)
            own = [i for i, run in opened.runs.unfinished().items() if run.asked_by == actor.id]
            opened.runs.stop(own, actor.id)
            await opened.saved()
            return ToolResult(value={"asked_to_stop": len(own)})


def _must_run(opened: OpenNotebook) -> None:
    if not opened.may("run"):
        raise NotAllowed(
            "The person whom you act for may not run this notebook.",
            hint="An owner of it can make them a runner.",
        )


def _runtime_for(actor: Actor, opened: OpenNotebook) -> Runtime:
    """The notebook's own, else one of whom the agent acts for. Raises NoRuntime."""
    found = runtime_of(opened) or next(
        (
            each.runtime
            for each in opened.present.values()
            if each.runtime is not None and each.user.id == actor.on_behalf_of
        ),
        None,
    )
    if found is None:
        raise NoRuntime(
            "Nobody who runs this notebook has it open, so nothing was run.",
            hint="Ask the person to open it, or run the cells with where=headless.",
        )
    return found


async def _ended(opened: OpenNotebook, ids: Iterable[str], seconds: float) -> None:
    """Wait until these runs have ended, wait for an answer, or nobody is there to run them."""
    loop = asyncio.get_running_loop()
    ids, deadline = list(ids), loop.time() + seconds
    seen = {run.runtime_id: loop.time() for run in opened.runs.entries().values()}
    while True:
        left = [run for id in ids if (run := opened.runs.get(id)) and not is_ended(run)]
        now = loop.time()
        there = {each.runtime.id for each in opened.present.values() if each.runtime}
        there |= {opened.offered.id} if opened.offered else set()
        seen.update(dict.fromkeys(there, now))
        gone = {run.runtime_id for run in left if now - seen.get(run.runtime_id, 0) > _GONE_SECONDS}
        if gone:
            opened.runs.lose_absent({run.runtime_id for run in left} - gone | there)
            await opened.saved()
            continue
        if not left or now >= deadline or any(run.asks is not None for run in left):
            return
        try:
            # Now and then also without a change: somebody may have been gone for long enough.
            async with asyncio.timeout(min(1.0, deadline - now)):
                await opened.changed()
        except TimeoutError:
            continue


async def _told(opened: OpenNotebook, runs: dict[str, str], images: bool) -> ToolResult:
    """How these runs stand, each with what its cell shows now; `runs` are run id to cell id."""
    value: list[dict[str, Any]] = []
    sent: list[Image] = []
    there = {cell.id for cell in opened.notebook.cells}
    for id, cell_id in runs.items():
        run = opened.runs.get(id)
        state = state_of(run) if run else "replaced by a newer run"
        told: dict[str, Any] = {"cell": cell_id, "state": state}
        if run is not None and run.duration_seconds is not None:
            told["seconds"] = round(run.duration_seconds, 3)
        if run is not None and run.asks is not None:
            told["asks"] = run.asks[:500]
        if cell_id in there:
            number, cell = numbered_cell(opened, cell_id)
            most = _MOST_IMAGES - len(sent) if images else 0
            bounds = Bounds(characters=_CELL_CHARACTERS, images=most)
            shown, found = await cell_value(opened, number, cell, bounds)
            told |= {"number": number, "outputs": shown.get("outputs", [])}
            sent += found
        value.append(told)
    states = {each["state"] for each in value}
    answer: dict[str, Any] = {"runs": value}
    if states & {"queued", "running"}:
        answer["note"] = "Not all have ended: wait_for_runs waits on, stop_runs stops them."
    if any("asks" in each for each in value):
        answer["note"] = "A cell asks for input(): the person answers where the kernel is."
    return ToolResult(value=answer, images=tuple(sent), is_error=bool(states & {"error", "lost"}))
