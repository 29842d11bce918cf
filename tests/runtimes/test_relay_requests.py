"""What a headless kernel's requests to the relay itself are answered with."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from wasm_runtime.contracts.relay_requests import RELAY_ADDRESS
from wasm_runtime.contracts.worker import (
    AnswerHttp,
    CloseHttp,
    FetchHttp,
    HttpPart,
    ReadHttp,
    RefuseRequest,
)
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.relay_address import RelayAddress
from wasm_runtime.runtimes.relay_requests import RelayRequests, is_for_relay

CORPUS = json.loads((Path(__file__).parents[1] / "contracts/relay_requests.json").read_text())
RELAY = RelayAddress(url="http://relay.example/app/", cookie="session=1")
READ = ReadHttp(request_id="2", stream_id="s")


class Body(httpx2.AsyncByteStream):
    """Parts of a response; None is a server that falls silent. `closed` once nobody reads."""

    def __init__(self, *parts: bytes | Exception | None) -> None:
        self._parts = parts
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if part is None:
                await asyncio.Event().wait()
            if isinstance(part, Exception):
                raise part
            yield part  # type: ignore[misc]

    async def aclose(self) -> None:
        self.closed.set()


def asked(method: str, url: str, **more: Any) -> FetchHttp:
    return FetchHttp(request_id="1", method=method, url=url, **{"headers": [], **more})


def talk(
    respond: Callable[[httpx2.Request], httpx2.Response],
    conversation: Callable[[RelayRequests], Awaitable[Any]],
    relay: RelayAddress | None = RELAY,
) -> Any:
    async def go() -> Any:
        async with RelayRequests(relay, httpx2.MockTransport(respond)) as requests:
            return await conversation(requests)

    return asyncio.run(go())


def refused(*_: Any) -> httpx2.Response:
    raise AssertionError("nothing may be sent")


@pytest.mark.parametrize(("method", "path"), CORPUS["allowed"])
def test_what_python_may_ask_reaches_the_relay_as_it_is_written(method: str, path: str) -> None:
    seen: list[tuple[str, str]] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.method, str(request.url)))
        return httpx2.Response(200, text="hello")

    answer = talk(respond, lambda requests: requests.answer(asked(method, RELAY_ADDRESS + path)))
    assert isinstance(answer, AnswerHttp)
    assert seen == [(method, f"http://relay.example/app/{path}")]


@pytest.mark.parametrize(("method", "url"), CORPUS["refused"])
def test_nothing_else_reaches_the_relay(method: str, url: str) -> None:
    request = asked(method, url)

    async def either(requests: RelayRequests) -> object:
        if is_for_relay(request):
            return await requests.answer(request)
        return await Gateway(NetworkPolicy()).answer(request)

    answer = talk(refused, either)
    assert isinstance(answer, RefuseRequest)
    assert answer.error.code == "network_refused"


def test_the_session_goes_along_and_cookies_stay_here() -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["cookie"] == "session=1"
        assert "authorization" not in request.headers
        assert request.headers["content-type"] == "application/json"
        return httpx2.Response(200, headers={"set-cookie": "a=b", "content-type": "x/y"}, text="")

    headers = [["authorization", "Bearer placeholder"], ["cookie", "session=2"],
               ["content-type", "application/json"]]  # fmt: skip
    request = asked("POST", f"{RELAY_ADDRESS}ai/openai/v1/embeddings", headers=headers, body=b"{}")
    answer = talk(respond, lambda requests: requests.answer(request))
    assert isinstance(answer, AnswerHttp)
    assert answer.headers == [["content-type", "x/y"], ["content-length", "0"]]


def test_a_redirect_is_not_followed() -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/app/ai/models"
        return httpx2.Response(302, headers={"location": "/app/session"})

    answer = talk(
        respond, lambda requests: requests.answer(asked("GET", f"{RELAY_ADDRESS}ai/models"))
    )
    assert isinstance(answer, RefuseRequest)


def test_a_body_is_handed_over_in_parts() -> None:
    async def conversation(requests: RelayRequests) -> list[Any]:
        request = asked("GET", f"{RELAY_ADDRESS}ai/models", stream_id="s")
        return [await requests.answer(each) for each in (request, READ, READ, READ)]

    head, part, last, over = talk(
        lambda _: httpx2.Response(200, stream=Body(b"one", b"two")), conversation
    )
    assert (head.body, head.is_last) == (b"one", False)
    assert part == HttpPart(request_id="2", body=b"two")
    assert last == HttpPart(request_id="2", body=b"", is_last=True)
    assert isinstance(over, RefuseRequest)


def test_a_body_that_is_cut_is_an_error() -> None:
    async def conversation(requests: RelayRequests) -> Any:
        await requests.answer(asked("GET", f"{RELAY_ADDRESS}ai/models", stream_id="s"))
        return await requests.answer(READ)

    body = Body(b"one", httpx2.ReadError("gone"))
    answer = talk(lambda _: httpx2.Response(200, stream=body), conversation)
    assert isinstance(answer, RefuseRequest)
    assert answer.error.code == "unavailable"


def test_closing_ends_the_request_while_its_next_part_is_waited_for() -> None:
    body = Body(b"one", None)

    async def conversation(requests: RelayRequests) -> Any:
        await requests.answer(asked("GET", f"{RELAY_ADDRESS}ai/models", stream_id="s"))
        reading = asyncio.ensure_future(requests.answer(READ))
        await asyncio.sleep(0)
        await requests.close(CloseHttp(stream_id="s"))
        assert body.closed.is_set()
        return await reading

    answer = talk(lambda _: httpx2.Response(200, stream=body), conversation)
    assert isinstance(answer, RefuseRequest)
    assert answer.error.message == "The request was closed."


def test_a_run_without_a_relay_says_how_to_name_one() -> None:
    request = asked("GET", f"{RELAY_ADDRESS}ai/models")
    answer = talk(refused, lambda requests: requests.answer(request), relay=None)
    assert isinstance(answer, RefuseRequest)
    assert "--relay" in answer.error.hint
