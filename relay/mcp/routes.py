"""`/mcp`, for whoever brings a token; the guard and the gate stand before it."""

import asyncio
import importlib
import re
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from relay.errors import Unavailable
from wasm_runtime.contracts.agents import MCP_PATH

from .service import McpService

if TYPE_CHECKING:
    from .transport import Handle

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Files for a sandbox come within a request."""
MCP_PATHS = re.compile(f"/{MCP_PATH}")


class McpEndpoint:
    """The route; what it needs of the SDK is imported when the first agent comes."""

    def __init__(self, names: Collection[str], public_origin: str | None) -> None:
        self._names = names
        self._public_origin = public_origin
        self._service: McpService | None = None
        self._handle: Handle | None = None
        self._turn = asyncio.Lock()
        self._leave = asyncio.Event()
        self._holding: asyncio.Task[None] | None = None

    def route(self) -> BaseRoute:
        return Route(f"/{MCP_PATH}", self, methods=["GET", "POST", "DELETE"])

    @asynccontextmanager
    async def serving(self, service: McpService) -> AsyncIterator[None]:
        """While open, requests are answered."""
        self._service = service
        try:
            yield
        finally:
            self._service = self._handle = None
            self._leave.set()
            if self._holding is not None:
                await self._holding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handle = self._handle or await self._begin()
        await handle(scope, receive, send)

    async def _begin(self) -> "Handle":
        async with self._turn:
            if self._handle is not None:
                return self._handle
            if self._service is None:
                raise Unavailable("The relay is stopping.")
            try:
                await asyncio.to_thread(importlib.import_module, "relay.mcp.transport")
            except ImportError as error:
                raise Unavailable(
                    "This relay has no MCP server: its library is not installed.",
                    hint='Install it there: pip install "wasm-runtime[mcp]".',
                ) from error
            begun: asyncio.Future[Handle] = asyncio.get_running_loop().create_future()
            self._holding = asyncio.create_task(self._hold(self._service, begun))
            self._handle = await begun
            return self._handle

    async def _hold(self, service: McpService, begun: "asyncio.Future[Handle]") -> None:
        """The SDK's task group is left by the task that entered it."""
        from .transport import streamable_http

        async with AsyncExitStack() as stack:
            try:
                http = streamable_http(service, self._names, self._public_origin, MAX_BODY_BYTES)
                begun.set_result(await stack.enter_async_context(http))
            except BaseException as error:
                begun.set_exception(error)
                raise
            await self._leave.wait()
