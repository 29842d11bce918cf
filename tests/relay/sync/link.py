"""Peers joined to rooms without a socket between them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.auth.one_person import OnePerson
from relay.sync.bus import Bus
from relay.sync.client import Client
from relay.sync.errors import SyncError
from relay.sync.limits import Limits
from relay.sync.messages import read_message
from relay.sync.metrics import SyncMetrics
from relay.sync.room import Room
from relay.sync.rooms import Rooms, open_rooms
from relay.sync.store import Store
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts.document import User

ME = Actor(User(id="me", name="Me", color="#000000"))
DEADLINE_SECONDS = 10.0


@asynccontextmanager
async def rooms_of(
    store: Store,
    limits: Limits | None = None,
    access: Access | None = None,
    bus: Bus | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Rooms]:
    metrics = SyncMetrics(CollectorRegistry())
    async with open_rooms(
        store, access or OnePerson(), limits or Limits(), metrics, bus=bus, clock=clock
    ) as rooms:
        yield rooms


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition. Raises TimeoutError."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110 - of many kinds
            await asyncio.sleep(0.001)


class Link:
    """One connection of a peer; `closed` is why the relay ended it."""

    def __init__(self, rooms: Rooms, peer: Peer, document_id: str = "d") -> None:
        self.peer = peer
        self.client = Client(ME, rooms.limits.max_outbox_bytes)
        self.closed: SyncError | None = None
        self._rooms = rooms
        self._document_id = document_id
        self._tasks: list[asyncio.Task[None]] = []
        self._room: Room | None = None

    async def open(self, epoch: str | None = None) -> "Link":
        self._room = await self._rooms.join(self._document_id, epoch, self.client)
        self.peer.connect()
        self._tasks = [
            asyncio.create_task(self._guard(part)) for part in (self._read, self._write, self._end)
        ]
        return self

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._leave()

    async def send(self, frame: bytes) -> None:
        """As it comes from the wire. Raises SyncError."""
        assert self._room is not None
        await self._room.receive(self.client, read_message(frame))

    def _leave(self) -> None:
        if self._room is not None:
            self._rooms.leave(self._room, self.client)
            self._room = None
            self.peer.disconnect()

    async def _guard(self, part: Callable[[], Awaitable[None]]) -> None:
        try:
            await part()
        except SyncError as error:
            self.closed = self.closed or error
            self._leave()
            for task in self._tasks:
                if task is not asyncio.current_task():
                    task.cancel()

    async def _read(self) -> None:
        while True:
            for frame in self.peer.take():
                await self.send(frame)
            await asyncio.sleep(0)

    async def _write(self) -> None:
        while True:
            message = await self.client.next()
            self.client.sent(message)
            self.peer.receive(message)

    async def _end(self) -> None:
        raise await self.client.closing()


async def connected_until_saved(rooms: Rooms, peer: Peer, document_id: str = "d") -> Link:
    """Connect, again and again as providers do, until the relay has taken all that the peer has."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            link = await Link(rooms, peer, document_id).open()
            await until(partial(_is_settled, link))
            if link.closed is None:
                return link


def _is_settled(link: Link) -> bool:
    return link.peer.is_saved or link.closed is not None
