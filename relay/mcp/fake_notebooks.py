"""Notebooks in memory in place of rooms: what the tools write is in `documents` at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pycrdt import Doc

from relay.auth.actor import Actor
from relay.auth.agents import agent_may, may_in_general
from relay.auth.roles import Verb
from relay.errors import no_document
from wasm_runtime.contracts.document import Runtime
from wasm_runtime.notebook import Notebook
from wasm_runtime.runs import Runs

from .notebooks import NotebookEntry, Present


class FakeNotebook:
    """One document; `met` is who else is there."""

    def __init__(self, document: Notebook, actor: Actor) -> None:
        self._document = document
        self._actor = actor
        self.met: dict[int, Present] = {}
        self.blobs: dict[str, bytes] = {}
        self.pointed_at: list[str] = []
        self._offered: Runtime | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._subscription = document.doc.observe(lambda _: self._wake())

    @property
    def id(self) -> str:
        return self._document.id

    @property
    def notebook(self) -> Notebook:
        if self.may("write"):
            return self._document
        copy: Doc[Any] = Doc()
        copy.apply_update(self._document.doc.get_update())
        return Notebook(copy)

    @property
    def runs(self) -> Runs:
        return self._document.runs

    @property
    def present(self) -> Mapping[int, Present]:
        return self.met

    def may(self, verb: Verb) -> bool:
        grant = self._actor.grant
        return grant is not None and agent_may(grant, verb, self.id, "owner")

    def point_at(self, cell_id: str) -> None:
        self.pointed_at.append(cell_id)

    @property
    def offered(self) -> Runtime | None:
        return self._offered

    def offer(self, runtime: Runtime | None) -> None:
        self._offered = runtime

    async def saved(self) -> None:
        await asyncio.sleep(0)

    async def changed(self) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    async def blob(self, sha256: str) -> bytes | None:
        return self.blobs.get(sha256)

    async def keep_blob(self, sha256: str, content: bytes) -> None:
        self.blobs[sha256] = content

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)


class FakeNotebooks:
    """Those that are given; all are their asker's."""

    def __init__(self, *documents: Notebook) -> None:
        self.documents = {document.id: document for document in documents}
        self.opened: dict[str, FakeNotebook] = {}

    async def list(self, actor: Actor) -> list[NotebookEntry]:
        assert actor.grant is not None
        if not may_in_general(actor.grant, "read"):
            return []
        return [
            NotebookEntry(
                id=id, title=str(document.metadata.get("title", "")), role="owner", is_open=False
            )
            for id, document in self.documents.items()
        ]

    @asynccontextmanager
    async def open(self, actor: Actor, document_id: str) -> AsyncIterator[FakeNotebook]:
        document = self.documents.get(document_id)
        if document is None:
            raise no_document(document_id)
        if document_id not in self.opened:
            self.opened[document_id] = FakeNotebook(document, actor)
        opened = self.opened[document_id]
        if not opened.may("read"):
            raise no_document(document_id)
        yield opened
