"""Cells that an agent has run: by somebody who is there, or in a sandbox, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from relay.errors import NotAllowed
from relay.mcp.collected_outputs import CollectedOutputs
from relay.mcp.errors import BadArguments, NoRuntime
from relay.mcp.notebooks import Present
from relay.mcp.running_tools import RunningTools
from relay.mcp.sandboxes import Sandboxes
from tests.relay.mcp.agents import Desk, agent
from tests.relay.mcp.fake_kernels import FakeKernels, environment
from tests.relay.sync.link import until
from wasm_runtime.contracts.document import BLOB_KEY, Runtime, User
from wasm_runtime.contracts.worker import DisplayData, RunError, Stream
from wasm_runtime.notebook import Notebook
from wasm_runtime.runtime_runs import RuntimeRuns

pytestmark = pytest.mark.anyio

ADA = User(id="u-ada", name="Ada", color="#000000")
BROWSER = Runtime(id="r1", kind="browser", user_id="u-ada", name="Ada's browser")

Finish = Callable[[Notebook, str], None]


class RunDesk(Desk):
    def __init__(self, *sources: str, kernels: FakeKernels | None = None) -> None:
        super().__init__(*sources)
        self.kernels = kernels or FakeKernels()
        sandboxes = Sandboxes(self.kernels, lambda name: environment(name or "data"))
        running = RunningTools(self.notebooks, sandboxes)
        self._tools |= {tool.name: tool for tool in running.tools()}

    @asynccontextmanager
    async def browser(self, host: bool = True) -> AsyncIterator[RuntimeRuns]:
        """Ada has the notebook open, and her kernel runs it."""
        async with self.notebooks.open(self.actor, "book") as opened:
            opened.met[7] = Present(user=ADA, runtime=BROWSER)
            if host:
                self.notebook.runs.host = BROWSER.id
            yield RuntimeRuns(self.notebook.runs, BROWSER.id)


async def _work(desk: RunDesk, own: RuntimeRuns, statuses: dict[str, str]) -> None:
    """What a browser does with the runs that are addressed to it."""
    await until(lambda: bool(desk.notebook.runs.unfinished()))
    own.follow()
    while taken := own.take(1.0):
        _, run = taken
        cell = next(cell for cell in desk.notebook.cells if cell.id == run.cell_id)
        cell.append_stream("stdout", f"ran {cell.source}")
        own.finish(statuses.get(cell.id, "ok"), 0.25)  # type: ignore[arg-type]


async def test_the_kernel_of_whoever_is_there_runs_cells_and_their_outputs_are_told() -> None:
    desk = RunDesk("a", "# text", "b")
    async with desk.browser() as own:
        working = asyncio.create_task(_work(desk, own, {}))
        told = await desk.call("run_cells", cells=["c2", "c0"])
        await working
    assert [(run["cell"], run["state"], run["seconds"]) for run in told["runs"]] == [
        ("c2", "ok", 0.25),
        ("c0", "ok", 0.25),
    ]
    assert told["runs"][0]["outputs"] == [{"type": "stdout", "text": "ran b"}]
    asked = {run.asked_by for run in desk.notebook.runs.entries().values()}
    assert asked == {desk.actor.id}


async def test_an_error_takes_along_what_waits_behind_it() -> None:
    desk = RunDesk("a", "b", "c")
    async with desk.browser() as own:
        working = asyncio.create_task(_work(desk, own, {"c1": "error"}))
        result = await desk.result("run_cells")
        await working
    assert [run["state"] for run in result.value["runs"]] == ["ok", "error", "cancelled"]
    assert result.is_error


async def test_the_owners_own_page_runs_them_where_nobody_is_the_host_yet() -> None:
    desk = RunDesk("a")
    async with desk.browser(host=False) as own:
        working = asyncio.create_task(_work(desk, own, {}))
        told = await desk.call("run_cells")
        await working
    assert told["runs"][0]["state"] == "ok"


async def test_with_nobody_there_it_is_said_at_once_and_nothing_is_asked() -> None:
    desk = RunDesk("a")
    desk.notebook.runs.host = "who-has-left"
    with pytest.raises(NoRuntime, match="nothing was run"):
        await desk.call("run_cells", wait_seconds=300)
    assert desk.notebook.runs.entries() == {}


async def test_who_waits_long_enough_is_told_that_it_still_runs_and_can_stop_it() -> None:
    desk = RunDesk("a")
    async with desk.browser() as own:
        told = await desk.call("run_cells", wait_seconds=0)
        assert (told["runs"][0]["state"], "wait_for_runs" in told["note"]) == ("queued", True)
        assert await desk.call("stop_runs") == {"asked_to_stop": 1}
        own.follow()
        told = await desk.call("wait_for_runs", wait_seconds=5)
    assert told["runs"] == []
    assert [run.state for run in desk.notebook.runs.entries().values()] == ["cancelled"]


async def test_a_cell_that_asks_for_input_is_not_waited_for() -> None:
    desk = RunDesk("input('name? ')")
    async with desk.browser() as own:
        calling = asyncio.create_task(desk.call("run_cells", wait_seconds=300))
        await until(lambda: bool(desk.notebook.runs.unfinished()))
        own.follow()
        taken = own.take(1.0)
        assert taken
        desk.notebook.runs.change(taken[0], asks="name? ")
        told = await calling
    assert told["runs"][0]["asks"] == "name? "
    assert "the person answers" in told["note"]


async def test_headless_runs_in_a_sandbox_and_writes_what_it_showed() -> None:
    kernels = FakeKernels(
        {
            "a": [Stream(run_id="", name="stdout", text="one\n")],
            "b": [DisplayData(run_id="", data={"text/plain": "x" * 70_000}, metadata={})],
        }
    )
    desk = RunDesk("a", "b", kernels=kernels)
    told = await desk.call("run_cells", where="headless")
    first, second = desk.notebook.cells
    assert [run["state"] for run in told["runs"]] == ["ok", "ok"]
    assert first.outputs == [{"output_type": "stream", "name": "stdout", "text": "one\n"}]
    reference = second.outputs[0]["data"]["text/plain"][BLOB_KEY]
    assert reference["size"] == 70_000
    assert (kernels.opened, kernels.ended) == (1, 1)
    (runtime,) = {run.runtime_id for run in desk.notebook.runs.entries().values()}
    assert runtime.startswith("headless-")
    assert desk.notebooks.opened["book"].offered is None


async def test_a_headless_run_that_fails_stops_there() -> None:
    failed = RunError(run_id="", ename="ValueError", evalue="no", traceback=["ValueError: no"])
    desk = RunDesk("a", "b", kernels=FakeKernels({"a": [failed]}))
    result = await desk.result("run_cells", where="headless")
    assert [run["state"] for run in result.value["runs"]] == ["error", "cancelled"]
    assert result.is_error


async def test_a_headless_run_ends_with_its_time() -> None:
    kernels = FakeKernels({"a": FakeKernels.FOR_EVER})
    desk = RunDesk("a", "b", kernels=kernels)
    told = await desk.call("run_cells", where="headless", wait_seconds=0.05)
    assert [run["state"] for run in told["runs"]] == ["interrupted", "cancelled"]
    assert kernels.ended == 1


async def test_running_headless_needs_the_right_to_write() -> None:
    desk = RunDesk("a")
    with pytest.raises(NotAllowed, match="writes outputs"):
        await desk.call("run_cells", agent("mcp:run"), where="headless")
    assert desk.kernels.opened == 0


@pytest.mark.parametrize("cells", [["c1"], ["gone"]])
async def test_only_code_cells_that_are_there_are_run(cells: list[str]) -> None:
    desk = RunDesk("a")
    desk.notebook.append_cells([])
    with pytest.raises((BadArguments, Exception), match=r"no cell|code cell"):
        await desk.call("run_cells", cells=cells)


def test_what_a_sandbox_prints_is_held_only_as_far_as_it_is_shown() -> None:
    collected = CollectedOutputs(1_000)
    for _ in range(2_000):
        collected.take(Stream(run_id="", name="stdout", text="x" * 1_000))
    assert len(collected.streams["stdout"]) < 1_200
    assert collected.is_cut
