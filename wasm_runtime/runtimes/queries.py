"""Queries of a headless kernel, carried out at a relay that the command line names."""

import contextlib
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import quote

import httpx2

from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.data import (
    ARROW_STREAM_TYPE,
    DATA_PATH,
    QUERIES_PATH,
    QueryStatus,
)
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.relay_api import ErrorBody, ErrorCode
from wasm_runtime.contracts.results import RESULT_AGE_HEADER
from wasm_runtime.contracts.shape import contract_of
from wasm_runtime.contracts.worker import CloseQuery, OpenQuery, QueryPart, ReadQuery, RefuseRequest

from .relay_address import RelayAddress

_MOST_QUERIES = 16
_PART_BYTES = 1 << 20
_STATUS = contract_of([QueryStatus], {})


class RelayQueries:
    """Opens, reads and closes queries; used as a context, which ends those that are left."""

    def __init__(
        self, relay: RelayAddress | None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._relay = relay
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
        self._open: dict[str, _Query] = {}

    async def __aenter__(self) -> "RelayQueries":
        if self._relay is not None:
            self._client = httpx2.AsyncClient(
                headers=self._relay.headers,
                transport=self._transport,
                timeout=httpx2.Timeout(30, read=None),
                trust_env=False,
                follow_redirects=False,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        for query_id in list(self._open):
            await self.close(CloseQuery(query_id=query_id))
        if self._client is not None:
            await self._client.aclose()

    async def answer(self, message: OpenQuery | ReadQuery) -> QueryPart | RefuseRequest:
        """The next part, or why there is none."""
        try:
            if isinstance(message, OpenQuery):
                self._begin(message)
            return await self._part(message)
        except _Refused as refused:
            await self._forget(message.query_id)
            return RefuseRequest(
                request_id=message.request_id, error=refused.body, position=refused.position
            )

    async def close(self, message: CloseQuery) -> None:
        """End the query in the database."""
        query = self._open.get(message.query_id)
        if query is None:
            return
        await self._forget(message.query_id)
        # Without an answer the relay ends it when it sees the connection gone.
        with contextlib.suppress(httpx2.HTTPError):
            await self._asked("DELETE", f"{QUERIES_PATH}/{query.id}")

    def _begin(self, message: OpenQuery) -> None:
        if self._relay is None or self._client is None:
            raise _refused(
                "unavailable",
                "This run has no relay, so it has no databases.",
                "Name one: wasm-runtime run --relay http://127.0.0.1:8000/ NOTEBOOK",
            )
        if len(self._open) >= _MOST_QUERIES or message.query_id in self._open:
            raise _refused(
                "too_many_requests",
                f"{_MOST_QUERIES} queries of this notebook are open.",
                "Read them to their end or close them.",
            )
        query = _Query(secrets.token_urlsafe(12), message.request.first_rows is not None)
        self._open[message.query_id] = query
        query.parts = self._parts(message, query)

    async def _part(self, message: OpenQuery | ReadQuery) -> QueryPart:
        query = self._open.get(message.query_id)
        if query is None or query.parts is None:
            raise _refused("not_found", "This query is not open any more.", "Run it again.")
        try:
            body = await anext(query.parts, None)
        except httpx2.HTTPError as error:
            raise await self._reason(query, error) from error
        if body is not None:
            return QueryPart(
                request_id=message.request_id, body=body, age_seconds=query.age_seconds
            )
        status = await self._status(query.id) if query.may_have_more else None
        await self._forget(message.query_id)
        return QueryPart(
            request_id=message.request_id,
            body=b"",
            is_last=True,
            more=status is not None and status.more,
        )

    async def _parts(self, message: OpenQuery, query: "_Query") -> AsyncGenerator[bytes]:
        """The stream of the relay, read no faster than this is iterated."""
        assert self._relay is not None
        assert self._client is not None
        body = {**encode(message.request), "query_id": query.id}
        path = f"{DATA_PATH}/{quote(message.connection, safe='')}/query"
        async with self._client.stream("POST", self._relay.address_of(path), json=body) as response:
            if response.status_code != 200:
                await response.aread()
                raise await self._refusal(response, query)
            if response.headers.get("content-type") != ARROW_STREAM_TYPE:
                raise _no_relay(self._relay)
            query.age_seconds = _age_in(response.headers)
            async for part in response.aiter_bytes(_PART_BYTES):
                yield part

    async def _refusal(self, response: httpx2.Response, query: "_Query") -> "_Refused":
        assert self._relay is not None
        try:
            body = decode(response.json(), "ErrorBody", CONTRACT)
        except (ContractError, ValueError):
            return _no_relay(self._relay)
        status = await self._status(query.id) if body.code == "bad_request" else None
        return _Refused(body, status.position if status else None)

    async def _reason(self, query: "_Query", error: Exception) -> "_Refused":
        status = await self._status(query.id)
        if status is not None and status.error is not None:
            return _Refused(status.error, status.position)
        if isinstance(error, httpx2.ConnectError):
            return _refused(
                "unavailable",
                "The relay, which holds the databases, cannot be reached.",
                "Start it with wasm-runtime serve, or correct --relay.",
            )
        return _refused(
            "upstream_failed",
            "The result was cut: the connection to the relay was lost in the middle of it.",
            "Nothing of it was kept; run the query again.",
        )

    async def _status(self, query_id: str) -> QueryStatus | None:
        try:
            response = await self._asked("GET", f"{QUERIES_PATH}/{query_id}")
            if response.status_code != 200:
                return None
            status: QueryStatus = decode(response.json(), "QueryStatus", _STATUS)
            return status
        except (httpx2.HTTPError, ContractError, ValueError):
            return None

    async def _asked(self, method: str, path: str) -> httpx2.Response:
        assert self._relay is not None
        assert self._client is not None
        return await self._client.request(method, self._relay.address_of(path), timeout=10)

    async def _forget(self, query_id: str) -> None:
        query = self._open.pop(query_id, None)
        if query is not None and query.parts is not None:
            try:
                await query.parts.aclose()
            except RuntimeError:
                return  # it is being read at this moment: the relay's end of it ends the read


@dataclass
class _Query:
    id: str
    """Its name at the relay, which user code must not choose."""
    may_have_more: bool
    age_seconds: float | None = None
    parts: AsyncGenerator[bytes] | None = None


def _age_in(headers: httpx2.Headers) -> float | None:
    """What a relay says of a kept result; None for what the database has just given."""
    try:
        return float(headers[RESULT_AGE_HEADER])
    except (KeyError, ValueError):
        return None


class _Refused(Exception):
    def __init__(self, body: ErrorBody, position: int | None = None) -> None:
        super().__init__(body.message)
        self.body = body
        self.position = position


def _refused(code: ErrorCode, message: str, hint: str) -> _Refused:
    return _Refused(ErrorBody(code=code, message=message, hint=hint))


def _no_relay(relay: RelayAddress) -> _Refused:
    return _refused(
        "unavailable", f"{relay.url} is no relay with databases.", "Check the address of --relay."
    )
