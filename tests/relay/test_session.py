"""Who the relay takes its visitor for, in the modes without accounts."""

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.settings import Settings
from wasm_runtime.contracts.access import Session
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT

HERE = ("127.0.0.1", 50_000)


def session_of(
    settings: Settings,
    client: tuple[str, int] = HERE,
    headers: dict[str, str] | None = None,
) -> Session:
    with TestClient(create_app(settings), base_url="http://127.0.0.1", client=client) as relay:
        answer = relay.get("/session", headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    session = decode(answer.json(), "Session", CONTRACT)
    assert isinstance(session, Session)
    return session


def test_the_person_at_this_machine_needs_no_setup(settings: Settings) -> None:
    session = session_of(settings)
    assert (session.mode, session.rooms, session.guest) == ("one-person", True, False)
    assert session.user is not None
    assert (session.user.id, session.passwords, session.provider) == ("local", False, None)


@pytest.mark.parametrize("address", ["192.0.2.7", "", "localhost.evil.example", "::ffff:1.2.3.4"])
def test_whoever_comes_from_another_machine_is_nobody(settings: Settings, address: str) -> None:
    session = session_of(settings, client=(address, 1))
    assert (session.user, session.rooms) == (None, False)


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip", "via"])
def test_whom_a_proxy_on_this_machine_brings_is_nobody(settings: Settings, header: str) -> None:
    assert session_of(settings, headers={header: "127.0.0.1"}).user is None


def test_another_name_of_this_machine_is_not_the_person_at_it(settings: Settings) -> None:
    behind_proxy = settings.model_copy(update={"allowed_hosts": ["notebooks.example"]})
    assert session_of(behind_proxy, headers={"host": "notebooks.example"}).user is None


def test_a_relay_without_documents_says_so(settings: Settings) -> None:
    alone = settings.model_copy(update={"access": "none"})
    session = session_of(alone)
    assert (session.mode, session.rooms, session.user) == ("none", False, None)
    with TestClient(create_app(alone), base_url="http://127.0.0.1", client=HERE) as relay:
        answer = relay.get("/rooms/d")
    assert (answer.status_code, answer.json()["message"]) == (403, "This relay keeps no documents.")
