"""What the audit tells, and what no line of the log ever does."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from relay.auth.passwords import password_hash
from tests.relay.auth.world import DOCUMENT, World

PASSWORD = "correct horse battery staple"
HASH = password_hash(PASSWORD)


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines


def test_every_decision_about_access_leaves_a_line_and_no_secret(
    lines: list[dict[str, object]], world: World
) -> None:
    ada = world.account("ada", HASH)
    world.notebook()
    owner, person, guest = world.member("owner"), world.nobody(), world.nobody()
    person.ask("POST", "/session", json={"name": "ada", "password": "a wrong password"})
    person.ask("POST", "/session", json={"name": "ada", "password": PASSWORD})
    person.may_read("hers")
    person.ask("GET", f"/rooms/{DOCUMENT}")
    person.close_code()
    owner.ask("PUT", f"/rooms/{DOCUMENT}/members", json={"name": "ada", "role": "viewer"})
    owner.ask("DELETE", f"/rooms/{DOCUMENT}/members/{ada.id}")
    made = owner.ask("POST", f"/rooms/{DOCUMENT}/links", json={"role": "viewer"}).json()
    guest.ask("POST", "/links", json={"token": made["token"], "name": "Eve"})
    owner.ask("DELETE", f"/rooms/{DOCUMENT}/links/{made['link']['id']}")
    guest.ask("POST", "/links", json={"token": made["token"]})
    owner.ask("DELETE", f"/rooms/{DOCUMENT}")
    tokens = [person.token, guest.token, owner.token, made["token"]]
    person.ask("DELETE", "/session")
    owner.ask("DELETE", "/sessions")
    events = [line["event"] for line in lines if "actor" in line]
    assert events == [
        "sign-in refused",
        "signed in",
        "document claimed",
        "denied",
        "denied",
        "role given",
        "role taken",
        "link made",
        "link redeemed",
        "link revoked",
        "link refused",
        "document deleted",
        "signed out",
        "signed out everywhere",
    ]
    said = repr(lines)
    for secret in (PASSWORD, "a wrong password", HASH, *tokens):
        assert secret not in said
