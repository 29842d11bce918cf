"""A request through the gateway and its answer, streamed both ways."""

import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from relay.auth.actor import Actor
from relay.while_asked import while_asked
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.net import EXCHANGE_TYPE
from wasm_runtime.errors import WasmRuntimeError

from .incoming import Gone, Incoming
from .service import NetService


class Exchange(Response):
    """Sends a host's answer as it comes, and lets go of the host when nobody is left to read it.

    An error before the head is raised, to be answered like any other. After it, the response is
    left without its end, which closes the connection: no reader takes it for whole.
    """

    def __init__(
        self, service: NetService, actor: Actor, document_id: str | None, length: int | None
    ) -> None:
        super().__init__()
        self._service = service
        self._actor = actor
        self._document_id = document_id
        self._length = length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(receive, self._length)
        sending = _Sending(send)
        error = await while_asked(self._work(incoming, sending), incoming.left())
        if error is None or isinstance(error, Gone):
            return
        if sending.has_begun and isinstance(error, WasmRuntimeError):
            return
        raise error

    async def _work(self, incoming: Incoming, sending: "_Sending") -> None:
        asked = await incoming.head()
        async with self._service.fetch(self._actor, self._document_id, asked, incoming) as answer:
            head = json.dumps(encode(answer.head)).encode()
            await sending.begin(len(head).to_bytes(4, "big") + head)
            async for chunk in answer.chunks():
                await sending.part(chunk)
        # Only once it is on record.
        await sending.part(b"", more=False)


class _Sending:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def begin(self, head: bytes) -> None:
        self.has_begun = True
        headers = [(b"content-type", EXCHANGE_TYPE.encode()), (b"cache-control", b"no-store")]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.part(head)

    async def part(self, content: bytes, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": more})
