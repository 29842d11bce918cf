"""IPython's shell without a terminal, a history file or subprocesses."""

import asyncio
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from IPython.core import page, payloadpage
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from wasm_runtime.contracts.worker import RunError

from .display import NotebookDisplayHook, NotebookDisplayPublisher
from .install import Packages, awaited_pip_lines
from .outbox import Outbox
from .system_commands import refuse_command
from .tracebacks import (
    as_interrupt,
    group_lines,
    holds_group,
    location_of,
    tell_modules,
    user_traceback,
)

EXIT_NOTICE = "The notebook keeps running; to start afresh, use Restart.\n"


def shell_settings() -> Config:
    """What differs from IPython's defaults."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "linux"
    config.InteractiveShell.cache_size = 1000
    config.InlineBackend.figure_formats = {"retina"}
    return config


class NotebookShell(InteractiveShell):  # type: ignore[misc]  # IPython is untyped
    """The shell of one notebook. `attach` gives it somewhere to send its outputs."""

    displayhook_class = Type(NotebookDisplayHook)
    display_pub_class = Type(NotebookDisplayPublisher)

    def __init__(self, **kwargs: Any) -> None:
        self._outbox: Outbox | None = None
        self.packages: Packages | None = None
        self.was_stopped: Callable[[], bool] = lambda: False
        """Whether the present run was asked to stop."""
        super().__init__(**kwargs)
        self.input_transformers_cleanup.insert(0, awaited_pip_lines)

    def attach(self, outbox: Outbox) -> None:
        """Send outputs through `outbox`."""
        self._outbox = outbox
        self.display_pub.outbox = outbox
        self.displayhook.outbox = outbox
        warnings.showwarning = self._show_warning

    def init_virtualenv(self) -> None:
        """There is none."""

    def init_completer(self) -> None:
        """`completer.py` makes IPython's completer when the first completion is asked for."""
        self.Completer = None

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(payloadpage.page), 99)

    def init_magics(self) -> None:
        super().init_magics()
        # They need the magics manager that super() makes.
        from .data.sql_magic import SqlMagics
        from .magics import NotebookMagics

        self.register_magics(NotebookMagics, SqlMagics)

    def enable_gui(self, gui: str | None = None) -> None:
        """The page draws figures; there is no event loop of a window system to join."""

    def ask_exit(self) -> None:
        sys.stderr.write(EXIT_NOTICE)

    def system(self, command: str) -> None:
        refuse_command(self.var_expand(command, depth=1))

    system_raw = system_piped = system

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> Any:
        refuse_command(self.var_expand(command, depth=depth + 1))

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1] if exc_tuple is None else exc_tuple[1]
        if isinstance(error, asyncio.CancelledError) and self.was_stopped():
            error = as_interrupt(error)
        if isinstance(error, SystemExit):
            lines = [f"SystemExit: {error}", EXIT_NOTICE.rstrip()]
            self._showtraceback(type(error), error, lines)
        elif holds_group(error):
            assert error is not None
            self._showtraceback(type(error), error, group_lines(error))
        elif error is None:
            super().showtraceback(exc_tuple, *args, **kwargs)
        else:
            tell_modules(error)
            tb = user_traceback(error.__traceback__)
            kwargs.setdefault("tb_offset", 0)
            super().showtraceback((type(error), error, tb), *args, **kwargs)

    def excepthook(self, etype: type, value: BaseException, tb: TracebackType | None) -> None:
        # Pyodide formats with this hook what crosses into JavaScript, and reads it from fd 2.
        # Shown as the cell's error it would appear twice, and hide the exception's own type.
        traceback.print_exception(etype, value, tb, file=sys.__stderr__)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        if self._outbox is None:
            super()._showtraceback(etype, evalue, stb)
            return
        self._outbox.send(
            RunError(
                run_id=self._outbox.run_id,
                ename=etype.__name__,
                evalue=str(evalue),
                traceback=[line for part in stb for line in part.split("\n")],
            )
        )

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if str(message).startswith("To exit: use"):
            return  # IPython's advice for sys.exit() does not fit a notebook; ours is in the error
        where = location_of(filename, lineno, self)
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        text = f"{where}: {category.__name__}: {message}\n" + (f"  {source}\n" if source else "")
        (sys.stderr if file is None else file).write(text)
