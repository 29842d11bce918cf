"""The relay in a process of its own, to be killed; and peers that speak to it over sockets."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.relay.sync.peer import Peer
from tests.support.canaries import PLANTED
from tests.support.relay_program import RELAY_PROGRAM


class RelayProcess:
    """A relay over `folder`; started again after it was killed, it has the same port."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.documents = folder / "documents.sqlite"
        self._environment = {
            **PLANTED,
            "WASM_RUNTIME_CLIENT": str(folder),
            "WASM_RUNTIME_CACHE": str(folder / "cache"),
            "WASM_RUNTIME_DOCUMENTS": str(self.documents),
            "WASM_RUNTIME_LOG_FORMAT": "json",
            **variables,
        }
        self._log = folder / "relay.log"
        self._port = "0"
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Of rooms, as a WebSocket provider takes it."""
        return f"ws://127.0.0.1:{self._port}/rooms"

    @property
    def log(self) -> str:
        return self._log.read_text()

    def start(self) -> None:
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RELAY_PROGRAM],
                env={**self._environment, "WASM_RUNTIME_PORT": self._port},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline().strip()
        assert ready, self.log
        self._port = ready.rstrip("/").rpartition(":")[2]

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        self.process.communicate(timeout=20)
        return self.process.returncode


class SocketPeer(Peer):
    """Comes back whenever the connection ends; `codes` are the codes with which it ended."""

    def __init__(self, address: Callable[[], str], document_id: str) -> None:
        super().__init__()
        self.codes: list[int] = []
        self._address = address
        self._document_id = document_id

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(OSError, ConnectionClosed, TimeoutError):
                url = f"{self._address()}/{self._document_id}"
                async with connect(url, max_size=None, open_timeout=5, proxy=None) as socket:
                    await self._converse(socket)
            self.disconnect()
            await asyncio.sleep(0.02)

    async def _converse(self, socket: ClientConnection) -> None:
        self.connect()
        sending = asyncio.create_task(self._send(socket))
        try:
            async for frame in socket:
                assert isinstance(frame, bytes)
                self.receive(frame)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self.codes.append(socket.close_code or 1006)

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            self.has_outgoing.clear()
            for frame in self.take():
                await socket.send(frame)
            await self.has_outgoing.wait()


@contextmanager
def running_relay(folder: Path, **variables: str) -> Iterator[RelayProcess]:
    """A relay over `folder` that answers, until the block ends."""
    (folder / "index.html").write_text("<!doctype html>")
    relay = RelayProcess(folder, **variables)
    relay.start()
    try:
        yield relay
    finally:
        relay.end()
