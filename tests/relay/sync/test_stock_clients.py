"""Clients that know nothing of us: yjs with y-websocket under Node, and pycrdt."""

import asyncio
import getpass
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pycrdt import (
    Doc,
    Text,
    YMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from websockets.asyncio.client import connect

from tests.relay.sync.link import DEADLINE_SECONDS, until
from tests.relay.sync.relay_process import RelayProcess, SocketPeer, running_relay
from wasm_runtime.contracts.relay_api import UPDATE_PART_BYTES
from wasm_runtime.runtimes.hosts import find_node

pytestmark = pytest.mark.anyio

_SCRIPT = Path(__file__).with_name("stock-client.mjs")
_MANIFEST = Path(__file__).parents[3] / "static" / "package.json"
LARGE_EDITS = 8


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayProcess]:
    with running_relay(tmp_path) as running:
        yield running


class StockClient:
    """The process of stock-client.mjs, and the newest state it reported."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.state: dict[str, Any] = {"text": "", "large": 0, "synced": False, "names": []}

    async def append(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
        await self._process.stdin.drain()

    async def shows(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for a state. Raises TimeoutError."""
        assert self._process.stdout is not None
        async with asyncio.timeout(3 * DEADLINE_SECONDS):
            while not condition(self.state):
                line = await self._process.stdout.readline()
                assert line, "the client has ended"
                self.state = json.loads(line)


@asynccontextmanager
async def stock_client(relay: RelayProcess) -> AsyncIterator[StockClient]:
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    process = await asyncio.create_subprocess_exec(
        node,
        str(_SCRIPT),
        str(_MANIFEST),
        relay.address,
        "d",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield StockClient(process)
    finally:
        # `node` may be a script that starts the real one: only the end of its input reaches that.
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def test_two_stock_clients_and_pycrdt_edit_one_document(relay: RelayProcess) -> None:
    names = sorted(["stock", getpass.getuser()])
    async with (
        stock_client(relay) as one,
        stock_client(relay) as other,
        pycrdt_client(relay) as text,
    ):
        await one.append("one ")
        await other.shows(lambda state: state["text"] == "one ")
        await other.append("other ")
        await until(lambda: str(text) == "one other ")
        text.insert(len(text), "pycrdt")
        for client in (one, other):
            await client.shows(lambda state: state["text"] == "one other pycrdt")
            # What it says of itself, and what the relay says of the other.
            await client.shows(lambda state: state["names"] == names)
            assert client.state["synced"]


async def test_a_stock_client_comes_back_after_the_relay_was_killed(relay: RelayProcess) -> None:
    async with stock_client(relay) as one, stock_client(relay) as other:
        await one.append("before ")
        await other.shows(lambda state: state["text"] == "before ")
        relay.end(signal.SIGKILL)
        await one.shows(lambda state: not state["synced"])
        await one.append("offline ")
        await asyncio.to_thread(relay.start)
        await other.shows(lambda state: state["text"] == "before offline ")


async def test_a_stock_client_gets_a_document_larger_than_a_frame_and_is_synced_once_it_has_all(
    tmp_path: Path,
) -> None:
    bound = 2 * UPDATE_PART_BYTES
    with running_relay(tmp_path, WASM_RUNTIME_MAX_MESSAGE_BYTES=str(bound)) as relay:
        author = SocketPeer(lambda: relay.address, "d")
        large = author.doc.get("large", type=Text)
        writing = asyncio.create_task(author.run())
        for _ in range(LARGE_EDITS):
            await until(lambda: author.is_saved)
            large.insert(0, "x" * UPDATE_PART_BYTES)
        await until(lambda: author.is_saved)
        async with stock_client(relay) as stock:
            whole = LARGE_EDITS * UPDATE_PART_BYTES
            await stock.shows(lambda state: 0 < state["large"] < whole)
            assert not stock.state["synced"]
            await stock.shows(lambda state: bool(state["synced"]))
            assert stock.state["large"] == whole > 3 * bound
            await stock.append("and goes on")
            await until(lambda: str(author) == "and goes on")
        assert author.codes == []
        writing.cancel()


async def test_a_relay_that_is_asked_to_stop_has_written_everything(relay: RelayProcess) -> None:
    async with stock_client(relay) as one:
        await one.shows(lambda state: state["synced"])
        async with pycrdt_client(relay) as text:
            await one.append("hello")
            await until(lambda: str(text) == "hello")
        assert await asyncio.to_thread(relay.end, signal.SIGTERM) in (0, -signal.SIGTERM)
        assert "Traceback" not in relay.log
        await asyncio.to_thread(relay.start)
        async with pycrdt_client(relay) as text:
            await until(lambda: str(text) == "hello")


@asynccontextmanager
async def pycrdt_client(relay: RelayProcess) -> AsyncIterator[Text]:
    """A document kept in step by pycrdt's own functions."""
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    async with connect(f"{relay.address}/d", proxy=None) as socket:
        await socket.send(create_sync_message(doc))

        async def follow() -> None:
            async for frame in socket:
                assert isinstance(frame, bytes)
                if frame[0] == YMessageType.SYNC:
                    reply = handle_sync_message(frame[1:], doc)
                    if reply is not None:
                        await socket.send(reply)

        async def send_edits() -> None:
            while True:
                await socket.send(create_update_message(await edits.get()))

        edits: asyncio.Queue[bytes] = asyncio.Queue()
        subscription = doc.observe(lambda event: edits.put_nowait(event.update))
        tasks = [asyncio.create_task(part()) for part in (follow, send_edits)]
        try:
            yield text
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            doc.unobserve(subscription)
