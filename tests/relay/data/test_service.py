"""Who may use which connection, and that the relay starts without any driver."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.audit import AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from relay.data.access import Asker, DeclaredUsers
from relay.data.connections import Connections
from relay.data.declaration import Declaration
from relay.data.engine import END_OF_STREAM, Chunk, End, FakeEngine
from relay.data.errors import NoSuchConnection
from relay.data.grants import Grants
from relay.data.service import DataService
from relay.secret_store import SecretStore
from relay.secrets import SecretMask
from wasm_runtime.contracts.data import QueryRequest
from wasm_runtime.contracts.document import User

pytestmark = pytest.mark.anyio

_LOCAL = Actor(User(id="local", name="Me", color="#000000"), address="127.0.0.1")
_ADA = Actor(User(id="ada", name="Ada", color="#000000"), address="10.0.0.1")
_EVE = Actor(User(id="eve", name="ada", color="#000000"), address="10.0.0.2")
_GUEST = Actor(User(id="ada", name="Ada", color="#000000"), guest=True)
_NOBODY = Actor(address="127.0.0.1")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DataService]:
    declared = {
        name: Declaration(name=name, engine="sqlite", path=f"/{name}", users=users)
        for name, users in (("mine", ()), ("adas", ("ada",)), ("everybodys", ("*",)))
    }
    secrets = SecretStore(tmp_path / "s.sqlite", SecretMask([]), environment={})
    connections = Connections(tmp_path / "c.sqlite", secrets, built_in=declared, environment={})
    audit = AuditLog(tmp_path / "audit.sqlite")
    chosen = Chosen(tmp_path / "chosen.sqlite", "connections", audit)
    made = DataService(
        connections,
        Grants(connections, DeclaredUsers(), chosen, audit),
        audit,
        lambda declaration, password: FakeEngine([Chunk(b"schema"), End()]),
    )
    yield made
    await made.close()
    audit.close()


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (_LOCAL, {"mine", "adas", "everybodys"}),
        (_ADA, {"adas", "everybodys"}),
        (_EVE, {"everybodys"}),
        (_GUEST, set()),
        (_NOBODY, set()),
    ],
)
async def test_a_connection_is_for_whom_it_is_declared(
    service: DataService, actor: Actor, allowed: set[str]
) -> None:
    assert {each.name for each in service.grants.connections(actor).connections} == allowed
    for name in ("mine", "adas", "everybodys", "nowhere"):
        if name in allowed:
            query = await service.query(Asker(actor), name, QueryRequest(sql="select 1"))
            content = b"".join([chunk async for chunk in query.chunks()])
            assert content == b"schema" + END_OF_STREAM
        else:
            with pytest.raises(NoSuchConnection, match="no connection"):
                await service.query(Asker(actor), name, QueryRequest(sql="select 1"))
            with pytest.raises(NoSuchConnection, match="no connection"):
                await service.schema(Asker(actor), name)


async def test_a_query_is_known_to_its_owner_only(service: DataService) -> None:
    await service.query(Asker(_ADA), "adas", QueryRequest(sql="select 1", query_id="adas-query"))
    assert service.status(_ADA, "adas-query").connection == "adas"
    for other in (_EVE, _LOCAL, _NOBODY):
        with pytest.raises(NoSuchConnection):
            service.status(other, "adas-query")
        with pytest.raises(NoSuchConnection):
            service.cancel(other, "adas-query")


async def test_a_request_may_ask_for_less_than_the_operator_allows_and_never_more(
    service: DataService,
) -> None:
    less = QueryRequest(sql="select 1", max_rows=5, max_seconds=1.5, max_bytes=100)
    more = QueryRequest(sql="select 1", max_rows=10**12, max_seconds=1e9, max_bytes=10**18)
    limits = [(await service.query(Asker(_LOCAL), "mine", each)).limits for each in (less, more)]
    assert [(each.rows, each.seconds, each.bytes) for each in limits] == [
        (5, 1.5, 100),
        (10_000_000, 60, 2 * 1024**3),
    ]


async def test_the_relay_starts_without_any_driver() -> None:
    drivers = "nanoarrow adbc_driver_postgresql asyncmy duckdb cryptography"
    program = (
        "import sys, relay.app, wasm_runtime.cli;"
        f"print([name for name in {drivers.split()!r} if name in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, env={}
    )
    output, _ = await process.communicate()
    assert output.strip() == b"[]"
