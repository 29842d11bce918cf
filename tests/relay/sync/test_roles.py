"""What each role may do on an open socket: decided for every message, by what it changes."""

import random

import pytest
from pycrdt import Array, Doc, Map, Text

from relay.auth.actor import Actor
from relay.auth.one_person import OnePerson
from relay.auth.roles import RUN_ROOTS, Verb, may
from relay.sync.errors import NotPermitted, RoleChanged
from relay.sync.lib0 import block_bytes, number_bytes
from relay.sync.memory_store import MemoryStore
from relay.sync.messages import news, read_message
from relay.sync.replica import Replica
from relay.sync.rooms import Rooms
from relay.sync.update import Outside
from tests.relay.sync.hostile import update
from tests.relay.sync.link import ME, Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts.access import Role
from wasm_runtime.contracts.document import User

pytestmark = pytest.mark.anyio

ADA = Actor(User(id="ada", name="Ada", color="#000000"))


class Roles(OnePerson):
    """`ME` owns; everybody else has the role of the moment."""

    def __init__(self, role: Role | None) -> None:
        super().__init__()
        self.others = role

    def role(self, actor: Actor, document_id: str) -> Role | None:
        return "owner" if actor is ME else self.others

    def allows(self, actor: Actor, verb: Verb, document_id: str) -> bool:
        return may(self.role(actor, document_id), verb)


def as_ada(rooms: Rooms, peer: Peer) -> Link:
    link = Link(rooms, peer)
    link.client.actor = ADA
    return link


async def notebook(rooms: Rooms) -> Peer:
    """The owner's peer on a document with a cell, and a run of it."""
    owner = Peer()
    owner.doc.get("cells", type=Map)["c"] = Map({"source": Text("1 + 1")})
    owner.doc.get("runs", type=Map)["r"] = {"state": "queued"}
    await connected_until_saved(rooms, owner)
    return owner


def edit_cell(peer: Peer) -> None:
    peer.doc.get("cells", type=Map)["c"]["source"] += "!"


def delete_cell(peer: Peer) -> None:
    del peer.doc.get("cells", type=Map)["c"]


def add_output(peer: Peer) -> None:
    peer.doc.get("outputs", type=Map)["c"] = Array([{"output_type": "error"}])


def new_root(peer: Peer) -> None:
    peer.doc.get("anything", type=Text).insert(0, "x")


def ask_for_run(peer: Peer) -> None:
    peer.doc.get("runs", type=Map)["r2"] = {"state": "queued"}


def replace_run(peer: Peer) -> None:
    peer.doc.get("runs", type=Map)["r"] = {"state": "cancelled"}


def delete_run(peer: Peer) -> None:
    del peer.doc.get("runs", type=Map)["r"]


def stop_run(peer: Peer) -> None:
    peer.doc.get("stops", type=Map)["r"] = "ada"


EDITS = [edit_cell, delete_cell, add_output, new_root]
RUNS = [ask_for_run, replace_run, delete_run, stop_run]
ALLOWED = [
    *[("viewer", change, False) for change in [*EDITS, *RUNS]],
    *[("runner", change, False) for change in EDITS],
    *[("runner", change, True) for change in RUNS],
    *[("editor", change, True) for change in [*EDITS, *RUNS]],
]


@pytest.mark.parametrize(("role", "change", "allowed"), ALLOWED)
async def test_a_change_is_taken_or_closes_its_author_and_leaves_nothing(
    role: Role, change: object, allowed: bool
) -> None:
    async with rooms_of(MemoryStore(), access=Roles(role)) as rooms:
        owner = await notebook(rooms)
        ada = Peer()
        link = await as_ada(rooms, ada).open()
        await until(lambda: ada.is_saved)
        before = owner.doc.get_update()
        change(ada)  # type: ignore[operator]
        if allowed:
            await until(lambda: ada.is_saved)
            await until(lambda: owner.doc.get_update() == ada.doc.get_update())
        else:
            await until(lambda: link.closed is not None)
            assert isinstance(link.closed, NotPermitted)
            assert link.closed.message.startswith(f"Your role here is {role}: you may not")
            assert owner.doc.get_update() == before
            reader = Peer()
            await connected_until_saved(rooms, reader)
            assert reader.doc.get_state() == owner.doc.get_state()


