"""Streamable HTTP of the SDK; imported when the first agent comes, for it is large."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeAlias

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from relay.auth.actor import Actor, actor_of

from .server import Context, server_of
from .service import McpService

Handle: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


@asynccontextmanager
async def streamable_http(
    service: McpService, names: Collection[str], public_origin: str | None, max_body_bytes: int
) -> AsyncIterator[Handle]:
    """Answers requests while it is open: one exchange each, nothing is kept between two."""
    manager = StreamableHTTPSessionManager(
        app=server_of(service, _actor),
        stateless=True,
        security_settings=_security(names, public_origin),
        max_request_body_size=max_body_bytes,
    )
    async with manager.run():
        yield manager.handle_request


def _actor(ctx: Context) -> Actor:
    """Whom the gate found."""
    assert isinstance(ctx.request, HTTPConnection)
    return actor_of(ctx.request)


def _security(names: Collection[str], public_origin: str | None) -> TransportSecuritySettings:
    """The guard's own rules once more: without these the SDK checks loopback alone."""
    hosts = [pattern for name in sorted(names) for pattern in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    if public_origin is not None:
        origins.append(public_origin)
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
