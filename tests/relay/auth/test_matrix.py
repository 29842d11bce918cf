"""The authorisation matrix: every route and method, as every kind of person.

It is read off the routes that the relay really has; one that is not in here fails.
"""

from itertools import product

import pytest
from starlette.routing import Route, WebSocketRoute

from relay.app import create_app
from relay.auth.actor import Actor
from relay.auth.gate import WEBSOCKET, methods_of, put_gates
from relay.auth.operators import Operators
from relay.auth.policies import POLICIES
from relay.settings import Settings
from tests.relay.auth.world import DOCUMENT, Visitor, World
from wasm_runtime.contracts import relay_api
from wasm_runtime.contracts.document import User

PEOPLE = (
    "nobody", "expired", "forged", "stranger", "guest viewer", "guest runner", "guest editor",
    "guest elsewhere", "viewer", "runner", "editor", "owner",
)  # fmt: skip
OUTSIDE = {"nobody": 401, "expired": 401, "forged": 401, "stranger": 404, "guest elsewhere": 404}
WHO_MAY = {
    "run": {"guest runner", "guest editor", "runner", "editor", "owner"},
    "read": {"guest viewer", "guest runner", "guest editor", "viewer", "runner", "editor", "owner"},
    "manage": {"owner"},
    "write": {"guest editor", "editor", "owner"},
    "reopen": {"owner"},
    "delete": {"owner"},
}
KNOWN = set(PEOPLE) - {"nobody", "expired", "forged"}

PUBLIC = {
    ("/health", "GET"),
    ("/environments.json", "GET"),
    ("/environments/{name}.json", "GET"),
    ("/snapshot-refusals/{name}", "POST"),
    ("/store/{sha256}/{name}", "GET"),
    ("/index/simple/", "GET"),
    ("/index/simple/{project}/", "GET"),
    ("/index/simple/{project}", "GET"),
    ("/index/files/{project}/{file_name}", "GET"),
    ("/session", "GET"),
    ("/session", "POST"),
    ("/session", "DELETE"),
    ("/sign-in/oidc", "GET"),
    ("/sign-in/oidc/return", "GET"),
    ("/links", "POST"),
    ("/{path:path}", "GET"),
}
AT_THIS_MACHINE = {("/metrics", "GET")}
SIGNED_IN = {
    ("/sessions", "DELETE"),
    ("/data/connections", "GET"),
    ("/data/queries/{query_id}", "GET"),
    ("/data/queries/{query_id}", "DELETE"),
    ("/data/{connection}/schema", "GET"),
    ("/data/{connection}/sample", "POST"),
    ("/data/{connection}/profile", "POST"),
    ("/data/{connection}/explain", "POST"),
    ("/data/{connection}/query", "POST"),
    ("/net/hosts", "GET"),
    ("/net/fetch", "POST"),
    ("/storages", "GET"),
    ("/storages/{storage}/list", "GET"),
    ("/storages/{storage}/files/{path:path}", "GET"),
    ("/storages/{storage}/files/{path:path}", "PUT"),
    ("/storages/{storage}/files/{path:path}", "DELETE"),
    ("/ai/models", "GET"),
    ("/ai/openai/v1/models", "GET"),
    ("/ai/openai/v1/chat/completions", "POST"),
    ("/ai/openai/v1/responses", "POST"),
    ("/ai/openai/v1/embeddings", "POST"),
    ("/ai/anthropic/v1/models", "GET"),
    ("/ai/anthropic/v1/messages", "POST"),
}
WITH_AN_ACCOUNT = {
    ("/tokens", "GET"),
    ("/tokens", "POST"),
    ("/tokens/{token_id}", "DELETE"),
}
AGENTS_ONLY = {("/mcp", "GET"), ("/mcp", "POST"), ("/mcp", "DELETE")}
"""Of tokens and tools: tests/relay/mcp/test_matrix.py."""
OPERATORS_ONLY = {
    ("/operator/connections", "GET"),
    ("/operator/connections", "POST"),
    ("/operator/connections/{connection}", "DELETE"),
    ("/operator/connections/{connection}/test", "POST"),
    ("/operator/audit", "GET"),
    ("/operator/audit/chain", "GET"),
    ("/operator/audit/export", "GET"),
}
ON_DOCUMENT = {
    ("/rooms/{document_id}", WEBSOCKET): "read",
    ("/rooms/{document_id}", "GET"): "read",
    ("/rooms/{document_id}/last-good-state", "GET"): "read",
    ("/rooms/{document_id}/last-good-state", "POST"): "reopen",
    ("/rooms/{document_id}/history", "GET"): "read",
    ("/rooms/{document_id}/history/{sequence:int}", "GET"): "read",
    ("/rooms/{document_id}/blobs/{sha256}", "GET"): "read",
    ("/rooms/{document_id}/blobs/{sha256}", "PUT"): "write",
    ("/rooms/{document_id}/members", "GET"): "read",
    ("/rooms/{document_id}/members", "PUT"): "manage",
    ("/rooms/{document_id}/members/{user_id}", "DELETE"): "manage",
    ("/rooms/{document_id}/links", "GET"): "manage",
    ("/rooms/{document_id}/links", "POST"): "manage",
    ("/rooms/{document_id}/links/{link_id}", "DELETE"): "manage",
    ("/rooms/{document_id}/data/connections", "GET"): "read",
    ("/rooms/{document_id}/data/connections", "PUT"): "manage",
    ("/rooms/{document_id}/data/{connection}/schema", "GET"): "read",
    ("/rooms/{document_id}/data/{connection}/sample", "POST"): "run",
    ("/rooms/{document_id}/data/{connection}/profile", "POST"): "run",
    ("/rooms/{document_id}/data/{connection}/explain", "POST"): "run",
    ("/rooms/{document_id}/data/{connection}/query", "POST"): "run",
    ("/rooms/{document_id}/net/fetch", "POST"): "run",
    ("/rooms/{document_id}/net/hosts", "GET"): "read",
    ("/rooms/{document_id}/net/hosts", "PUT"): "manage",
    ("/rooms/{document_id}/storages", "GET"): "read",
    ("/rooms/{document_id}/storages", "PUT"): "manage",
    ("/rooms/{document_id}/storages/{storage}/list", "GET"): "run",
    ("/rooms/{document_id}/storages/{storage}/files/{path:path}", "GET"): "run",
    ("/rooms/{document_id}/storages/{storage}/files/{path:path}", "PUT"): "run",
    ("/rooms/{document_id}/storages/{storage}/files/{path:path}", "DELETE"): "run",
    ("/rooms/{document_id}/ai/models", "GET"): "read",
    ("/rooms/{document_id}/ai/policy", "PUT"): "manage",
    ("/rooms/{document_id}/ai/openai/v1/models", "GET"): "run",
    ("/rooms/{document_id}/ai/openai/v1/chat/completions", "POST"): "run",
    ("/rooms/{document_id}/ai/openai/v1/responses", "POST"): "run",
    ("/rooms/{document_id}/ai/openai/v1/embeddings", "POST"): "run",
    ("/rooms/{document_id}/ai/anthropic/v1/models", "GET"): "run",
    ("/rooms/{document_id}/ai/anthropic/v1/messages", "POST"): "run",
    # Last, since it ends the document that the others ask for.
    ("/rooms/{document_id}", "DELETE"): "delete",
}
PARAMETERS = {
    "document_id": DOCUMENT,
    "user_id": "u-nobody",
    "link_id": "none",
    "sequence:int": "0",
    "name": "none",
    "sha256": "0" * 64,
    "project": "none",
    "file_name": "none.whl",
    "path:path": "none",
    "connection": "none",
    "storage": "none",
    "query_id": "none",
    "token_id": "none",
}


