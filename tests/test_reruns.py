"""A cell that is run again and again: what is stored does not grow with what it printed."""

import pytest

from relay.sync.compaction import SNAPSHOT_BYTES
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from tests.relay.sync.link import Link, rooms_of, until
from tests.relay.sync.peer import Peer
from wasm_runtime.cell import CellContent
from wasm_runtime.notebook import Notebook
from wasm_runtime.runtime_runs import RuntimeRuns

RERUNS = 1000
TRACE_BYTES = 128
"""What a run may leave behind for ever: that there were entries, without what was in them."""
PRINTED = 20_000


def rerun(notebook: Notebook, runtime: RuntimeRuns, number: int) -> None:
    """As a runtime does it: asked for, started, its outputs written, ended."""
    cell = notebook.cells[0]
    notebook.runs.ask([cell.id], runtime_id=runtime.id, asked_by="ada", now=float(number))
    runtime.follow()
    assert runtime.take(float(number)) is not None
    with notebook.transaction():
        cell.clear_outputs()
        cell.execution_count = number
        cell.append_stream("stdout", f"run {number}\n")
    cell.append_stream("stdout", "x" * PRINTED)
    runtime.finish("ok", 0.1)


def one_cell(peer: Peer | None = None) -> Notebook:
    notebook = Notebook.create()
    if peer is not None:
        peer.doc.apply_update(notebook.doc.get_update())
        notebook = Notebook(peer.doc)
    notebook.append_cells([CellContent(source="print('x')")])
    return notebook


def test_of_a_thousand_runs_a_notebook_keeps_the_last_ones_outputs() -> None:
    notebook = one_cell()
    runtime = RuntimeRuns(notebook.runs, "here")
    rerun(notebook, runtime, 1)
    once = len(notebook.doc.get_update())
    for number in range(2, RERUNS + 1):
        rerun(notebook, runtime, number)
    stored = notebook.doc.get_update()
    assert once > PRINTED
    assert len(stored) < once + RERUNS * TRACE_BYTES
    assert b"run 999\n" not in stored
    assert len(notebook.runs.entries()) == 1
    assert notebook.cells[0].outputs[0]["text"] == f"run {RERUNS}\n" + "x" * PRINTED


@pytest.mark.anyio
async def test_the_relays_log_and_snapshots_of_a_thousand_runs_are_bounded() -> None:
    store = MemoryStore()
    async with rooms_of(store, Limits(max_history_bytes=0)) as rooms:
        peer = Peer()
        await Link(rooms, peer).open()
        notebook = one_cell(peer)
        runtime = RuntimeRuns(notebook.runs, "here")
        for number in range(1, RERUNS + 1):
            rerun(notebook, runtime, number)
            await until(lambda: peer.is_saved)
    kept = [len(content) for content in store.contents("d")]
    present = len(peer.doc.get_update())
    assert 2 * SNAPSHOT_BYTES + 3 * present < RERUNS * PRINTED
    assert sum(kept) < 2 * SNAPSHOT_BYTES + 3 * present
    assert len(store.outline("d").points) <= 2
