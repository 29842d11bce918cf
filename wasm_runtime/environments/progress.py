"""What a build reports while it works: on a terminal, in a log, or nowhere."""

import sys
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """Told about steps and about bytes of files on their way."""

    def step(self, text: str) -> None: ...
    def bytes(self, name: str, done: int, total: int | None) -> None: ...


class Recorded:
    """Keeps what was reported; for tests and for callers who show nothing."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.transfers: dict[str, int] = {}

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bytes(self, name: str, done: int, total: int | None) -> None:
        self.transfers[name] = done


class Lines:
    """One line per step and per finished file, for logs."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._started: dict[str, float] = {}

    def step(self, text: str) -> None:
        # One write: several downloads report at the same time.
        self._out.write(f"{text}\n")
        self._out.flush()

    def bytes(self, name: str, done: int, total: int | None) -> None:
        started = self._started.setdefault(name, time.monotonic())
        if total is not None and done >= total:
            seconds = max(time.monotonic() - started, 0.001)
            del self._started[name]
            self.step(f"  {name}  {_megabytes(done)}  {_megabytes(done / seconds)}/s")


class Bars:
    """A bar with size and rate for each file under way."""

    def __init__(self, console: Console) -> None:
        self._rich = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def step(self, text: str) -> None:
        self._rich.console.print(text, highlight=False)

    def bytes(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._rich.add_task(name, total=total)
        self._rich.update(self._tasks[name], completed=done, total=total)
        if total is not None and done >= total:
            self._rich.remove_task(self._tasks.pop(name))


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB"
