"""An honest client: a pycrdt document that speaks y-protocols over whatever carries its frames."""

import asyncio
from collections.abc import Iterable
from typing import Any

from pycrdt import Doc, Text, TransactionEvent

from relay.sync.lib0 import Reader
from relay.sync.messages import RECEIPT, answer, news, state_request


class Peer:
    """`outgoing` fills as the document is edited; `unsaved` is what the relay has not confirmed."""

    def __init__(self, client_id: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)
        self.text = self.doc.get("text", type=Text)
        self.outgoing: list[bytes] = []
        self.has_outgoing = asyncio.Event()
        self.unsaved = 0
        self.is_connected = False
        self._applying = False
        self._subscription = self.doc.observe(self._edited)

    def __str__(self) -> str:
        return str(self.text)

    @property
    def clocks(self) -> dict[int, int]:
        """How many edits of each client it has."""
        reader = Reader(self.doc.get_state())
        return {reader.number(): reader.number() for _ in range(reader.number())}

    @property
    def is_saved(self) -> bool:
        return self.is_connected and self.unsaved == 0

    def connect(self) -> None:
        """Begin a connection: ask for what is new; what was not confirmed will be sent again."""
        self.is_connected = True
        self.unsaved = 1  # the answer to the relay's own question
        self._answered = False
        self.outgoing = []
        self._say(state_request(self.doc.get_state()))

    def disconnect(self) -> None:
        self.is_connected = False
        self.outgoing = []

    def receive(self, frame: bytes) -> None:
        """Take what the relay sends."""
        if frame == RECEIPT:
            self.unsaved -= 1
            assert self.unsaved >= 0, "a receipt for nothing"
            return
        reader = Reader(frame)
        if reader.byte() != 0:
            return
        step = reader.byte()
        content = reader.block()
        if step == 0:
            if self._answered:
                self.unsaved += 1
            self._answered = True
            self._say(answer(self.doc.get_update(content)))
        else:
            self._applying = True
            try:
                self.doc.apply_update(content)
            finally:
                self._applying = False

    def take(self) -> Iterable[bytes]:
        """The frames to send, each once."""
        while self.outgoing:
            yield self.outgoing.pop(0)

    def _say(self, frame: bytes) -> None:
        self.outgoing.append(frame)
        self.has_outgoing.set()

    def _edited(self, event: TransactionEvent) -> None:
        if self.is_connected and not self._applying:
            self.unsaved += 1
            self._say(news(event.update))
