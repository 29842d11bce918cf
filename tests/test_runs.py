"""Runs over several replicas: whatever is late, doubled or out of order, no run starts twice.

`SCHEDULES=10000` runs more of them.
"""

import os
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, TransactionEvent

from wasm_runtime.contracts.document import Runtime
from wasm_runtime.notebook import Notebook
from wasm_runtime.runs import Runs
from wasm_runtime.runtime_runs import RuntimeRuns

SCHEDULES = int(os.environ.get("SCHEDULES", "300"))
PEERS = 3


@dataclass
class Peer:
    """A runtime and a person: its replica, what is on the way to it, and what it started."""

    id: str
    doc: "Doc[object]"
    runs: Runs = field(init=False)
    own: RuntimeRuns = field(init=False)
    inbox: list[bytes] = field(default_factory=list)
    sees_others: bool = True
    is_there: bool = True

    def __post_init__(self) -> None:
        self.runs = Runs(self.doc)
        self.own = RuntimeRuns(self.runs, self.id)


class Room:
    def __init__(self) -> None:
        seed = Notebook.create().doc.get_update()
        self.peers = [Peer(f"runtime {index}", Doc()) for index in range(PEERS)]
        self.starts: Counter[str] = Counter()
        self.asked: list[str] = []
        for peer in self.peers:
            peer.doc.apply_update(seed)
            peer.doc.observe(lambda event, peer=peer: self._send(event, peer))
        self._is_delivering = False

    def step(self, kind: str, who: int, pick: int) -> None:
        peer = self.peers[who]
        if not peer.is_there:
            return
        match kind:
            case "ask":
                host = peer.runs.host
                if host is None or host not in self.present():
                    self.step("host", who, pick)
                cell_id = f"cell {len(self.asked)}"
                self.asked.append(cell_id)
                target = peer.runs.host
                assert target is not None
                now = float(len(self.asked))
                peer.runs.ask([cell_id], runtime_id=target, asked_by=peer.id, now=now)
            case "host":
                peer.runs.announce(
                    Runtime(id=peer.id, kind="headless", user_id=peer.id, name=peer.id)
                )
                peer.runs.host = peer.id
            case "deliver" if peer.inbox:
                self._deliver(peer, peer.inbox.pop(pick % len(peer.inbox)))
            case "double" if peer.inbox:
                self._deliver(peer, peer.inbox[pick % len(peer.inbox)])
            case "start":
                self.start(peer)
            case "finish" if peer.own.running is not None:
                peer.own.finish("ok", 0.1)
            case "vanish" if len(self.present()) > 1:
                peer.is_there = False
            case "lose":
                peer.runs.lose_absent(self.present())
            case "mistake":  # it cannot see the others just now, and takes them for gone
                peer.runs.lose_absent([peer.id])

    def start(self, peer: Peer) -> None:
        peer.own.follow()
        host = peer.runs.host
        if host not in (None, peer.id) and host in self.present() and peer.own.has_queued:
            peer.own.hand_over(host)
        taken = peer.own.take(1.0)
        if taken is not None:
            self.starts[taken[0]] += 1
            self.starts[taken[1].cell_id] += 1
            assert taken[1].runtime_id == peer.id

    def come_to_rest(self) -> None:
        """Everybody who is still there hears everything and works off what is theirs."""
        for _ in range(4 * PEERS):
            there = [peer for peer in self.peers if peer.is_there]
            for peer in there:
                while peer.inbox:
                    self._deliver(peer, peer.inbox.pop())
                for other in there:
                    self._deliver(peer, other.doc.get_update(peer.doc.get_state()))
                peer.runs.lose_absent(self.present())
                peer.own.follow()
            for peer in there:
                while peer.own.running is not None or peer.own.has_queued:
                    if peer.own.running is not None:
                        peer.own.finish("ok", 0.1)
                    self.start(peer)

    def present(self) -> set[str]:
        return {peer.id for peer in self.peers if peer.is_there}

    def _send(self, event: TransactionEvent, peer: Peer) -> None:
        if not self._is_delivering:
            for other in self.peers:
                if other is not peer:
                    other.inbox.append(event.update)

    def _deliver(self, peer: Peer, update: bytes) -> None:
        self._is_delivering = True
        peer.doc.apply_update(update)
        self._is_delivering = False


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "ask", "host", "start", "start", "finish", "lose", "mistake", "double"]
            + ["deliver"] * 6
            + ["vanish"]
        ),
        st.integers(min_value=0, max_value=PEERS - 1),
        st.integers(min_value=0, max_value=50),
    ),
    max_size=60,
)


