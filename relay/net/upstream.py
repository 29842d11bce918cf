"""One HTTP request to one host, and the host's failures in our own words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpcore2

from .declaration import Host
from .errors import HostFailed, HostTimeout
from .headers import Pairs
from .target import Target

_CONNECT_SECONDS = 10.0


class Upstream:
    """`pool` opens connections to checked addresses alone (CheckedBackend)."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        self._pool = pool

    async def send(
        self,
        method: str,
        target: Target,
        headers: Pairs,
        body: AsyncIterator[bytes] | None,
        seconds: float,
    ) -> httpcore2.Response:
        """The answer's head; its body is still to be read, and the answer to be closed.

        `seconds` is how long the host may be silent. Raises HostFailed, HostTimeout.
        """
        sent = [("host", target.name), *headers]
        request = httpcore2.Request(
            method,
            httpcore2.URL(
                scheme=target.scheme.encode(),
                host=target.host.strip("[]").encode(),
                port=target.port,
                target=target.path,
            ),
            headers=[(name.encode(), value.encode()) for name, value in sent],
            content=body,
            extensions={
                "timeout": {
                    "connect": min(_CONNECT_SECONDS, seconds),
                    "read": seconds,
                    "write": seconds,
                    "pool": seconds,
                }
            },
        )
        with in_our_words(target):
            return await self._pool.handle_async_request(request)


def new_pool(backend: httpcore2.AsyncNetworkBackend) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        ssl_context=httpcore2.default_ssl_context(),
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=30,
        network_backend=backend,
    )


@contextmanager
def in_our_words(target: Target) -> Iterator[None]:
    """Raises HostFailed, HostTimeout: what a library says may repeat what was sent."""
    try:
        yield
    except httpcore2.ConnectTimeout:
        raise HostTimeout(f"{target.name} could not be reached in time.") from None
    except httpcore2.TimeoutException:
        raise too_slow(target) from None
    except httpcore2.ConnectError as error:
        raise HostFailed(
            f"{target.name} could not be reached from the relay: {_because(error)}."
        ) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError):
        raise HostFailed(
            f"{target.name} broke off, or did not answer as HTTP says it should.",
            hint="Try again.",
        ) from None


def too_slow(target: Target, host: Host | None = None) -> HostTimeout:
    limit = f" within {host.max_seconds:g} seconds" if host else " in time"
    return HostTimeout(
        f"{target.name} did not answer{limit}.", hint="Try again later, or ask for less."
    )


def _because(error: BaseException) -> str:
    import socket
    import ssl

    at: BaseException | None = error
    while at is not None:
        if isinstance(at, ssl.SSLError):
            return "its certificate does not hold"
        if isinstance(at, socket.gaierror | UnicodeError):
            return "there is no such name"
        at = at.__cause__ or at.__context__
    return "nobody answers there"
