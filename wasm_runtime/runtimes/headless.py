"""A kernel in a JavaScript host: the browser's worker, spoken to over stdin and stdout."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasm_runtime.contracts.codec import ContractError
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import (
    AnswerInput,
    CloseHttp,
    CloseQuery,
    FetchHttp,
    FileChanged,
    InputRequested,
    KernelFailed,
    KernelReady,
    KernelSettings,
    OpenQuery,
    ReadHttp,
    ReadQuery,
    RequestDone,
    RequestFailed,
    RunCell,
    RunFinished,
    StartKernel,
    WriteFile,
)
from wasm_runtime.errors import (
    ClientMissing,
    KernelDied,
    KernelStartFailed,
    MemoryExceeded,
    WasmRuntimeError,
)

from .hosts import Host
from .network import Gateway
from .process import WorkerProcess, started
from .proofs import files_of_a_start, proving
from .relay_address import RelayAddress
from .relay_link import RelayLink
from .relay_requests import is_for_relay
from .runtime import Limits, RunEvent, RunningKernel
from .terminal import plain
from .wire import decode_line, encode_line, encode_plain

_log = logging.getLogger(__name__)

_MAX_FETCHES_AT_ONCE = 8
"""Each may hold a whole body. Others wait, for an installer asks for all it needs at once."""
_MAX_TASKS = 64
_MAX_CHANGED_BYTES = 256 * 1024**2


@dataclass(frozen=True, kw_only=True)
class HeadlessRuntime:
    """Starts kernels in `host`, with the environment's files from `store`."""

    host: Host
    worker: Path
    store: Path
    settings: KernelSettings = field(default_factory=KernelSettings)
    gateway: Gateway
    relay: RelayAddress | None = None

    @property
    def name(self) -> str:
        return self.host.name

    @property
    def is_sandbox(self) -> bool:
        return self.host.is_sandbox

    def open(
        self, environment: Environment, limits: Limits
    ) -> AbstractAsyncContextManager[RunningKernel]:
        return self._open(environment, limits)

    @asynccontextmanager
    async def _open(self, environment: Environment, limits: Limits) -> AsyncIterator[RunningKernel]:
        if not self.worker.is_file():
            raise ClientMissing(
                f"The headless worker is not built: there is no {self.worker}.",
                hint='In a checkout run "make build"; an installed package carries it.',
            )
        command = self.host.command(
            self.host.program(), self.worker, self.store, limits.memory_bytes
        )
        async with (
            RelayLink(self.relay) as relay,
            started(command, limits, is_sandbox=self.is_sandbox) as process,
        ):
            kernel = HeadlessKernel(process, limits, self.gateway, relay)
            reading = asyncio.create_task(kernel.read())
            try:
                await kernel.start(environment, self.settings, self.store)
                yield kernel
            finally:
                reading.cancel()
                await asyncio.gather(reading, *kernel.fetches, return_exceptions=True)


