"""Run the relay under uvicorn, and say that it is ready only once it has answered."""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec

import httpx2
import uvicorn
from starlette.types import ASGIApp

from wasm_runtime.contracts.relay_api import HEALTH_PATH
from wasm_runtime.errors import UsageError

from .settings import Settings

_READY_POLL_SECONDS = 0.02
_SWITCH_SECONDS = 0.0005
"""A commit takes the interpreter's lock back after each of its statements, and may wait so long for
it while the loop is busy: with Python's 5 ms a commit of 1 ms took 15."""


def listen(settings: Settings) -> socket.socket:
    """A socket bound as the settings say. Raises UsageError when the address is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise UsageError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.",
            hint="Choose another --port, or leave it out to take a free one.",
        ) from error
    return bound


def address_of(bound: socket.socket) -> str:
    """The URL at which a person on this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run(
    app: ASGIApp, settings: Settings, bound: socket.socket, on_ready: Callable[[str], None]
) -> None:
    """`serve` on the fastest event loop that there is: many small messages are what it is for."""
    # What is loaded by now stays: looking for garbage in it took 60 ms each time, and an edit in
    # every room waited for it.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(app, settings, bound, on_ready))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:  # Windows has none
        return None
    import uvloop

    return uvloop.new_event_loop


async def serve(
    app: ASGIApp, settings: Settings, bound: socket.socket, on_ready: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way may finish."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # a compressed message may be a bomb
        timeout_graceful_shutdown=settings.shutdown_seconds,
        # Forged X-Forwarded-* must not decide anything; the guard wants the real Host.
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    address = address_of(bound)
    if await _answers(address, serving):
        on_ready(address)
    await serving


async def _answers(address: str, serving: asyncio.Task[None]) -> bool:
    """Wait for the first answer; False when the server ended before it."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        while not serving.done():
            try:
                if (await client.get(address + HEALTH_PATH, timeout=1)).status_code == 200:
                    return True
            except httpx2.TransportError:
                await asyncio.sleep(_READY_POLL_SECONDS)
    return False
