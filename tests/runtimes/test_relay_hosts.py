"""What a headless run asks through a relay's gateway, and what it refuses of it."""

import asyncio
import json
from collections.abc import Callable

import httpx2
import pytest

from wasm_runtime.contracts.net import EXCHANGE_TYPE
from wasm_runtime.contracts.worker import AnswerHttp, FetchHttp, RefuseRequest
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.relay_address import RelayAddress
from wasm_runtime.runtimes.relay_hosts import RelayHosts

RELAY = RelayAddress(url="http://relay.example/app", cookie="session=1")
NAMES = frozenset({"api.example", "api.example:8443", "[2a00::1]"})
URL = "https://api.example/orders"


def exchange(url: str = URL, body: bytes = b"paid") -> httpx2.Response:
    head = {"status": 201, "reason": "Created", "url": url, "headers": [["x-a", "1"]]}
    text = json.dumps(head).encode()
    content = len(text).to_bytes(4, "big") + text + body
    return httpx2.Response(200, headers={"content-type": EXCHANGE_TYPE}, content=content)


def ask(
    answer: Callable[[httpx2.Request], httpx2.Response], url: str = URL, max_body_bytes: int = 1000
) -> AnswerHttp | RefuseRequest:
    hosts = RelayHosts(RELAY, NAMES, httpx2.MockTransport(answer))
    gateway = Gateway(NetworkPolicy(max_body_bytes=max_body_bytes), relayed=hosts)
    request = FetchHttp(
        request_id="1", method="POST", url=url, headers=[["X-Mine", "kept"]], body=b"sent"
    )
    return asyncio.run(gateway.answer(request))


def refusal(answer: Callable[[httpx2.Request], httpx2.Response]) -> RefuseRequest:
    refused = ask(answer)
    assert isinstance(refused, RefuseRequest)
    return refused


def test_a_named_host_is_asked_by_the_relay() -> None:
    asked: list[httpx2.Request] = []

    def relay(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return exchange()

    answer = ask(relay)
    assert isinstance(answer, AnswerHttp)
    assert (answer.status, answer.headers, answer.body) == (201, [["x-a", "1"]], b"paid")
    (request,) = asked
    assert str(request.url) == "http://relay.example/app/net/fetch"
    assert request.headers["cookie"] == "session=1"
    length = int.from_bytes(request.content[:4], "big")
    assert json.loads(request.content[4 : 4 + length]) == {
        "method": "POST", "url": URL, "headers": [["X-Mine", "kept"]],
    }  # fmt: skip
    assert request.content[4 + length :] == b"sent"


@pytest.mark.parametrize(
    ("url", "is_named"),
    [
        ("https://API.example./a", True),
        ("https://api.example:443/", True),
        ("http://api.example/", True),  # that it is not over TLS, the relay refuses
        ("https://api.example:8443/", True),
        ("https://[2a00::1]/", True),
        ("https://api.example:8444/", False),
        ("https://api.example.evil.example/", False),
        ("https://api.example@evil.example/", False),
        ("ftp://api.example/", False),
        ("https://api.example:99999/", False),
        ("http://[::1", False),
    ],
)
def test_a_host_is_named_as_the_operator_names_it(url: str, is_named: bool) -> None:
    assert RelayHosts(RELAY, NAMES).has(url) is is_named


def test_what_is_not_named_is_not_asked_of_the_relay() -> None:
    def never(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(request.url)

    answer = ask(never, "https://other.example/")
    assert isinstance(answer, RefuseRequest)
    assert answer.error.hint == "Allow it with --allow-net other.example"


def test_the_relays_refusal_comes_in_its_own_words() -> None:
    words = {"code": "network_refused", "message": "No DELETE here.", "hint": "Only GET."}
    refused = refusal(lambda _: httpx2.Response(403, json=words))
    assert (refused.error.code, refused.error.message, refused.error.hint) == tuple(words.values())


def test_a_host_that_the_relay_was_sent_on_to_must_be_named_too() -> None:
    refused = refusal(lambda _: exchange(url="https://elsewhere.example/"))
    assert refused.error.message.startswith("api.example sent on to elsewhere.example")
    assert refused.error.hint == "Allow it with --gateway elsewhere.example"


def test_an_answer_that_is_too_large_is_refused() -> None:
    refused = refusal(lambda _: exchange(body=b"x" * 100_000))
    assert "larger than" in refused.error.message


def test_what_is_no_relay_is_said() -> None:
    for answer in (httpx2.Response(404, text="<h1>no</h1>"), httpx2.Response(200, text="hello")):
        refused = refusal(lambda _, answer=answer: answer)  # type: ignore[misc]
        assert "is no relay with a gateway" in refused.error.message


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (httpx2.ConnectError("no"), "The relay, which is to ask the host, cannot be reached."),
        (httpx2.RemoteProtocolError("cut"), "api.example did not come whole"),
    ],
)
def test_a_relay_that_went_away_is_said(failure: Exception, message: str) -> None:
    def fails(request: httpx2.Request) -> httpx2.Response:
        raise failure

    assert message in refusal(fails).error.message
