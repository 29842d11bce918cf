"""What owners chose is kept, noted, and believed only as far as it can be read."""

import sqlite3
from pathlib import Path

import pytest

from relay.audit import AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from relay.errors import BadRequest, Unavailable
from wasm_runtime.contracts.document import User

pytestmark = pytest.mark.anyio

_ADA = Actor(User(id="u-ada", name="Ada", color="#000000"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def audit(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.sqlite")


@pytest.fixture
def chosen(tmp_path: Path, audit: AuditLog) -> Chosen:
    return Chosen(tmp_path / "chosen.sqlite", "connections", audit)


async def test_until_owners_choose_what_the_operator_says_holds(chosen: Chosen) -> None:
    assert await chosen.of("n") is None
    assert await chosen.allows("n", "shop", otherwise=True)
    assert not await chosen.allows("n", "shop", otherwise=False)


async def test_what_is_chosen_holds_for_that_notebook_alone(chosen: Chosen) -> None:
    await chosen.choose(_ADA, "n", ["shop"], ["shop", "trips"], "")
    assert await chosen.of("n") == ["shop"]
    assert await chosen.allows("n", "shop", otherwise=False)
    assert not await chosen.allows("n", "trips", otherwise=True)
    assert await chosen.allows("another", "trips", otherwise=True)
    assert await chosen.allows(None, "trips", otherwise=False)


async def test_nothing_chosen_is_nothing_allowed_and_taking_it_back_leaves_it_open(
    chosen: Chosen,
) -> None:
    await chosen.choose(_ADA, "n", [], ["shop"], "")
    assert not await chosen.allows("n", "shop", otherwise=True)
    await chosen.choose(_ADA, "n", None, ["shop"], "")
    assert await chosen.of("n") is None


async def test_an_owner_adds_only_what_is_offered_and_may_keep_what_another_chose(
    chosen: Chosen,
) -> None:
    await chosen.choose(_ADA, "n", ["payroll"], ["payroll"], "")
    with pytest.raises(BadRequest, match="got salaries") as refused:
        await chosen.choose(_ADA, "n", ["payroll", "salaries"], ["shop"], "Ask the operator.")
    assert refused.value.hint == "Ask the operator."
    await chosen.choose(_ADA, "n", ["payroll", "shop"], ["shop"], "")
    assert await chosen.of("n") == ["payroll", "shop"]


async def test_each_choice_is_a_record(chosen: Chosen, audit: AuditLog) -> None:
    await chosen.choose(_ADA, "n", ["shop"], ["shop"], "")
    await chosen.choose(_ADA, "n", None, [], "")
    records = [(each.actor, each.action, each.object, each.details) for each in audit.newest(2)]
    assert records == [
        ("u-ada", "connections chosen", "n", {"connections": None}),
        ("u-ada", "connections chosen", "n", {"connections": "shop"}),
    ]


async def test_choices_that_cannot_be_read_let_nothing_through(
    tmp_path: Path, chosen: Chosen
) -> None:
    (tmp_path / "chosen.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(Unavailable, match="connections"):
        await chosen.allows("n", "shop", otherwise=True)
    with pytest.raises(Unavailable):
        await chosen.choose(_ADA, "n", [], [], "")


async def test_choices_of_hosts_are_read_where_they_have_always_been(
    tmp_path: Path, audit: AuditLog
) -> None:
    with sqlite3.connect(tmp_path / "gateway.sqlite") as database:
        database.execute("CREATE TABLE chosen (document_id TEXT PRIMARY KEY, hosts TEXT NOT NULL)")
        database.execute("INSERT INTO chosen VALUES ('n', '[\"api.example.com\"]')")
    database.close()
    hosts = Chosen(tmp_path / "gateway.sqlite", "hosts", audit)
    assert await hosts.of("n") == ["api.example.com"]
