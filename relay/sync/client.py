"""One client of a room: what is to be sent to it, and what it waits to hear is saved."""

import asyncio
from collections import deque
from collections.abc import Sequence

from relay.auth.actor import Actor
from wasm_runtime.contracts.access import Role

from .errors import SyncError, TooSlow
from .messages import RECEIPT

_MAX_UNSAVED = 256
"""Edits under way for one client; it is not read further until some are on disk."""


class Client:
    """Sending to it never waits: one that does not read is closed, and nobody else notices.

    The edge takes what `next` gives and sends it; the room calls all the rest.
    """

    def __init__(self, actor: Actor, max_outbox_bytes: int) -> None:
        self.actor = actor
        self.role: Role | None = None
        """What it was when it joined."""
        self._max_outbox_bytes = max_outbox_bytes
        self._outbox: deque[bytes] = deque()
        self._outbox_bytes = 0
        self._answer: deque[bytes] = deque()
        self._answer_bytes = 0
        self._closed: SyncError | None = None
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._receipts: deque[int | None] = deque()

    @property
    def is_waiting_for_receipts(self) -> bool:
        return bool(self._receipts)

    def answer(self, messages: Sequence[bytes]) -> None:
        """Send a whole document, which may be larger than the bound; once `is_read_up`."""
        self._answer.extend(messages)
        self._answer_bytes += sum(map(len, messages))
        for message in messages:
            self.send(message)

    def send(self, message: bytes) -> None:
        if self._closed is not None:
            return
        waiting = self._outbox_bytes - self._answer_bytes
        if waiting > self._max_outbox_bytes:
            self.close(TooSlow(f"{waiting} bytes wait to be read."))
            return
        self._outbox.append(message)
        self._outbox_bytes += len(message)
        self._changed.set()

    def close(self, reason: SyncError) -> None:
        """End the connection, with what waits unsent; the first reason counts."""
        if self._closed is None:
            self._closed = reason
            self._outbox.clear()
            self._changed.set()
            self._ended.set()

    def must_be_open(self) -> None:
        """Raises the reason for which the client was closed: what it still says is not taken."""
        if self._closed is not None:
            raise self._closed

    async def next(self) -> bytes:
        """The next message to send."""
        while not self._outbox:
            self._changed.clear()
            await self._changed.wait()
        return self._outbox.popleft()

    async def closing(self) -> SyncError:
        """Wait until the client is closed; the reason. A message that is being sent may hang."""
        await self._ended.wait()
        assert self._closed is not None
        return self._closed

    def sent(self, message: bytes) -> None:
        """The message has left: it no longer counts against the bound."""
        self._outbox_bytes -= len(message)
        if self._answer and message is self._answer[0]:
            self._answer_bytes -= len(self._answer.popleft())
        self._changed.set()

    async def is_read_up(self) -> None:
        """Wait until nothing waits to be sent, so that nobody can ask faster than read."""
        while self._outbox_bytes and self._closed is None:
            self._changed.clear()
            await self._changed.wait()

    async def has_room(self) -> None:
        """Wait until another edit of the client may be taken."""
        while len(self._receipts) >= _MAX_UNSAVED and self._closed is None:
            self._changed.clear()
            await self._changed.wait()

    def expect_receipt(self, sequence: int | None) -> None:
        """The next receipt is due once `sequence` is saved; None: that is not known yet."""
        self._receipts.append(sequence)

    def resolve_receipts(self, sequence: int) -> None:
        """The receipts of which it was not known are due at `sequence`."""
        self._receipts = deque(sequence if due is None else due for due in self._receipts)

    def saved(self, sequence: int) -> None:
        """Everything up to `sequence` is on disk: send the receipts that are due, in order."""
        while self._receipts and (due := self._receipts[0]) is not None and due <= sequence:
            self._receipts.popleft()
            self.send(RECEIPT)
