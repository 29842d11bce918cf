"""An agent as a peer in a room: a document of its own that the room keeps in step."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from pycrdt import Doc, TransactionEvent

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.auth.roles import Verb
from relay.errors import RelayError
from relay.sync.archive import Archive
from relay.sync.client import Client
from relay.sync.lib0 import Reader, block_bytes, number_bytes
from relay.sync.messages import (
    RECEIPT,
    AwarenessUpdate,
    Edit,
    Message,
    StateRequest,
    read_message,
)
from relay.sync.room import Room
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.document import Runtime
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.notebook import Notebook
from wasm_runtime.runs import Runs

from .notebooks import Present


class RoomPeer:
    """`live` is its life: it takes what the room says and says what was written here."""

    def __init__(
        self,
        room: Room,
        client: Client,
        access: Access,
        archive: Archive,
    ) -> None:
        self.doc: Doc[Any] = Doc()
        self._room = room
        self._client = client
        self._access = access
        self._archive = archive
        self._states: dict[int, tuple[int, Present | None]] = {}
        self._outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self._unsaved = 1  # the answer to the room's own question
        self._was_asked = self._is_whole = self._is_applying = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._ended: RelayError | None = None
        self._clock = 0
        self._state: dict[str, Any] = {}
        self._offered: Runtime | None = None
        self._copy: Doc[Any] | None = None
        self._subscription = self.doc.observe(self._edited)

    @property
    def id(self) -> str:
        return self._room.document_id

    @property
    def actor(self) -> Actor:
        return self._client.actor

    @property
    def notebook(self) -> Notebook:
        if self.may("write"):
            return Notebook(self.doc)
        if self._copy is None:
            self._copy = Doc()
            self._copy.apply_update(self.doc.get_update())
        return Notebook(self._copy)

    @property
    def runs(self) -> Runs:
        return Runs(self.doc)

    @property
    def present(self) -> Mapping[int, Present]:
        return {number: state for number, (_, state) in self._states.items() if state is not None}

    @property
    def ended(self) -> RelayError | None:
        """Why the room let it go."""
        return self._ended

    def may(self, verb: Verb) -> bool:
        return self._access.allows(self._client.actor, verb, self.id)

    def point_at(self, cell_id: str) -> None:
        if self._state.get("cell_id") != cell_id:
            self._tell({**self._state, "cell_id": cell_id})

    @property
    def offered(self) -> Runtime | None:
        return self._offered

    def offer(self, runtime: Runtime | None) -> None:
        self._offered = runtime
        self._tell({**self._state, "runtime": encode(runtime) if runtime else None})

    async def blob(self, sha256: str) -> bytes | None:
        try:
            return await self._archive.blob(self.actor, self.id, sha256)
        except RelayError:
            return None

    async def keep_blob(self, sha256: str, content: bytes) -> None:
        await self._archive.put_blob(self.actor, self.id, sha256, content)

    async def whole(self) -> None:
        """Wait until everything that the room has is here."""
        await self._until(lambda: self._is_whole)

    async def saved(self) -> None:
        await self._until(lambda: self._is_whole and self._unsaved == 0)

    async def changed(self) -> None:
        """The next change; what comes before the caller waits again is not missed as long as it
        looks at the document in between without waiting."""
        if self._ended is not None:
            raise self._ended
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    async def live(self) -> None:
        """Until cancelled, or until the room ends it."""
        self._outgoing.put_nowait(StateRequest(self.doc.get_state()))
        self._tell({})
        tasks = [
            asyncio.create_task(self._take_all()),
            asyncio.create_task(self._say_all()),
            asyncio.create_task(self._closing()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except RelayError as error:
            self._ended = error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.doc.unobserve(self._subscription)
            self._wake()

    async def _closing(self) -> None:
        raise await self._client.closing()

    async def _take_all(self) -> None:
        while True:
            frame = await self._client.next()
            self._take(frame)
            self._client.sent(frame)

    async def _say_all(self) -> None:
        while True:
            await self._room.receive(self._client, await self._outgoing.get())

    def _take(self, frame: bytes) -> None:
        if frame == RECEIPT:
            self._unsaved -= 1
            self._wake()
            return
        match read_message(frame):
            case StateRequest(state_vector):
                if self._was_asked:
                    self._unsaved += 1
                self._was_asked = True
                update = self.doc.get_update(state_vector)
                self._outgoing.put_nowait(Edit(update, is_answer=True))
            case Edit(update, is_answer):
                self._is_applying, self._copy = True, None
                try:
                    self.doc.apply_update(update)
                finally:
                    self._is_applying = False
                self._is_whole = self._is_whole or is_answer
            case AwarenessUpdate(states):
                self._meet(states)
        self._wake()

    def _edited(self, event: TransactionEvent) -> None:
        if not self._is_applying:
            self._copy = None
            self._unsaved += 1
            self._outgoing.put_nowait(Edit(event.update, is_answer=False))

    def _meet(self, states: bytes) -> None:
        reader = Reader(states)
        for _ in range(reader.number()):
            number, clock = reader.number(), reader.number(2**32)
            state = reader.block()
            if number != self.doc.client_id and clock >= self._states.get(number, (0, None))[0]:
                self._states[number] = (clock, _present(state))

    def _tell(self, state: dict[str, Any]) -> None:
        # The room puts the agent's user into it.
        self._state, self._clock = state, self._clock + 1
        text = json.dumps({key: value for key, value in state.items() if value is not None})
        parts = (number_bytes(1), number_bytes(self.doc.client_id), number_bytes(self._clock))
        self._outgoing.put_nowait(AwarenessUpdate(b"".join(parts) + block_bytes(text.encode())))

    async def _until(self, is_true: Callable[[], bool]) -> None:
        while not is_true():
            await self.changed()
        if self._ended is not None:
            raise self._ended

    def _wake(self) -> None:
        for waiting in self._waiting:
            if waiting.done():
                continue
            if self._ended is not None:
                waiting.set_exception(self._ended)
            else:
                waiting.set_result(None)


def _present(state: bytes) -> Present | None:
    """None for who has left, or says nothing that is known."""
    with suppress(ValueError, RecursionError, ContractError):
        value = json.loads(state)
        if isinstance(value, dict):
            known = decode(value, "AwarenessState", CONTRACT)
            return Present(user=known.user, runtime=known.runtime)
    return None
