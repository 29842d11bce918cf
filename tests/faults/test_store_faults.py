"""A store that fails, and a disk: writers are told, readers read on, all is saved in the end."""

import asyncio
import resource
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic
from typing import get_args

import pytest
import structlog

from relay.sync.errors import NotSaved
from relay.sync.memory_store import MemoryStore
from relay.sync.sqlite_store import SqliteStore
from relay.sync.store import Store
from tests.faults.faulty_disk import DiskFault, FaultyDisk
from tests.relay.sync.faulty_store import Fault, FaultyStore
from tests.relay.sync.link import Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer
from tests.relay.sync.relay_process import RelayProcess, SocketPeer, running_relay
from wasm_runtime.contracts.relay_api import CLOSE_NOT_SAVED

pytestmark = pytest.mark.anyio

EDITS = 50
TOLD_WITHIN_SECONDS = 2.0


class Failing:
    """Fails `length` writes, from the first on."""

    def __init__(self, first: int, fault: Fault, length: int = 1) -> None:
        self._failing = range(first, first + length)
        self._fault = fault

    def __call__(self, write: int) -> Fault | None:
        return self._fault if write in self._failing else None


@pytest.mark.parametrize(("fault", "length"), [("refused", 3), ("written", 1)])
async def test_a_fault_at_any_write_loses_nothing(fault: Fault, length: int) -> None:
    for first in range(1, EDITS + 1):
        with structlog.testing.capture_logs():
            await play_script(Failing(first, fault, length), MemoryStore())


@pytest.mark.parametrize("first", [1, 2, 25, EDITS])
async def test_a_fault_of_a_file_loses_nothing(first: int, tmp_path: Path) -> None:
    await play_script(Failing(first, "refused"), SqliteStore(tmp_path / "documents.sqlite"))


async def play_script(fault_at: Callable[[int], Fault | None], inner: Store) -> None:
    """Fifty edits by one, shown to another; whoever is closed comes back, as providers do."""
    store = FaultyStore(fault_at, inner)
    async with rooms_of(store) as rooms:
        author, reader = Peer(), Peer()
        reading = await Link(rooms, reader).open()
        link = await connected_until_saved(rooms, author)
        for number in range(EDITS):
            author.text.insert(len(author.text), f"{number} ")
            await until(partial(is_decided, link))
            if link.closed is not None:
                assert isinstance(link.closed, NotSaved)
                link = await connected_until_saved(rooms, author)
        await until(lambda: str(reader) == str(author))
        assert reading.closed is None
        await link.close()
    assert await stored_text(inner) == "".join(f"{number} " for number in range(EDITS))


def is_decided(link: Link) -> bool:
    return link.peer.is_saved or link.closed is not None


async def stored_text(store: Store) -> str:
    async with rooms_of(store) as rooms:
        fresh = Peer()
        await connected_until_saved(rooms, fresh)
        await until(lambda: bool(str(fresh)))
        return str(fresh)


async def test_a_disk_that_is_full_for_a_while(relay: RelayProcess) -> None:
    """Real short writes: the system cuts the relay's files off at a size."""
    author, reader = (SocketPeer(lambda: relay.address, "d") for _ in range(2))
    tasks = [asyncio.create_task(peer.run()) for peer in (author, reader)]
    await until(lambda: author.is_connected and reader.is_connected)
    author.text.insert(0, "before ")
    await until(lambda: author.is_saved and str(reader) == "before ")
    limit_file_size(relay, 64 * 1024)
    author.text.insert(7, "x" * 100_000)
    started = monotonic()
    await until(lambda: CLOSE_NOT_SAVED in author.codes)
    told_after = monotonic() - started
    newcomer = SocketPeer(lambda: relay.address, "d")
    tasks.append(asyncio.create_task(newcomer.run()))
    await until(lambda: str(newcomer) == "before ")
    assert (reader.codes, str(reader), author.is_saved) == ([], "before ", False)
    limit_file_size(relay, resource.RLIM_INFINITY)
    await until(lambda: author.is_saved and str(reader) == str(author))
    for task in tasks:
        task.cancel()
    assert told_after < TOLD_WITHIN_SECONDS
    relay.end()
    assert await stored_text(SqliteStore(relay.documents)) == str(author)


def limit_file_size(relay: RelayProcess, size: int) -> None:
    assert relay.process is not None
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.fixture
def disk(tmp_path: Path) -> FaultyDisk:
    return FaultyDisk(tmp_path)


@pytest.fixture
def relay_on_disk(tmp_path: Path, disk: FaultyDisk) -> Iterator[RelayProcess]:
    with running_relay(tmp_path, **disk.variables) as running:
        yield running


@pytest.mark.parametrize("fault", get_args(DiskFault))
@pytest.mark.parametrize("every", [1, 3, 13])
async def test_nothing_is_lost_when_every_so_many_operations_of_the_disk_fail(
    relay_on_disk: RelayProcess, disk: FaultyDisk, fault: DiskFault, every: int
) -> None:
    author, reader = (SocketPeer(lambda: relay_on_disk.address, "d") for _ in range(2))
    tasks = [asyncio.create_task(peer.run()) for peer in (author, reader)]
    author.text.insert(0, "before ")
    await until(lambda: author.is_saved and str(reader) == "before ")
    disk.fail(fault, every)
    slowest = 0.0
    for number in range(EDITS):
        closed = len(author.codes)
        author.text.insert(len(author.text), f"{number} ")
        started = monotonic()
        await until(partial(is_saved_or_told, author, closed))
        slowest = max(slowest, monotonic() - started)
    newcomer = SocketPeer(lambda: relay_on_disk.address, "d")
    tasks.append(asyncio.create_task(newcomer.run()))
    await until(lambda: str(newcomer).startswith("before "))
    assert disk.mend() > 0
    await until(lambda: author.is_saved and str(reader) == str(author))
    for task in tasks:
        task.cancel()
    assert (reader.codes, slowest < TOLD_WITHIN_SECONDS) == ([], True)
    assert set(author.codes) <= {CLOSE_NOT_SAVED}
    relay_on_disk.end()
    expected = "before " + "".join(f"{number} " for number in range(EDITS))
    assert await stored_text(SqliteStore(relay_on_disk.documents)) == str(author) == expected


def is_saved_or_told(peer: SocketPeer, closed: int) -> bool:
    return peer.is_saved or len(peer.codes) > closed
