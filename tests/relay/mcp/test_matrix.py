"""The authorisation matrix of agents: every tool, with every scope, for every role of the owner.

It is read off the tools that the relay really has; one that is not in here fails.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.auth.new_token import SCOPES, add_token
from relay.auth.store.tokens import remove_token
from relay.settings import Settings
from tests.relay.auth.world import DOCUMENT, ORIGIN, World, world_of
from tests.relay.mcp.agents import notebook_of
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts.agents import Scope

NEEDS: dict[str, tuple[Scope, str]] = {
    "list_notebooks": ("mcp:read", "anybody"),
    "read_notebook": ("mcp:read", "read"),
    "read_cell": ("mcp:read", "read"),
    "insert_cell": ("mcp:write", "write"),
    "edit_cell": ("mcp:write", "write"),
    "move_cell": ("mcp:write", "write"),
    "delete_cell": ("mcp:write", "write"),
    "undo_edits": ("mcp:write", "write"),
    "run_cells": ("mcp:run", "run"),
    "wait_for_runs": ("mcp:run", "run"),
    "stop_runs": ("mcp:run", "run"),
    "run_python": ("mcp:run", "anybody"),
}
"""Scope, and what the token's owner must be able to do with the notebook."""
WHO_MAY = {
    "anybody": {"stranger", "viewer", "runner", "editor", "owner"},
    "read": {"viewer", "runner", "editor", "owner"},
    "run": {"runner", "editor", "owner"},
    "write": {"editor", "owner"},
}
OWNERS = ("stranger", "viewer", "runner", "editor", "owner")
_STALE = {"cell": "c0", "source_hash": "0" * 16}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "list_notebooks": {},
    "read_notebook": {},
    "read_cell": {"cell": "c0"},
    "insert_cell": {"source": "new"},
    "edit_cell": {**_STALE, "source": "new"},
    "move_cell": _STALE,
    "delete_cell": _STALE,
    "undo_edits": {},
    "run_cells": {"cells": ["c0"]},
    "wait_for_runs": {"wait_seconds": 0},
    "stop_runs": {},
    # So that no sandbox starts: the arguments are looked at last.
    "run_python": {"code": "1", "environment": "no-such-environment"},
}
WITHOUT_NOTEBOOK = {"list_notebooks", "run_python"}


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with world_of(settings.model_copy(update={"access": "accounts"})) as world:
        yield world


@pytest.fixture
def notebook(world: World) -> World:
    """One notebook that is owned, with a cell in it."""
    world.notebook("x")
    peer = Peer()
    with world.person("owner").join(DOCUMENT) as socket:
        peer.connect()
        peer.doc.apply_update(notebook_of("x = 1", id=DOCUMENT).doc.get_update())
        while not peer.is_saved:
            for frame in peer.take():
                socket.send_bytes(frame)
            peer.receive(socket.receive_bytes())
    return world


def token(
    world: World,
    owner: str,
    *scopes: Scope,
    document_id: str | None = None,
    seconds: float = 1000,
    now: float | None = None,
) -> tuple[str, str]:
    if owner != "stranger":
        world.member(owner)  # type: ignore[arg-type]
    user_id = world.account(owner).id
    return world.write(
        lambda found: add_token(
            found,
            user_id,
            name="Claude",
            scopes=scopes,
            document_id=document_id,
            seconds=seconds,
            now=now if now is not None else time.time(),
        )
    )


