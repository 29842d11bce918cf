"""A request goes to a host that the operator named, as it was asked, and its answer comes back."""

import gzip
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from relay.settings import Settings
from tests.relay.net.gateway import Gateway, gateway_with
from tests.relay.net.upstream import Received, Upstream, echo, plain, running_upstream, sending_on
from tests.support.canaries import canary


def test_a_request_and_its_answer_pass_whole(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/a"] = plain(b"\0made", 201, [("x-kind", "cheese")])
    found = gateway.fetch(
        f"{upstream.url}/a?b=c%20d", method="POST", headers=[["X-One", "1"]], body=b"\0\xff" * 50
    )
    assert (found.head["status"], found.head["reason"], found.body) == (201, "Created", b"\0made")
    assert found.head["url"] == f"{upstream.url}/a?b=c%20d"
    assert found.headers["x-kind"] == "cheese"
    [received] = upstream.received
    assert (received.method, received.path, received.body) == (
        "POST", "/a?b=c%20d", b"\0\xff" * 50,
    )  # fmt: skip
    assert received.headers["x-one"] == "1"
    assert received.headers["host"] == upstream.name


def test_an_error_of_the_host_is_an_answer(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/"] = plain(b"no such thing", 404)
    found = gateway.fetch(f"{upstream.url}/")
    assert (found.head["status"], found.body) == (404, b"no such thing")


def test_a_head_has_no_body(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/"] = plain(b"hello", headers=[("content-encoding", "gzip")])
    found = gateway.fetch(f"{upstream.url}/", method="HEAD")
    assert (found.head["status"], found.body) == (200, b"")


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("gzip", gzip.compress(b"hello" * 1000)),
        ("gzip", gzip.compress(b"hello" * 500) + gzip.compress(b"hello" * 500)),
        ("deflate", zlib.compress(b"hello" * 1000)),
        ("deflate", zlib.compress(b"hello" * 1000)[2:-4]),
        ("identity", b"hello" * 1000),
    ],
    ids=["gzip", "two members", "deflate", "bare deflate", "identity"],
)
def test_a_compressed_answer_is_decoded(
    gateway: Gateway, upstream: Upstream, encoding: str, encoded: bytes
) -> None:
    upstream.answers["/"] = plain(encoded, headers=[("content-encoding", encoding)])
    found = gateway.fetch(f"{upstream.url}/")
    assert found.body == b"hello" * 1000
    assert "content-encoding" not in found.headers


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"not gzip at all"), ("gzip", gzip.compress(b"x" * 999)[:-9]), ("br", b"\x0b\x02")],
    ids=["damaged", "cut", "not asked for"],
)
def test_an_answer_that_cannot_be_decoded_does_not_end_as_a_whole_one(
    gateway: Gateway, upstream: Upstream, encoding: str, body: bytes
) -> None:
    upstream.answers["/"] = plain(body, headers=[("content-encoding", encoding)])
    gateway.fetch(f"{upstream.url}/")
    assert gateway.audit[-1].result == "upstream_failed"


def test_neither_cookies_nor_who_asks_are_told(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/"] = plain(
        headers=[("set-cookie", "a=b"), ("connection", "x-secret"), ("x-secret", "1"),
                 ("alt-svc", "h3"), ("x-kept", "1")]
    )  # fmt: skip
    asked = ["cookie", "x-forwarded-for", "via", "sec-fetch-site", "origin", "proxy-authorization"]
    found = gateway.fetch(f"{upstream.url}/", headers=[[name, "me"] for name in asked])
    [received] = upstream.received
    assert "me" not in received.headers.values()
    assert received.headers["user-agent"] == "wasm-runtime"
    assert set(found.headers) & {"set-cookie", "x-secret", "alt-svc", "x-kept"} == {"x-kept"}
    assert "set-cookie" not in found.http.headers


def test_redirects_are_followed_and_credentials_stay_with_their_host(
    settings: Settings, tmp_path: Path
) -> None:
    with running_upstream() as one, running_upstream() as other:
        names = [one.name, other.name]
        hosts = {name: {"http": True} for name in names}
        one.answers |= {"/": sending_on("/again"), "/again": sending_on(f"{other.url}/there")}
        other.answers["/there"] = echo
        with gateway_with(settings, tmp_path, hosts, allow_private=names) as gateway:
            found = gateway.fetch(
                f"{one.url}/",
                headers=[
                    ["Authorization", "Bearer mine"],
                    ["X-Api-Key", "mine"],
                    ["Accept", "a/b"],
                ],
            )
    assert found.head["url"] == f"{other.url}/there"
    assert [request.headers.get("authorization") for request in one.received] == ["Bearer mine"] * 2
    assert b"mine" not in found.body
    assert b"accept: a/b" in found.body


