"""The documents of this relay, with an agent as a peer in each room that it is at work in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pycrdt import Doc

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.auth.agents import agent_role
from relay.errors import RelayError, TooManyRequests, no_document
from relay.sync import Rooms
from relay.sync.client import Client
from wasm_runtime.contracts.access import Role
from wasm_runtime.errors import NotebookFormatError
from wasm_runtime.notebook import Notebook

from .notebooks import NotebookEntry
from .room_peer import RoomPeer

DocumentsOf: TypeAlias = Callable[[str], Awaitable[list[tuple[str, Role]]]]

STAY_SECONDS = 60.0
"""An agent stays in a room between two calls, so that others see it and no call joins anew."""
MAX_PEERS = 64
"""Each holds a copy of its document."""
_MAX_LISTED = 200
_MAX_TITLE = 200


@dataclass(eq=False)
class _Stay:
    peer: RoomPeer
    task: "asyncio.Task[None]"
    held: object
    """As long as it is held, the access knows who may what with the document."""
    users: int = 0
    leaving: asyncio.TimerHandle | None = field(default=None, repr=False)


class RoomNotebooks:
    """Used as a context, at whose end the agents leave all rooms."""

    def __init__(self, rooms: Rooms, access: Access, documents_of: DocumentsOf) -> None:
        self._rooms = rooms
        self._access = access
        self._documents_of = documents_of
        self._stays: dict[tuple[str, str], _Stay] = {}
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> "RoomNotebooks":
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [stay.task for stay in self._stays.values()]
        for key in list(self._stays):
            self._leave(key)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def list(self, actor: Actor) -> list[NotebookEntry]:
        entries: list[NotebookEntry] = []
        for document_id, role in await self._documents_of(actor.on_behalf_of):
            if len(entries) == _MAX_LISTED:
                break
            if actor.grant is None or agent_role(actor.grant, document_id, role) is None:
                continue
            held = await self._access.look_up(document_id)
            try:
                state = await self._rooms.stored.last_good_state(actor, document_id)
            except RelayError:
                continue  # deleted, or taken away meanwhile
            finally:
                del held
            if state is not None:
                title = await asyncio.to_thread(_title_of, state)
                is_open = document_id in self._rooms.open_documents()
                entries.append(
                    NotebookEntry(id=document_id, title=title, role=role, is_open=is_open)
                )
        return entries

    @asynccontextmanager
    async def open(self, actor: Actor, document_id: str) -> AsyncIterator[RoomPeer]:
        key = (actor.id, document_id)
        async with self._turn:
            stay = self._stays.get(key)
            if stay is None or stay.peer.ended is not None:
                stay = self._stays[key] = await self._join(actor, document_id)
            stay.users += 1
            if stay.leaving is not None:
                stay.leaving.cancel()
                stay.leaving = None
        try:
            if not stay.peer.may("read"):
                raise no_document(document_id)
            await stay.peer.whole()
            yield stay.peer
        finally:
            stay.users -= 1
            if stay.users == 0 and self._stays.get(key) is stay:
                loop = asyncio.get_running_loop()
                stay.leaving = loop.call_later(STAY_SECONDS, self._leave, key)

    async def _join(self, actor: Actor, document_id: str) -> _Stay:
        held = await self._access.look_up(document_id)
        if not self._access.allows(actor, "read", document_id):
            raise no_document(document_id)
        if await self._rooms.stored.status(actor, document_id) is None:
            raise no_document(document_id)
        self._make_room()
        client = Client(actor, self._rooms.limits.max_outbox_bytes)
        room = await self._rooms.join(document_id, None, client)
        peer = RoomPeer(room, client, self._access, self._rooms.archive)

        async def live() -> None:
            try:
                await peer.live()
            finally:
                self._rooms.leave(room, client)

        return _Stay(peer, asyncio.create_task(live()), held)

    def _make_room(self) -> None:
        if len(self._stays) < MAX_PEERS:
            return
        idle = next((key for key, stay in self._stays.items() if stay.users == 0), None)
        if idle is None:
            raise TooManyRequests("Too many agents are at work here.", retry_after_seconds=5)
        self._leave(idle)

    def _leave(self, key: tuple[str, str]) -> None:
        stay = self._stays.pop(key)
        if stay.leaving is not None:
            stay.leaving.cancel()
        stay.task.cancel()


def _title_of(state: bytes) -> str:
    """Of a document's state; empty for one that is no notebook, or has none."""
    doc: Doc[Any] = Doc()
    doc.apply_update(state)
    try:
        title = Notebook(doc).metadata.get("title")
    except NotebookFormatError:
        return ""
    return title[:_MAX_TITLE] if isinstance(title, str) else ""
