"""Hostile clients at a real relay: it lives, and whoever edits another document does not notice.

`HOSTILE_FRAMES=80000` sends more of them, `HOSTILE_SEED` others.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from time import monotonic

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from relay.sync.messages import KEEP_ALIVE, news, state_request
from tests.relay.sync.hostile import (
    ARRAY_OPENING,
    OBJECT_OPENING,
    damaged,
    honest_updates,
    nested_json,
    nested_types,
    nested_values,
)
from tests.relay.sync.link import until
from tests.relay.sync.relay_process import RelayProcess, SocketPeer
from wasm_runtime.contracts.relay_api import CLOSE_BAD_MESSAGE, CLOSE_TOO_LARGE, CLOSE_TRY_AGAIN

pytestmark = pytest.mark.anyio

FRAMES = int(os.environ.get("HOSTILE_FRAMES", "2000"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
HOSTS_OF_FRAMES = 4
MAX_WAIT_SECONDS = 2.0
"""For an edit of somebody else to be saved and shown, on a machine that does all this at once."""
FLOOD = 20_000

DEEP = (
    nested_types(20_000),
    nested_values(20_000, ARRAY_OPENING),
    nested_values(20_000, OBJECT_OPENING),
    nested_json(20_000),
)


def hostile_frames(random_: random.Random) -> Iterator[bytes]:
    """Without end: damaged, nested, truncated, of no type, shorter than they say they are."""
    corpus = [update for seed in range(4) for update in honest_updates(seed)]
    while True:
        whole = news(random_.choice(corpus))
        yield news(damaged(random_.choice(corpus), random_))
        yield damaged(whole, random_)
        yield whole[: random_.randrange(len(whole))]
        yield news(random_.choice(DEEP))
        yield random_.randbytes(random_.randrange(1, 64))
        yield b"\x00\x02" + b"\xff" * random_.randrange(1, 12)


class Neighbours:
    """Two who edit another document meanwhile; each edit is timed until both know it is there."""

    def __init__(self, relay: RelayProcess) -> None:
        self.author, self.reader = (SocketPeer(lambda: relay.address, "quiet") for _ in range(2))
        self.waits: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Neighbours":
        peers = (self.author, self.reader)
        self._tasks = [asyncio.create_task(peer.run()) for peer in peers]
        await until(lambda: all(peer.is_saved for peer in peers))
        self._tasks.append(asyncio.create_task(self._edit()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _edit(self) -> None:
        while True:
            self.author.text.insert(len(self.author.text), f"{len(self.waits)} ")
            started = monotonic()
            await until(self._is_there)
            self.waits.append(monotonic() - started)
            await asyncio.sleep(0.01)

    def _is_there(self) -> bool:
        return self.author.is_saved and str(self.reader) == str(self.author)

    async def were_undisturbed(self) -> None:
        """They edit on after all of it, were never closed, and never waited long."""
        before = len(self.waits)
        await until(lambda: len(self.waits) > before + 5)
        assert (self.author.codes, self.reader.codes) == ([], [])
        assert max(self.waits) < MAX_WAIT_SECONDS


async def attack(relay: RelayProcess, frames: Iterator[bytes], count: int) -> set[int]:
    """Send so many frames, coming back whenever the relay closes; the codes with which it did."""
    codes: set[int] = set()
    sent = 0
    while sent < count:
        try:
            async with connect(f"{relay.address}/attacked", max_size=None, proxy=None) as socket:
                await socket.send(state_request(b"\0"))
                while sent < count:
                    sent += 1
                    await socket.send(next(frames))
                    # Whoever is closed hears of it before the next frame is made.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.002):
                            await socket.recv()
        except ConnectionClosed as closed:
            codes.add(closed.rcvd.code if closed.rcvd else 1006)
    return codes


async def test_damaged_nested_and_truncated_frames_close_their_sender_alone(
    relay: RelayProcess,
) -> None:
    async with Neighbours(relay) as neighbours:
        sources = [hostile_frames(random.Random(SEED + each)) for each in range(HOSTS_OF_FRAMES)]
        share = FRAMES // HOSTS_OF_FRAMES
        codes = await asyncio.gather(*(attack(relay, each, share) for each in sources))
        await neighbours.were_undisturbed()
    assert set().union(*codes) == {CLOSE_BAD_MESSAGE}
    assert relay.process is not None
    assert relay.process.poll() is None
    assert "Traceback" not in relay.log


@pytest.mark.parametrize("size", [16 * 1024**2 + 1, 64 * 1024**2])
async def test_a_giant_frame_closes_its_sender_alone(relay: RelayProcess, size: int) -> None:
    async with Neighbours(relay) as neighbours:
        async with connect(f"{relay.address}/attacked", proxy=None) as socket:
            with suppress(ConnectionClosed):
                await socket.send(bytes(size))
            await socket.wait_closed()
        assert socket.close_code in (1009, CLOSE_TOO_LARGE)
        await neighbours.were_undisturbed()


@pytest.mark.parametrize("frame", [KEEP_ALIVE, state_request(b"\0")], ids=["presence", "states"])
async def test_a_flood_is_read_at_its_pace_and_others_do_not_notice(
    relay: RelayProcess, frame: bytes
) -> None:
    async with Neighbours(relay) as neighbours:
        flooding = [asyncio.create_task(flood(relay, frame)) for _ in range(HOSTS_OF_FRAMES)]
        await until(partial(has_edited, neighbours, 50))
        await neighbours.were_undisturbed()
        for task in flooding:
            task.cancel()
        ended = await asyncio.gather(*flooding, return_exceptions=True)
    # Read slower than it is sent, and closed only when it does not read what it asked for.
    assert {end for end in ended if isinstance(end, int)} <= {CLOSE_TRY_AGAIN}


async def flood(relay: RelayProcess, frame: bytes) -> int | None:
    """Send as fast as the relay reads, and read nothing; the code with which it ended that."""
    async with connect(f"{relay.address}/attacked", max_queue=1, proxy=None) as socket:
        try:
            with suppress(ConnectionClosed):
                for _ in range(FLOOD):
                    await socket.send(frame)
                    await asyncio.sleep(0)  # the honest ones of this test are of the same loop
            return socket.close_code
        finally:
            socket.transport.abort()  # what it has not read yet, it need not


def has_edited(neighbours: Neighbours, times: int) -> bool:
    return len(neighbours.waits) >= times