def test_a_host_that_another_one_sends_to_gets_no_credential_of_the_operators(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WASM_RUNTIME_SECRET_TEAM", canary("team"))
    with running_upstream() as one, running_upstream() as other:
        names = [one.name, other.name]
        hosts = {
            one.name: {"http": True},
            other.name: {"http": True, "headers": {"authorization": 'Bearer secret("TEAM")'}},
        }
        one.answers["/"] = sending_on(f"{other.url}/delete-all")
        with gateway_with(settings, tmp_path, hosts, allow_private=names) as gateway:
            gateway.fetch(f"{one.url}/")
    assert "authorization" not in other.received[0].headers


def test_a_redirect_out_of_tls_is_refused(settings: Settings, tmp_path: Path) -> None:
    with running_upstream() as one, running_upstream() as other:
        hosts: dict[str, dict[str, Any]] = {one.name: {"http": True}, other.name: {}}
        one.answers["/"] = sending_on(f"{other.url}/")
        names = [one.name, other.name]
        with gateway_with(settings, tmp_path, hosts, allow_private=names) as gateway:
            found = gateway.fetch(f"{one.url}/")
    assert found.message == f"This relay reaches {other.name} over https only."
    assert other.received == []


@pytest.mark.parametrize(("status", "method"), [(303, "GET"), (302, "GET"), (301, "GET")])
def test_a_post_that_is_sent_on_becomes_a_get(
    gateway: Gateway, upstream: Upstream, status: int, method: str
) -> None:
    upstream.answers["/"] = sending_on("/done", status)
    found = gateway.fetch(f"{upstream.url}/", method="POST", body=b"once")
    assert found.body == b"hello"
    sent = [(each.method, each.body) for each in upstream.received]
    assert sent == [("POST", b"once"), (method, b"")]


@pytest.mark.parametrize("status", [307, 308])
def test_what_may_change_something_is_not_sent_twice(
    gateway: Gateway, upstream: Upstream, status: int
) -> None:
    upstream.answers["/"] = sending_on("/done", status)
    found = gateway.fetch(f"{upstream.url}/", method="POST", body=b"once")
    assert "not sent twice" in found.message
    assert len(upstream.received) == 1


def test_redirects_in_a_circle_end(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/"] = sending_on("/")
    assert "sends on more than 5 times" in gateway.fetch(f"{upstream.url}/").message
    assert len(upstream.received) == 6


def test_the_record_says_who_asked_whom_for_what(gateway: Gateway, upstream: Upstream) -> None:
    gateway.fetch(f"{upstream.url}/path?key=private", method="PUT", body=b"abc")
    [record] = gateway.audit
    assert (record.actor, record.object, record.result) == ("local", upstream.name, "ok")
    seconds = record.details.pop("seconds")
    assert isinstance(seconds, float)
    assert record.details == {
        "document_id": None, "method": "PUT", "path": "/path", "status": 200, "bytes": 5,
        "sent_bytes": 3,
    }  # fmt: skip


def test_a_chunked_answer_passes_on_as_it_comes(gateway: Gateway, upstream: Upstream) -> None:
    def in_chunks(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(200)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for part in (b"one", b"two", b""):
            handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")

    upstream.answers["/"] = in_chunks
    assert gateway.fetch(f"{upstream.url}/").body == b"onetwo"


@pytest.mark.parametrize(
    "body",
    [b"", b"\0\0\0", b"\xff\xff\xff\xff{}", b"\0\0\0\x02[]", b"\0\0\0\x09{}", b"\0\0\0\x02{}"],
)
def test_a_body_that_is_no_exchange_is_told_so(gateway: Gateway, body: bytes) -> None:
    answer = gateway.relay.post("/net/fetch", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_headers_are_one_line_each(gateway: Gateway, upstream: Upstream) -> None:
    for header in (["x", "a\r\nb: c"], ["x y", "a"], ["x"], ["", "a"], ["x\0", "a"]):
        found = gateway.fetch(f"{upstream.url}/", headers=[header])
        assert found.code == "bad_request"
    assert gateway.fetch(f"{upstream.url}/", headers=[["x", "1"]] * 65).code == "bad_request"
    assert upstream.received == []
