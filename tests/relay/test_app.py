"""The relay's routes, its errors, /health and /metrics."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient

from relay.app import create_app
from relay.errors import STATUS_OF
from relay.headers import response_class
from relay.settings import Settings
from wasm_runtime import __version__
from wasm_runtime.contracts import CONTRACT_VERSION
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.relay_api import ErrorCode

ROUTES = {
    "/health": "api",
    "/metrics": "api",
    "/environments.json": "store",
    "/environments/{name}.json": "store",
    "/snapshot-refusals/{name}": "api",
    "/store/{sha256}/{name}": "store",
    "/index/simple/": "index",
    "/index/simple/{project}/": "index",
    "/index/simple/{project}": "index",
    "/index/files/{project}/{file_name}": "index",
    "/session": "api",
    "/sessions": "api",
    "/sign-in/oidc": "api",
    "/sign-in/oidc/return": "api",
    "/links": "api",
    "/rooms/{document_id}": "api",
    "/rooms/{document_id}/last-good-state": "api",
    "/rooms/{document_id}/history": "api",
    "/rooms/{document_id}/history/{sequence:int}": "api",
    "/rooms/{document_id}/blobs/{sha256}": "api",
    "/rooms/{document_id}/members": "api",
    "/rooms/{document_id}/members/{user_id}": "api",
    "/rooms/{document_id}/links": "api",
    "/rooms/{document_id}/links/{link_id}": "api",
    "/data/connections": "api",
    "/data/queries/{query_id}": "api",
    "/data/{connection}/schema": "api",
    "/data/{connection}/query": "api",
    "/data/{connection}/explain": "api",
    "/rooms/{document_id}/data/{connection}/explain": "api",
    "/rooms/{document_id}/data/connections": "api",
    "/rooms/{document_id}/data/{connection}/schema": "api",
    "/rooms/{document_id}/data/{connection}/sample": "api",
    "/rooms/{document_id}/data/{connection}/profile": "api",
    "/rooms/{document_id}/data/{connection}/query": "api",
    "/net/hosts": "api",
    "/net/fetch": "api",
    "/rooms/{document_id}/net/fetch": "api",
    "/rooms/{document_id}/net/hosts": "api",
    "/ai/models": "api",
    "/ai/openai/v1/models": "api",
    "/ai/openai/v1/chat/completions": "api",
    "/ai/openai/v1/responses": "api",
    "/ai/openai/v1/embeddings": "api",
    "/ai/anthropic/v1/models": "api",
    "/ai/anthropic/v1/messages": "api",
    "/rooms/{document_id}/ai/models": "api",
    "/rooms/{document_id}/ai/openai/v1/models": "api",
    "/rooms/{document_id}/ai/openai/v1/chat/completions": "api",
    "/rooms/{document_id}/ai/openai/v1/responses": "api",
    "/rooms/{document_id}/ai/openai/v1/embeddings": "api",
    "/rooms/{document_id}/ai/anthropic/v1/models": "api",
    "/rooms/{document_id}/ai/anthropic/v1/messages": "api",
    "/rooms/{document_id}/ai/policy": "api",
    "/data/{connection}/sample": "api",
    "/data/{connection}/profile": "api",
    "/mcp": "api",
    "/tokens": "api",
    "/tokens/{token_id}": "api",
    "/storages": "api",
    "/storages/{storage}/list": "api",
    "/storages/{storage}/files/{path:path}": "api",
    "/rooms/{document_id}/storages": "api",
    "/rooms/{document_id}/storages/{storage}/list": "api",
    "/rooms/{document_id}/storages/{storage}/files/{path:path}": "api",
    "/operator/connections": "api",
    "/operator/connections/{connection}": "api",
    "/operator/connections/{connection}/test": "api",
    "/operator/audit": "api",
    "/operator/audit/chain": "api",
    "/operator/audit/export": "api",
    "/{path:path}": "asset",
}


def test_every_route_is_in_the_table(settings: Settings) -> None:
    found = {}
    for route in create_app(settings).routes:
        assert isinstance(route, Route | Mount | WebSocketRoute)
        found[route.path] = response_class(route.path)
    assert found == ROUTES


@pytest.mark.parametrize("path", ["/health", "/metrics", "/", "/anything"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_nothing_can_be_changed(relay: TestClient, method: str, path: str) -> None:
    answer = relay.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "not_allowed")


def test_an_unknown_path_answers_in_the_one_error_shape(relay: TestClient) -> None:
    answer = relay.get("/api/notebooks")
    body = decode(answer.json(), "ErrorBody", CONTRACT)
    assert (answer.status_code, body.code) == (404, "not_found")


def test_every_error_code_has_a_status() -> None:
    assert set(STATUS_OF) == set(ErrorCode.__args__)  # type: ignore[attr-defined]


def test_health_says_how_the_relay_is(relay: TestClient) -> None:
    health = decode(relay.get("/health").json(), "Health", CONTRACT)
    assert (health.status, health.version) == ("ok", __version__)
    assert health.contract_version == CONTRACT_VERSION
    assert health.uptime_seconds >= 0
    assert health.memory_bytes > 1_000_000


def test_metrics_count_requests_by_class_and_never_by_path(relay: TestClient) -> None:
    relay.get("/")
    relay.get("/no-such-page")
    page = relay.get("/metrics").text
    assert 'relay_requests_total{method="GET",response_class="page",status="200"} 1.0' in page
    assert 'response_class="asset",status="404"} 1.0' in page
    assert "no-such-page" not in page


def test_metrics_can_be_switched_off(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"metrics": False}))
    with TestClient(app, base_url="http://127.0.0.1") as relay:
        assert relay.get("/metrics").status_code == 404


def test_a_defect_is_answered_without_its_details(settings: Settings) -> None:
    async def broken(request: Request) -> Response:
        raise RuntimeError("the password is hunter2")

    app = create_app(settings)
    app.router.routes.insert(0, Route("/broken", broken))
    with TestClient(app, base_url="http://127.0.0.1") as relay:
        answer = relay.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("announced", [True, False])
def test_a_large_body_is_refused(settings: Settings, announced: bool) -> None:
    async def read(request: Request) -> Response:
        return Response(await request.body())

    app = create_app(settings)
    app.router.routes.insert(0, Route("/read", read, methods=["POST"]))
    with TestClient(app, base_url="http://127.0.0.1") as relay:
        body = b"x" * (settings.max_body_bytes + 1)
        answer = relay.post("/read", content=body if announced else iter([body]))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
