"""Whose address counts behind proxies, and who may read /metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from relay.app import create_app
from relay.auth.password_sign_in import ATTEMPTS_PER_ADDRESS
from relay.client_address import nearest_stranger
from relay.networks import Networks
from relay.settings import Settings

PROXY, PERSON, OTHER = "10.0.0.1", "192.0.2.7", "192.0.2.8"
TOKEN = "a token of the operator"


@contextmanager
def relay_at(settings: Settings, peer: str, **changes: object) -> Iterator[TestClient]:
    """The relay, asked by a peer with this address."""
    changed = Settings(**{**settings.model_dump(), "access": "accounts", **changes})
    with TestClient(create_app(changed), "http://127.0.0.1", client=(peer, 50_000)) as client:
        yield client


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (PROXY, [PERSON], PERSON),
        (PROXY, [OTHER, PERSON], PERSON),
        (PROXY, [OTHER, PERSON, "10.0.0.2"], PERSON),
        (PROXY, [f"{PERSON}:4711"], PERSON),
        (PROXY, ["[2001:db8::7]:4711"], "2001:db8::7"),
        (f"::ffff:{PROXY}", [PERSON], PERSON),
        (PROXY, ["10.0.0.3", "10.0.0.2"], "10.0.0.3"),
        (PROXY, [OTHER, "unknown"], PROXY),
        (PROXY, [""], PROXY),
        (PERSON, [OTHER], PERSON),
        (PERSON, [OTHER, PROXY], PERSON),
    ],
)
def test_the_rightmost_address_that_is_no_proxys_counts(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert nearest_stranger(peer, forwarded, Networks(["10.0.0.0/8"])) == address


def sign_in(relay: TestClient, forwarded: str) -> int:
    given = {"name": "nobody", "password": "wrong"}
    headers = {"x-forwarded-for": forwarded}
    return relay.post("/session", json=given, headers=headers).status_code


def test_people_behind_a_trusted_proxy_do_not_use_up_each_others_attempts(
    settings: Settings,
) -> None:
    with relay_at(settings, PROXY, trusted_proxies=["10.0.0.0/8"]) as relay:
        tried = [sign_in(relay, PERSON) for _ in range(ATTEMPTS_PER_ADDRESS)]
        assert set(tried) == {401, 429}
        assert (sign_in(relay, PERSON), sign_in(relay, OTHER)) == (429, 401)


def test_who_is_no_trusted_proxy_does_not_choose_an_address(settings: Settings) -> None:
    with relay_at(settings, PERSON, trusted_proxies=["10.0.0.0/8"]) as relay:
        tried = [sign_in(relay, f"198.51.100.{number}") for number in range(6)]
        assert tried == [401] * 5 + [429]


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        (PERSON, {}, 403),
        ("127.0.0.1", {"x-forwarded-for": PERSON}, 403),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 403),
        ("127.0.0.1", {"via": "1.1 proxy"}, 403),
        (PROXY, {"x-forwarded-for": "127.0.0.1"}, 200),
        (PROXY, {"x-forwarded-for": PERSON}, 403),
        (PERSON, {"authorization": f"Bearer {TOKEN}"}, 200),
        (PERSON, {"authorization": f"bearer {TOKEN}"}, 200),
        (PERSON, {"authorization": f"Bearer {TOKEN}s"}, 403),
        (PERSON, {"authorization": TOKEN}, 403),
        (PERSON, {"authorization": "Bearer "}, 403),
    ],
)
def test_metrics_are_for_this_machine_and_whoever_has_the_token(
    settings: Settings, peer: str, headers: dict[str, str], status: int
) -> None:
    with relay_at(settings, peer, trusted_proxies=[PROXY], metrics_token=TOKEN) as relay:
        assert relay.get("/metrics", headers=headers).status_code == status


def test_without_a_token_none_is_right(settings: Settings) -> None:
    with relay_at(settings, PERSON, metrics_token=None) as relay:
        for given in ("Bearer ", "Bearer None", "Bearer null"):
            assert relay.get("/metrics", headers={"authorization": given}).status_code == 403


def test_metrics_may_be_read_from_addresses_that_are_named(settings: Settings) -> None:
    with relay_at(settings, PERSON, metrics_addresses=["192.0.2.0/29"]) as relay:
        assert relay.get("/metrics").status_code == 200
    with relay_at(settings, OTHER, metrics_addresses=["192.0.2.0/29"]) as relay:
        assert relay.get("/metrics").status_code == 403
