"""Random schedules over two relays: notes lost, doubled and late, faults, dead relays, clocks that
step. Whatever happened, at the end every replica equals the model.

`SCHEDULES=10000` runs more of them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.sync.bus import MemoryBus
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.rooms import Rooms
from tests.relay.sync.faulty_store import Fault, FaultyStore
from tests.relay.sync.link import Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer
from tests.relay.sync.test_schedules import FAULTS, PEERS, SCHEDULES, Step, delete_last_word

RELAYS = ("one", "other")
LIMITS = Limits(watch_seconds=0.01)
KINDS = [
    *("edit", "edit", "edit", "edit", "delete", "connect", "connect", "drop", "double"),
    *("fault", "restart", "lose", "repeat", "late", "clock"),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(min_value=0, max_value=2 * PEERS - 1),
    ),
    min_size=5,
    max_size=40,
)


@given(steps=STEPS)
@settings(
    max_examples=SCHEDULES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_every_edit_arrives_at_every_relay_once(steps: list[Step]) -> None:
    with structlog.testing.capture_logs():
        asyncio.run(run(steps))


class World:
    """A store and a bus that are shared, two relays, and peers at either."""

    def __init__(self) -> None:
        self.store = MemoryStore(is_shared=True)
        self.bus = MemoryBus(self.deliver)
        self.peers = [Peer() for _ in range(PEERS)]
        self.links: dict[int, tuple[str, Link]] = {}
        self.rooms: dict[str, Rooms] = {}
        self.lives: dict[str, AsyncExitStack] = {}
        self.faults: list[Fault] = []
        self.kept: Counter[str] = Counter()
        self.time = 1_000_000.0
        self.fate = "tell"
        self.late: list[Callable[[], None]] = []

    def deliver(self, call: Callable[[], None]) -> None:
        """What becomes of a note: the next one or none is as the last step said."""
        fate, self.fate = self.fate, "tell"
        if fate == "late":
            self.late.append(call)
        if fate in ("tell", "repeat"):
            call()
        if fate == "repeat":
            call()

    async def start(self, relay: str) -> None:
        store = FaultyStore(lambda write: self.faults.pop() if self.faults else None, self.store)
        life = self.lives[relay] = AsyncExitStack()
        opened = rooms_of(store, LIMITS, bus=self.bus.seat(relay), clock=lambda: self.time)
        self.rooms[relay] = await life.enter_async_context(opened)

    async def end(self, relay: str) -> None:
        for who, (at, link) in list(self.links.items()):
            if at == relay:
                await link.close()
                del self.links[who]
        await self.lives[relay].aclose()

    async def take(self, step: int, what: str, number: int) -> None:
        who, relay = number % PEERS, RELAYS[number // PEERS]
        peer, (_, link) = self.peers[who], self.links.get(who, ("", None))
        match what:
            case "edit":
                peer.text.insert(len(peer.text), f"w{step} ")
                self.kept[f"w{step}"] += 1
            case "delete":
                delete_last_word(peer, self.kept)
            case "connect" if link is None or link.closed:
                self.links[who] = relay, await Link(self.rooms[relay], peer).open()
            case "drop" if link is not None:
                await link.close()
                del self.links[who]
            case "double" if link is not None and peer.outgoing:
                peer.unsaved += 1
                peer.outgoing.append(peer.outgoing[-1])
            case "fault":
                self.faults.append(FAULTS[who])
            case "restart":
                await self.end(relay)
                await self.start(relay)
            case "lose" | "repeat" | "late":
                self.fate = what
            case "clock":
                self.time += (number - PEERS) * 10_000
        await asyncio.sleep(0)


async def run(steps: list[Step]) -> None:
    world = World()
    for relay in RELAYS:
        await world.start(relay)
    for step, (what, number) in enumerate(steps):
        await world.take(step, what, number)
    for call in reversed(world.late):
        call()
    for _, link in world.links.values():
        await link.close()
    for number, peer in enumerate(world.peers):
        await connected_until_saved(world.rooms[RELAYS[number % 2]], peer)
    fresh = Peer()
    await connected_until_saved(world.rooms["one"], fresh)
    await until(partial(all_alike, [*world.peers, fresh]))
    for relay in RELAYS:
        await world.lives[relay].aclose()
    assert {str(peer) for peer in world.peers} == {str(fresh)}
    assert Counter(str(fresh).split()) == world.kept


def all_alike(peers: list[Peer]) -> bool:
    return all(peer.clocks == peers[0].clocks and str(peer) == str(peers[0]) for peer in peers)
