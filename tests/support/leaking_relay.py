"""A relay that lets a canary out by every way there is, to see that the net catches each."""

import asyncio
import gzip
import os
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from tests.support.canaries import canary
from tests.support.leak_net import watch_this_process

_SECRET = canary("planted")


async def body(request: Request) -> Response:
    return Response(f"password={_SECRET}")


async def headers(request: Request) -> Response:
    return Response(headers={"x-key": _SECRET})


async def compressed(request: Request) -> Response:
    return Response(gzip.compress(_SECRET.encode()), headers={"content-encoding": "gzip"})


async def failing(request: Request) -> Response:
    raise RuntimeError(_SECRET)


async def in_parts(socket: WebSocket) -> None:
    await socket.accept()
    for character in _SECRET:
        await socket.send_text(character)
    await socket.close()


async def child(request: Request) -> Response:
    program = [sys.executable, "-c", "import relay.audit"]
    done = await asyncio.create_subprocess_exec(*program, env={"PASSWORD": _SECRET})
    await done.wait()
    return Response()


def main() -> None:
    """Ask for each way by itself; a line tells which."""
    net = watch_this_process()
    routes = [Route(f"/{each.__name__}", each) for each in (body, headers, compressed, child)]
    routes += [Route("/failing", failing), WebSocketRoute("/in_parts", in_parts)]
    with TestClient(Starlette(routes=routes, debug=True), raise_server_exceptions=False) as asked:
        for name in ("body", "headers", "compressed", "child", "failing"):
            asked.get(f"/{name}")
        with asked.websocket_connect("/in_parts") as socket:
            for _ in _SECRET:
                socket.receive_text()
    print(f"a log line with {_SECRET}", file=sys.stderr)
    net.stream("files", "a file")(_SECRET.encode())
    os.environ.pop("PASSWORD", None)


if __name__ == "__main__":
    main()
