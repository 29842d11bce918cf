"""Agents as the tools see them, and tools over notebooks in memory."""

from typing import Any

from relay.auth.actor import Actor, Grant
from relay.auth.new_token import SCOPES
from relay.mcp.editing_tools import EditingTools
from relay.mcp.fake_notebooks import FakeNotebooks
from relay.mcp.reading_tools import ReadingTools
from relay.mcp.tool import Tool, ToolResult
from wasm_runtime.cell import CellContent
from wasm_runtime.contracts.agents import Scope
from wasm_runtime.contracts.document import User
from wasm_runtime.notebook import Notebook


def agent(*scopes: Scope, document_id: str | None = None, id: str = "one") -> Actor:
    """An agent with these scopes; with none given, with all of them."""
    grant = Grant(id, "u-ada", frozenset(scopes or SCOPES), document_id, float("inf"))
    user = User(id=f"agent-{id}", name="Claude (for Ada)", color="#aa5500")
    return Actor(user, guest=True, address="192.0.2.7", grant=grant)


def notebook_of(*sources: str, id: str = "book") -> Notebook:
    notebook = Notebook.create(id)
    notebook.append_cells(
        [CellContent(source=source, id=f"c{i}") for i, source in enumerate(sources)]
    )
    return notebook


class Desk:
    """One notebook with the tools that read and edit, at which an agent sits."""

    def __init__(self, *sources: str) -> None:
        self.notebook = notebook_of(*sources)
        self.notebooks = FakeNotebooks(self.notebook)
        self.actor = agent()
        self._tools: dict[str, Tool] = {
            tool.name: tool
            for tool in (
                *ReadingTools(self.notebooks).tools(),
                *EditingTools(self.notebooks).tools(),
            )
        }

    async def call(self, name: str, actor: Actor | None = None, **arguments: Any) -> dict[str, Any]:
        return (await self.result(name, actor, **arguments)).value

    async def result(self, name: str, actor: Actor | None = None, **arguments: Any) -> ToolResult:
        given = {"notebook": self.notebook.id, **arguments}
        return await self._tools[name].run(actor or self.actor, given)

    async def hash_of(self, cell: str) -> str:
        return str((await self.call("read_cell", cell=cell))["source_hash"])

    @property
    def sources(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells]
