"""The seam between the tools and the documents that people have open; its fake ships beside it."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from relay.auth.actor import Actor
from relay.auth.roles import Verb
from wasm_runtime.contracts.access import Role
from wasm_runtime.contracts.document import Runtime, User
from wasm_runtime.notebook import Notebook
from wasm_runtime.runs import Runs


@dataclass(frozen=True, kw_only=True)
class NotebookEntry:
    id: str
    title: str
    role: Role
    """The owner's, whom the agent acts for; the token's scopes may allow less."""
    is_open: bool
    """Whether somebody has it open."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """Whom the agent meets in a notebook."""

    user: User
    runtime: Runtime | None


class OpenNotebook(Protocol):
    """One document, for as long as a tool is at work on it; edits go to everybody at once."""

    @property
    def id(self) -> str: ...

    @property
    def notebook(self) -> Notebook:
        """Raises NotebookFormatError. Who may not write gets a copy, which nobody else sees."""

    @property
    def runs(self) -> Runs: ...

    @property
    def present(self) -> Mapping[int, Present]:
        """Everybody else who is there now, by the number of their client."""

    def may(self, verb: Verb) -> bool:
        """Of the token's scopes and the owner's role, at this moment."""

    def point_at(self, cell_id: str) -> None:
        """Show the others where the agent is at work."""

    @property
    def offered(self) -> Runtime | None:
        """What the agent runs cells with now."""

    def offer(self, runtime: Runtime | None) -> None:
        """Tell the others that the agent runs cells, or that it does not any more."""

    async def saved(self) -> None:
        """Wait until everything written here is on disk. Raises SyncError."""

    async def changed(self) -> None:
        """Wait for the next change of the document or of who is there. Raises SyncError."""

    async def blob(self, sha256: str) -> bytes | None:
        """A large value that stands beside the document."""

    async def keep_blob(self, sha256: str, content: bytes) -> None:
        """Keep one, before the document refers to it. Raises RelayError."""


class Notebooks(Protocol):
    """Every call asks anew what the actor may."""

    async def list(self, actor: Actor) -> list[NotebookEntry]:
        """Those that the token reaches."""

    def open(self, actor: Actor, document_id: str) -> AbstractAsyncContextManager[OpenNotebook]:
        """Raises NotFound, also for what the actor may not see."""
