"""Two relay processes behind one Redis and one PostgreSQL, and what dies of them."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from relay.sync.lib0 import block_bytes, number_bytes
from relay.sync.messages import awareness
from relay.sync.opening import open_document
from relay.sync.postgres_store import PostgresStore
from tests.faults.test_kill import Writer, promised
from tests.relay.sync.link import until
from tests.relay.sync.peer import Peer
from tests.relay.sync.postgres import database
from tests.relay.sync.redis_server import RedisServer, running_redis
from tests.relay.sync.relay_process import RelayProcess, SocketPeer

pytestmark = pytest.mark.anyio


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with database() as url:
        yield url


@pytest.fixture
def relays(
    tmp_path: Path, redis: RedisServer, postgres_url: str
) -> Iterator[tuple[RelayProcess, RelayProcess]]:
    both = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "index.html").write_text("<!doctype html>")
        both.append(
            RelayProcess(
                folder, WASM_RUNTIME_DOCUMENTS=postgres_url, WASM_RUNTIME_REDIS_URL=redis.url
            )
        )
    one, other = both
    try:
        one.start()
        other.start()
        yield one, other
    finally:
        for relay in both:
            if relay.process is not None:
                relay.end()


@asynccontextmanager
async def connected(*peers: SocketPeer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(peer.run()) for peer in peers]
    try:
        await until(lambda: all(peer.is_saved for peer in peers))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reader_at(relay: RelayProcess) -> SocketPeer:
    return SocketPeer(lambda: relay.address, "d")


def stored_text(url: str) -> str:
    store = PostgresStore(url)
    stored = store.load("d")
    store.close()
    assert stored is not None
    document = Peer()
    document.doc.apply_update(open_document("d", stored, "").replica.state())
    return str(document)


async def test_clients_of_different_relays_converge(
    relays: tuple[RelayProcess, RelayProcess], postgres_url: str
) -> None:
    here, there = map(reader_at, relays)
    async with connected(here, there):
        for number in range(50):
            here.text.insert(len(here.text), f"h{number} ")
            there.text.insert(len(there.text), f"t{number} ")
        await until(lambda: here.is_saved and there.is_saved and str(here) == str(there))
        words = [f"{side}{number}" for side in "ht" for number in range(50)]
        assert sorted(str(here).split()) == sorted(words)
        assert stored_text(postgres_url) == str(here)


async def test_nothing_is_lost_when_one_of_two_relays_is_killed(
    relays: tuple[RelayProcess, RelayProcess], postgres_url: str
) -> None:
    writers = [Writer(relays[number % 2], name) for number, name in enumerate("abcd")]
    async with connected(*writers):
        typing = [asyncio.create_task(writer.type_on()) for writer in writers]
        for kill in range(6):
            for writer in writers:
                await until(partial(writer.has_more_than, writer.confirmed))
            victim = relays[kill % 2]
            victim.end(signal.SIGKILL)
            assert promised(writers) - set(stored_text(postgres_url).split()) == set()
            await asyncio.to_thread(victim.start)
        for task in typing:
            task.cancel()
        await until(lambda: all(writer.is_saved for writer in writers))
        await until(lambda: len({str(writer) for writer in writers}) == 1)
    typed = sorted(f"{w.name}{number}" for w in writers for number in range(w.typed))
    assert sorted(str(writers[0]).split()) == typed


async def test_without_redis_they_still_converge_and_with_it_again_at_once(
    relays: tuple[RelayProcess, RelayProcess], redis: RedisServer
) -> None:
    here, there = map(reader_at, relays)
    async with connected(here, there):
        here.text.insert(0, "before ")
        await until(lambda: str(there) == "before ")
        redis.kill()
        here.text.insert(7, "without ")
        await until(lambda: here.is_saved and str(there) == "before without ")
        redis.start()
        there.text.insert(15, "after ")
        await until(lambda: there.is_saved and str(here) == "before without after ")
        assert (here.codes, there.codes) == ([], [])


class Audience(SocketPeer):
    """Remembers who is in the room."""

    def __init__(self, relay: RelayProcess) -> None:
        super().__init__(lambda: relay.address, "d")
        self.frames: list[bytes] = []

    def receive(self, frame: bytes) -> None:
        self.frames.append(frame)
        super().receive(frame)

    def says(self, clock: int, state: object) -> bytes:
        encoded = block_bytes(json.dumps(state).encode())
        return awareness(number_bytes(1) + number_bytes(77) + number_bytes(clock) + encoded)

    def hears_of_77(self, state: bytes) -> bool:
        return any(frame[0] == 1 and state in frame for frame in self.frames)


async def test_people_are_seen_across_relays_and_vanish_with_theirs(
    relays: tuple[RelayProcess, RelayProcess],
) -> None:
    here, there = map(Audience, relays)
    async with connected(here), connected(there):
        there.outgoing.append(there.says(1, {"cell_id": "c77"}))
        there.has_outgoing.set()
        await until(lambda: here.hears_of_77(b"c77"))
        here.frames.clear()
        relays[1].end(signal.SIGKILL)
        await until(lambda: here.hears_of_77(b"null"))
