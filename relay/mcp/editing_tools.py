"""The tools that change cells: every write names the source that was read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from pydantic import Field

from relay.auth.actor import Actor
from relay.errors import NotAllowed
from wasm_runtime.cell import Cell, CellContent

from .edits import Deleted, Edited, Edits, Inserted, Moved
from .errors import BadArguments, NoSuchCell, NothingToUndo, StaleCell
from .notebooks import Notebooks, OpenNotebook
from .reading_tools import MAX_SOURCE, NotebookId, numbered_cell, source_value
from .source_hash import LENGTH, source_hash
from .tool import Arguments, Tool, ToolResult, tool

_MAX_SOURCE_WRITTEN = 500_000
"""Characters: far more than a person reads, far less than a document holds."""

CellId = Annotated[str, Field(max_length=200, description="The cell's id.")]
SourceHash = Annotated[
    str,
    Field(
        pattern=f"^[0-9a-f]{{{LENGTH}}}$",
        description="The source_hash that was read with the cell. If the cell was changed since, "
        "the call is refused with STALE_CELL.",
    ),
]
Source = Annotated[str, Field(max_length=_MAX_SOURCE_WRITTEN, description="The whole new source.")]
After = Annotated[
    str | None,
    Field(max_length=200, description="The id of the cell to stand behind; null: see at_start."),
]
AtStart = Annotated[
    bool, Field(description="With `after` null: the first of all instead of the last.")
]


class InsertCell(Arguments):
    """Insert a new cell. SQL and other languages are code cells that begin with a magic, such as
    %%sql CONNECTION. The others see it at once, and that it is yours."""

    notebook: NotebookId
    source: Source
    type: Literal["code", "markdown", "raw"] = "code"
    after: After = None
    at_start: AtStart = False


class EditCell(Arguments):
    """Replace a cell's source, if it still is the one that was read. Only what differs is written,
    so that what a person types elsewhere in the cell stays."""

    notebook: NotebookId
    cell: CellId
    source_hash: SourceHash
    source: Source


class MoveCell(Arguments):
    """Move a cell behind another one, or to the start or the end."""

    notebook: NotebookId
    cell: CellId
    source_hash: SourceHash
    after: After = None
    at_start: AtStart = False


class DeleteCell(Arguments):
    """Delete a cell with its outputs, if its source still is the one that was read."""

    notebook: NotebookId
    cell: CellId
    source_hash: SourceHash


class UndoEdits(Arguments):
    """Take back the last changes that you made in a notebook, the newest first; never those of
    others. Stops at a cell that somebody else has changed since."""

    notebook: NotebookId
    count: int = Field(default=1, ge=1, le=50, description="How many.")


class EditingTools:
    """What mcp:write may, where the token's owner may write."""

    def __init__(self, notebooks: Notebooks) -> None:
        self._notebooks = notebooks
        self._edits = Edits()

    def tools(self) -> list[Tool]:
        scope: Literal["mcp:write"] = "mcp:write"
        return [
            tool(InsertCell, self.insert_cell, name="insert_cell", title="Insert a cell",
                 scope=scope),
            tool(EditCell, self.edit_cell, name="edit_cell", title="Edit a cell",
                 scope=scope, is_destructive=True),
            tool(MoveCell, self.move_cell, name="move_cell", title="Move a cell",
                 scope=scope, is_idempotent=True),
            tool(DeleteCell, self.delete_cell, name="delete_cell", title="Delete a cell",
                 scope=scope, is_destructive=True),
            tool(UndoEdits, self.undo_edits, name="undo_edits", title="Undo your edits",
                 scope=scope, is_destructive=True),
        ]  # fmt: skip

    async def insert_cell(self, actor: Actor, asked: InsertCell) -> ToolResult:
        async with self._writing(actor, asked.notebook) as opened:
            notebook = opened.notebook
            index = _index(notebook.cells, asked.after, asked.at_start)
            with notebook.transaction():
                content = CellContent(cell_type=asked.type, source=asked.source)
                cell = notebook.insert_cell(index, content)
                cell.edited_by = actor.id
            step = Inserted(cell.id, source_hash(cell.source))
            self._edits.add(actor.id, opened.id, step)
            return await _written(opened, cell.id)

    async def edit_cell(self, actor: Actor, asked: EditCell) -> ToolResult:
        async with self._writing(actor, asked.notebook) as opened:
            cell = _as_read(opened, asked.cell, asked.source_hash)
            before, editor = cell.source, cell.edited_by
            cell.edit(asked.source, actor.id)
            hash = source_hash(cell.source)
            self._edits.add(actor.id, opened.id, Edited(cell.id, before, editor, hash))
            return await _written(opened, cell.id, hash)

    async def move_cell(self, actor: Actor, asked: MoveCell) -> ToolResult:
        async with self._writing(actor, asked.notebook) as opened:
            notebook = opened.notebook
            cell = _as_read(opened, asked.cell, asked.source_hash)
            if asked.after == cell.id:
                raise BadArguments("after: a cell cannot stand behind itself.")
            before = cell.order
            others = [each for each in notebook.cells if each.id != cell.id]
            notebook.move_cell(cell.id, _index(others, asked.after, asked.at_start))
            self._edits.add(actor.id, opened.id, Moved(cell.id, before, cell.order))
            return await _written(opened, cell.id)

    async def delete_cell(self, actor: Actor, asked: DeleteCell) -> ToolResult:
        async with self._writing(actor, asked.notebook) as opened:
            cell = _as_read(opened, asked.cell, asked.source_hash)
            step = Deleted(cell.content, cell.order, cell.edited_by)
            opened.notebook.delete_cell(cell.id)
            self._edits.add(actor.id, opened.id, step)
            await opened.saved()
            return ToolResult(value={"deleted": asked.cell, "saved": True})

    async def undo_edits(self, actor: Actor, asked: UndoEdits) -> ToolResult:
        async with self._writing(actor, asked.notebook) as opened:
            undone: list[str] = []
            value: dict[str, Any] = {"undone": undone}
            for number in range(asked.count):
                try:
                    undone.append(self._edits.undo(actor.id, opened.id, opened.notebook))
                except (NothingToUndo, StaleCell) as stopped:
                    if number == 0:
                        raise
                    value["stopped"] = f"{stopped.reason}: {stopped.message}"
                    break
            await opened.saved()
            return ToolResult(value={**value, "saved": True})

    @asynccontextmanager
    async def _writing(self, actor: Actor, document_id: str) -> AsyncIterator[OpenNotebook]:
        async with self._notebooks.open(actor, document_id) as opened:
            if not opened.may("write"):
                raise NotAllowed(
                    "The person whom you act for may not change this notebook.",
                    hint="An owner of it can make them an editor.",
                )
            yield opened


