"""Who is answered by a kept result: rights, passwords and places count as they do without."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.audit import AuditFault, AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from relay.data.access import Asker, DeclaredUsers
from relay.data.connections import Connections
from relay.data.declaration import Declaration
from relay.data.engine import END_OF_STREAM, Chunk, End, Engine, FakeEngine, Statement
from relay.data.errors import NoSuchConnection, NotForNotebook, QueryCancelled
from relay.data.grants import Grants
from relay.data.kept_results import KeptResults
from relay.data.query import Limits, Query
from relay.data.service import DataService
from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from tests.relay.data.test_query import Endless
from wasm_runtime.contracts.data import QueryRequest
from wasm_runtime.contracts.document import User

pytestmark = pytest.mark.anyio

_ADA, _EVE = (
    Asker(Actor(User(id=name, name=name, color="#000000"), address="10.0.0.1"))
    for name in ("ada", "eve")
)
_ASKED = QueryRequest(sql="select 1", max_age_seconds=600)


class World:
    """A relay's service with one connection, and whatever its database was asked."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.engine: Engine | None = None
        secrets = SecretStore(folder / "s.sqlite", SecretMask([]), environment={})
        self.connections = Connections(folder / "c.sqlite", secrets, environment={})
        self.audit = AuditLog(folder / "audit.sqlite")
        self.declare(host="a", users=("ada",))
        self.results = KeptResults(folder / "results", 10**6)
        chosen = Chosen(folder / "chosen.sqlite", "connections", self.audit)
        grants = Grants(self.connections, DeclaredUsers(), chosen, self.audit)
        self.service = DataService(
            self.connections, grants, self.audit, self._open, results=self.results
        )

    def declare(self, host: str, users: tuple[str, ...], **given: bool) -> None:
        declared = Declaration(
            name="w", engine="postgresql", host=host, user="r", users=users, **given
        )
        self.connections.add(declared, "first password")

    async def ask(self, asker: Asker = _ADA, asked: QueryRequest = _ASKED) -> tuple[bytes, bool]:
        """The result, and whether it was kept."""
        query = await self.service.query(asker, "w", asked)
        content = b"".join([chunk async for chunk in query.chunks()])
        return content, query.age_seconds is not None

    def _open(self, declared: Declaration, password: str) -> Engine:
        self.asked.append(f"{declared.host} {password}")
        return self.engine or FakeEngine([Chunk(b"schema"), Chunk(password.encode(), 1), End()])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    with made.results:
        yield made
        await made.service.close()
    made.audit.close()


async def test_the_second_who_may_ask_gets_what_the_first_was_given(world: World) -> None:
    world.declare(host="a", users=("ada", "eve"))
    content = b"schemafirst password" + END_OF_STREAM
    assert await world.ask(_ADA) == (content, False)
    assert await world.ask(_EVE) == (content, True)
    assert world.asked == ["a first password"]
    assert [(each.actor, each.result) for each in world.audit.records()] == [
        ("ada", "ok"),
        ("eve", "kept"),
    ]


async def test_whoever_may_not_ask_gets_nothing_kept_either(world: World) -> None:
    await world.ask(_ADA)
    with pytest.raises(NoSuchConnection):
        await world.ask(_EVE)
    world.declare(host="a", users=())
    with pytest.raises(NoSuchConnection):
        await world.ask(_ADA)


async def test_a_notebook_whose_owners_did_not_choose_it_gets_nothing_kept(world: World) -> None:
    world.declare(host="a", users=("ada",), every_notebook=False)
    await world.ask(_ADA)
    assert (await world.ask(_ADA))[1] is True
    with pytest.raises(NotForNotebook):
        await world.ask(Asker(_ADA.actor, "a-shared-notebook"))


async def test_a_rotated_password_makes_what_was_kept_unusable(world: World) -> None:
    await world.ask()
    world.connections.rotate(world.connections.get("w"), "second password")
    assert await world.ask() == (b"schemasecond password" + END_OF_STREAM, False)


async def test_a_connection_that_leads_elsewhere_is_asked_anew(world: World) -> None:
    await world.ask()
    world.declare(host="b", users=("ada",))
    assert (await world.ask())[1] is False
    assert world.asked == ["a first password", "b first password"]


async def test_a_removed_connection_answers_nothing(world: World) -> None:
    await world.ask()
    world.connections.remove("w")
    with pytest.raises(NoSuchConnection):
        await world.ask()


async def test_a_kept_result_is_read_though_all_places_are_taken(world: World) -> None:
    await world.ask()
    world.engine = Endless()
    slow = [await world.service.query(_ADA, "w", QueryRequest(sql="slow")) for _ in range(4)]
    assert (await world.ask())[1] is True
    assert [each.status.state for each in slow] == ["running"] * 4


async def test_a_kept_result_can_be_stopped_like_any_other(world: World) -> None:
    await world.ask()
    query = await world.service.query(_ADA, "w", _ASKED)
    world.service.cancel(_ADA.actor, query.id)
    with pytest.raises(QueryCancelled):
        async for _ in query.chunks():
            pass
    assert (await world.ask())[1] is True


async def test_a_result_whose_record_cannot_be_kept_is_not_kept_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(event: object) -> None:
        raise AuditFault("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(world.audit, "append", full)
        with pytest.raises(AuditFault):
            await world.ask()
    assert (await world.ask())[1] is False


async def test_keeping_reads_no_further_ahead_of_a_slow_reader(tmp_path: Path) -> None:
    async def nothing(query: Query) -> None:
        pass

    engine = Endless()
    with KeptResults(tmp_path / "results", 10**9) as results:
        keeping = results.begin("key", 3600)
        limits = Limits(seconds=60, rows=10**9, bytes=10**9)
        query = Query("an-id-of-a-query", "w", "owner", limits, nothing, keeping=keeping)
        task = query.start(engine, Statement(sql=""))
        while engine.given < 3:
            await asyncio.to_thread(lambda: None)
        for _ in range(50):
            await asyncio.to_thread(lambda: None)
        assert engine.given == 3
        query.stop(QueryCancelled("Enough."))
        await task
    assert [each.name for each in (tmp_path / "results").rglob("*")] == [".lock"]
