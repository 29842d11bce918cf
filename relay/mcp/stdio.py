"""`wasm-runtime mcp`: an agent's program on this machine, over its stdin and stdout.

Python runs in sandboxes here; notebooks are a relay's, asked with a token.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

import wasm_runtime
from relay.auth.actor import Actor, Grant
from wasm_runtime.contracts.agents import Scope
from wasm_runtime.contracts.document import User

from .server import INSTRUCTIONS, NAME, Context, called, listed, read, templates, tool_of
from .service import McpService

_TIMEOUT_SECONDS = 330.0
"""Longer than a tool may take at the relay."""


@dataclass(frozen=True, kw_only=True)
class RelayAccess:
    """Where a relay answers MCP, and the token that opens it."""

    url: str
    token: str = field(repr=False)


def local_actor() -> Actor:
    """The program that started us: it is somebody at this machine, who may run Python."""
    scopes: frozenset[Scope] = frozenset({"mcp:run"})
    grant = Grant("stdio", "local", scopes, None, float("inf"))
    return Actor(User(id="agent-stdio", name="an agent", color="#5b6472"), guest=True, grant=grant)


async def serve_stdio(service: McpService, relay: RelayAccess | None) -> None:
    """Until the client closes our stdin. Raises what keeps the relay from being reached."""
    async with AsyncExitStack() as stack:
        remote = await stack.enter_async_context(_connected(relay)) if relay else None
        server = stdio_server_of(service, remote)
        reading, writing = await stack.enter_async_context(stdio_server())
        await server.run(reading, writing, server.create_initialization_options())


def stdio_server_of(service: McpService, remote: Client | None) -> Server[Any]:
    """Our own tools, and those that the relay has beside them."""
    actor = local_actor()

    async def list_tools(
        ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        tools = [tool_of(tool) for tool in service.tools_for(actor)]
        own = {tool.name for tool in tools}
        if remote is not None:
            tools += [tool for tool in (await remote.list_tools()).tools if tool.name not in own]
        return types.ListToolsResult(tools=tools)

    async def call_tool(ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        arguments = dict(params.arguments or {})
        if params.name in service.tools or remote is None:
            return await called(service, actor, params.name, arguments)
        return await remote.call_tool(params.name, arguments)

    async def list_resources(
        ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        resources = await listed(service, actor)
        own = {resource.uri for resource in resources}
        if remote is not None:
            found = (await remote.list_resources()).resources
            resources += [resource for resource in found if resource.uri not in own]
        return types.ListResourcesResult(resources=resources)

    async def list_templates(
        ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=templates() if remote else [])

    async def read_resource(
        ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if remote is not None and service.is_of_notebook(params.uri):
            return await remote.read_resource(params.uri)
        return await read(service, actor, params.uri)

    return Server(
        NAME,
        version=wasm_runtime.__version__,
        title="wasm-runtime notebooks",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


@asynccontextmanager
async def _connected(relay: RelayAccess) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {relay.token}"}
    timeout = httpx2.Timeout(30, read=_TIMEOUT_SECONDS)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout, trust_env=False) as http,
        Client(streamable_http_client(relay.url, http_client=http), cache=None) as client,
    ):
        yield client
