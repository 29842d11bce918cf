"""httpx and httpx2 without sockets: the page sends what they ask, and answers come in parts."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .host import HttpRefused, HttpResponse, HttpTimeout
from .http_fetch import HttpFetch, longest
from .http_stream import HttpStream

# The page has decoded the body already.
_NOT_REPEATED = frozenset(["content-encoding", "content-length", "transfer-encoding"])


def httpx(fetch: HttpFetch, package: str, name: str) -> Callable[[Any], None]:
    """Puts the transports below in the place of a module's `name` and `Async` + `name`."""

    def replace(module: Any) -> None:
        # The package itself is still being imported.
        sync, awaited = _transports(fetch, package)
        setattr(module, name, sync)
        setattr(module, f"Async{name}", awaited)

    return replace


def _transports(fetch: HttpFetch, package: str) -> tuple[type, type]:
    base = importlib.import_module(f"{package}._transports.base")
    types = importlib.import_module(f"{package}._types")
    errors = importlib.import_module(f"{package}._exceptions")

    @contextmanager
    def as_errors(request: Any, refused: Any) -> Iterator[None]:
        try:
            yield
        except HttpTimeout as error:
            raise errors.ReadTimeout(str(error), request=request) from error
        except HttpRefused as error:
            raise refused(str(error), request=request) from error

    def response(request: Any, found: HttpResponse, stream: Any) -> Any:
        models = importlib.import_module(f"{package}._models")
        dropped = () if request.method == "HEAD" else _NOT_REPEATED
        headers = [(name, value) for name, value in found.headers if name not in dropped]
        return models.Response(found.status, headers=headers, stream=stream)

    class PageStream(types.SyncByteStream):  # type: ignore[name-defined,misc]
        """A body as the page hands it over."""

        def __init__(self, stream: HttpStream, request: Any) -> None:
            self._stream = stream
            self._request = request

        def __iter__(self) -> Iterator[bytes]:
            with as_errors(self._request, errors.ReadError):
                yield from self._stream.parts()

        def close(self) -> None:
            self._stream.close()

    class AsyncPageStream(types.AsyncByteStream):  # type: ignore[name-defined,misc]
        """The same, awaited."""

        def __init__(self, stream: HttpStream, request: Any) -> None:
            self._stream = stream
            self._request = request

        async def __aiter__(self) -> AsyncIterator[bytes]:
            with as_errors(self._request, errors.ReadError):
                async for part in self._stream.parts_async():
                    yield part

        async def aclose(self) -> None:
            self._stream.close()

    class PageTransport(base.BaseTransport):  # type: ignore[name-defined,misc]
        """Sends what is asked for through the page."""

        def __init__(self, **_: Any) -> None:
            """The browser chooses certificates, protocol and limits."""

        def handle_request(self, request: Any) -> Any:
            body = request.read()
            with as_errors(request, errors.ConnectError):
                fetch.check_waiting(str(request.url))
                stream = fetch.stream(*_asked(request, body))
                return response(request, stream.response(), PageStream(stream, request))

    class AsyncPageTransport(base.AsyncBaseTransport):  # type: ignore[name-defined,misc]
        """The same, awaited."""

        def __init__(self, **_: Any) -> None:
            """The browser chooses certificates, protocol and limits."""

        async def handle_async_request(self, request: Any) -> Any:
            body = await request.aread()
            with as_errors(request, errors.ConnectError):
                stream = fetch.stream(*_asked(request, body))
                found = await stream.response_async()
                return response(request, found, AsyncPageStream(stream, request))

    return PageTransport, AsyncPageTransport


def _asked(
    request: Any, body: bytes
) -> tuple[str, str, list[tuple[str, str]], bytes, float | None]:
    timeouts = request.extensions.get("timeout", {})
    limit = longest(timeouts.get("connect"), timeouts.get("read"))
    return request.method, str(request.url), list(request.headers.items()), body, limit
