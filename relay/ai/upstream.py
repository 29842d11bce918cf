"""One request to a provider: it goes nowhere else, and no word of a library's is told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import httpx2

from .declaration import Provider
from .errors import ProviderFailed, ProviderTimeout

_CONNECT_SECONDS = 10.0
Headers = list[tuple[str, str]]


class Received(Protocol):
    """An answer whose head has come."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def parts(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises ProviderFailed, ProviderTimeout."""

    async def close(self) -> None:
        """Also in the middle: the connection ends, and with it what the provider computes."""


class Upstream(Protocol):
    """`HttpUpstream` is the real one, `FakeUpstream` the tests'."""

    async def send(
        self, provider: Provider, method: str, path: str, headers: Headers, body: bytes | None
    ) -> Received:
        """Raises ProviderFailed, ProviderTimeout."""


@asynccontextmanager
async def open_upstream() -> AsyncIterator["HttpUpstream"]:
    async with httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=50),
        # Not by a proxy that the environment names, nor with credentials of a netrc file.
        trust_env=False,
        follow_redirects=False,
    ) as client:
        yield HttpUpstream(client)


class HttpUpstream:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def send(
        self, provider: Provider, method: str, path: str, headers: Headers, body: bytes | None
    ) -> Received:
        request = self._client.build_request(
            method,
            f"{provider.base}/{path}",
            # What is compressed would come in blocks, and not word by word.
            headers=[*headers, ("accept-encoding", "identity"), ("user-agent", "wasm-runtime")],
            content=body,
        )
        try:
            async with asyncio.timeout(provider.first_byte_seconds):
                response = await self._client.send(request, stream=True)
        except (TimeoutError, httpx2.TimeoutException):
            raise ProviderTimeout(f"{provider.name} did not answer in time.") from None
        except httpx2.HTTPError:
            raise ProviderFailed(f"{provider.name} could not be reached from the relay.") from None
        return _HttpReceived(provider, response)


class _HttpReceived:
    def __init__(self, provider: Provider, response: httpx2.Response) -> None:
        self._provider = provider
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def parts(self) -> AsyncIterator[bytes]:
        name = self._provider.name
        incoming = self._response.aiter_raw()
        while True:
            try:
                async with asyncio.timeout(self._provider.silence_seconds):
                    part = await anext(incoming, None)
            except (TimeoutError, httpx2.TimeoutException):
                raise ProviderTimeout(f"{name} fell silent in the middle of its answer.") from None
            except httpx2.HTTPError:
                raise ProviderFailed(f"{name} broke off in the middle of its answer.") from None
            if part is None:
                return
            yield part

    async def close(self) -> None:
        await self._response.aclose()
