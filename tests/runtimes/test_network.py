"""Which requests of sandboxed Python are carried out."""

import asyncio

import httpx2
import pytest

from wasm_runtime.contracts.worker import AnswerHttp, FetchHttp, RefuseRequest
from wasm_runtime.errors import NetworkRefused
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy

POLICY = NetworkPolicy(
    allowed_hosts=frozenset({"data.example", "other.example:8443"}), max_body_bytes=1000
)


def ask(
    url: str,
    answer: httpx2.Response | None = None,
    address: str = "93.184.215.14",
    headers: list[list[str]] | None = None,
    policy: NetworkPolicy = POLICY,
) -> tuple[AnswerHttp | RefuseRequest, list[httpx2.Request]]:
    """What the kernel hears, and the requests that really left."""
    sent: list[httpx2.Request] = []

    def network(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return answer or httpx2.Response(200, text="hello")

    async def resolve(host: str, port: int) -> str:
        return address

    gateway = Gateway(policy, httpx2.MockTransport(network), resolve)
    request = FetchHttp(request_id="1", method="GET", url=url, headers=headers or [])
    return asyncio.run(gateway.answer(request)), sent


def test_an_allowed_host_is_asked_at_the_address_that_was_checked() -> None:
    answer, sent = ask("https://data.example/a?b=1", headers=[["X-A", "1"], ["Host", "evil"]])
    assert isinstance(answer, AnswerHttp)
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.url == "https://data.example/a?b=1"
    assert str(sent[0].url) == "https://93.184.215.14/a?b=1"
    assert sent[0].headers["host"] == "data.example"
    assert sent[0].extensions["sni_hostname"] == "data.example"
    assert sent[0].headers["x-a"] == "1"


REFUSED = [
    "https://evil.example/",
    "https://data.example.evil.example/",
    "https://sub.data.example/",
    "https://data.example:8443/",
    "https://other.example/",
    "https://data.example@evil.example/",
    "https://user:pass@data.example/",
    "file:///etc/passwd",
    "ftp://data.example/",
    "https://data.example:99999/",
    "http://[::1",
    "",
]


@pytest.mark.parametrize("url", REFUSED)
def test_everything_else_is_refused_and_nothing_leaves(url: str) -> None:
    answer, sent = ask(url)
    assert isinstance(answer, RefuseRequest)
    assert answer.error.code == "network_refused"
    assert sent == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0",
     "::ffff:127.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_a_public_name_that_points_inside_is_refused(address: str) -> None:
    answer, sent = ask("https://data.example/", address=address)
    assert isinstance(answer, RefuseRequest)
    assert "private network" in answer.error.message
    assert sent == []


def test_a_private_address_that_was_named_outright_is_asked() -> None:
    policy = NetworkPolicy(allowed_hosts=frozenset({"127.0.0.1:8000"}))
    answer, _ = ask("http://127.0.0.1:8000/", address="127.0.0.1", policy=policy)
    assert isinstance(answer, AnswerHttp)


def test_a_redirect_to_another_host_is_refused() -> None:
    away = httpx2.Response(302, headers={"location": "https://evil.example/"})
    answer, sent = ask("https://data.example/", away)
    assert isinstance(answer, RefuseRequest)
    assert "evil.example" in answer.error.message
    assert len(sent) == 1


def test_redirects_without_end_are_given_up() -> None:
    answer, sent = ask("https://data.example/", httpx2.Response(302, headers={"location": "/"}))
    assert isinstance(answer, RefuseRequest)
    assert len(sent) == 6


def test_an_answer_that_is_too_large_is_refused() -> None:
    answer, _ = ask("https://data.example/", httpx2.Response(200, content=b"x" * 1001))
    assert isinstance(answer, RefuseRequest)
    assert "larger than" in answer.error.message


def test_the_time_that_python_allows_holds_below_the_runs_own() -> None:
    allowed = []

    def silent(request: httpx2.Request) -> httpx2.Response:
        allowed.append(request.extensions["timeout"]["read"])
        raise httpx2.ReadTimeout("silent", request=request)

    async def resolve(host: str, port: int) -> str:
        return "93.184.215.14"

    gateway = Gateway(POLICY, httpx2.MockTransport(silent), resolve)
    for seconds in (0.5, 1000, None):
        request = FetchHttp(
            request_id="1",
            method="GET",
            url="https://data.example/",
            headers=[],
            timeout_seconds=seconds,
        )
        answer = asyncio.run(gateway.answer(request))
        assert isinstance(answer, RefuseRequest)
        assert answer.error.code == "timeout"
    assert allowed == [0.5, 30, 30]


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "G ET"])
def test_only_ordinary_methods_are_allowed(method: str) -> None:
    with pytest.raises(NetworkRefused):
        POLICY.check(method, "https://data.example/")
