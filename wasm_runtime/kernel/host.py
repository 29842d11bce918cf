"""What the kernel needs from the world around it."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import (
    HttpPart,
    KernelSettings,
    OpenQuery,
    QueryPart,
    ReadHttp,
    ReadQuery,
)

InterruptMode = Literal["shared_buffer", "tick", "none"]


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """One HTTP request of the cell's code."""

    method: str
    url: str
    headers: list[list[str]] = field(default_factory=list)
    body: bytes | None = None
    timeout_seconds: float | None = None
    """How long the server may be silent."""
    stream_id: str = ""
    """Not empty: the body may come in parts, to be read with `read_http`."""


@dataclass(frozen=True, kw_only=True)
class HttpResponse:
    """The answer to a HttpRequest; `url` is where redirects ended."""

    status: int
    reason: str
    url: str
    headers: list[list[str]]
    body: bytes
    is_last: bool = True
    """Whether the body is whole."""


class HttpRefused(OSError):
    """The page did not carry out a request: its policy, or the network."""


class HttpTimeout(HttpRefused, TimeoutError):
    """The server was silent for longer than the request allowed."""


class QueryRefused(Exception):
    """The page, the relay or the database did not answer a query with a whole result."""

    def __init__(self, error: ErrorBody, position: int | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.position = position
        """The character of the SQL, from 0, at which the database found the error."""


class SharedWaits(Protocol):
    """Waits that block the whole worker, where no stack can be suspended.

    Nothing else runs meanwhile. Each raises WaitStopped when Stop ended it.
    """

    def sleep(self, seconds: float) -> None:
        """Do nothing for this long."""

    def wait_input(self, input_id: str) -> str | None:
        """As Host.wait_input."""

    def fetch_http(self, request: HttpRequest) -> HttpResponse:
        """As Host.fetch_http."""

    def read_http(self, message: ReadHttp) -> HttpPart:
        """As Host.read_http."""

    def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        """As Host.ask_query."""


class WaitStopped(Exception):
    """Stop was pressed during a wait of SharedWaits."""


class Host(Protocol):
    """The worker around the kernel. `bridge.JsHost` is the real one, `FakeHost` the tests'."""

    settings: KernelSettings
    interrupt_mode: InterruptMode
    stack_switching: bool
    """Whether cells can be suspended; `can_block` says whether the present stack can."""

    @property
    def shared_waits(self) -> SharedWaits | None:
        """The way to wait without stack switching; None where there is none, or no need."""

    def post(self, message: Any) -> None:
        """Send a WorkerToPage message."""

    async def wait_input(self, input_id: str) -> str | None:
        """The line typed for this input; None when the person cancelled."""

    async def fetch_http(self, request: HttpRequest) -> HttpResponse:
        """Carry out the request under the page's policy. Raises HttpRefused, HttpTimeout."""

    async def read_http(self, message: ReadHttp) -> HttpPart:
        """The next part of a body; the host gives the request its id.

        Raises HttpRefused, HttpTimeout.
        """

    async def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        """The next part of a query's result; the host gives the request its id.

        Raises QueryRefused.
        """

    def read_lock(self) -> dict[str, Any]:
        """The environment's lock, in Pyodide's lock format."""

    def run_changed(self, running: bool) -> None:
        """A cell's code begins or has ended."""

    def can_block(self) -> bool:
        """Whether `block_on` works from the present stack."""

    def block_on(self, awaitable: Awaitable[Any]) -> Any:
        """Suspend this stack until `awaitable` is done, while the event loop goes on."""

    def wait_tick(self) -> int:
        """Let messages in for one turn of the event loop; 2 when Stop was among them."""

    def rearm(self) -> None:
        """Deliver the interrupt again soon: it came while plumbing ran."""