def live_routes(settings: Settings) -> set[tuple[str, str]]:
    routes = create_app(settings).routes
    assert all(isinstance(route, Route | WebSocketRoute) for route in routes)
    return {(route.path, method) for route in routes for method in methods_of(route)}  # type: ignore[arg-type,attr-defined]


def visitor(world: World, who: str) -> Visitor:
    kind, _, role = who.partition(" ")
    match who:
        case "nobody":
            return world.nobody()
        case "expired":
            world.member("owner")
            return world.person("owner", seconds=-1)
        case "forged":
            return Visitor(world.relay, "no-such-token")
        case "stranger":
            return world.person("stranger")
        case "guest elsewhere":
            return world.guest("editor", "another-notebook")
    return world.guest(role) if kind == "guest" else world.member(who)  # type: ignore[arg-type]


def path_of(pattern: str) -> str:
    for name, value in PARAMETERS.items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return pattern


def test_every_live_route_is_in_the_matrix(settings: Settings) -> None:
    everything = PUBLIC | AT_THIS_MACHINE | SIGNED_IN | OPERATORS_ONLY | set(ON_DOCUMENT)
    everything |= WITH_AN_ACCOUNT | AGENTS_ONLY
    assert live_routes(settings) == everything


def test_a_route_without_a_policy_keeps_the_relay_from_starting() -> None:
    async def open_to_all(request: object) -> object:
        raise AssertionError

    for route in (
        Route("/forgotten", open_to_all),  # type: ignore[arg-type]
        Route("/session", open_to_all, methods=["PATCH"]),  # type: ignore[arg-type]
        WebSocketRoute("/session", open_to_all),  # type: ignore[arg-type]
    ):
        with pytest.raises(LookupError, match="Nobody has decided"):
            put_gates([route], POLICIES, access=None)  # type: ignore[arg-type]


@pytest.fixture
def notebook(world: World) -> World:
    world.notebook()
    return world


