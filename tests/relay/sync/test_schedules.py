"""Random schedules: edits, lost and doubled frames, dropped connections, faults, dead relays.

Whatever happened, at the end every replica equals the others and the log, and holds every edit of
every author exactly once. `SCHEDULES=10000` runs more of them.
"""

import asyncio
import os
from collections import Counter

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.sync.memory_store import MemoryStore
from tests.relay.sync.faulty_store import Fault, FaultyStore
from tests.relay.sync.link import Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer

SCHEDULES = int(os.environ.get("SCHEDULES", "300"))
PEERS = 4

Step = tuple[str, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["edit", "edit", "edit", "delete", "connect", "drop", "double", "fault", "restart"]
        ),
        st.integers(min_value=0, max_value=PEERS - 1),
    ),
    min_size=5,
    max_size=40,
)
FAULTS: list[Fault] = ["refused", "written", "refused", "written"]


@given(steps=STEPS)
@settings(
    max_examples=SCHEDULES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_every_edit_arrives_everywhere_once(steps: list[Step]) -> None:
    with structlog.testing.capture_logs():
        asyncio.run(run(steps))


async def run(steps: list[Step]) -> None:
    store = MemoryStore()
    peers = [Peer() for _ in range(PEERS)]
    kept: Counter[str] = Counter()
    position = 0
    while position < len(steps):
        position = await one_relay(store, peers, steps, position, kept)
    async with rooms_of(store) as rooms:
        for peer in peers:
            await connected_until_saved(rooms, peer)
        await until(lambda: all(peer.clocks == peers[0].clocks for peer in peers))
    states = {str(peer) for peer in peers}
    async with rooms_of(store) as rooms:
        fresh = Peer()
        await connected_until_saved(rooms, fresh)
        await until(lambda: fresh.clocks == peers[0].clocks)
    assert {*states, str(fresh)} == {str(fresh)}
    words = Counter(str(fresh).split())
    assert words == kept


async def one_relay(
    store: MemoryStore, peers: list[Peer], steps: list[Step], position: int, kept: Counter[str]
) -> int:
    """Steps from `position` on, until the relay dies; the position of the next one."""
    links: dict[int, Link] = {}
    faults: list[Fault] = []
    faulty = FaultyStore(lambda write: faults.pop() if faults else None, store)
    async with rooms_of(faulty) as rooms:
        for step, (what, who) in enumerate(steps[position:], position):
            link = links.get(who)
            match what:
                case "edit":
                    word = f"w{step}"
                    peers[who].text.insert(len(peers[who].text), f"{word} ")
                    kept[word] += 1
                case "delete":
                    delete_last_word(peers[who], kept)
                case "connect" if link is None or link.closed:
                    links[who] = await Link(rooms, peers[who]).open()
                case "drop" if link is not None:
                    await link.close()
                    del links[who]
                case "double" if link is not None and peers[who].outgoing:
                    peers[who].unsaved += 1
                    peers[who].outgoing.append(peers[who].outgoing[-1])
                case "fault":
                    faults.append(FAULTS[who])
                case "restart":
                    break
            await asyncio.sleep(0)
        for link in links.values():
            await link.close()
        return step + 1


def delete_last_word(peer: Peer, kept: Counter[str]) -> None:
    """Delete the last word while offline: nobody may see it come back."""
    text = str(peer)
    if not text or peer.is_connected:
        return
    word = text.split()[-1]
    start = len(text) - len(word) - 1
    del peer.text[start : len(text)]
    kept.pop(word, None)
