"""The operator's credentials go to their host and nowhere else, whatever that host sends back."""

import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from relay.net.masking import StreamMask
from relay.settings import Settings
from tests.relay.data.leak_scanner import LeakScanner, every_spelling
from tests.relay.net.gateway import Gateway, gateway_with
from tests.relay.net.upstream import Received, Upstream, echo, plain, sending_on
from tests.support.canaries import canary as canary_of


def new_canary() -> str:
    return canary_of(f"net-{secrets.token_hex(8)}")


@pytest.fixture
def canary() -> str:
    return new_canary()


@pytest.fixture
def keyed(
    settings: Settings,
    tmp_path: Path,
    upstream: Upstream,
    canary: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Gateway]:
    """Sends a canary along with each request; `lost` has a credential that cannot be had."""
    monkeypatch.setenv("WASM_RUNTIME_SECRET_TEAM", canary)
    headers = {"Authorization": 'Bearer secret("TEAM")'}
    more = {"http": True, "methods": ["GET", "POST"], "first_byte_seconds": 0.5}
    hosts = {
        upstream.name: {"headers": headers, **more},
        "lost.example": {"headers": {"x-key": 'secret("NEVER_STORED")'}},
    }
    with gateway_with(settings, tmp_path, hosts, allow_private=[upstream.name]) as gateway:
        yield gateway


def test_the_host_gets_the_credential_and_the_notebook_cannot_replace_it(
    keyed: Gateway, upstream: Upstream, canary: str
) -> None:
    keyed.fetch(f"{upstream.url}/", headers=[["authorization", "Bearer mine"]])
    assert upstream.received[0].headers["authorization"] == f"Bearer {canary}"


def test_a_notebook_cannot_refer_to_a_secret(
    keyed: Gateway, upstream: Upstream, canary: str
) -> None:
    upstream.answers["/"] = echo
    keyed.fetch(f"{upstream.url}/", headers=[["x-mine", 'secret("TEAM")']])
    assert upstream.received[0].headers["x-mine"] == 'secret("TEAM")'


def test_nothing_secret_leaves_the_relay(
    keyed: Gateway,
    upstream: Upstream,
    canary: str,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def half(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "100000")
        handler.end_headers()
        handler.wfile.write(received.headers["authorization"].encode())

    def no_http(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.wfile.write(received.headers["authorization"].encode() + b"\r\n\r\n")

    def as_reason(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(418, received.headers["authorization"])
        handler.send_header("content-length", "0")
        handler.end_headers()

    def to_itself(handler: BaseHTTPRequestHandler, received: Received) -> None:
        sending_on(f"/seen/{canary}")(handler, received)

    answers = {"echo": echo, "half": half, "no-http": no_http, "reason": as_reason}
    answers |= {"on": to_itself}
    answers |= {
        f"{number}": plain(leak, headers=[("content-encoding", "identity")])
        for number, leak in enumerate(
            leak for name, leak in every_spelling(canary).items() if name in MASKED
        )
    }
    upstream.answers |= {f"/{name}": answer for name, answer in answers.items()}
    scanner = LeakScanner({"team": canary})
    for url in [*(f"{upstream.url}/{name}" for name in answers), "https://lost.example/",
                f"{upstream.url}/by/{canary}?q={canary}".replace("'", "%27")]:  # fmt: skip
        for method in ("GET", "POST", "DELETE"):
            found = keyed.fetch(url, method=method)
            scanner.feed("http", repr(found.http.headers.raw).encode() + found.http.content)
    for path in ("/net/hosts", "/rooms/a/net/hosts", "/health", "/metrics"):
        scanner.feed("http", keyed.relay.get(path).content)
    assert len(upstream.received) > 20
    scanner.feed("log", "".join(capfd.readouterr()).encode())
    assert settings.data_folder is not None
    for file in filter(Path.is_file, settings.data_folder.rglob("*")):
        scanner.feed(file.name, file.read_bytes())
    assert {"http", "log", "audit.sqlite"} <= scanner.channels
    assert scanner.hits() == set()


MASKED = {"raw", "base64", "base64 after one", "base64 after two", "base64 for urls", "hex", "url",
          "json", "repr"}  # fmt: skip
"""What a host may do to a credential and have it masked; one that hides it on purpose is trusted
with it all the same."""


def test_a_credential_that_cannot_be_had_is_no_answer_and_names_nothing(keyed: Gateway) -> None:
    found = keyed.fetch("https://lost.example/")
    assert (found.http.status_code, found.code) == (503, "unavailable")
    assert "NEVER_STORED" not in found.http.text


def test_the_list_of_hosts_tells_that_there_is_a_credential_but_not_which(keyed: Gateway) -> None:
    hosts = keyed.relay.get("/net/hosts").json()["hosts"]
    assert [host["adds_credentials"] for host in hosts] == [True, True]
    assert "secret" not in str(hosts)
    assert "TEAM" not in str(hosts)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_a_secret_is_masked_however_the_stream_is_cut(size: int) -> None:
    value = new_canary()
    text = f"before {value} {value}{value} between {value[:-1]} after".encode()
    mask = StreamMask([value])
    parts = [mask.feed(text[at : at + size]) for at in range(0, len(text), size)]
    masked = b"".join([*parts, mask.end()])
    assert masked == text.replace(value.encode(), b"***")


def test_a_stream_without_secrets_passes_untouched() -> None:
    mask = StreamMask([])
    assert mask.feed(b"abc") + mask.end() == b"abc"
