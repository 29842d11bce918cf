"""`wasm-runtime mcp`: the command line of the stdio server."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from relay.loopback import is_loopback
from wasm_runtime.errors import UsageError

if TYPE_CHECKING:
    from .stdio import RelayAccess

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_URL_VARIABLE = "WASM_RUNTIME_MCP_URL"
TOKEN_VARIABLE = "WASM_RUNTIME_MCP_TOKEN"


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "mcp",
        help="serve agents on this machine over stdin and stdout",
        description="Gives an agent run_python, in fresh sandboxes of this machine, and with "
        f"--relay the notebooks of a relay; {TOKEN_VARIABLE} holds the token for it "
        '("wasm-runtime token add").',
    )
    parser.add_argument("--relay", metavar="URL",
                        help=f"a relay's MCP address, http://…/mcp (${_URL_VARIABLE})")  # fmt: skip
    parser.add_argument("--env", metavar="NAME", help="environment to hold ready (the default)")
    parser.add_argument("--allow-net", action="append", default=[], metavar="HOST",
                        help="a host Python may ask")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until stdin is closed. Nothing else may be written to stdout."""
    relay = _relay(options.relay or os.environ.get(_URL_VARIABLE))
    asyncio.run(_serve(relay, options.env, frozenset(map(str.lower, options.allow_net))))
    return 0


async def _serve(
    relay: "RelayAccess | None", environment: str | None, allowed_hosts: frozenset[str]
) -> None:
    from wasm_runtime.environments.cache import Cache

    from .opening import spare_kernels
    from .python_tool import PythonTool
    from .resources import Resources
    from .sandboxes import Sandboxes
    from .service import McpService
    from .stdio import serve_stdio

    cache = Cache.locate()
    held = cache.environment(environment)
    async with spare_kernels(cache, allowed_hosts) as kernels:
        kernels.prepare(held)
        sandboxes = Sandboxes(kernels, lambda name: cache.environment(name or held.name))
        service = McpService(PythonTool(sandboxes).tools(), Resources(None))
        await serve_stdio(service, relay)


def _relay(url: str | None) -> "RelayAccess | None":
    """Raises UsageError."""
    try:
        from .stdio import RelayAccess
    except ImportError as error:
        raise UsageError(
            "The MCP server's library is not installed.",
            hint='Install it: pip install "wasm-runtime[mcp]".',
        ) from error
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError("--relay: expected an address such as http://127.0.0.1:8000/mcp")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError("--relay: over http the token could be read on the way; use https.")
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise UsageError(
            f"--relay needs a token in {TOKEN_VARIABLE}.",
            hint="Make one where the relay is: wasm-runtime token add NAME --scope read",
        )
    return RelayAccess(url=url, token=token)
