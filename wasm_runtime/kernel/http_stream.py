"""A response whose body is read in parts, as it comes."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from wasm_runtime.contracts.worker import CloseHttp, HttpPart, ReadHttp

from .blocking import Blocking
from .host import Host, HttpRequest, HttpResponse


class HttpStream:
    """One request. Whoever does not read the response to its end closes it, or lets go of it."""

    def __init__(self, host: Host, blocking: Blocking, request: HttpRequest) -> None:
        self._host = host
        self._blocking = blocking
        self._request = replace(request, stream_id=secrets.token_urlsafe(12))
        self._first = b""
        self._is_open = True

    def __del__(self) -> None:
        self.close()

    def response(self) -> HttpResponse:
        """Blocks for the head; its body is what has come. Raises HttpRefused, HttpTimeout."""
        try:
            return self._begun(self._blocking.response(self._request))
        except BaseException:  # Stop among them: the server is not to go on
            self.close()
            raise

    async def response_async(self) -> HttpResponse:
        """As `response`, awaited."""
        try:
            return self._begun(await self._host.fetch_http(self._request))
        except BaseException:
            self.close()
            raise

    def parts(self) -> Iterator[bytes]:
        """Blocks for each part. Raises HttpRefused; nothing is missing when it ends."""
        try:
            yield self._first
            while self._is_open:
                yield self._taken(self._blocking.http_part(self._next()))
        finally:
            self.close()

    async def parts_async(self) -> AsyncIterator[bytes]:
        """As `parts`, awaited."""
        try:
            yield self._first
            while self._is_open:
                yield self._taken(await self._host.read_http(self._next()))
        finally:
            self.close()

    def close(self) -> None:
        """Abort the request, unless it is over."""
        if self._is_open:
            self._is_open = False
            self._host.post(CloseHttp(stream_id=self._request.stream_id))

    def _begun(self, response: HttpResponse) -> HttpResponse:
        self._first = response.body
        self._is_open = not response.is_last
        return response

    def _next(self) -> ReadHttp:
        return ReadHttp(request_id="", stream_id=self._request.stream_id)

    def _taken(self, part: HttpPart) -> bytes:
        self._is_open = not part.is_last
        return part.body
