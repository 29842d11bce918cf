"""Which Host names are answered, and that another site cannot change anything."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.guard import allowed_names, host_name
from relay.settings import Settings

FOREIGN_HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:80",
    "127.0.0.1/abc?x",
    "127.0.0.1@evil.example",
    "evil.example#127.0.0.1",
    "localhost:80:80",
    "127.1",
    "",
]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_answered_421(relay: TestClient, host: str) -> None:
    answer = relay.get("/health", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "not_allowed"
    assert "allowed_hosts" in answer.json()["hint"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_names_are_answered(relay: TestClient, host: str) -> None:
    assert relay.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "https://127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_change_asked_for_by_another_site_is_refused(
    relay: TestClient, method: str, headers: dict[str, str]
) -> None:
    answer = relay.request(method, "/health", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_the_own_page_passes_the_door(relay: TestClient) -> None:
    own = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    assert relay.post("/health", headers=own).status_code == 405


def test_configured_names_and_the_bound_address_are_ours() -> None:
    def names(**given: Any) -> frozenset[str]:
        return allowed_names(Settings(access="accounts", **given))

    ours = names(host="192.0.2.7", allowed_hosts=["Notebook.Example"])
    assert {"192.0.2.7", "notebook.example", "localhost"} <= ours
    assert "0.0.0.0" not in names(host="0.0.0.0")
    assert "n.example" in names(public_url="https://N.example:8443/")


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("notebooks.example", "https://notebooks.example", 405),
        ("NOTEBOOKS.example", "https://notebooks.example", 405),
        ("127.0.0.1:8000", "https://notebooks.example", 405),  # a proxy that writes its own Host
        ("127.0.0.1:8000", "http://127.0.0.1:8000", 405),
        ("notebooks.example", "http://notebooks.example", 403),
        ("notebooks.example", "https://notebooks.example:444", 403),
        ("notebooks.example", "https://notebooks.example.evil.example", 403),
        ("notebooks.example", "https://evil.notebooks.example", 403),
        ("notebooks.example", "null", 403),
        ("evil.example", "https://notebooks.example", 421),
    ],
)
def test_behind_a_proxy_with_tls_the_public_address_is_the_relays_own(
    settings: Settings, host: str, origin: str, status: int
) -> None:
    public = {"access": "accounts", "public_url": "https://notebooks.example"}
    with TestClient(create_app(settings.model_copy(update=public))) as relay:
        answer = relay.post("/health", headers={"host": host, "origin": origin})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "name"), [("A.b:80", "a.b"), ("[::1]", "[::1]"), ("[::1]:9", "[::1]"), ("a:b", None)]
)
def test_the_name_within_a_host_header(host: str, name: str | None) -> None:
    assert host_name(host) == name
