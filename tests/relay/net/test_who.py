"""Who may reach which host, by whose choice, and what the relay says to the others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.settings import Settings
from tests.relay.auth.world import DOCUMENT, Visitor, World, world_of
from tests.relay.net.gateway import Fetched, Gateway, exchange, gateway_with, toml
from tests.relay.net.upstream import Upstream, plain


@pytest.fixture
def world(settings: Settings, tmp_path: Path, upstream: Upstream) -> Iterator[World]:
    """A relay with accounts, a notebook and three hosts at one server."""
    file = tmp_path / "gateway.toml"
    names = [upstream.name, f"others.example:{upstream.port}", f"chosen.example:{upstream.port}"]
    everybody, nobody, by_choice = names
    shared = {"http": True, "users": ["*"]}
    hosts = {
        everybody: shared,
        nobody: {"http": True},
        by_choice: {**shared, "every_notebook": False},
    }
    private = [upstream.name]
    file.write_text(toml(hosts, allow_private=private))
    settings = settings.model_copy(update={"gateway": file, "access": "accounts"})
    with world_of(settings) as world:
        world.notebook()
        yield world


def ask(who: Visitor, url: str, path: str = "/net/fetch") -> Fetched:
    return Fetched(who.ask("POST", path, content=exchange(url)))


IN_THE_NOTEBOOK = f"/rooms/{DOCUMENT}/net/fetch"


def test_whoever_has_an_account_reaches_what_is_for_everybody(
    world: World, upstream: Upstream
) -> None:
    assert ask(world.person("ada"), f"{upstream.url}/").body == b"hello"
    assert ask(world.member("runner"), f"{upstream.url}/", IN_THE_NOTEBOOK).body == b"hello"


@pytest.mark.parametrize("role", ["viewer", "runner", "editor"])
def test_a_guest_reaches_nothing(world: World, upstream: Upstream, role: str) -> None:
    guest = world.guest(role)  # type: ignore[arg-type]
    assert ask(guest, f"{upstream.url}/").code == "network_refused"
    assert not ask(guest, f"{upstream.url}/", IN_THE_NOTEBOOK).is_answered
    assert guest.ask("GET", "/net/hosts").json() == {"hosts": []}
    assert upstream.received == []


def test_a_viewer_asks_for_nothing_in_the_notebooks_name(world: World, upstream: Upstream) -> None:
    assert ask(world.member("viewer"), f"{upstream.url}/", IN_THE_NOTEBOOK).code == "not_allowed"
    assert upstream.received == []


def test_nobody_and_a_stranger_get_nowhere(world: World, upstream: Upstream) -> None:
    assert ask(world.nobody(), f"{upstream.url}/").code == "not_signed_in"
    assert ask(world.person("stranger"), f"{upstream.url}/", IN_THE_NOTEBOOK).code == "not_found"
    assert upstream.received == []


def test_a_host_for_others_is_as_unknown_as_one_that_is_not_declared(
    world: World, upstream: Upstream
) -> None:
    ada = world.person("ada")
    named = f"others.example:{upstream.port}"
    there = ask(ada, f"http://{named}/")
    missing = ask(ada, "http://missing.example/")
    assert there.code == missing.code == "network_refused"
    assert there.message.replace(named, "missing.example") == missing.message
    assert named not in str(ada.ask("GET", "/net/hosts").json())


def test_an_owner_narrows_what_the_notebook_reaches(world: World, upstream: Upstream) -> None:
    owner, runner = world.person("owner"), world.member("runner")
    path = f"/rooms/{DOCUMENT}/net/hosts"
    assert owner.ask("PUT", path, json={"hosts": []}).json()["chosen"] == []
    found = ask(runner, f"{upstream.url}/", IN_THE_NOTEBOOK)
    assert (found.code, found.message) == (
        "network_refused", f"This notebook may not reach {upstream.name}.",
    )  # fmt: skip
    assert runner.ask("GET", path).json()["chosen"] == []
    owner.ask("PUT", path, json={"hosts": None})
    assert ask(runner, f"{upstream.url}/", IN_THE_NOTEBOOK).body == b"hello"


def test_an_owner_chooses_a_host_that_not_every_notebook_reaches(
    world: World, upstream: Upstream
) -> None:
    owner = world.person("owner")
    name = f"chosen.example:{upstream.port}"
    assert ask(owner, f"http://{name}/", IN_THE_NOTEBOOK).code == "network_refused"
    chosen = owner.ask("PUT", f"/rooms/{DOCUMENT}/net/hosts", json={"hosts": [name]})
    assert chosen.json()["chosen"] == [name]
    # It goes as far as the look-up of a name that there is not.
    assert "This notebook may not" not in ask(owner, f"http://{name}/", IN_THE_NOTEBOOK).http.text


def test_an_owner_chooses_only_from_what_is_offered(world: World) -> None:
    owner, path = world.person("owner"), f"/rooms/{DOCUMENT}/net/hosts"
    refused = owner.ask("PUT", path, json={"hosts": ["metadata.google.internal"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert owner.ask("PUT", path, json={"hosts": 3}).status_code == 400
    assert owner.ask("GET", path).json().get("chosen") is None


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        ({"url": "https://{host}/"}, "could not be reached|broke off"),
        ({"url": "{base}/", "method": "DELETE"}, "sends .* no DELETE"),
        ({"url": "{base}/", "method": "CONNECT"}, "sends .* no CONNECT"),
        ({"url": "http://user:pass@{host}/"}, "a user name or a password"),
        ({"url": "http://other.example/"}, "reach no other.example"),
        ({"url": "https://plain.example/x\\y"}, "without spaces or backslashes"),
        ({"url": "http://tls-only.example/"}, "over https only"),
        ({"url": "http://{host}.evil.example/"}, "no host|is not a URL"),
    ],
)
def test_what_is_not_declared_is_refused_with_the_reason(
    settings: Settings, tmp_path: Path, upstream: Upstream, asked: dict[str, str], because: str
) -> None:
    hosts = {upstream.name: {"http": True}, "tls-only.example": {}}
    asked = {**asked, "url": asked["url"].format(host=upstream.name, base=upstream.url)}
    with gateway_with(settings, tmp_path, hosts, allow_private=[upstream.name]) as gateway:
        found = gateway.fetch(**asked)
    assert not found.is_answered
    assert re.search(because, found.message)
    assert upstream.received == []


def test_without_a_file_nothing_is_reached_and_nothing_is_offered(
    settings: Settings, tmp_path: Path, upstream: Upstream
) -> None:
    with gateway_with(settings, tmp_path, {}) as gateway:
        assert gateway.fetch(f"{upstream.url}/").code == "network_refused"
        offered = gateway.relay.get("/environments.json").json()["capabilities"]
    assert [each["name"] for each in offered] == ["rooms"]


def test_a_relay_with_hosts_says_that_it_has_a_gateway(gateway: Gateway) -> None:
    offered = gateway.relay.get("/environments.json").json()["capabilities"]
    assert [each["name"] for each in offered] == ["rooms", "gateway"]


def test_another_sites_page_cannot_use_the_gateway(gateway: Gateway, upstream: Upstream) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = gateway.relay.post(
            "/net/fetch", content=exchange(f"{upstream.url}/"), headers=headers
        )
        assert answer.status_code == 403
    assert upstream.received == []


def test_what_a_host_sends_is_no_page_of_the_relays(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/"] = plain(b"<script>1</script>", headers=[("content-type", "text/html")])
    found = gateway.fetch(f"{upstream.url}/")
    assert found.http.headers["content-type"] == "application/vnd.wasm-runtime.exchange"
    assert found.http.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.http.headers["content-security-policy"]
