"""A request's body as an exchange: its head, and what follows as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.types import Receive

from relay.while_asked import disconnected
from wasm_runtime.contracts.codec import ContractError, decode
from wasm_runtime.contracts.net import MAX_HEAD_BYTES, NetRequest, NetResponse
from wasm_runtime.contracts.shape import contract_of

from .errors import BadExchange

CONTRACT = contract_of([NetRequest, NetResponse], {})
_LENGTH_BYTES = 4


class Gone(Exception):
    """Whoever asked has left."""


class Incoming:
    """Read once, in order: `head`, then `body`, then `left`."""

    def __init__(self, receive: Receive, content_length: int | None) -> None:
        self._receive = receive
        self._content_length = content_length
        self._rest = b""
        self._whole = asyncio.Event()
        self.body_length: int | None = None
        """Bytes of the body, when the client announced them; known once the head is read."""

    async def head(self) -> NetRequest:
        """Raises BadExchange, Gone."""
        length = int.from_bytes(await self._exactly(_LENGTH_BYTES), "big")
        if length > MAX_HEAD_BYTES:
            raise BadExchange(f"Expected a head of at most {MAX_HEAD_BYTES} bytes, got {length}.")
        text = await self._exactly(length)
        if self._content_length is not None:
            self.body_length = self._content_length - _LENGTH_BYTES - length
        try:
            asked = decode(json.loads(text), "NetRequest", CONTRACT)
        except (ContractError, ValueError, RecursionError) as error:
            raise BadExchange(f"The head is no NetRequest: {error}.") from error
        assert isinstance(asked, NetRequest)
        return asked

    async def body(self) -> AsyncIterator[bytes]:
        """Raises Gone."""
        while True:
            if self._rest:
                part, self._rest = self._rest, b""
                yield part
            elif self._whole.is_set():
                return
            else:
                await self._more()

    async def left(self) -> None:
        """Until whoever asked has gone; that is not looked at before the body is here."""
        await self._whole.wait()
        await disconnected(self._receive)

    async def is_empty(self) -> bool:
        """Whether there is no body. Raises Gone."""
        while not self._rest and not self._whole.is_set():
            await self._more()
        return not self._rest

    async def _exactly(self, length: int) -> bytes:
        while len(self._rest) < length:
            if self._whole.is_set():
                raise BadExchange("The body is no exchange: it ended within the head.")
            await self._more()
        found, self._rest = self._rest[:length], self._rest[length:]
        return found

    async def _more(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        self._rest += message.get("body", b"")
        if not message.get("more_body", False):
            self._whole.set()
