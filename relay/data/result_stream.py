"""A query's result as the answer to a request."""

import asyncio
from contextlib import aclosing, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wasm_runtime.contracts.data import ARROW_STREAM_TYPE, QUERY_ID_HEADER
from wasm_runtime.contracts.results import (
    RESULT_AGE_HEADER,
    RESULT_KEEP_HEADER,
    RESULT_PERSON_HEADER,
)
from wasm_runtime.errors import WasmRuntimeError

from .errors import QueryCancelled
from .query import Query


class ResultStream(Response):
    """Sends a result as it comes, and stops the query when nobody is left to read it.

    An error before the first part is raised, to be answered like any other. After it, the
    response is left without its end, which closes the connection: no reader takes it for whole.
    """

    def __init__(self, query: Query) -> None:
        super().__init__()
        self._query = query

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(self._watch(receive))
        try:
            async with aclosing(self._query.chunks()) as chunks:
                first = await anext(chunks)
                await send(_start(self._query))
                await send({"type": "http.response.body", "body": first, "more_body": True})
                with suppress(WasmRuntimeError):
                    async for chunk in chunks:
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self._query.stop(_gone(self._query))

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._query.stop(_gone(self._query))


def _start(query: Query) -> dict[str, object]:
    headers = {
        "content-type": ARROW_STREAM_TYPE,
        QUERY_ID_HEADER: query.id,
        RESULT_PERSON_HEADER: query.owner,
        RESULT_KEEP_HEADER: f"{query.keep_seconds:.0f}",
    }
    if query.age_seconds is not None:
        headers[RESULT_AGE_HEADER] = f"{query.age_seconds:.3f}"
    return {
        "type": "http.response.start",
        "status": 200,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def _gone(query: Query) -> QueryCancelled:
    return QueryCancelled(f"{query.connection}: whoever asked has gone.")
