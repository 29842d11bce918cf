"""Tracebacks cut down to the frames of the person's own code and what it called."""

import asyncio
import inspect
import os
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

_KERNEL_FOLDER = str(Path(__file__).parent)
_SHELL_FILES = ("IPython/core/interactiveshell.py", "IPython/core/async_helpers.py")
_MACHINERY = ("asyncio/", "pyodide/webloop.py", "_pyodide/", "pyodide/ffi/")


def user_traceback(tb: TracebackType | None) -> TracebackType | None:
    """`tb` without the shell's frames before the cell's first, and the kernel's after its last.

    Changes the traceback objects. Returns None when no frame is left.
    """
    frames = []
    while tb is not None:
        frames.append(tb)
        tb = tb.tb_next
    while frames and _is_shell(frames[0]):
        del frames[0]
    while frames and _is_machinery(frames[-1]):
        frames.pop()
    frames = [tb for tb in frames if not _is_importlib(tb)] or frames
    for tb, following in zip(frames, [*frames[1:], None], strict=False):
        tb.tb_next = following
    return frames[0] if frames else None


def tell_modules(error: BaseException | None) -> None:
    """Tell `inspect` which module each file of the error's frames belongs to.

    IPython asks for every frame, and for a cell's code, which is in no file, `inspect` then goes
    through all modules: seconds for an endless recursion.
    """
    while error is not None:
        tb = error.__traceback__
        while tb is not None:
            file, name = _file_of(tb), tb.tb_frame.f_globals.get("__name__")
            if file not in inspect.modulesbyfile and isinstance(name, str):
                inspect.modulesbyfile[file] = inspect.modulesbyfile[os.path.abspath(file)] = name
            tb = tb.tb_next
        error = error.__cause__ or error.__context__


def as_interrupt(error: asyncio.CancelledError) -> KeyboardInterrupt:
    """A cancelled await, as the KeyboardInterrupt that Stop means."""
    interrupt = KeyboardInterrupt()
    interrupt.__suppress_context__ = True
    return interrupt.with_traceback(user_traceback(error.__traceback__))


def group_lines(error: BaseException) -> list[str]:
    """The standard library's traceback, which draws exception groups."""
    error.__traceback__ = user_traceback(error.__traceback__)
    return "".join(traceback.format_exception(error)).splitlines()


def holds_group(error: BaseException | None) -> bool:
    """Whether the error, or one it was raised in handling, is an exception group."""
    while error is not None:
        if isinstance(error, BaseExceptionGroup):
            return True
        error = error.__cause__ or error.__context__
    return False


def _file_of(tb: TracebackType) -> str:
    return tb.tb_frame.f_code.co_filename


def _is_shell(tb: TracebackType) -> bool:
    file = _file_of(tb)
    return file.endswith(_SHELL_FILES) or file.startswith(_KERNEL_FOLDER)


def _is_machinery(tb: TracebackType) -> bool:
    file = _file_of(tb)
    return file.startswith(_KERNEL_FOLDER) or any(part in file for part in _MACHINERY)


def _is_importlib(tb: TracebackType) -> bool:
    file = _file_of(tb)
    return "<frozen importlib" in file or file.endswith("importlib/__init__.py")


def location_of(filename: str, line_number: int, shell: Any) -> str:
    """`Cell In[3], line 2` for a cell's code, `file:line` for a file."""
    name = shell.compile.format_code_name(filename)
    return f"{name[0]} {name[1]}, line {line_number}" if name else f"{filename}:{line_number}"
