"""Blocking waits of a cell: by suspending its stack, else by letting the worker itself sleep."""

import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

from wasm_runtime.contracts.worker import HttpPart, OpenQuery, QueryPart, ReadHttp, ReadQuery

from .host import Host, HttpRequest, HttpResponse, SharedWaits, WaitStopped
from .interrupt import Interrupts, may_interrupt
from .outbox import Outbox

_R = TypeVar("_R")


class Blocking:
    """The one place that knows by which means a cell waits. Stop ends every wait."""

    def __init__(self, host: Host, outbox: Outbox, interrupts: Interrupts) -> None:
        self._host = host
        self._outbox = outbox
        self._interrupts = interrupts

    def is_possible(self) -> bool:
        """Whether the present stack can wait at all."""
        return self._host.can_block() or self._host.shared_waits is not None

    def sleep(self, seconds: float) -> None:
        if self._host.can_block():
            self._interrupts.wait(asyncio.sleep(seconds))
        else:
            self._shared(lambda waits: waits.sleep(seconds))

    def line(self, input_id: str) -> str | None:
        """The answer to an InputRequested."""
        if self._host.can_block():
            return self._interrupts.wait(self._host.wait_input(input_id))
        return self._shared(lambda waits: waits.wait_input(input_id))

    def response(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request. Raises HttpRefused."""
        if self._host.can_block():
            return self._interrupts.wait(self._host.fetch_http(request))
        return self._shared(lambda waits: waits.fetch_http(request))

    def http_part(self, message: ReadHttp) -> HttpPart:
        """The next part of a response's body. Raises HttpRefused."""
        if self._host.can_block():
            return self._interrupts.wait(self._host.read_http(message))
        return self._shared(lambda waits: waits.read_http(message))

    def query_part(self, message: OpenQuery | ReadQuery) -> QueryPart:
        """The next part of a query's result. Raises QueryRefused."""
        if self._host.can_block():
            return self._interrupts.wait(self._host.ask_query(message))
        return self._shared(lambda waits: waits.ask_query(message))

    def _shared(self, wait: Callable[[SharedWaits], _R]) -> _R:
        waits = self._host.shared_waits
        assert waits is not None, "is_possible() was not asked"
        # The timer that sends printed text does not run during the wait.
        self._outbox.flush()
        try:
            return wait(waits)
        except WaitStopped:
            if may_interrupt(sys._getframe()):
                raise KeyboardInterrupt from None
            # A background task holds the cell up: it is ended, and Stop goes on to the cell.
            self._host.rearm()
            raise asyncio.CancelledError from None
