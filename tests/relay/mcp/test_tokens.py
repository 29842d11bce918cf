"""Tokens: made on the command line or by whoever has an account, kept hashed, ended in seconds."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from relay.auth.store.sessions import hashed
from relay.settings import Settings
from tests.relay.auth.world import World, world_of
from tests.relay.data.leak_scanner import LeakScanner
from tests.relay.mcp.relay_with_agents import AgentRelay, Person, agent_at, relay_with_agents
from tests.relay.mcp.test_matrix import post, result
from tests.relay.sync.link import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[AgentRelay]:
    with relay_with_agents(tmp_path, WASM_RUNTIME_LOG_LEVEL="debug") as relay:
        yield relay


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with world_of(settings.model_copy(update={"access": "accounts"})) as world:
        yield world


def test_a_token_is_made_listed_and_revoked_on_the_command_line(relay: AgentRelay) -> None:
    made = relay.command("token", "add", "Claude", "--scope=write", "--notebook=book", "--days=2")
    id = made.stdout.split()[1]
    secret = made.stdout.splitlines()[1].strip()
    assert f"Authorization: Bearer {secret}" in made.stdout
    assert secret.startswith("wrt_")
    listed = relay.command("token", "list").stdout.rstrip("\n").split("\t")
    assert listed[:5] == [id, "Claude", "this machine", "mcp:read,mcp:write", "book"]
    assert relay.command("token", "revoke", id).returncode == 0
    assert relay.command("token", "list").stdout == ""
    assert relay.command("token", "revoke", id).returncode == 2
    told = [(record["action"], record["details"]["token_id"]) for record in relay.audit()]
    assert told == [("token made", id), ("token revoked", id)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", ""],
        ["add", "x" * 81],
        ["add", "a", "--days=0"],
        ["add", "a", "--days=1000"],
        ["add", "a", "--notebook=../x"],
        ["add", "a", "--for=ada"],
        ["add", "a", "--scope=admin"],
    ],
)
def test_what_cannot_be_is_refused(relay: AgentRelay, arguments: list[str]) -> None:
    done = relay.command("token", *arguments)
    assert (done.returncode, relay.command("token", "list").stdout) == (2, "")
    assert "Traceback" not in done.stderr


async def test_who_is_revoked_is_out_of_every_room_within_five_seconds(relay: AgentRelay) -> None:
    id, secret = relay.named_token()
    person = Person(relay, "book")
    living = asyncio.create_task(person.run())
    await until(lambda: person.is_saved)
    person.write("x = 1")
    await until(lambda: person.is_saved)
    async with agent_at(relay, secret) as client:
        await client.call_tool("read_notebook", {"notebook": "book"})
        await until(lambda: any("Claude" in name for name in person.names))
        waiting = asyncio.create_task(
            client.call_tool("run_python", {"code": "while True: pass", "environment": "core"})
        )
        revoked = await asyncio.to_thread(relay.command, "token", "revoke", id)
        assert revoked.returncode == 0
        started = time.monotonic()
        await until(lambda: not any("Claude" in name for name in person.names))
        ended = await waiting
        assert time.monotonic() - started < 5
        assert ended.is_error
        assert "does not work any more" in getattr(ended.content[0], "text", "")
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    assert post_status(relay, secret) == 401


def post_status(relay: AgentRelay, secret: str) -> int:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {
        "authorization": f"Bearer {secret}",
        "accept": "application/json, text/event-stream",
    }
    return httpx2.post(relay.url, json=body, headers=headers, trust_env=False).status_code


async def test_a_token_leaves_the_relay_once_and_is_nowhere_on_its_disk(relay: AgentRelay) -> None:
    secret = relay.token()
    async with agent_at(relay, secret) as client:
        await client.list_tools()
        await client.call_tool("list_notebooks", {})
        await client.call_tool("read_notebook", {"notebook": secret})
        await client.call_tool("read_notebook", {"notebook": "none", "extra": secret})
        await client.call_tool("no_such_tool", {})
    assert post_status(relay, secret + "x") == 401
    assert httpx2.post(f"{relay.url}?token={secret}", trust_env=False).status_code == 401
    scanner = LeakScanner({"token": secret})
    scanner.feed("disk", relay.kept())
    scanner.feed("log", relay.process.log.encode())
    scanner.feed("commands", relay.command("token", "list").stdout.encode())
    scanner.feed("commands", relay.command("audit", "export").stdout.encode())
    assert scanner.hits() == set()
    assert hashed(secret) in str(relay.rows("access_tokens"))  # the scan looked at the right place


def test_people_with_accounts_make_tokens_of_their_own_and_see_no_others(world: World) -> None:
    ada, bob = world.member("owner"), world.person("bob")
    made = ada.ask("POST", "/tokens", json={"name": "Claude", "scopes": ["mcp:run"]}).json()
    assert (made["token"]["name"], made["token"]["scopes"]) == ("Claude", ["mcp:run"])
    listed = result(post(world.relay, made["secret"], "tools/list"))["tools"]
    assert "run_python" in {tool["name"] for tool in listed}
    assert [each["id"] for each in ada.ask("GET", "/tokens").json()["tokens"]] == [
        made["token"]["id"]
    ]
    assert "secret" not in str(ada.ask("GET", "/tokens").json())
    assert bob.ask("GET", "/tokens").json() == {"tokens": []}
    path = f"/tokens/{made['token']['id']}"
    assert bob.ask("DELETE", path).status_code == 404
    assert ada.ask("DELETE", path).json() == {"tokens": []}
    assert post(world.relay, made["secret"], "tools/list").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "a", "scopes": ["mcp:admin"]},
        {"name": "a", "expires_in_seconds": 0},
        {"name": "a", "expires_in_seconds": 1e12},
        {"name": "a", "document_id": "../x"},
        {},
    ],
)
def test_a_token_that_cannot_be_is_not_made(world: World, body: dict[str, object]) -> None:
    ada = world.person("ada")
    assert ada.ask("POST", "/tokens", json=body).status_code == 400
    assert ada.ask("GET", "/tokens").json() == {"tokens": []}


def test_one_person_makes_tokens_on_the_command_line(settings: Settings) -> None:
    with world_of(settings) as world:
        assert world.nobody().ask("GET", "/tokens").status_code == 403
