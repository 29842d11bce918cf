"""input() and getpass(): lines asked from the person at the page."""

import builtins
import getpass
import itertools
import sys
from typing import Any

from wasm_runtime.contracts.worker import InputRequested

from .blocking import Blocking
from .outbox import Outbox
from .streams import InputStream


class InputUnavailable(RuntimeError):
    """This cell, or this browser, cannot wait for a line."""


class Input:
    """Asks for lines; one at a time, as the cell that asks is blocked."""

    def __init__(self, outbox: Outbox, blocking: Blocking) -> None:
        self._outbox = outbox
        self._blocking = blocking
        self._ids = itertools.count(1)
        self.allowed = True

    def install(self) -> None:
        builtins.input = self.input
        getpass.getpass = self.getpass
        sys.stdin = InputStream(self.input)

    def input(self, prompt: Any = "", /) -> str:
        """builtins.input."""
        return self._ask(str(prompt), password=False)

    def getpass(self, prompt: str = "Password: ", stream: Any = None, **_: Any) -> str:
        """getpass.getpass."""
        return self._ask(prompt, password=True)

    def _ask(self, prompt: str, password: bool) -> str:
        if not self.allowed:
            raise InputUnavailable("input() is not available in this run: nobody can answer it")
        if not self._blocking.is_possible():
            raise InputUnavailable(
                "input() cannot wait here: this browser has neither WebAssembly stack switching "
                "nor shared memory, or a JavaScript function called this code.  hint: use a "
                "current browser, or give the value in the cell"
            )
        input_id = f"{self._outbox.run_id}/input-{next(self._ids)}"
        self._outbox.send(
            InputRequested(
                run_id=self._outbox.run_id, input_id=input_id, prompt=prompt, password=password
            )
        )
        line = self._blocking.line(input_id)
        if line is None:
            raise EOFError("input() was cancelled")
        return line
