"""The seam to the worker's JavaScript; the only module that touches `js` and `pyodide`."""

import json
import platform
from collections.abc import Awaitable
from typing import Any

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import (
    AnswerHttp,
    HttpPart,
    OpenQuery,
    QueryPart,
    ReadHttp,
    ReadQuery,
)

from .event_loop import defer_callbacks_while
from .host import (
    HttpRefused,
    HttpRequest,
    HttpResponse,
    HttpTimeout,
    InterruptMode,
    QueryRefused,
    WaitStopped,
)
from .interrupt import uninterrupted
from .kernel import Kernel
from .numpy_random import find_numpy_state
from .outbox import StreamName
from .prepare import make_shell, preload, preload_each, warm_up
from .prepare import spent_byte_code as find_spent
from .shell import NotebookShell
from .wire import decode_message, encode_message

_IPYTHON_FOLDER = "/tmp/ipython"
_IMPORTED_BY_START = ["comm.base_comm"]
"""A restored kernel may be ready before the files of packages have come: its start reads none."""
_shell: NotebookShell | None = None


def prepare(preload_json: str) -> None:
    """Make the shell and import what the environment preloads; a snapshot is taken after this."""
    global _shell
    _shell = make_shell(_IPYTHON_FOLDER)
    names = json.loads(preload_json)
    preload([*_IMPORTED_BY_START, *names])
    if names:
        warm_up(_shell)


def prepare_more(names_json: str) -> str:
    """Import of these what can be imported; the names as JSON. A snapshot is taken after this."""
    imported = preload_each(json.loads(names_json))
    find_numpy_state()
    return json.dumps(imported)


def spent_byte_code() -> str:
    """Files of byte-code that a snapshot taken now makes needless, as JSON."""
    return json.dumps(find_spent())


def start(host: Any) -> "Bridge":
    """Attach the kernel to the worker."""
    if _shell is None:
        prepare("[]")
    assert _shell is not None
    return Bridge(_shell, JsHost(host))


class Bridge:
    """What JavaScript calls."""

    python_version = platform.python_version()

    def __init__(self, shell: NotebookShell, host: "JsHost") -> None:
        self._kernel = Kernel(shell, host)
        self._kernel.install()
        host.install(self._kernel)

    def handle(self, text: str, *buffers: Any) -> None:
        self._kernel.handle(text, [buffer.to_bytes() for buffer in buffers])

    def interrupt(self) -> bool:
        return self._kernel.interrupt()

    def native_output(self, name: StreamName, text: str) -> None:
        self._kernel.native_output(name, text)

    def capabilities_json(self) -> str:
        return json.dumps(codec.encode(self._kernel.capabilities()))


class JsHost:
    """The worker's `host` object as a Host."""

    def __init__(self, host: Any) -> None:
        import js
        from pyodide import ffi

        self.stack_switching = hasattr(js.WebAssembly, "Suspending")
        self._host = host
        self._ffi = ffi
        self._run_sync = ffi.run_sync
        self.settings = codec.decode(json.loads(host.settings_json), "KernelSettings", CONTRACT)
        self.interrupt_mode: InterruptMode = host.interrupt_mode
        self.shared_waits = JsSharedWaits(host.shared_waits) if host.shared_waits else None

    def install(self, kernel: Kernel) -> None:
        """Make Pyodide's own waits stoppable, and keep other Python out of a tick."""
        import pyodide.webloop
        from pyodide import ffi

        ffi.run_sync = kernel.interrupts.wait
        pyodide.webloop.run_sync = kernel.interrupts.wait
        defer_callbacks_while(pyodide.webloop.WebLoop, lambda: kernel.interrupts.ticking)

    @uninterrupted
    def post(self, message: Any) -> None:
        text, buffers = encode_message(message)
        if buffers:
            self._host.post(text, self._ffi.to_js(buffers))
        else:
            self._host.post(text)

    async def wait_input(self, input_id: str) -> str | None:
        answer: str | None = json.loads(await self._host.wait_input(input_id))
        return answer

    async def fetch_http(self, request: HttpRequest) -> HttpResponse:
        return _response(_answer(await self._host.ask_page(*_question(request))))

    async def read_http(self, message: ReadHttp) -> HttpPart:
        return _http_part(_answer(await self._host.ask_page(_plain_question(message))))

    async def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        return _part(_answer(await self._host.ask_page(_plain_question(message))))

    def read_lock(self) -> dict[str, Any]:
        lock: dict[str, Any] = json.loads(self._host.read_lock())
        return lock

    @uninterrupted
    def run_changed(self, running: bool) -> None:
        self._host.run_changed(running)

    def can_block(self) -> bool:
        return bool(self._ffi.can_run_sync())

    def block_on(self, awaitable: Awaitable[Any]) -> Any:
        return self._run_sync(awaitable)

    def wait_tick(self) -> int:
        return int(self._run_sync(self._host.tick()))

    def rearm(self) -> None:
        self._host.rearm()


