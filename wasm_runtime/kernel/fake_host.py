"""A Host on CPython that keeps what was posted and answers from lists: for tests."""

import asyncio
import asyncio.tasks
from collections.abc import Awaitable, Callable
from typing import Any

from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import (
    HttpPart,
    KernelSettings,
    OpenQuery,
    QueryPart,
    ReadHttp,
    ReadQuery,
)

from .host import (
    HttpRefused,
    HttpRequest,
    HttpResponse,
    InterruptMode,
    QueryRefused,
    WaitStopped,
)


class FakeSharedWaits:
    """Answers at once from the host's lists; `stopped` makes Stop end the next wait."""

    def __init__(self, host: "FakeHost") -> None:
        self._host = host
        self.slept: list[float] = []
        self.stopped = False

    def sleep(self, seconds: float) -> None:
        self._check()
        self.slept.append(seconds)

    def wait_input(self, input_id: str) -> str | None:
        self._check()
        return self._host.inputs.pop(0)

    def fetch_http(self, request: HttpRequest) -> HttpResponse:
        self._check()
        return self._host.respond(request)

    def read_http(self, message: ReadHttp) -> HttpPart:
        self._check()
        return self._host.next_part(message)

    def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        self._check()
        return self._host.answer_query(message)

    def _check(self) -> None:
        if self.stopped:
            self.stopped = False
            raise WaitStopped


class FakeHost:
    """Answers inputs and HTTP from what the test gave it."""

    interrupt_mode: InterruptMode = "none"

    def __init__(self, settings: KernelSettings, blocks: bool = True) -> None:
        self.settings = settings
        self.messages: list[Any] = []
        self.on_post: Callable[[Any], None] = lambda message: None
        self.inputs: list[str | None] = []
        self.responses: dict[str, HttpResponse] = {}
        self.requests: list[HttpRequest] = []
        self.parts: list[bytes | HttpRefused | None] = []
        """What follows a response that is not whole; None: the server is slow for ever."""
        self.results: dict[str, list[bytes | QueryRefused | None]] = {}
        """The parts that answer each SQL text; None: the database is slow for ever."""
        self.ages: dict[str, float] = {}
        """How old the kept result of an SQL text is, in seconds."""
        self.is_offline = False
        self.queries: list[OpenQuery] = []
        self.lock: dict[str, Any] = {"packages": {}}
        self.running: list[bool] = []
        self.rearmed = 0
        self.stack_switching = blocks
        self.shared_waits: FakeSharedWaits | None = None

    def post(self, message: Any) -> None:
        self.messages.append(message)
        self.on_post(message)

    async def wait_input(self, input_id: str) -> str | None:
        if not self.inputs:
            await asyncio.Event().wait()  # nobody answers: only Stop ends this
        return self.inputs.pop(0)

    async def fetch_http(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The response that the test gave for this request."""
        self.requests.append(request)
        if request.url not in self.responses:
            raise HttpRefused(f"{request.url} is not allowed")
        return self.responses[request.url]

    async def read_http(self, message: ReadHttp) -> HttpPart:
        if self.parts and self.parts[0] is None:
            await asyncio.Event().wait()  # only Stop ends this
        return self.next_part(message)

    def next_part(self, message: ReadHttp) -> HttpPart:
        """The part that the test gave next."""
        part = self.parts.pop(0)
        if isinstance(part, HttpRefused):
            raise part
        assert part is not None, "a wait that blocks the worker cannot be kept waiting"
        return HttpPart(request_id="", body=part, is_last=not self.parts)

    async def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        if self.results.get(self._sql_of(message), [b""])[0] is None:
            if isinstance(message, OpenQuery):
                self.queries.append(message)
            await asyncio.Event().wait()  # only Stop ends this
        return self.answer_query(message)

    def answer_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        """The part that the test gave for this query."""
        if isinstance(message, OpenQuery):
            self.queries.append(message)
        sql = self._sql_of(message)
        left = self.results.get(sql)
        if left is None:
            raise QueryRefused(ErrorBody(code="not_found", message="There is no such connection."))
        part = left.pop(0)
        if isinstance(part, QueryRefused):
            raise part
        assert part is not None, "a wait that blocks the worker cannot be kept waiting"
        return QueryPart(
            request_id="",
            body=part,
            is_last=not left,
            age_seconds=self.ages.get(sql) if isinstance(message, OpenQuery) else None,
            is_offline=self.is_offline,
        )

    def _sql_of(self, message: OpenQuery | ReadQuery) -> str:
        opened = [*self.queries, message] if isinstance(message, OpenQuery) else self.queries
        return next(q.request.sql for q in reversed(opened) if q.query_id == message.query_id)

    def read_lock(self) -> dict[str, Any]:
        return self.lock

    def run_changed(self, running: bool) -> None:
        self.running.append(running)

    def can_block(self) -> bool:
        return self.stack_switching

    def block_on(self, awaitable: Awaitable[Any]) -> Any:
        """Run the loop from inside a task, as stack switching does."""
        loop = asyncio.get_running_loop()
        outer = asyncio.current_task()
        inner = asyncio.ensure_future(awaitable)
        if outer is not None:
            asyncio.tasks._leave_task(loop, outer)
        try:
            while not inner.done():
                loop._run_once()  # type: ignore[attr-defined]  # the loop's own inner step
        finally:
            if outer is not None:
                asyncio.tasks._enter_task(loop, outer)
        return inner.result()

    def wait_tick(self) -> int:
        return 0

    def rearm(self) -> None:
        self.rearmed += 1