@pytest.mark.parametrize("change", EDITS)
async def test_what_was_edited_offline_without_the_right_is_refused_on_return(
    change: object,
) -> None:
    async with rooms_of(MemoryStore(), access=Roles("runner")) as rooms:
        owner = await notebook(rooms)
        ada = Peer()
        ada.doc.apply_update(owner.doc.get_update())
        change(ada)  # type: ignore[operator]
        link = await as_ada(rooms, ada).open()
        await until(lambda: isinstance(link.closed, NotPermitted))


async def test_who_may_only_read_answers_the_relay_with_all_it_has_and_is_confirmed() -> None:
    async with rooms_of(MemoryStore(), access=Roles("viewer")) as rooms:
        owner = await notebook(rooms)
        delete_cell(owner)
        await until(lambda: owner.is_saved)
        ada = Peer()
        ada.doc.apply_update(owner.doc.get_update())
        link = await as_ada(rooms, ada).open()
        await until(lambda: ada.is_saved)
        assert link.closed is None


async def test_a_refused_change_does_not_come_in_with_somebody_elses() -> None:
    """An edit whose base is missing waits in many codecs, and is applied once the base comes."""
    async with rooms_of(MemoryStore(), access=Roles("viewer")) as rooms:
        owner = await notebook(rooms)
        ada = as_ada(rooms, Peer())
        await ada.open()
        early = Doc(client_id=9)
        early.apply_update(owner.doc.get_update())
        source = early.get("cells", type=Map)["c"]["source"]
        source += "a"
        known = early.get_state()
        source += "b"
        room, client = ada._room, ada.client
        assert room is not None
        await room.receive(client, read_message(news(early.get_update(known))))
        owner.doc.apply_update(early.get_update())
        await until(lambda: owner.is_saved)
        assert str(owner.doc.get("cells", type=Map)["c"]["source"]) == "1 + 1ab"


async def test_a_role_that_changes_closes_the_open_socket_so_that_it_comes_back() -> None:
    roles = Roles("editor")
    async with rooms_of(MemoryStore(), access=roles) as rooms:
        await notebook(rooms)
        link = await as_ada(rooms, Peer()).open()
        rooms.reconsider()
        assert link.closed is None
        roles.others = "viewer"
        rooms.reconsider()
        await until(lambda: isinstance(link.closed, RoleChanged))
        again = await as_ada(rooms, Peer()).open()
        roles.others = None
        rooms.reconsider()
        await until(lambda: isinstance(again.closed, NotPermitted))


def test_a_neighbour_below_another_root_does_not_smuggle_a_change_in() -> None:
    """Readers differ in which neighbour tells an item's parent."""
    replica = Replica()
    text = b"\x04" + block_bytes(b"x")
    for client, root in ((1, b"runs"), (2, b"cells")):
        replica.offer(update(b"\x04\x01" + block_bytes(root) + text[1:], client=client))
        replica.keep()
    for left, right in ((1, 2), (2, 1), (2, 2)):
        ids = b"".join(number_bytes(each) + b"\x00" for each in (left, right))
        with pytest.raises(Outside):
            replica.offer(update(b"\xc4" + ids + text[1:], client=3), only=RUN_ROOTS)


@pytest.mark.parametrize("seed", range(10))
def test_of_random_changes_exactly_those_below_the_own_roots_are_taken(seed: int) -> None:
    random_ = random.Random(seed)
    replica, doc = Replica(), Doc(client_id=1)
    roots = {name: doc.get(name, type=Map) for name in ("cells", "outputs", "runs", "stops")}
    for _ in range(60):
        before = doc.get_state()
        name = random_.choice(list(roots))
        key = str(random_.randrange(3))
        fork = Doc(client_id=random_.randrange(2, 9))
        fork.apply_update(doc.get_update())
        root = fork.get(name, type=Map)
        if key in root and random_.random() < 0.4:
            del root[key]
        else:
            root[key] = Map({"nested": Text("x")}) if random_.random() < 0.5 else random_.random()
        change = fork.get_update(before)
        if name in RUN_ROOTS:
            assert replica.offer(change, only=RUN_ROOTS).new is not None
        else:
            with pytest.raises(Outside):
                replica.offer(change, only=RUN_ROOTS)
            assert replica.offer(change).new is not None
        replica.keep()
        doc.apply_update(change)
    whole: Doc[object] = Doc()
    whole.apply_update(replica.state())
    assert whole.get_state() == doc.get_state()
