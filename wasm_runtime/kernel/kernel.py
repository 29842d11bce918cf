"""The kernel: takes the page's messages and answers with events."""

import asyncio
import sys
import traceback
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wasm_runtime.contracts.capabilities import Capability
from wasm_runtime.contracts.codec import ContractError
from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import (
    CloseComm,
    CodeCompleted,
    CodeInspected,
    CommMessage,
    CompleteCode,
    InspectCode,
    ListPackages,
    OpenComm,
    PackagesListed,
    ReadFile,
    RemoveFile,
    RequestFailed,
    RunCell,
    WriteFile,
)

from .added_packages import added_packages
from .blocking import Blocking
from .comms import Comms
from .complete import complete
from .data.querying import Querying, install_querying
from .execute import Runner
from .files import WorkingFolder
from .fresh import fresh_start
from .host import Host
from .http_client import install_http_client
from .http_fetch import HttpFetch
from .inspection import inspect_code
from .install import Packages
from .interrupt import Interrupts
from .libraries import install_libraries
from .outbox import Outbox, StreamName
from .recursion import install_recursion_bound
from .shell import NotebookShell
from .stdin import Input
from .storage.relay_files import install_storages
from .streams import OutputStream
from .task_errors import report_task_errors
from .waiting import Waiting
from .wire import decode_message


class Kernel:
    """A shell attached to a host. Wires the parts; each part is its own module."""

    def __init__(self, shell: NotebookShell, host: Host) -> None:
        self.shell = shell
        self.outbox = Outbox(host.post)
        self.interrupts = Interrupts(host)
        self._host = host
        blocking = Blocking(host, self.outbox, self.interrupts)
        self._stdin = Input(self.outbox, blocking)
        self._waiting = Waiting(blocking)
        self._comms = Comms(self.outbox.send)
        self._files = WorkingFolder(
            Path(host.settings.working_folder), self.outbox.send, self._notice
        )
        self._runner = Runner(shell, self.outbox, self.interrupts, self._stdin)
        self._fetch = HttpFetch(host, blocking)
        self._querying = Querying(host, blocking)
        self.use_packages(Packages(host, self.outbox))
        self._runner.after = self._files.send_changes
        self._queue: deque[RunCell] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def install(self) -> None:
        """Take over the process: streams, input, sleep, signals, comms, the working folder."""
        fresh_start(self._host.settings)
        self._files.start()
        self._stdin.install()
        self._waiting.install()
        self._comms.install()
        install_recursion_bound()
        install_http_client(self._fetch)
        install_libraries(self._fetch)
        install_querying(self._querying)
        install_storages(self._fetch.fetch)
        self.interrupts.install_handlers()
        self.shell.attach(self.outbox)
        sys.stdout = OutputStream(self.outbox, "stdout")
        sys.stderr = OutputStream(self.outbox, "stderr")

    def use_packages(self, packages: Packages) -> None:
        """Install packages with this."""
        self.shell.packages = packages
        self._runner.before = packages.install_missing

    def handle(self, text: str, buffers: Sequence[bytes] = ()) -> None:
        """Take one PageToWorker message; the answers come through the host."""
        try:
            message = decode_message(text, buffers)
        except (ContractError, ValueError) as error:
            print(f"a message was not understood: {error}", file=sys.__stderr__)
            return
        if isinstance(message, RunCell):
            self._queue.append(message)
            if self._worker is None:
                self._worker = self._spawn(self._run_queue())
        else:
            self._spawn(self._answer(message))

    def interrupt(self) -> bool:
        """Stop the cell if it is suspended; whether there was one."""
        return self.interrupts.interrupt()

    def native_output(self, name: StreamName, text: str) -> None:
        """Text that compiled code printed."""
        self.outbox.write(name, text)

    def capabilities(self) -> list[Capability]:
        """What this runtime can do, as KernelReady says it."""
        suspends = self._host.stack_switching
        found = []
        if self._host.interrupt_mode != "none" and (
            suspends or self._host.interrupt_mode == "shared_buffer"
        ):
            found.append(
                Capability(name="interrupt", provider="runtime", how=self._host.interrupt_mode)
            )
        if suspends or self._host.shared_waits is not None:
            how = "stack_switching" if suspends else "shared_memory"
            found += [
                Capability(name="input", provider="runtime", how=how),
                Capability(name="blocking_wait", provider="runtime", how=how),
                Capability(name="blocking_http", provider="runtime", how=how),
            ]
        if self._host.settings.index_url:
            found.append(Capability(name="package_index", provider="runtime"))
        return found

    async def idle(self) -> None:
        """Wait until everything handed over is answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run_queue(self) -> None:
        report_task_errors(asyncio.get_running_loop(), self.shell)
        try:
            while self._queue:
                # A task for each run: Stop cancels it, and it has its own context.
                await asyncio.wait({asyncio.create_task(self._runner.run(self._queue.popleft()))})
        finally:
            self._worker = None

    async def _answer(self, message: Any) -> None:
        try:
            match message:
                case CompleteCode():
                    found = complete(self.shell, message.source, message.cursor)
                    self._host.post(CodeCompleted(request_id=message.request_id, completions=found))
                case InspectCode():
                    data, signature = inspect_code(
                        self.shell, message.source, message.cursor, message.detail_level
                    )
                    self._host.post(
                        CodeInspected(request_id=message.request_id, data=data, signature=signature)
                    )
                case ReadFile() | WriteFile() | RemoveFile():
                    self._files.handle(message)
                case ListPackages():
                    packages = added_packages()
                    self._host.post(
                        PackagesListed(request_id=message.request_id, packages=packages)
                    )
                case OpenComm() | CommMessage() | CloseComm():
                    self._comms.handle(message)
                    self.outbox.flush()
                case _:
                    raise TypeError(f"{message.kind} is the worker's to answer")
        except Exception as error:  # noqa: BLE001  # answered below, traceback in the console
            print(traceback.format_exc(), file=sys.__stderr__)
            if request_id := getattr(message, "request_id", None):
                body = ErrorBody(code="internal", message=f"{type(error).__name__}: {error}")
                self._host.post(RequestFailed(request_id=request_id, error=body))

    def _notice(self, text: str) -> None:
        self.outbox.write("stderr", text + "\n")