@given(steps=STEPS)
@settings(max_examples=SCHEDULES, deadline=None, derandomize=True)
def test_every_run_starts_at_most_once_and_once_if_its_runtime_stays(
    steps: list[tuple[str, int, int]],
) -> None:
    room = Room()
    for step in steps:
        room.step(*step)
    room.come_to_rest()
    assert [id for id, count in room.starts.items() if count > 1] == []
    there = [peer for peer in room.peers if peer.is_there]
    views = [peer.runs.entries() for peer in there]
    assert all(view == views[0] for view in views)
    assert all(not peer.runs.unfinished() for peer in there)
    for id, run in views[0].items():
        assert (
            room.starts[id] == 0 or run.state == "finished" or run.runtime_id not in room.present()
        )
    if len(there) == PEERS:
        assert [cell for cell in room.asked if room.starts[cell] != 1] == []


def asked(count: int) -> tuple[Runs, RuntimeRuns]:
    notebook = Notebook.create()
    runs = notebook.runs
    own = RuntimeRuns(runs, "r")
    runs.host = "r"
    runs.ask(
        [f"c{index}" for index in range(count)], runtime_id="r", asked_by="ada", now=1_790_000_000.0
    )
    own.follow()
    return runs, own


def test_runs_start_in_the_order_in_which_they_were_asked_for() -> None:
    runs, own = asked(20)
    started = []
    while (taken := own.take(2.0)) is not None:
        started.append(taken[1].cell_id)
        own.finish("ok", 0.5)
    assert started == [f"c{index}" for index in range(20)]
    assert {run.state for run in runs.entries().values()} == {"finished"}


def test_an_error_drops_what_the_same_person_has_waiting() -> None:
    runs, own = asked(2)
    runs.ask(["other"], runtime_id="r", asked_by="bob", now=1_790_000_001.0)
    own.follow()
    own.take(2.0)
    own.finish("error", 0.5)
    states = {run.cell_id: run.state for run in runs.entries().values()}
    assert states == {"c0": "finished", "c1": "cancelled", "other": "queued"}


def test_a_stop_cancels_what_waits_and_its_request_is_forgotten() -> None:
    runs, own = asked(2)
    runs.stop(runs.unfinished(), "bob")
    own.follow()
    assert {run.state for run in runs.entries().values()} == {"cancelled"}
    assert not any(runs.is_stop_asked(id) for id in runs.entries())


def test_what_a_peer_adds_to_a_run_is_kept() -> None:
    runs, own = asked(1)
    (id,) = runs.entries()
    runs.change(id, theirs={"x": 1})
    own.take(2.0)
    assert runs.doc.get("runs", type=Map)[id]["theirs"] == {"x": 1}


def test_what_is_no_run_is_passed_over() -> None:
    runs, _ = asked(1)
    written = runs.doc.get("runs", type=Map)
    written["bad"] = "no run"
    written["worse"] = {"cell_id": "c", "runtime_id": "r", "asked_at": 1, "state": "unheard of"}
    assert len(runs.entries()) == 1


def test_a_runtime_that_was_taken_for_gone_says_that_it_goes_on() -> None:
    runs, own = asked(2)
    own.take(2.0)
    assert len(runs.lose_absent(["another"])) == 2
    own.follow()
    assert [run.state for run in runs.entries().values()] == ["running", "queued"]


def test_a_run_that_a_peer_puts_back_into_the_queue_does_not_start_again() -> None:
    runs, own = asked(1)
    taken = own.take(2.0)
    assert taken is not None
    own.finish("ok", 0.5)
    runs.change(taken[0], state="queued")
    own.follow()
    assert own.take(3.0) is None