def _as_read(opened: OpenNotebook, cell_id: str, hash: str) -> Cell:
    """The cell, if its source is the one that was read. Raises NoSuchCell and StaleCell."""
    number, cell = numbered_cell(opened, cell_id)
    opened.point_at(cell_id)
    if source_hash(cell.source) == hash:
        return cell
    raise StaleCell(
        f"Cell {number} ({cell_id}) was changed since you read it; nothing was written.",
        hint=f"Its source_hash is {source_hash(cell.source)} now: read_cell, then decide anew.",
    )


def _index(cells: list[Cell], after: str | None, at_start: bool) -> int:
    """Where to put a cell among these. Raises BadArguments and NoSuchCell."""
    if after is None:
        return 0 if at_start else len(cells)
    if at_start:
        raise BadArguments("Say either after or at_start.")
    index = next((index for index, cell in enumerate(cells) if cell.id == after), None)
    if index is None:
        raise NoSuchCell("after: the notebook has no such cell (any more).")
    return index + 1


async def _written(opened: OpenNotebook, cell_id: str, meant: str | None = None) -> ToolResult:
    """How the cell is once it is on disk; somebody else may have been at work on it too."""
    opened.point_at(cell_id)
    await opened.saved()
    number, cell = numbered_cell(opened, cell_id)
    value = {**source_value(number, cell, MAX_SOURCE), "saved": True}
    if meant is not None and source_hash(cell.source) != meant:
        value["note"] = "Somebody typed in this cell at the same time: this is both together."
    elif meant is not None:
        del value["source"]  # it is what was asked for
    return ToolResult(value=value)
