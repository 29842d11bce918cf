"""Whose address a request has that a proxy brought: what X-Forwarded-For says is believed of
proxies that the operator named, and of nobody else."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from .networks import Networks, address_in

FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A request with one of these was brought by a proxy."""
_KEY = "wasm_runtime.address_was_forwarded"


class ClientAddress:
    """Puts the client's address in place of that of a trusted proxy."""

    def __init__(self, app: ASGIApp, trusted: Networks) -> None:
        self.app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope.get("client"):
            peer, _ = scope["client"]
            hops = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
            address = nearest_stranger(peer, hops, self._trusted)
            if address != peer:
                scope = {**scope, "client": (address, 0), _KEY: True}
        await self.app(scope, receive, send)


def nearest_stranger(peer: str, hops: Sequence[str], trusted: Networks) -> str:
    """The first address that is no trusted proxy's: of `peer`, then of the hops from the right.

    Each proxy adds whom it was asked by; what stands further left anybody may have written.
    """
    address = peer
    for hop in reversed(hops):
        here, before = address_in(address), address_in(hop)
        if here is None or here not in trusted or before is None:
            break
        address = str(before)
    return address


def is_told_by_trusted(connection: HTTPConnection) -> bool:
    """Whether the address is one that a trusted proxy said."""
    return bool(connection.scope.get(_KEY))


def is_forwarded(connection: HTTPConnection) -> bool:
    """Whether a proxy brought it, whoever that is."""
    return any(name in connection.headers for name in FORWARDING_HEADERS)
