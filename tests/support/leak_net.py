"""Looks for canaries in all that a relay lets out, in the process it runs in.

Every relay of the tests has this net, those of their own process too. What it catches is a line in
a report, which fails the test that runs at that moment: tests/conftest.py.
"""

import asyncio
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import brotli
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from tests.relay.data.leak_scanner import spellings
from tests.support.canaries import MARK

REPORT_VARIABLE = "TEST_LEAK_REPORT"
_SPELLED = sorted(
    {spelled for mark in (MARK, MARK.lower(), MARK.upper()) for spelled in spellings(mark)}, key=len
)
_LONGEST = len(_SPELLED[-1])
_STORE = "/store/"
"""Files by their hash, as they were downloaded: much, and none of it a relay's own."""
_UNPACKED: dict[str, Callable[[], Callable[[bytes], bytes]]] = {
    "gzip": lambda: zlib.decompressobj(31).decompress,
    "deflate": lambda: zlib.decompressobj().decompress,
    "br": lambda: brotli.Decompressor().process,
}


def report_path() -> Path:
    """Of this run of the tests: the processes they start have it in their environment."""
    if REPORT_VARIABLE not in os.environ:
        handle, path = tempfile.mkstemp(prefix="leaks-", suffix=".jsonl")
        os.close(handle)
        os.environ[REPORT_VARIABLE] = path
    return Path(os.environ[REPORT_VARIABLE])


class LeakNet:
    """Writes a line for each leak, and one for each channel that something came out by."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._seen: set[str] = set()

    def stream(self, channel: str, where: str) -> Callable[[bytes], None]:
        """Takes what goes out on one way, cut anywhere."""
        tail = b""

        def look(content: bytes) -> None:
            nonlocal tail
            if not content:
                return
            self._note_channel(channel)
            text = tail + content
            for spelled in _SPELLED:
                at = text.find(spelled)
                if at >= 0:
                    found = text[max(0, at - 60) : at + 100].decode(errors="replace")
                    self._write(leak=channel, where=where, found=found)
                    text = b""
                    break
            tail = text[-(_LONGEST - 1) :]

        return look

    def _note_channel(self, channel: str) -> None:
        if channel not in self._seen:
            self._seen.add(channel)
            self._write(channel=channel)

    def _write(self, **line: str) -> None:
        # One write, which the system does whole: several processes have the file open.
        with self._report.open("ab", buffering=0) as report:
            report.write(json.dumps(line).encode() + b"\n")


def watch_this_process(report: Path | None = None, *, is_a_relay: bool = True) -> LeakNet:
    """Look at whatever applications answer, and at the processes that a relay starts; in a relay's
    own process also at what it prints and logs."""
    net = LeakNet(report or report_path())
    _watch_applications(net)
    _watch_children(net)
    if is_a_relay:
        sys.stdout = _Watched(sys.stdout, net.stream("output", "stdout"))
        sys.stderr = _Watched(sys.stderr, net.stream("output", "stderr"))
    return net


def watched(
    net: LeakNet, application: Callable[[Scope, Receive, Send], Any]
) -> Callable[[Scope, Receive, Send], Any]:
    """The application, with the net over what it sends."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await application(scope, receive, send)
            return
        looks = [net.stream(scope["type"], scope["path"])]

        async def look_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and not scope["path"].startswith(_STORE):
                looks.extend(_unpacking(net, scope["path"], message))
            for look in looks:
                look(_bytes_of(message))
            await send(message)

        await application(scope, receive, look_and_send)

    return call


def _watch_applications(net: LeakNet) -> None:
    original = Starlette.__call__

    async def call(self: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
        await watched(net, partial(original, self))(scope, receive, send)

    Starlette.__call__ = call  # type: ignore[method-assign]


def _watch_children(net: LeakNet) -> None:
    original = asyncio.create_subprocess_exec

    async def create(program: Any, *arguments: Any, **options: Any) -> Any:
        if any("relay." in str(each) for each in arguments):
            look = net.stream("children", f"{program}")
            environment = options.get("env")
            given = os.environ if environment is None else environment
            look(repr([program, *arguments, dict(given)]).encode())
        return await original(program, *arguments, **options)

    asyncio.create_subprocess_exec = create


def _unpacking(
    net: LeakNet, path: str, start: MutableMapping[str, Any]
) -> Iterable[Callable[[bytes], None]]:
    for name, value in start["headers"]:
        encoding = value.decode("latin-1")
        if name == b"content-encoding" and encoding in _UNPACKED:
            yield _Inside(_UNPACKED[encoding](), net.stream("http", f"{path} ({encoding})"))


class _Inside:
    """Looks into what is packed; the first that comes is the head, which is not."""

    def __init__(self, unpack: Callable[[bytes], bytes], look: Callable[[bytes], None]) -> None:
        self._unpack = unpack
        self._look = look
        self._has_begun = False

    def __call__(self, content: bytes) -> None:
        if self._has_begun and content:
            self._look(self._unpack(content))
        self._has_begun = True


def _bytes_of(message: Message) -> bytes:
    """All that a client gets to see of it."""
    headers = b"".join(name + b": " + value + b"\n" for name, value in message.get("headers", ()))
    text = (message.get("text") or "") + (message.get("reason") or "")
    return headers + (message.get("body") or b"") + (message.get("bytes") or b"") + text.encode()


class _Watched:
    """A text stream with the net over what is written to it."""

    def __init__(self, stream: Any, look: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._look = look

    def write(self, text: str) -> int:
        self._look(text.encode(errors="replace"))
        return int(self._stream.write(text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
