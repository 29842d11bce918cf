"""All that a headless kernel asks of a relay: queries, and requests to the relay itself."""

from contextlib import AsyncExitStack
from typing import Any

from wasm_runtime.contracts.worker import (
    AnswerHttp,
    CloseHttp,
    CloseQuery,
    FetchHttp,
    HttpPart,
    OpenQuery,
    QueryPart,
    ReadHttp,
    ReadQuery,
    RefuseRequest,
)

from .queries import RelayQueries
from .relay_address import RelayAddress
from .relay_requests import RelayRequests


class RelayLink:
    """Used as a context, which ends what is left. Without a relay everything is refused."""

    def __init__(self, relay: RelayAddress | None) -> None:
        self._queries = RelayQueries(relay)
        self._requests = RelayRequests(relay)
        self._life = AsyncExitStack()

    async def __aenter__(self) -> "RelayLink":
        await self._life.enter_async_context(self._queries)
        await self._life.enter_async_context(self._requests)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._life.aclose()

    async def answer(
        self, message: FetchHttp | ReadHttp | OpenQuery | ReadQuery
    ) -> AnswerHttp | HttpPart | QueryPart | RefuseRequest:
        """What came, or why nothing did."""
        if isinstance(message, OpenQuery | ReadQuery):
            return await self._queries.answer(message)
        return await self._requests.answer(message)

    async def close(self, message: CloseHttp | CloseQuery) -> None:
        """Nobody reads it any more."""
        if isinstance(message, CloseQuery):
            await self._queries.close(message)
        else:
            await self._requests.close(message)
