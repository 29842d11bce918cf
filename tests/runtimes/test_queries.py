"""What a headless kernel's queries are answered with."""

import asyncio
import json
from collections.abc import Callable

import httpx2
import pytest

from wasm_runtime.contracts.data import ARROW_STREAM_TYPE, QueryRequest
from wasm_runtime.contracts.worker import CloseQuery, OpenQuery, QueryPart, ReadQuery, RefuseRequest
from wasm_runtime.errors import UsageError
from wasm_runtime.runtimes.queries import RelayQueries
from wasm_runtime.runtimes.relay_address import RelayAddress

ADDRESS = RelayAddress(url="http://relay.example/app", cookie="session=1")
OPEN = OpenQuery(
    request_id="1", query_id="q", connection="ware/house", request=QueryRequest(sql="select 1")
)
READ = ReadQuery(request_id="2", query_id="q")
ERROR = {"code": "timeout", "message": "It was stopped at the limit.", "hint": "Ask for less."}
Answer = QueryPart | RefuseRequest | None


class Relay:
    """Answers queries with `result`, and what is asked of one query with its status."""

    def __init__(self, result: Callable[[], httpx2.Response], **status: object) -> None:
        self.result = result
        self.status = status
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if request.method == "POST":
            return self.result()
        whole = {"id": "i", "connection": "c", "state": "failed", "rows": 0, "bytes": 0}
        return httpx2.Response(200, json={**whole, "seconds": 0.0, **self.status})

    def answers(self, *messages: OpenQuery | ReadQuery | CloseQuery) -> list[Answer]:
        async def go() -> list[Answer]:
            async with RelayQueries(ADDRESS, httpx2.MockTransport(self)) as queries:
                return [
                    await queries.close(each)  # type: ignore[func-returns-value]
                    if isinstance(each, CloseQuery)
                    else await queries.answer(each)
                    for each in messages
                ]

        return asyncio.run(go())


class Body(httpx2.AsyncByteStream):
    """Parts of a response, perhaps without an end."""

    def __init__(self, *parts: bytes | Exception) -> None:
        self._parts = parts

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            yield part


def arrow(*parts: bytes | Exception) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": ARROW_STREAM_TYPE}, stream=Body(*parts))


def test_a_result_is_read_to_its_end() -> None:
    relay = Relay(lambda: arrow(b"ab", b"c"))
    first, last = relay.answers(OPEN, READ)
    assert first == QueryPart(request_id="1", body=b"abc")
    assert last == QueryPart(request_id="2", body=b"", is_last=True)
    (asked,) = relay.asked
    assert str(asked.url) == "http://relay.example/app/data/ware%2Fhouse/query"
    assert asked.headers["cookie"] == "session=1"
    body = json.loads(asked.content)
    assert (body["sql"], len(body["query_id"]) >= 8) == ("select 1", True)


def test_the_age_of_a_kept_result_is_handed_on() -> None:
    kept = arrow(b"ab")
    kept.headers["x-result-age"] = "61.5"
    (first,) = Relay(lambda: kept).answers(OPEN)
    assert isinstance(first, QueryPart)
    assert first.age_seconds == 61.5


def test_a_cut_result_is_refused_with_the_relays_reason() -> None:
    relay = Relay(lambda: arrow(httpx2.ReadError("gone")), error=ERROR, position=7)
    (answer,) = relay.answers(OPEN)
    assert isinstance(answer, RefuseRequest)
    assert (answer.error.message, answer.position) == ("It was stopped at the limit.", 7)


def test_a_relay_that_went_away_is_said() -> None:
    relay = Relay(lambda: arrow(httpx2.ReadError("gone")), state="running")
    (answer,) = relay.answers(OPEN)
    assert isinstance(answer, RefuseRequest)
    assert answer.error.message.startswith("The result was cut")


def test_closing_ends_the_query_at_the_relay() -> None:
    relay = Relay(lambda: arrow(b"a" * (3 << 20)))
    first, closed, after = relay.answers(OPEN, CloseQuery(query_id="q"), READ)
    assert isinstance(first, QueryPart)
    assert closed is None
    assert isinstance(after, RefuseRequest)
    assert after.error.code == "not_found"
    query_id = json.loads(relay.asked[0].content)["query_id"]
    assert (relay.asked[1].method, relay.asked[1].url.path) == (
        "DELETE",
        f"/app/data/queries/{query_id}",
    )


def test_what_is_no_relay_is_said() -> None:
    (answer,) = Relay(lambda: httpx2.Response(404, text="<h1>no</h1>")).answers(OPEN)
    assert isinstance(answer, RefuseRequest)
    assert "is no relay" in answer.error.message


def test_a_run_without_a_relay_says_how_to_name_one() -> None:
    async def go() -> QueryPart | RefuseRequest:
        async with RelayQueries(None) as queries:
            return await queries.answer(OPEN)

    answer = asyncio.run(go())
    assert isinstance(answer, RefuseRequest)
    assert "--relay" in answer.error.hint


@pytest.mark.parametrize("url", ["relay.example", "ftp://a/", "http://user@relay/", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--relay: expected an address"):
        RelayAddress(url=url)
