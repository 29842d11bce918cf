"""An agent as a peer of a room: it has what the room has, stays a while, and goes when it must."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from relay.auth.actor import Actor
from relay.auth.one_person import OnePerson
from relay.errors import NotFound, RelayError
from relay.mcp import room_notebooks
from relay.mcp.room_notebooks import RoomNotebooks
from relay.sync.errors import Deleted
from relay.sync.memory_store import MemoryStore
from relay.sync.rooms import Rooms
from tests.relay.mcp.agents import agent, notebook_of
from tests.relay.sync.link import ME, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer
from wasm_runtime.cell import CellContent
from wasm_runtime.contracts.access import Role
from wasm_runtime.notebook import Notebook

pytestmark = pytest.mark.anyio


class World:
    """A room with a person in it, and the notebooks as agents reach them."""

    def __init__(self, rooms: Rooms, notebooks: RoomNotebooks, person: Peer) -> None:
        self.rooms = rooms
        self.notebooks = notebooks
        self.person = person
        self.actor: Actor = agent()

    @property
    def sources(self) -> list[str]:
        return [cell.source for cell in Notebook(self.person.doc).cells]


@asynccontextmanager
async def world(*sources: str) -> AsyncIterator[World]:
    async def documents_of(user_id: str) -> list[tuple[str, Role]]:
        return [("d", "owner"), ("never-written", "owner")] if user_id == "u-ada" else []

    person = Peer()
    access = OnePerson()
    async with rooms_of(MemoryStore(), access=access) as rooms:
        link = await connected_until_saved(rooms, person)
        person.doc.apply_update(notebook_of(*sources).doc.get_update())
        await until(lambda: person.is_saved)
        async with RoomNotebooks(rooms, access, documents_of) as notebooks:
            yield World(rooms, notebooks, person)
        await link.close()


async def test_what_an_agent_writes_is_saved_and_seen() -> None:
    async with world("x") as here, here.notebooks.open(here.actor, "d") as opened:
        opened.notebook.append_cells([CellContent(source="y 😀")])
        await opened.saved()
        await until(lambda: here.sources == ["x", "y 😀"])


async def test_an_agent_sees_what_people_write_while_it_is_there() -> None:
    async with world("x") as here, here.notebooks.open(here.actor, "d") as opened:
        Notebook(here.person.doc).append_cells([CellContent(source="theirs")])
        async with asyncio.timeout(5):
            while len(opened.notebook.cells) < 2:
                await opened.changed()
        assert [cell.source for cell in opened.notebook.cells] == ["x", "theirs"]


async def test_who_may_only_read_gets_a_copy_that_nobody_else_sees() -> None:
    async with world("x") as here:
        async with here.notebooks.open(agent("mcp:read"), "d") as opened:
            opened.notebook.append_cells([CellContent(source="mine alone")])
            await opened.saved()
        assert here.sources == ["x"]


async def test_one_agent_is_one_peer_however_many_calls_it_makes() -> None:
    async with world("x") as here:

        async def read() -> object:
            async with here.notebooks.open(here.actor, "d") as opened:
                return opened

        peers = await asyncio.gather(*(read() for _ in range(5)))
        assert len(set(peers)) == 1


async def test_an_agent_leaves_some_time_after_its_last_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_notebooks, "STAY_SECONDS", 0.01)
    async with world("x") as here:
        async with here.notebooks.open(here.actor, "d") as opened:
            first = opened
        await until(lambda: not here.notebooks._stays)
        async with here.notebooks.open(here.actor, "d") as opened:
            assert opened is not first


async def test_a_revoked_agent_is_out_and_what_it_waits_for_ends() -> None:
    async with world("x") as here:
        async with here.notebooks.open(here.actor, "d") as opened:
            waiting = asyncio.create_task(opened.changed())
            await asyncio.sleep(0)
            assert here.actor.grant
            here.actor.grant.ended = True
            here.rooms.reconsider()
            with pytest.raises(RelayError, match="gives no access"):
                await waiting
        with pytest.raises(NotFound):
            async with here.notebooks.open(here.actor, "d"):
                raise AssertionError


async def test_a_document_that_is_deleted_takes_the_agent_out() -> None:
    async with world("x") as here, here.notebooks.open(here.actor, "d") as opened:
        await here.rooms.delete(ME, "d")
        await until(lambda: opened.ended is not None)
        with pytest.raises(Deleted):
            await opened.changed()


async def test_no_agent_begins_a_document() -> None:
    async with world("x") as here:
        with pytest.raises(NotFound):
            async with here.notebooks.open(here.actor, "never-written"):
                raise AssertionError
        listed = await here.notebooks.list(here.actor)
        assert [(entry.id, entry.role, entry.is_open) for entry in listed] == [("d", "owner", True)]


async def test_agents_are_bounded_and_an_idle_one_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_notebooks, "MAX_PEERS", 1)
    async with world("x") as here:
        async with here.notebooks.open(here.actor, "d"):
            with pytest.raises(RelayError, match="Too many agents"):
                async with here.notebooks.open(agent(id="two"), "d"):
                    raise AssertionError
        async with here.notebooks.open(agent(id="two"), "d") as opened:
            assert opened.actor.id == "agent-two"