class JsSharedWaits:
    """The worker's `shared_waits` object as SharedWaits."""

    def __init__(self, waits: Any) -> None:
        self._waits = waits

    @uninterrupted
    def sleep(self, seconds: float) -> None:
        if not self._waits.sleep(seconds):
            raise WaitStopped

    @uninterrupted
    def wait_input(self, input_id: str) -> str | None:
        text = self._waits.wait_input(input_id)
        if text is None:
            raise WaitStopped
        answer: str | None = json.loads(text)
        return answer

    @uninterrupted
    def fetch_http(self, request: HttpRequest) -> HttpResponse:
        return _response(self._answer(*_question(request)))

    @uninterrupted
    def read_http(self, message: ReadHttp) -> HttpPart:
        return _http_part(self._answer(_plain_question(message)))

    @uninterrupted
    def ask_query(self, message: OpenQuery | ReadQuery) -> QueryPart:
        return _part(self._answer(_plain_question(message)))

    def _answer(self, *question: Any) -> Any:
        reply = self._waits.ask_page(*question)
        if reply is None:
            raise WaitStopped
        return _answer(reply)


def _question(request: HttpRequest) -> list[Any]:
    """What `ask_page` of the worker takes: JSON text, and the body if there is one."""
    from pyodide.ffi import to_js

    asked = {
        "kind": "fetch_http",
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "timeout_seconds": request.timeout_seconds,
        "stream_id": request.stream_id,
    }
    return [json.dumps(asked), *([] if request.body is None else [to_js(request.body)])]


def _plain_question(message: OpenQuery | ReadQuery | ReadHttp) -> str:
    text, _ = encode_message(message)
    return text


def _answer(reply: Any) -> Any:
    """The message that the worker handed over."""
    body = getattr(reply, "body", None)
    return decode_message(reply.json, [] if body is None else [body.to_bytes()])


def _part(answer: Any) -> QueryPart:
    """Raises QueryRefused."""
    if not isinstance(answer, QueryPart):
        raise QueryRefused(answer.error, answer.position)
    return answer


def _http_part(answer: Any) -> HttpPart:
    """Raises HttpRefused, HttpTimeout."""
    if not isinstance(answer, HttpPart):
        raise _http_refused(answer.error)
    return answer


def _http_refused(error: ErrorBody) -> HttpRefused:
    hint = f"  hint: {error.hint}" if error.hint else ""
    refused = HttpTimeout if error.code == "timeout" else HttpRefused
    return refused(error.message + hint)


def _response(answer: Any) -> HttpResponse:
    """Raises HttpRefused when the page refused, HttpTimeout when the server was silent."""
    if not isinstance(answer, AnswerHttp):
        raise _http_refused(answer.error)
    return HttpResponse(
        status=answer.status,
        reason=answer.reason,
        url=answer.url,
        headers=answer.headers,
        body=answer.body,
        is_last=answer.is_last,
    )
