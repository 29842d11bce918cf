"""A model's answer as the answer to a request."""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from relay.auth.actor import actor_of
from relay.errors import STATUS_OF
from wasm_runtime.errors import WasmRuntimeError

from .asked import asked_of
from .endpoints import Endpoint
from .errors import ModelBusy, wire_body
from .service import AiService


class PassedAnswer(Response):
    """Sends an answer as it comes, and lets go of the provider when nobody is left to read it.

    An error before the head has the form that the providers' libraries know. After it, the response
    is left without its end, which closes the connection: no reader takes it for whole.
    """

    def __init__(self, service: AiService, endpoint: Endpoint, request: Request) -> None:
        super().__init__()
        self._service = service
        self._endpoint = endpoint
        self._request = request
        self._has_begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Until it is whole, nobody's leaving is looked for: nothing is under way yet.
        try:
            body = await self._request.body()
        except ClientDisconnect:
            return
        working = asyncio.create_task(self._work(body, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, leaving):
                task.cancel()
            await asyncio.gather(working, leaving, return_exceptions=True)
        error = None if working.cancelled() else working.exception()
        if error is None:
            return
        if not isinstance(error, WasmRuntimeError):
            raise error
        if not self._has_begun:
            await refusal_of(error)(scope, receive, send)

    async def _work(self, body: bytes, send: Send) -> None:
        request = self._request
        # A long conversation takes a while to read, and others are waiting.
        asked = await asyncio.to_thread(asked_of, self._endpoint, body, request.headers)
        document_id = request.path_params.get("document_id")
        rest: list[bytes] = []
        async with self._service.ask(actor_of(request), document_id, asked) as answer:
            async for chunk in answer.chunks():
                if asked.streams:
                    if not self._has_begun:
                        await self._begin(send, answer.headers)
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                else:
                    rest.append(chunk)
            headers = answer.headers
        # Only once it is on record.
        if not self._has_begun:
            await self._begin(send, headers)
        await send({"type": "http.response.body", "body": b"".join(rest), "more_body": False})

    async def _begin(self, send: Send, headers: list[tuple[str, str]]) -> None:
        self._has_begun = True
        # A proxy that collects what it passes on would hold the words back.
        headers = [*headers, ("cache-control", "no-store"), ("x-accel-buffering", "no")]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": 200, "headers": raw})


def refusal_of(error: WasmRuntimeError) -> Response:
    body = error.body()
    response = JSONResponse(
        wire_body(body),
        status_code=getattr(error, "status", None) or STATUS_OF[body.code],
        headers={
            "cache-control": "no-store",
            # The relay has tried again already; a library would make it three times three.
            "x-should-retry": "true" if isinstance(error, ModelBusy) else "false",
        },
    )
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        response.headers["retry-after"] = str(seconds)
    return response


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
