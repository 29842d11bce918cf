"""What an agent changes: only what it has read, and each step with its way back."""

from typing import Any

import pytest
from pycrdt import Doc

from relay.errors import NotAllowed, RelayError
from relay.mcp.errors import BadArguments, NoSuchCell, NothingToUndo, StaleCell
from tests.relay.mcp.agents import Desk, agent
from wasm_runtime.notebook import Notebook

pytestmark = pytest.mark.anyio


async def test_a_cell_is_edited_by_whoever_read_it() -> None:
    desk = Desk("x = 1", "x")
    written = await desk.call(
        "edit_cell", cell="c0", source_hash=await desk.hash_of("c0"), source="x = 2"
    )
    assert (desk.sources, written["number"], written["saved"]) == (["x = 2", "x"], 1, True)
    assert written["source_hash"] == await desk.hash_of("c0")
    assert desk.notebook.cells[0].edited_by == desk.actor.id


@pytest.mark.parametrize("tool", ["edit_cell", "move_cell", "delete_cell"])
async def test_a_stale_write_is_refused_and_nothing_is_written(tool: str) -> None:
    desk = Desk("x = 1", "x")
    read = await desk.hash_of("c0")
    desk.notebook.cells[0].edit("x = 10  # a person's", "u-ada")
    arguments = {"source": "x = 2"} if tool == "edit_cell" else {}
    with pytest.raises(StaleCell) as refused:
        await desk.call(tool, cell="c0", source_hash=read, **arguments)
    assert desk.sources == ["x = 10  # a person's", "x"]
    assert await desk.hash_of("c0") in refused.value.hint


async def test_what_a_person_types_elsewhere_in_the_cell_stays() -> None:
    desk = Desk("name = 'ä😀b'\nprint(name)")
    theirs: Doc[Any] = Doc()
    theirs.apply_update(desk.notebook.doc.get_update())
    person = Notebook(theirs).cells[0]
    person.edit("name = 'ä😀b'\nprint(name)  # mine", "u-ada")
    read = await desk.hash_of("c0")
    new = "name = 'ä😁b'\nprint(name)"
    await desk.call("edit_cell", cell="c0", source_hash=read, source=new)
    assert desk.sources == [new]
    desk.notebook.doc.apply_update(theirs.get_update())
    assert desk.sources == [f"{new}  # mine"]


async def test_cells_are_put_where_they_were_asked_for() -> None:
    desk = Desk("b", "d")
    await desk.call("insert_cell", source="a", at_start=True)
    await desk.call("insert_cell", source="c", after="c0")
    await desk.call("insert_cell", source="# e", type="markdown")
    assert desk.sources == ["a", "b", "c", "d", "# e"]
    assert desk.notebook.cells[4].cell_type == "markdown"
    await desk.call("move_cell", cell="c1", source_hash=await desk.hash_of("c1"), at_start=True)
    assert desk.sources == ["d", "a", "b", "c", "# e"]


async def test_every_step_is_undone_the_newest_first() -> None:
    desk = Desk("a", "b", "c")
    before = desk.sources
    await desk.call("insert_cell", source="new", after="c0")
    await desk.call("edit_cell", cell="c1", source_hash=await desk.hash_of("c1"), source="B")
    await desk.call("move_cell", cell="c2", source_hash=await desk.hash_of("c2"), at_start=True)
    await desk.call("delete_cell", cell="c0", source_hash=await desk.hash_of("c0"))
    assert desk.sources == ["c", "new", "B"]
    undone = await desk.call("undo_edits", count=4)
    assert [each.split()[0] for each in undone["undone"]] == [
        "deleting", "moving", "editing", "inserting",
    ]  # fmt: skip
    assert desk.sources == before
    with pytest.raises(NothingToUndo):
        await desk.call("undo_edits")


async def test_a_deleted_cell_comes_back_with_what_it_showed() -> None:
    desk = Desk("1 + 1")
    desk.notebook.cells[0].execution_count = 7
    desk.notebook.cells[0].append_stream("stdout", "2\n")
    await desk.call("delete_cell", cell="c0", source_hash=await desk.hash_of("c0"))
    assert desk.sources == []
    await desk.call("undo_edits")
    cell = desk.notebook.cells[0]
    assert (cell.id, cell.source, cell.execution_count) == ("c0", "1 + 1", 7)
    assert cell.outputs == [{"output_type": "stream", "name": "stdout", "text": "2\n"}]


async def test_nothing_of_others_is_undone() -> None:
    desk = Desk("a", "b")
    await desk.call("edit_cell", cell="c0", source_hash=await desk.hash_of("c0"), source="A")
    await desk.call("edit_cell", cell="c1", source_hash=await desk.hash_of("c1"), source="B")
    desk.notebook.cells[0].edit("A, by a person", "u-ada")
    undone = await desk.call("undo_edits", count=2)
    assert desk.sources == ["A, by a person", "b"]
    assert undone["stopped"].startswith("STALE_CELL")
    with pytest.raises(NothingToUndo):
        await desk.call("undo_edits", agent(id="another"))


async def test_who_may_only_read_changes_nothing() -> None:
    desk = Desk("a")
    with pytest.raises(NotAllowed):
        await desk.call("insert_cell", agent("mcp:read"), source="b")
    assert desk.sources == ["a"]


async def test_a_token_for_one_notebook_sees_no_other() -> None:
    desk = Desk("a")
    with pytest.raises(RelayError, match="no document book"):
        await desk.call("read_notebook", agent(document_id="another"))


@pytest.mark.parametrize(
    ("tool", "arguments", "error"),
    [
        ("edit_cell", {"cell": "gone", "source_hash": "0" * 16, "source": ""}, NoSuchCell),
        ("insert_cell", {"source": "a", "after": "gone"}, NoSuchCell),
        ("insert_cell", {"source": "a", "after": "c0", "at_start": True}, BadArguments),
        ("insert_cell", {"source": "a", "type": "video"}, BadArguments),
        ("insert_cell", {"source": "a" * 500_001}, BadArguments),
        ("insert_cell", {"source": "a", "sudo": True}, BadArguments),
        ("insert_cell", {"source": "a", "notebook": "../../etc"}, BadArguments),
        ("undo_edits", {"count": 0}, BadArguments),
    ],
)
async def test_what_cannot_be_is_refused(
    tool: str, arguments: dict[str, object], error: type[Exception]
) -> None:
    desk = Desk("a")
    with pytest.raises(error):
        await desk.call(tool, **arguments)
    assert desk.sources == ["a"]
