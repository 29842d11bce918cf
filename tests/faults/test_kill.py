"""kill -9 of the relay while people type: nothing that was confirmed or shown is lost.

`KILLS=200` kills it that often, `KILL_SEED` chooses other instants.
"""

import asyncio
import json
import os
import random
import signal
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from relay.sync.messages import RECEIPT
from relay.sync.opening import open_document
from relay.sync.sqlite_store import SqliteStore
from tests.relay.sync.link import until
from tests.relay.sync.peer import Peer
from tests.relay.sync.relay_process import RelayProcess, SocketPeer

pytestmark = pytest.mark.anyio

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("KILL_SEED", "1"))
MAX_RECOVERY_SECONDS = 3.0
_WORDS_PER_SECOND = 25


class Writer(SocketPeer):
    """Types numbered words; knows which were confirmed, and what it was shown of the others."""

    def __init__(self, relay: RelayProcess, name: str) -> None:
        super().__init__(lambda: relay.address, "d")
        self.name = name
        self.typed = 0
        self.confirmed = 0
        self.seen: set[str] = set()

    async def type_on(self) -> None:
        while True:
            self.text.insert(len(self.text), f"{self.name}{self.typed} ")
            self.typed += 1
            await asyncio.sleep(1 / _WORDS_PER_SECOND)

    def receive(self, frame: bytes) -> None:
        super().receive(frame)
        if frame == RECEIPT:
            # The first receipt is for all that was typed before; each other one is for a word.
            self.confirmed = max(self.confirmed, self.typed - self.unsaved)
        shown = str(self)[-60:].split()[1:]
        self.seen.update(word for word in shown if not word.startswith(self.name))

    def has_more_than(self, confirmed: int) -> bool:
        return self.confirmed > confirmed


async def test_no_edit_is_lost_by_killing_the_relay(relay: RelayProcess) -> None:
    random_ = random.Random(SEED)
    writers = [Writer(relay, name) for name in "abcd"]
    connections = [asyncio.create_task(writer.run()) for writer in writers]
    typing = [asyncio.create_task(writer.type_on()) for writer in writers]
    recoveries = []
    lost: set[str] = set()
    for _ in range(KILLS):
        for writer in writers:
            await until(partial(writer.has_more_than, writer.confirmed))
        await asyncio.sleep(random_.uniform(0, 0.1))  # the instant is what varies
        relay.end(signal.SIGKILL)
        lost |= promised(writers) - stored_words(relay.documents)
        started = monotonic()
        await asyncio.to_thread(relay.start)
        await readable(relay)
        recoveries.append(monotonic() - started)
    for task in typing:
        task.cancel()
    await until(lambda: all(writer.is_saved for writer in writers))
    await until(lambda: len({str(writer) for writer in writers}) == 1)
    for task in connections:
        task.cancel()
    typed = sorted(f"{w.name}{number}" for w in writers for number in range(w.typed))
    figures = {"kills": KILLS, "words": len(typed), "recovery": median(recoveries)}
    print(json.dumps({**figures, "slowest_recovery": max(recoveries)}))
    assert lost == set()
    assert sorted(str(writers[0]).split()) == typed
    assert median(recoveries) <= MAX_RECOVERY_SECONDS  # one may meet a busy machine


def promised(writers: list[Writer]) -> set[str]:
    """Every word that somebody believes to be safe."""
    confirmed = {f"{w.name}{number}" for w in writers for number in range(w.confirmed)}
    return confirmed.union(*(writer.seen for writer in writers))


def stored_words(documents: Path) -> set[str]:
    store = SqliteStore(documents)
    stored = store.load("d")
    store.close()
    assert stored is not None
    document = Peer()
    document.doc.apply_update(open_document("d", stored, "").replica.state())
    return set(str(document).split())


async def readable(relay: RelayProcess) -> None:
    """Wait until somebody who comes is shown the document."""
    reader = SocketPeer(lambda: relay.address, "d")
    reading = asyncio.create_task(reader.run())
    await until(lambda: bool(str(reader)))
    reading.cancel()