@pytest.mark.parametrize("who", PEOPLE)
def test_only_who_may_gets_through_to_a_document(notebook: World, who: str) -> None:
    person = visitor(notebook, who)
    wrong = []
    for (pattern, method), verb in ON_DOCUMENT.items():
        expected = None if who in WHO_MAY[verb] else OUTSIDE.get(who, 403)
        if method == WEBSOCKET:
            found = None if person.may_read() else {4401: 401, 4403: 404}[person.close_code()]
        else:
            answer = person.ask(method, path_of(pattern))
            found = answer.status_code if answer.status_code in (401, 403) else None
            if answer.status_code == 404 and "no document" in answer.json()["message"]:
                found = 404
        if found != expected:
            wrong.append((pattern, method, expected, found))
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_public_is_so_for_everybody_and_the_rest_for_those_who_are_known(
    notebook: World, who: str
) -> None:
    for pattern, method in sorted(PUBLIC | SIGNED_IN):
        answer = visitor(notebook, who).ask(method, path_of(pattern))
        allowed = (pattern, method) in PUBLIC or who in KNOWN
        assert (answer.status_code == 401) is not allowed, (pattern, method)
        assert answer.status_code != 403, (pattern, method)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_for_this_machine_is_for_nobody_elsewhere(notebook: World, who: str) -> None:
    for pattern, method in AT_THIS_MACHINE:
        assert visitor(notebook, who).ask(method, path_of(pattern)).status_code == 403


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_who_is_not_named_runs_the_relay(notebook: World, who: str) -> None:
    for pattern, method in sorted(OPERATORS_ONLY):
        answer = visitor(notebook, who).ask(method, path_of(pattern))
        assert answer.status_code == (403 if who in KNOWN else 401), (pattern, method)


@pytest.mark.parametrize("who", PEOPLE)
def test_tokens_are_for_those_with_an_account(notebook: World, who: str) -> None:
    for pattern, method in sorted(WITH_AN_ACCOUNT):
        answer = visitor(notebook, who).ask(method, path_of(pattern))
        refused = 401 if who not in KNOWN else 403 if who.startswith("guest") else None
        found = answer.status_code if answer.status_code in (401, 403) else None
        assert found == refused, (pattern, method)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_session_opens_what_is_for_agents(notebook: World, who: str) -> None:
    for pattern, method in sorted(AGENTS_ONLY):
        answer = visitor(notebook, who).ask(method, path_of(pattern))
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_an_account_that_is_named_runs_the_relay_and_a_guest_of_that_id_does_not() -> None:
    is_operator = Operators(["u-ada"])
    ada = User(id="u-ada", name="Ada", color="#000000")
    assert is_operator(Actor(ada))
    assert not is_operator(Actor(ada, guest=True))
    assert not is_operator(Actor(User(id="u-eve", name="u-ada", color="#000000")))
    assert not is_operator(Actor())


@pytest.mark.parametrize("who", PEOPLE)
def test_a_method_that_a_route_does_not_have_is_refused(notebook: World, who: str) -> None:
    person = visitor(notebook, who)
    methods = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    for pattern, method in product({path for path, _ in ON_DOCUMENT}, methods):
        if (pattern, method) not in ON_DOCUMENT:
            assert person.ask(method, path_of(pattern)).status_code == 405, (pattern, method)


@pytest.mark.parametrize(
    "spelling",
    ["/rooms/notebook/", "/rooms//notebook", "/ROOMS/notebook", "/rooms/notebook%2fmembers",
     "/rooms/./notebook", "/rooms/x/../notebook", "//rooms/notebook", "/rooms/notebook%00"],
)  # fmt: skip
def test_another_spelling_of_a_path_is_no_way_around(notebook: World, spelling: str) -> None:
    assert notebook.nobody().ask("GET", spelling).status_code in (307, 400, 401, 404)
    assert notebook.person("stranger").ask("GET", spelling).status_code in (307, 400, 404)


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer {}"}, {"x-api-key": "{}"}, {"x-session": "{}"},
     {"x-forwarded-for": "127.0.0.1"}, {"x-http-method-override": "GET"}],
)  # fmt: skip
def test_the_cookie_is_the_only_way_to_bring_a_session(
    notebook: World, headers: dict[str, str]
) -> None:
    token = notebook.person("owner").token or ""
    brought = {name: value.format(token) for name, value in headers.items()}
    path = f"/rooms/{DOCUMENT}?session={token}&token={token}"
    assert notebook.nobody().ask("GET", path, headers=brought).status_code == 401


def test_no_answer_tells_whether_a_document_exists(notebook: World) -> None:
    stranger = notebook.person("stranger")
    there = stranger.ask("GET", f"/rooms/{DOCUMENT}")
    missing = stranger.ask("GET", "/rooms/missing")
    assert there.status_code == missing.status_code == 404
    assert there.json()["message"].replace(DOCUMENT, "missing") == missing.json()["message"]


def test_close_codes_are_those_of_the_contract(notebook: World) -> None:
    assert notebook.nobody().close_code() == relay_api.CLOSE_NOT_SIGNED_IN
    assert notebook.person("stranger").close_code() == relay_api.CLOSE_NOT_ALLOWED
