"""What headless Python asks of the relay itself, carried out at one that the command line names."""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from wasm_runtime.contracts.relay_api import ErrorBody, ErrorCode
from wasm_runtime.contracts.relay_requests import (
    RELAY_ADDRESS,
    RELAY_ANSWER_HEADERS,
    RELAY_HOST,
    RELAY_REQUEST_HEADERS,
    RELAY_REQUEST_PATTERN,
)
from wasm_runtime.contracts.worker import (
    AnswerHttp,
    CloseHttp,
    FetchHttp,
    HttpPart,
    ReadHttp,
    RefuseRequest,
)

from .relay_address import RelayAddress

_MAY_BE_ASKED = re.compile(RELAY_REQUEST_PATTERN)
_SENT = frozenset(RELAY_REQUEST_HEADERS.split())
_RETURNED = frozenset(RELAY_ANSWER_HEADERS.split())
_MOST_STREAMS = 16
_MAX_WHOLE_BYTES = 64 * 1024**2
_LONGEST_SILENCE_SECONDS = 600.0
"""A model may think for minutes before its first word; the relay has limits of its own."""

_R = TypeVar("_R")


def is_for_relay(request: FetchHttp) -> bool:
    """Whether nobody but the relay may be asked."""
    try:
        return httpx2.URL(request.url).host == RELAY_HOST
    except (httpx2.InvalidURL, ValueError):
        return False


class RelayRequests:
    """Sends, reads and closes requests; used as a context, which ends those that are left."""

    def __init__(
        self, relay: RelayAddress | None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._relay = relay
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
        self._streams: dict[str, _Stream] = {}

    async def __aenter__(self) -> "RelayRequests":
        if self._relay is not None:
            self._client = httpx2.AsyncClient(
                headers={"cookie": self._relay.cookie} if self._relay.cookie else {},
                transport=self._transport,
                trust_env=False,
                follow_redirects=False,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        for stream_id in list(self._streams):
            await self._end(stream_id)
        if self._client is not None:
            await self._client.aclose()

    async def answer(self, message: FetchHttp | ReadHttp) -> AnswerHttp | HttpPart | RefuseRequest:
        """The response, or the next part of one, or why there is none."""
        try:
            if isinstance(message, FetchHttp):
                return await self._begin(message)
            return await self._read(message)
        except _Refused as refused:
            error = refused.body
        except httpx2.TimeoutException:
            error = _body("timeout", "The relay was silent for too long.", "Try again later.")
        except httpx2.HTTPError:
            error = _body(
                "unavailable",
                "The relay cannot be reached, or did not answer to the end.",
                "See that it runs where --relay says.",
            )
        if message.stream_id:
            await self._end(message.stream_id)
        return RefuseRequest(request_id=message.request_id, error=error)

    async def close(self, message: CloseHttp) -> None:
        """Abort a request, also one that is not answered yet."""
        await self._end(message.stream_id)

    async def _begin(self, request: FetchHttp) -> AnswerHttp:
        asked = request.url.removeprefix(RELAY_ADDRESS)
        if asked == request.url or not _MAY_BE_ASKED.fullmatch(f"{request.method} {asked}"):
            raise _Refused(
                "network_refused",
                f"Python may not ask the relay for {request.method} {request.url[:200]}.",
                "It may ask for AI models below ai/ (GET, POST) and for files below storages/ "
                "(GET, HEAD, PUT, DELETE).",
            )
        if self._relay is None or self._client is None:
            raise _Refused(
                "unavailable",
                "This run has no relay, so it has neither AI models nor storages.",
                "Name one: wasm-runtime run --relay http://127.0.0.1:8000/ NOTEBOOK",
            )
        if len(self._streams) >= _MOST_STREAMS or request.stream_id in self._streams:
            raise _Refused(
                "too_many_requests",
                f"{_MOST_STREAMS} requests to the relay are open.",
                "Read their answers to the end or close them.",
            )
        stream = _Stream()
        # One that is answered whole is in nobody's way and cannot be closed.
        key = request.stream_id or f"whole {id(stream)}"
        self._streams[key] = stream
        try:
            answer = await stream.unless_closed(self._sent(stream, request, asked))
        except BaseException:
            await self._end(key)
            raise
        if answer.is_last:
            await self._end(key)
        return answer

    async def _sent(self, stream: "_Stream", request: FetchHttp, asked: str) -> AnswerHttp:
        assert self._relay is not None
        assert self._client is not None
        silence = request.timeout_seconds or _LONGEST_SILENCE_SECONDS
        pairs = (pair for pair in request.headers if len(pair) == 2)
        response = await stream.life.enter_async_context(
            self._client.stream(
                request.method,
                self._relay.address_of(asked),
                headers=[(name, value) for name, value in pairs if name.lower() in _SENT],
                content=request.body,
                timeout=httpx2.Timeout(30, read=silence),
            )
        )
        if response.has_redirect_location:
            raise httpx2.RemoteProtocolError("the relay redirects", request=response.request)
        stream.parts = response.aiter_bytes()
        body, is_last = (
            await stream.next_part() if request.stream_id else (await _whole(stream.parts), True)
        )
        return AnswerHttp(
            request_id=request.request_id,
            status=response.status_code,
            reason=response.reason_phrase,
            url=request.url,
            headers=[
                [name, value]
                for name, value in response.headers.multi_items()
                if name.lower() in _RETURNED
            ],
            body=body,
            is_last=is_last,
        )

    async def _read(self, message: ReadHttp) -> HttpPart:
        stream = self._streams.get(message.stream_id)
        if stream is None:
            raise _closed()
        body, is_last = await stream.unless_closed(stream.next_part())
        if is_last:
            await self._end(message.stream_id)
        return HttpPart(request_id=message.request_id, body=body, is_last=is_last)

    async def _end(self, key: str) -> None:
        stream = self._streams.pop(key, None)
        if stream is not None:
            stream.closed.set()
            async with stream.busy:
                await stream.life.aclose()


@dataclass(eq=False)
class _Stream:
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    life: AsyncExitStack = field(default_factory=AsyncExitStack)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One thing at a time is done with the response, and closing it is the last."""
    parts: AsyncIterator[bytes] | None = None

    async def next_part(self) -> tuple[bytes, bool]:
        """The next bytes, and whether they are the last."""
        if self.parts is None:
            raise _closed()
        body = await anext(self.parts, None)
        return (b"", True) if body is None else (body, False)

    async def unless_closed(self, work: Coroutine[Any, Any, _R]) -> _R:
        """What `work` gives. Raises _Refused as soon as the stream is closed."""

        async def alone() -> _R:
            async with self.busy:
                return await work

        task = asyncio.ensure_future(alone())
        closing = asyncio.ensure_future(self.closed.wait())
        try:
            await asyncio.wait({task, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            raise _closed()
        return task.result()


class _Refused(Exception):
    def __init__(self, code: ErrorCode, message: str, hint: str) -> None:
        super().__init__(message)
        self.body = _body(code, message, hint)


def _body(code: ErrorCode, message: str, hint: str) -> ErrorBody:
    return ErrorBody(code=code, message=message, hint=hint)


def _closed() -> _Refused:
    return _Refused("unavailable", "The request was closed.", "Send it again.")


async def _whole(parts: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for part in parts:
        content += part
        if len(content) > _MAX_WHOLE_BYTES:
            raise _Refused(
                "too_large",
                f"The relay's answer is larger than {_MAX_WHOLE_BYTES // 1024**2} MiB.",
                "Ask for a part of it.",
            )
    return bytes(content)
