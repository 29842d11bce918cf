"""Local accounts: signing in and out, and what a guesser learns."""

import hashlib
from pathlib import Path

import pytest

from relay.auth.attempts import Attempts
from relay.auth.passwords import check_new_password, is_outdated, matches, password_hash
from relay.auth.store.sessions import hashed
from relay.errors import BadRequest, TooManyRequests
from relay.settings import Settings
from tests.relay.auth.world import Visitor, World, world_of

PASSWORD = "correct horse battery staple"
HASH = password_hash(PASSWORD)


def sign_in(person: Visitor, name: str = "Ada", password: str = PASSWORD, **options: object) -> int:
    answer = person.ask("POST", "/session", json={"name": name, "password": password}, **options)
    return answer.status_code


@pytest.fixture
def world(world: World) -> World:
    world.account("Ada", HASH)
    return world


def test_who_signs_in_is_known_until_they_sign_out(world: World) -> None:
    ada = world.nobody()
    answer = ada.ask("POST", "/session", json={"name": " ADA ", "password": PASSWORD})
    assert answer.json()["user"]["name"] == "Ada"
    assert ada.ask("GET", "/session").json() == answer.json()
    token = ada.token
    assert ada.ask("DELETE", "/session").json() == {
        "mode": "accounts", "rooms": False, "guest": False, "passwords": True,
    }  # fmt: skip
    assert ada.token is None
    assert "user" not in Visitor(world.relay, token).ask("GET", "/session").json()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    answer = world.nobody().ask("POST", "/session", json={"name": "ada", "password": PASSWORD})
    name, *attributes = answer.headers["set-cookie"].lower().split("; ")
    assert name.startswith("wasm-runtime-session-80=")
    assert set(attributes) == {"httponly", "samesite=lax", "path=/", "max-age=1209600"}


def test_behind_tls_the_cookie_is_kept_to_this_host(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://notebooks.example/"})
    with world_of(public) as world:
        world.account("Ada", HASH)
        headers = {"host": "notebooks.example", "origin": "https://notebooks.example"}
        answer = world.nobody().ask(
            "POST", "/session", json={"name": "ada", "password": PASSWORD}, headers=headers
        )
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-wasm-runtime-session=")
        assert "; Secure" in cookie
        assert "Domain" not in cookie


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(world: World) -> None:
    wrong = world.nobody().ask("POST", "/session", json={"name": "ada", "password": "x"})
    unknown = world.nobody().ask("POST", "/session", json={"name": "eve", "password": "x"})
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.json()["code"] == "not_signed_in"
    assert "set-cookie" not in wrong.headers


def test_as_much_is_computed_for_an_unknown_name_as_for_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[tuple[int, ...]] = []

    def scrypt(password: bytes, *, salt: bytes, n: int, r: int, p: int, **_: int) -> bytes:
        done.append((len(password), len(salt), n, r, p))
        return b"a key"

    monkeypatch.setattr(hashlib, "scrypt", scrypt)
    assert not matches("wrong", HASH)
    assert not matches("wrong", None)
    assert done[0] == done[1]


def test_guessing_is_slowed_down_for_the_guesser_alone(world: World) -> None:
    for _ in range(5):
        assert sign_in(world.nobody(), password="guess") == 401
    refused = world.nobody().ask("POST", "/session", json={"name": "ada", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    world.account("Bob", HASH)
    assert sign_in(world.nobody(), "bob") == 200


def test_attempts_are_let_through_again_after_a_while() -> None:
    now = 0.0
    attempts = Attempts(2, 60, clock=lambda: now)
    attempts.count("a")
    now = 30.0
    attempts.count("a")
    with pytest.raises(TooManyRequests) as refused:
        attempts.count("a")
    assert refused.value.retry_after_seconds == 30
    attempts.count("b")
    now = 60.0
    attempts.count("a")


def test_a_session_is_new_at_every_sign_in(world: World) -> None:
    """Who planted a cookie before must not be signed in with it."""
    ada = world.nobody()
    sign_in(ada)
    first = ada.token
    sign_in(ada)
    assert ada.token != first
    assert "user" not in Visitor(world.relay, first).ask("GET", "/session").json()


def test_signing_out_everywhere_ends_every_session(world: World) -> None:
    one, other = world.person("Ada"), world.person("Ada")
    bob = world.person("Bob")
    assert one.ask("DELETE", "/sessions").status_code == 200
    assert "user" not in other.ask("GET", "/session").json()
    assert "user" in bob.ask("GET", "/session").json()


def test_a_session_ends_by_itself(world: World) -> None:
    assert "user" in world.person("Ada", seconds=60).ask("GET", "/session").json()
    assert "user" not in world.person("Ada", seconds=0).ask("GET", "/session").json()


def test_the_store_holds_no_token_and_no_password(world: World, settings: Settings) -> None:
    ada = world.nobody()
    sign_in(ada)
    _, token = world.link("viewer")
    world.close()
    kept = b"".join(p.read_bytes() for p in _files_beside(settings))
    for secret in (ada.token or "", token, PASSWORD):
        assert secret.encode() not in kept
    assert hashed(ada.token or "").encode() in kept


def _files_beside(settings: Settings) -> list[Path]:
    found = sorted(Path(settings.documents or "").parent.glob("accounts.sqlite*"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in found if path.name.endswith("sqlite"))
    return found


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"name":"ada"}', b'{"name":"ada","password":1}',
     b'{"name":"ada","password":"x","admin":true}', b"[" * 100_000],
)  # fmt: skip
def test_a_body_that_is_no_sign_in_is_refused_without_repeating_it(
    world: World, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = world.nobody().ask("POST", "/session", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_form_of_another_site_is_not_read(world: World) -> None:
    body = b'{"name":"ada","password":"' + PASSWORD.encode() + b'"}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {"content-type": content_type}
        answer = world.nobody().ask("POST", "/session", content=body, headers=headers)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "http://127.0.0.1:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_signs_nobody_in_or_out(world: World, headers: dict[str, str]) -> None:
    ada = world.person("Ada")
    assert sign_in(world.nobody(), headers=headers) == 403
    for method, path in (("DELETE", "/session"), ("DELETE", "/sessions"), ("POST", "/links")):
        assert ada.ask(method, path, headers=headers).status_code == 403
    assert "user" in ada.ask("GET", "/session").json()


def test_passwords_can_be_switched_off(settings: Settings) -> None:
    with world_of(settings.model_copy(update={"passwords": False})) as world:
        world.account("Ada", HASH)
        assert world.nobody().ask("GET", "/session").json()["passwords"] is False
        assert sign_in(world.nobody()) == 403


def test_a_password_is_long_enough_and_not_absurd() -> None:
    check_new_password("x" * 12)
    for password in ("x" * 11, "x" * 2000):
        with pytest.raises(BadRequest):
            check_new_password(password)


def test_a_hash_of_older_parameters_still_works_and_is_noticed() -> None:
    assert matches(PASSWORD, HASH)
    assert not is_outdated(HASH)
    older = "scrypt$14$8$1$AAAA$" + HASH.rpartition("$")[2]
    assert is_outdated(older)
    assert not matches(PASSWORD, older)
