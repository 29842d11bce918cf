"""Connections to checked addresses alone: a name is looked up once, and where that leads is decided
on before a byte is sent."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

import httpcore2

from .addresses import is_own, is_public
from .errors import AddressRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_HINT = (
    "A name must lead to public addresses only. An operator who means a private one names it in "
    "allow_private."
)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, or of another spelling of one. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Opens the pool's connections. `allow_private` are addresses with their port, such as
    127.0.0.1:8000 or [::1]:8000, that the operator means although they are private."""

    def __init__(
        self,
        allow_private: Collection[str] = (),
        resolve: Resolve = system_resolver,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allow_private = frozenset(allow_private)
        self._resolve = resolve
        self._backend = backend or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the base class's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises AddressRefused, and httpcore2's errors."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host.strip("[]"), port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError from error
        # One private address among public ones is how a name is rebound: none of them is trusted.
        for address in addresses:
            self._check(host, address, port)
        failure: Exception = httpcore2.ConnectError()
        for address in addresses:
            try:
                stream = await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            try:
                self._check(host, str(stream.get_extra_info("server_addr")[0]), port)
            except BaseException:
                await stream.aclose()
                raise
            return stream
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # the base class's
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("A socket of this machine is nobody's to reach.")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    def _check(self, host: str, address: str, port: int) -> None:
        shown = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        if shown in self._allow_private:
            return
        if not is_public(address) or is_own(address):
            # Not which address: who asks is not to map the network behind the relay.
            raise AddressRefused(f"{host} leads into a private network.", hint=_HINT)
