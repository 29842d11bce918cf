"""No way leads to a private address, however it is written, looked up or redirected to."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpcore2
import pytest

from relay.net.addresses import is_own, is_public
from relay.net.connecting import CheckedBackend
from relay.net.errors import AddressRefused, BadExchange
from relay.net.target import host_of, target_of
from relay.settings import Settings
from tests.relay.net.gateway import Gateway, gateway_with
from tests.relay.net.spellings import (
    PRIVATE_4,
    PRIVATE_6,
    PUBLIC,
    carried_in_6,
    hosts_of,
    spellings_of,
    urls_to,
)
from tests.relay.net.upstream import (
    Canary,
    Upstream,
    own_address,
    running_upstream,
    sending_on,
)

HERE = ["127.0.0.1", "127.8.9.1", "0.0.0.0", "::1", "::"]


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


def test_the_canary_hears_whoever_comes(canary: Canary) -> None:
    for address in ("127.0.0.1", "::1", own_address()):
        socket.create_connection((address, canary.port)).close()
    assert len(canary.connections()) == 3


@pytest.mark.parametrize("address", PRIVATE_4 + PRIVATE_6)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PRIVATE_4, "8.8.8.8"])
def test_no_address_is_public_that_carries_another_one(address: str) -> None:
    assert [each for each in carried_in_6(address) if is_public(each)] == []


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_this_machine_knows_its_own_addresses() -> None:
    assert is_own("127.0.0.1")
    assert is_own(own_address())
    assert not is_own("8.8.8.8")


def names_in(urls: Iterator[str]) -> set[str]:
    """What an operator would have to declare to let them pass."""
    found = set()
    for url in urls:
        try:
            found.add(target_of(url).name)
        except BadExchange:
            continue
    return {name for name in found if host_of(name) == name}


def test_no_spelling_reaches_this_machine_although_the_name_is_allowed(
    settings: Settings, tmp_path: Path, canary: Canary
) -> None:
    urls = [url for address in [*HERE, own_address()] for url in urls_to(address, canary.port)]
    urls += [f"http://{name}:{canary.port}/" for name in ("localhost", "LOCALHOST", "localhost.")]
    hosts = {name: {"http": True} for name in names_in(iter(urls))}
    assert {f"127.0.0.1:{canary.port}", f"2130706433:{canary.port}"} <= set(hosts)
    with gateway_with(settings, tmp_path, hosts) as gateway:
        answered = [url for url in urls if gateway.fetch(url).is_answered]
    assert answered == []
    assert canary.connections() == []


def test_no_redirect_reaches_this_machine(
    settings: Settings, tmp_path: Path, upstream: Upstream, canary: Canary
) -> None:
    urls = [url for address in HERE for url in urls_to(address, canary.port)]
    hosts = {name: {"http": True} for name in {upstream.name, *names_in(iter(urls))}}
    asked = 0
    with gateway_with(settings, tmp_path, hosts, allow_private=[upstream.name]) as gateway:
        for url in urls:
            if set(url) & set("\r\n") or not url.isascii():
                continue  # a header cannot hold it
            for status in (302, 307):
                upstream.answers["/"] = sending_on(url, status)
                found = gateway.fetch(f"{upstream.url}/")
                # What is relative to the host that sends on is answered by that host.
                assert not found.is_answered or found.head["url"].startswith(upstream.url)
                asked += 1
    assert asked > 100
    assert canary.connections() == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["::1"], ["10.0.0.1"],
     ["2606:4700::1", "::ffff:127.0.0.1"]],
)  # fmt: skip
def test_a_public_name_that_leads_into_a_private_network_is_refused(
    settings: Settings,
    tmp_path: Path,
    canary: Canary,
    monkeypatch: pytest.MonkeyPatch,
    addresses: list[str],
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([addresses]))
    name = f"public.example:{canary.port}"
    with gateway_with(settings, tmp_path, {name: {"http": True}}) as gateway:
        found = gateway.fetch(f"http://{name}/")
    assert (found.code, found.message) == (
        "network_refused", "public.example leads into a private network.",
    )  # fmt: skip
    assert canary.connections() == []


class Resolver:
    """In place of socket.getaddrinfo: gives one list of addresses after another, then the last."""

    def __init__(self, answers: list[list[str]]) -> None:
        self._answers = answers
        self.asked = 0

    def __call__(self, host: object, port: Any, *_: object, **__: object) -> list[Any]:
        addresses = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]


class Stream(httpcore2.AsyncMockStream):
    """A connection whose other end is at `peer`."""

    def __init__(self, peer: str) -> None:
        super().__init__([])
        self._peer = peer
        self.is_open = True

    def get_extra_info(self, info: str) -> Any:
        return (self._peer, 80) if info == "server_addr" else None

    async def aclose(self) -> None:
        self.is_open = False


class Connections(httpcore2.AsyncNetworkBackend):
    """Connects to nothing, and remembers where to."""

    def __init__(self, peer: str | None = None) -> None:
        self._peer = peer
        self.made: list[str] = []
        self.streams: list[Stream] = []

    async def connect_tcp(
        self, host: str, *_: object, **__: object
    ) -> httpcore2.AsyncNetworkStream:
        self.made.append(host)
        self.streams.append(Stream(self._peer or host))
        return self.streams[-1]


def test_what_a_name_leads_to_after_it_was_checked_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = Resolver([["8.8.8.8"], ["127.0.0.1"]])
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    connections = Connections()
    anyio.run(CheckedBackend(backend=connections).connect_tcp, "public.example", 80)
    assert (connections.made, resolver.asked) == (["8.8.8.8"], 1)


def test_the_other_end_of_a_connection_is_checked_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([["8.8.8.8"]]))
    connections = Connections(peer="169.254.169.254")
    with pytest.raises(AddressRefused):
        anyio.run(CheckedBackend(backend=connections).connect_tcp, "public.example", 80)
    assert [stream.is_open for stream in connections.streams] == [False]


@pytest.mark.parametrize("address", PRIVATE_4 + PRIVATE_6)
def test_no_spelling_of_a_private_address_is_connected_to(address: str) -> None:
    connections = Connections()
    backend = CheckedBackend(backend=connections)
    # To the C library 010.001.002.003 is octal: another address, which may well be public.
    padded = ".".join(f"{part:0>3}" for part in address.split("."))
    for host in set(hosts_of(address)) - {padded}:
        with pytest.raises((AddressRefused, httpcore2.ConnectError)):
            anyio.run(backend.connect_tcp, host, 80)
    assert connections.made == []


def test_the_operator_may_mean_a_private_address_but_only_that_one(
    settings: Settings, tmp_path: Path, upstream: Upstream
) -> None:
    with running_upstream() as other:
        hosts = {name: {"http": True} for name in (upstream.name, other.name)}
        with gateway_with(settings, tmp_path, hosts, allow_private=[upstream.name]) as gateway:
            assert gateway.fetch(f"{upstream.url}/").body == b"hello"
            assert gateway.fetch(f"{other.url}/").code == "network_refused"
        assert other.received == []


def test_a_refusal_is_on_record_and_names_no_address(
    settings: Settings, tmp_path: Path, canary: Canary
) -> None:
    name = f"localhost:{canary.port}"
    with gateway_with(settings, tmp_path, {name: {"http": True}}) as gateway:
        found = gateway.fetch(f"http://{name}/")
        assert "127.0.0.1" not in found.http.text
        assert "::1" not in found.http.text
        assert [(each.object, each.result) for each in gateway.audit] == [(name, "network_refused")]


def test_the_spellings_are_of_the_address() -> None:
    for spelling in list(spellings_of("169.254.169.254"))[2:11]:
        assert socket.inet_ntoa(socket.inet_aton(spelling)) == "169.254.169.254", spelling


def test_two_refused_requests_of_one_gateway_are_two_records(gateway: Gateway) -> None:
    for _ in range(2):
        gateway.fetch("https://not-declared.example/")
    assert [each.result for each in gateway.audit] == ["network_refused"] * 2
