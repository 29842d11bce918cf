"""Queries as messages to the page: opened, read part by part, closed."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Literal

from wasm_runtime.contracts.data import QueryRequest
from wasm_runtime.contracts.worker import CloseQuery, OpenQuery, QueryPart, ReadQuery

from ..blocking import Blocking
from ..host import Host, QueryRefused
from .errors import InterfaceError, OperationalError, error_of

_NO_WAIT_HINT = (
    "In this browser: from wasm_runtime.data import query_async; await query_async(CONNECTION, SQL)"
)


class Querying:
    """Asks the page, which asks the relay as the person whose page it is."""

    def __init__(self, host: Host, blocking: Blocking) -> None:
        self._host = host
        self._blocking = blocking

    def open(self, connection: str, request: QueryRequest) -> "OpenedQuery":
        """A query that begins when its first part is read."""
        return OpenedQuery(self._host, self._blocking, connection, request)


class OpenedQuery:
    """One query. Whoever does not read it to its end closes it, or the database goes on."""

    def __init__(
        self, host: Host, blocking: Blocking, connection: str, request: QueryRequest
    ) -> None:
        self._host = host
        self._blocking = blocking
        self._connection = connection
        self._request = request
        self._id = secrets.token_urlsafe(12)
        self._state: Literal["new", "open", "over"] = "new"
        self.more = False
        """Once it is read: it ended after `first_rows`, and there were more."""
        self.age_seconds: float | None = None
        """Once some is read: how old a kept result is; None when the database was asked."""
        self.is_offline = False
        """Once some is read: it was kept by the page, and the relay cannot be reached."""

    def parts(self) -> Iterator[bytes]:
        """Blocks for each part. Raises Error; nothing is missing when it ends."""
        if not self._blocking.is_possible():
            raise InterfaceError(
                "This browser cannot wait for a database in the middle of Python code.",
                _NO_WAIT_HINT,
            )
        try:
            while self._state != "over":
                with self._as_errors():
                    part = self._blocking.query_part(self._next_message())
                yield self._take(part)
        finally:
            self.close()

    async def parts_async(self) -> AsyncIterator[bytes]:
        """As `parts`, awaited."""
        try:
            while self._state != "over":
                with self._as_errors():
                    part = await self._host.ask_query(self._next_message())
                yield self._take(part)
        finally:
            self.close()

    def close(self) -> None:
        """End the query in the database, unless it is over."""
        if self._state == "open":
            self._host.post(CloseQuery(query_id=self._id))
        self._state = "over"

    def _next_message(self) -> OpenQuery | ReadQuery:
        if self._state == "open":
            return ReadQuery(request_id="", query_id=self._id)
        self._state = "open"
        return OpenQuery(
            request_id="", query_id=self._id, connection=self._connection, request=self._request
        )

    def _take(self, part: QueryPart) -> bytes:
        if part.age_seconds is not None:
            self.age_seconds = part.age_seconds
            self.is_offline = part.is_offline
        if part.is_last:
            self._state = "over"
            self.more = part.more
        return part.body

    @contextmanager
    def _as_errors(self) -> Iterator[None]:
        try:
            yield
        except QueryRefused as refused:
            self._state = "over"
            raise error_of(refused.error, self._request.sql, refused.position) from None


_present: Querying | None = None


def install_querying(querying: Querying) -> None:
    """Let `connect` and `query` of this process ask through this."""
    global _present
    _present = querying


def present_querying() -> Querying:
    """The kernel's. Raises OperationalError outside of one."""
    if _present is None:
        raise OperationalError(
            "There is no kernel here that could ask a relay.",
            "wasm_runtime.data works in a notebook; outside, connect to the database itself.",
        )
    return _present
