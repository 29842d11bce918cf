"""Every response carries the headers of its class."""

import pytest
from starlette.testclient import TestClient

from relay.headers import RESPONSE_CLASSES, headers_of, response_class
from wasm_runtime.contracts.page_security import (
    APP_CONTENT_SECURITY_POLICY,
    FRAME_CONTENT_SECURITY_POLICY,
)

CLASS_OF = {
    "/": "page",
    "/index.html": "page",
    "/frames/kernel.html": "frame",
    "/frames/output.html": "frame",
    "/service-worker.js": "script",
    "/assets/main-12345678.js": "script",
    "/assets/style-12345678.css": "asset",
    "/assets/pyodide.asm.wasm": "asset",
    "/environments.json": "store",
    "/environments/data.json": "store",
    "/store/00/numpy.whl": "store",
    "/index/simple/": "index",
    "/health": "api",
    "/metrics": "api",
    "/no/such/thing": "asset",
}


@pytest.mark.parametrize(("path", "name"), CLASS_OF.items())
def test_a_response_carries_the_headers_of_its_class(
    relay: TestClient, path: str, name: str
) -> None:
    sent = relay.get(path).headers
    expected = headers_of(response_class(path))
    expected.pop("cache-control")  # a file may say more exactly how long it is good for
    assert response_class(path) == name
    assert {header: sent.get(header) for header in expected} == expected


def test_the_table_above_has_every_class() -> None:
    assert set(CLASS_OF.values()) == set(RESPONSE_CLASSES)


def test_the_page_is_isolated_and_runs_no_inline_script(relay: TestClient) -> None:
    headers = relay.get("/").headers
    assert headers["content-security-policy"] == APP_CONTENT_SECURITY_POLICY
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "credentialless"


@pytest.mark.parametrize("frame", ["kernel", "output"])
def test_a_frame_is_opaque_and_reaches_no_network(relay: TestClient, frame: str) -> None:
    headers = relay.get(f"/frames/{frame}.html").headers
    policy = headers["content-security-policy"]
    assert policy == FRAME_CONTENT_SECURITY_POLICY
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "connect-src 'none'" in policy
    assert headers["cross-origin-embedder-policy"] == "credentialless"


def test_refusals_and_failures_carry_the_headers_too(relay: TestClient) -> None:
    for answer in (relay.get("/nothing"), relay.get("/", headers={"host": "evil.example"})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-request-id"]
