"""Providers to ask: aimock's, and one that behaves as badly as the test says."""

import asyncio
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from wasm_runtime.runtimes.hosts import find_node

_SCRIPT = Path(__file__).with_name("aimock.mjs")
_MANIFEST = Path(__file__).parents[3] / "static" / "package.json"


KEY = "sk-canary-0123456789abcdef"


class Aimock:
    """OpenAI and Anthropic, which want `KEY`; `journal` is what they were asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        headers = {"authorization": f"Bearer {KEY}"}
        self._http = httpx2.Client(base_url=f"{address}/__aimock/", headers=headers)

    def close(self) -> None:
        self._http.close()

    def fail(self, kind: str) -> None:
        """From now on: drop (500), malformed, disconnect, rateLimit (429)."""
        self._http.post("chaos", json={f"{kind}Rate": 1}).raise_for_status()

    @property
    def journal(self) -> list[dict[str, Any]]:
        return list(self._http.get("journal").raise_for_status().json())


@contextmanager
def running_aimock() -> Iterator[Aimock]:
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    process = subprocess.Popen(
        [node, str(_SCRIPT), str(_MANIFEST)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"AIMOCK_API_KEYS": KEY},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "aimock did not start."
        aimock = Aimock(address)
        yield aimock
        aimock.close()
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


@dataclass
class Caller:
    """One connection to a `Socket`: what it sent, and whether it has gone."""

    head: bytes
    body: bytes
    writer: asyncio.StreamWriter
    gone: threading.Event = field(default_factory=threading.Event)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Script = Callable[[Caller], Awaitable[None]]


class Socket:
    """A server that sends bytes as `script` says, whatever HTTP says."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.callers: list[Caller] = []
        self.address = ""
        self.end: Callable[[], object] = lambda: None
        self.called = threading.Event()

    async def serve(self, ready: threading.Event) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self.end = lambda: loop.call_soon_threadsafe(ended.set)
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready.set()
        await ended.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()
            return
        lines = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        body = await reader.readexactly(int(lines.get(b"content-length", 0)))
        caller = Caller(head, body, writer)
        self.callers.append(caller)
        self.called.set()
        talking = asyncio.ensure_future(self._script(caller))
        watching = asyncio.create_task(self._watch(reader))
        try:
            await asyncio.wait({talking, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (talking, watching):
                task.cancel()
            await asyncio.gather(talking, watching, return_exceptions=True)
            caller.gone.set()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            await reader.read()


@contextmanager
def socket_server(script: Script) -> Iterator[Socket]:
    server = Socket(script)
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(ready)))
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        server.end()
        thread.join()


CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def event(text: str = "word") -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":"' + text.encode() + b'"}}]}\n\n'