def post(
    relay: TestClient, secret: str | None, method: str, headers: dict[str, str] | None = None,
    path: str = "/mcp", **params: Any,
) -> Any:  # fmt: skip
    given = {"authorization": f"Bearer {secret}"} if secret else {}
    accept = {"accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return relay.post(path, json=body, headers={**accept, **given, **(headers or {})})


def result(answer: Any) -> dict[str, Any]:
    """The JSON-RPC message of an answer, which comes as one server-sent event."""
    assert answer.status_code == 200, answer.text
    (data,) = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    message: dict[str, Any] = json.loads(data)
    return dict(message.get("result") or message["error"])


def called(world: World, secret: str, tool: str, **arguments: Any) -> str:
    """How a call ended: "ok", or the code that its text begins with."""
    notebook = {} if tool in WITHOUT_NOTEBOOK else {"notebook": DOCUMENT}
    given = {**notebook, **ARGUMENTS[tool], **arguments}
    answer = result(post(world.relay, secret, "tools/call", name=tool, arguments=given))
    if not answer.get("isError"):
        return "ok"
    return str(answer["content"][0]["text"].partition(":")[0])


def test_every_tool_is_in_the_matrix(world: World) -> None:
    _, secret = token(world, "owner", *SCOPES)
    listed = result(post(world.relay, secret, "tools/list"))["tools"]
    assert {each["name"] for each in listed} == set(NEEDS)
    assert set(ARGUMENTS) == set(NEEDS)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_lists_what_its_scopes_allow(world: World, scope: Scope) -> None:
    _, secret = token(world, "owner", scope)
    listed = {each["name"] for each in result(post(world.relay, secret, "tools/list"))["tools"]}
    scopes = {scope, "mcp:read"} if scope == "mcp:write" else {scope}
    assert listed == {name for name, (needed, _) in NEEDS.items() if needed in scopes}


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_tool_needs_its_scope_and_the_owners_role(
    notebook: World, owner: str, scope: Scope
) -> None:
    _, secret = token(notebook, owner, scope)
    scopes = {scope, "mcp:read"} if scope == "mcp:write" else {scope}
    wrong = []
    for tool, (needed, verb) in NEEDS.items():
        found = called(notebook, secret, tool)
        if needed not in scopes:
            expected = {"SCOPE_MISSING"}
        elif owner not in WHO_MAY["read"] and tool not in WITHOUT_NOTEBOOK:
            expected = {"NOT_FOUND"}  # whether it exists is nobody's business
        elif owner not in WHO_MAY[verb]:
            expected = {"NOT_ALLOWED"}
        else:  # let through to the tool itself
            expected = {"ok", "STALE_CELL", "NO_RUNTIME", "NOTHING_TO_UNDO", "ENVIRONMENT_MISSING"}
        if found not in expected:
            wrong.append((tool, found, expected))
    assert wrong == []


def test_a_token_for_one_notebook_opens_no_other(notebook: World) -> None:
    _, other = token(notebook, "owner", *SCOPES, document_id="another")
    _, this = token(notebook, "owner", *SCOPES, document_id=DOCUMENT)
    assert (called(notebook, other, "read_notebook"), called(notebook, this, "read_notebook")) == (
        "NOT_FOUND",
        "ok",
    )
    listed = result(post(notebook.relay, other, "tools/call", name="list_notebooks"))
    assert listed["structuredContent"] == {"notebooks": []}


@pytest.mark.parametrize("bring", ["nothing", "wrong", "expired", "revoked", "session", "account"])
def test_without_a_token_that_works_nothing_is_answered(notebook: World, bring: str) -> None:
    id, secret = token(notebook, "owner", *SCOPES)
    brought: str | None = secret
    match bring:
        case "nothing":
            brought = None
        case "wrong":
            brought = secret[:-1] + ("a" if secret[-1] != "a" else "b")
        case "expired":
            _, brought = token(notebook, "owner", *SCOPES, seconds=1, now=time.time() - 5)
        case "revoked":
            notebook.write(lambda found: remove_token(found, id))
        case "session":
            brought = notebook.person("owner").token
        case "account":
            user_id = notebook.account("owner").id
            notebook.write(
                lambda found: found.execute("DELETE FROM access_users WHERE id = ?", (user_id,))
            )
    answer = post(notebook.relay, brought, "tools/list")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "headers",
    [{"x-api-key": "{}"}, {"cookie": "session={}"}, {"authorization": "Basic {}"},
     {"authorization": "{}"}, {"proxy-authorization": "Bearer {}"}],
)  # fmt: skip
def test_the_header_is_the_only_way_to_bring_a_token(world: World, headers: dict[str, str]) -> None:
    _, secret = token(world, "owner", *SCOPES)
    brought = {name: value.format(secret) for name, value in headers.items()}
    answer = post(world.relay, None, "tools/list", brought, f"/mcp?token={secret}")
    assert answer.status_code == 401


def test_a_token_opens_nothing_but_mcp(notebook: World) -> None:
    _, secret = token(notebook, "owner", *SCOPES)
    brought = {"authorization": f"Bearer {secret}"}
    for method, path in (
        ("GET", f"/rooms/{DOCUMENT}"),
        ("GET", "/tokens"),
        ("GET", "/data/connections"),
        ("GET", "/operator/audit"),
        ("POST", "/net/fetch"),
    ):
        assert notebook.nobody().ask(method, path, headers=brought).status_code == 401, path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1.evil.example"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": ORIGIN, "sec-fetch-site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_another_site_cannot_ask_even_with_a_token(
    world: World, headers: dict[str, str], status: int
) -> None:
    _, secret = token(world, "owner", *SCOPES)
    assert post(world.relay, secret, "tools/list", headers).status_code == status


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
    ],
)
def test_one_person_needs_a_token_and_is_at_this_machine(
    settings: Settings, address: str, headers: dict[str, str], status: int
) -> None:
    with TestClient(create_app(settings), ORIGIN, client=(address, 50_000)) as relay:
        world = World(relay, settings)
        _, secret = world.write(
            lambda found: add_token(
                found, "local", name="a", scopes=["mcp:read"], document_id=None, seconds=9,
                now=time.time(),
            )
        )  # fmt: skip
        assert post(relay, None, "tools/list", headers).status_code == 401
        assert post(relay, secret, "tools/list", headers).status_code == status
        world.close()


def test_a_token_of_the_one_person_is_nothing_once_there_are_accounts(world: World) -> None:
    _, secret = world.write(
        lambda found: add_token(
            found, "local", name="a", scopes=["mcp:read"], document_id=None, seconds=9,
            now=time.time(),
        )
    )  # fmt: skip
    assert post(world.relay, secret, "tools/list").status_code == 401
