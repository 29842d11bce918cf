"""A kernel on CPython, with a host that keeps what was posted."""

import asyncio
import builtins
import getpass
import http.client
import itertools
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wasm_runtime.contracts.worker import KernelSettings, RunCell
from wasm_runtime.kernel.fake_host import FakeHost, FakeSharedWaits
from wasm_runtime.kernel.kernel import Kernel
from wasm_runtime.kernel.prepare import make_shell
from wasm_runtime.kernel.shell import NotebookShell
from wasm_runtime.kernel.wire import encode_message

_PATCHED: list[tuple[Any, str]] = [
    (sys, "stdout"),
    (sys, "stderr"),
    (sys, "stdin"),
    (sys, "setrecursionlimit"),
    (builtins, "input"),
    (getpass, "getpass"),
    (time, "sleep"),
    (warnings, "showwarning"),
    (http.client.HTTPConnection, "connect"),
    (http.client.HTTPSConnection, "connect"),
]


class Notebook:
    """Runs cells in a kernel and returns what they sent."""

    def __init__(self, kernel: Kernel, host: FakeHost) -> None:
        self.kernel = kernel
        self.host = host
        self._numbers = itertools.count(1)
        self._installed = False

    def run(self, source: str, **options: Any) -> list[Any]:
        """All messages of one run, RunStarted first and RunFinished last."""
        return self.run_all([source], **options)

    def run_all(self, sources: list[str], **options: Any) -> list[Any]:
        """The messages of several cells handed over at once."""
        return asyncio.run(self._run_all(sources, options))

    async def _run_all(self, sources: list[str], options: dict[str, Any]) -> list[Any]:
        self.host.messages = []
        for source in sources:
            run_id = f"run-{next(self._numbers)}"
            self.send(RunCell(run_id=run_id, cell_id="cell", source=source, **options))
        await self.kernel.idle()
        return self.host.messages

    def ask(self, *messages: Any) -> list[Any]:
        """What the kernel answers to other messages."""

        async def go() -> list[Any]:
            self.host.messages = []
            for message in messages:
                self.send(message)
            await self.kernel.idle()
            return self.host.messages

        return asyncio.run(go())

    def send(self, message: Any) -> None:
        self.install()
        self.kernel.handle(*encode_message(message))

    def install(self) -> None:
        """Install once, inside the test: pytest takes sys.stdout back after the set-up."""
        if not self._installed:
            self._installed = True
            warnings.resetwarnings()  # a cell's warnings are outputs, not a test's errors
            self.kernel.install()


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> NotebookShell:
    return make_shell(str(tmp_path_factory.mktemp("ipython")))


@pytest.fixture
def make_notebook(shell: NotebookShell, tmp_path: Path) -> Iterator[Callable[..., Notebook]]:
    before = [(owner, name, getattr(owner, name)) for owner, name in _PATCHED]
    environment, folder = dict(os.environ), os.getcwd()
    depth = sys.getrecursionlimit()
    finders, handler = list(sys.meta_path), signal.getsignal(signal.SIGINT)

    def make(blocks: bool = True, shared: bool = False, **settings: Any) -> Notebook:
        host = FakeHost(KernelSettings(working_folder=str(tmp_path), **settings), blocks)
        if shared:
            host.shared_waits = FakeSharedWaits(host)
        shell.reset(new_session=True)
        shell.execution_count = 1
        return Notebook(Kernel(shell, host), host)

    yield make
    for owner, name, value in before:
        setattr(owner, name, value)
    sys.setrecursionlimit(depth)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.meta_path[:] = finders
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def notebook(make_notebook: Callable[..., Notebook]) -> Notebook:
    return make_notebook()