class HeadlessKernel:
    """One worker; everything it says is decoded here, because user code can speak in its name."""

    def __init__(
        self, process: WorkerProcess, limits: Limits, gateway: Gateway, relay: RelayLink
    ) -> None:
        self._process = process
        self._limits = limits
        self._gateway = gateway
        self._relay = relay
        self._token = secrets.token_hex(16)
        self._ready: asyncio.Future[KernelReady] = asyncio.get_running_loop().create_future()
        self._pending: dict[str, asyncio.Future[None]] = {}
        self._run: _Run | None = None
        self._changed_bytes = 0
        self._ended: WasmRuntimeError | None = None
        self.changed_files: dict[str, bytes | None] = {}
        self._places = asyncio.Semaphore(_MAX_FETCHES_AT_ONCE)
        self.fetches: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> KernelReady:
        """What it said when it came up."""
        return self._ready.result()

    async def start(self, environment: Environment, settings: KernelSettings, store: Path) -> None:
        """Send the environment; returns when the kernel takes cells. Raises KernelStartFailed."""
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                with proving(store, files_of_a_start(environment)) as proofs:
                    first = {"token": self._token, "proves": proofs.hashes}
                    await self._write(encode_plain(first))
                    await self._send(StartKernel(environment=environment, settings=settings))
                    async for sha256, is_intact in proofs.answers():
                        await self._write(encode_plain({"file": sha256, "intact": is_intact}))
                await self._ready
        except TimeoutError as error:
            raise KernelStartFailed(
                f"The kernel did not start within {self._limits.start_seconds:.0f} s.",
                hint='Run "wasm-runtime doctor" to see what this machine can do.',
            ) from error

    async def run(
        self, source: str, cell_id: str, on_event: Callable[[RunEvent], None]
    ) -> RunFinished:
        if self._run is not None:
            raise RuntimeError(f"cell {self._run.id} is still running")
        # Random, so that a cell cannot speak for one that has not begun.
        run = _Run(secrets.token_hex(8), on_event, asyncio.get_running_loop().create_future())
        self._run = run
        try:
            await self._send(
                RunCell(run_id=run.id, cell_id=cell_id, source=source, allow_input=False)
            )
            return await run.finished
        finally:
            self._run = None

    async def write_file(self, path: str, body: bytes) -> None:
        request_id = secrets.token_hex(8)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = done
        await self._send(WriteFile(request_id=request_id, path=path, body=body))
        await done

    async def read(self) -> None:
        """Handle the worker's lines until it ends; then whatever still waits fails."""
        try:
            async for line in self._lines():
                message = decode_line(line, self._token.encode())
                if message is None:
                    _log.debug("ignored a line of the worker: %r", line[:200])
                else:
                    self._handle(message)
            error = await self._reason_of_death()
        except ContractError as broken:
            error = KernelDied(f"The kernel sent something it must not: {broken}")
            self._process.kill()
        except WasmRuntimeError as refused:
            error = refused
            self._process.kill()
        self._fail(error)

    async def _lines(self) -> AsyncIterator[bytes]:
        pending = bytearray()
        total = 0
        while chunk := await self._process.stdout.read(1 << 16):
            total += len(chunk)
            searched = len(pending)
            pending += chunk
            while (end := pending.find(b"\n", searched)) >= 0:
                yield bytes(pending[:end])
                del pending[: end + 1]
                searched = 0
            if len(pending) > self._limits.max_message_bytes:
                raise KernelDied("The notebook produced a single output that is too large.")
            if total > self._limits.max_total_bytes:
                mebibytes = self._limits.max_total_bytes // 1024**2
                raise KernelDied(f"The notebook produced more than {mebibytes} MiB of output.")

    def _handle(self, message: Any) -> None:
        run = self._run
        match message:
            case KernelReady() if not self._ready.done():
                self._ready.set_result(message)
            case KernelFailed(error=error):
                self._fail(KernelStartFailed(error.message, error.hint))
            case FetchHttp() if not is_for_relay(message):
                self._fetch(message)
            case FetchHttp() | ReadHttp() | OpenQuery() | ReadQuery():
                self._spawn(self._ask_relay(message))
            case CloseHttp() | CloseQuery():
                self._spawn(self._relay.close(message))
            case FileChanged(path=path, body=body):
                self._changed_bytes += len(body or b"")
                if self._changed_bytes > _MAX_CHANGED_BYTES:
                    raise KernelDied("The notebook wrote more files than may be carried out.")
                self.changed_files[path] = body
            case RequestDone(request_id=request_id):
                self._settle(request_id, None)
            case RequestFailed(request_id=request_id, error=error):
                self._settle(request_id, WasmRuntimeError(error.message, error.hint))
            case InputRequested(input_id=input_id):
                self._spawn(self._send(AnswerInput(input_id=input_id, value=None)))
            case RunFinished(run_id=run_id) if run and run_id == run.id:
                run.on_event(message)
                if not run.finished.done():
                    run.finished.set_result(message)
            case _ if run and getattr(message, "run_id", None) == run.id:
                run.on_event(message)
            case _:
                _log.debug("ignored a %s of the worker", message.kind)

    def _fetch(self, request: FetchHttp) -> None:
        async def answer() -> None:
            async with self._places:
                await self._send(await self._gateway.answer(request))

        if len(self.fetches) >= _MAX_TASKS:
            self._spawn(self._send(self._gateway.too_many(request)))
        else:
            self._spawn(answer())

    async def _ask_relay(self, message: FetchHttp | ReadHttp | OpenQuery | ReadQuery) -> None:
        await self._send(await self._relay.answer(message))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.fetches.add(task)
        task.add_done_callback(self._collect)

    def _collect(self, task: "asyncio.Task[None]") -> None:
        self.fetches.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("answering the kernel failed", exc_info=error)
            self._fail(KernelDied(f"Answering the kernel failed: {error}"))

    def _settle(self, request_id: str, error: WasmRuntimeError | None) -> None:
        waiting = self._pending.pop(request_id, None)
        if waiting is None or waiting.done():
            return
        if error is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(error)

    def _fail(self, error: WasmRuntimeError) -> None:
        """The kernel is gone: everyone who waits for it hears why."""
        self._ended = self._ended or error
        waiting: list[asyncio.Future[Any]] = [self._ready, *self._pending.values()]
        if self._run is not None:
            waiting.append(self._run.finished)
        for future in waiting:
            if not future.done():
                future.set_exception(self._ended)
                future.exception()  # it may be that nobody waits for this one

    async def _reason_of_death(self) -> WasmRuntimeError:
        code = await self._process.exit_code()
        said = self._process.stderr_tail
        # Engines that run dry end in various ways; what it held then tells.
        full = self._ready.done() and self._process.peak_bytes > self._limits.memory_bytes
        if full or self._process.died_of_memory or "out of memory" in said.lower():
            mebibytes = self._limits.memory_bytes // 1024**2
            return MemoryExceeded(
                f"The notebook used more memory than the {mebibytes} MiB it may have.",
                hint="Allow more with --memory, or work on less data at a time.",
            )
        last = _gist(said)
        if not self._ready.done():
            return KernelStartFailed(f"The kernel ended while starting (status {code}): {last}")
        return KernelDied(f"The kernel ended in the middle of a run (status {code}): {last}")

    async def _send(self, message: Any) -> None:
        await self._write(encode_line(message))

    async def _write(self, line: bytes) -> None:
        if self._ended is not None:
            raise self._ended
        # A broken pipe means that it died; the reader knows of what, and tells who waits.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(line)
            await self._process.stdin.drain()


def _gist(said: str) -> str:
    """The line of a host's last words that names the error."""
    lines = [line.strip() for line in plain(said).splitlines() if line.strip()]
    named = [line for line in lines if "Error: " in line or line.startswith("error: ")]
    return (named or lines or ["it said nothing"])[-1]


@dataclass(frozen=True)
class _Run:
    id: str
    on_event: Callable[[RunEvent], None]
    finished: asyncio.Future[RunFinished]
