"""Stop: where KeyboardInterrupt may be raised, and how a waiting cell is woken.

A signal can arrive while the event loop's own Python runs. Raised there, KeyboardInterrupt
is lost or breaks the loop, so the handlers act only below the cell's own frame.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from types import CodeType, FrameType
from typing import Any, ParamSpec, TypeVar

from .host import Host

TICK_SIGNAL = 14  # SIGALRM; sent by the worker's interrupt buffer, which is no real timer

_P = ParamSpec("_P")
_R = TypeVar("_R")

_cell_frames: set[CodeType] = set()
_plumbing_frames: set[CodeType] = set()


def interruptible(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Mark the function below which a cell's code runs and KeyboardInterrupt may be raised."""
    _cell_frames.add(function.__code__)
    return function


def uninterrupted(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Mark plumbing that the cell calls and that must not be left half done."""
    _plumbing_frames.add(function.__code__)
    return function


def may_interrupt(frame: FrameType | None) -> bool:
    """Whether `frame` runs the cell's code, and not plumbing called from it."""
    while frame is not None:
        if frame.f_code in _plumbing_frames:
            return False
        if frame.f_code in _cell_frames:
            return True
        frame = frame.f_back
    return False


class Interrupts:
    """The one running cell: its task, its blocking waits, and whether Stop was pressed."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._task: asyncio.Task[Any] | None = None
        self._waits: list[asyncio.Future[None]] = []
        self._blocked = 0
        self._ticking = False
        self.requested = False

    @property
    def ticking(self) -> bool:
        """True while a tick is suspended; no other Python may run then."""
        return self._ticking

    def run_started(self, task: asyncio.Task[Any]) -> None:
        self._task, self.requested = task, False
        self._host.run_changed(True)

    def run_ended(self) -> None:
        self._task = None
        self._host.run_changed(False)

    def interrupt(self) -> bool:
        """Stop the cell that is suspended: its innermost blocking wait, else its await."""
        if self._task is None:
            return False
        self.requested = True
        if not self._blocked:
            self._task.cancel()
        elif self._waits and not self._waits[-1].done():
            self._waits[-1].set_result(None)
        return True

    def wait(self, awaitable: Awaitable[_R]) -> _R:
        """Block this stack until `awaitable` is done. Stop raises KeyboardInterrupt here."""
        if asyncio.current_task() is not self._task:
            # Stop is for the cell; what its background tasks wait for goes on.
            return self._host.block_on(awaitable)  # type: ignore[no-any-return]
        self._blocked += 1
        ended: list[asyncio.Future[_R]] = []
        try:
            self._host.block_on(self._race(awaitable, ended))
        finally:
            self._blocked -= 1
        # Stop may also have come just before the race began or after it was over.
        if self.requested:
            self.requested = False
            raise KeyboardInterrupt
        return ended[0].result()

    async def _race(self, awaitable: Awaitable[Any], ended: list[asyncio.Future[Any]]) -> None:
        # Hands the task over in a list: an error that left here would also reach the event
        # loop's handler and be shown twice, and a returned future is unwrapped on its way
        # through JavaScript.
        stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(awaitable)
        ended.append(task)
        if self.requested:
            task.cancel()
            return
        self._waits.append(stop)
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
        finally:
            self._waits.remove(stop)

    def install_handlers(self) -> None:
        """Take SIGINT and the tick."""
        signal.signal(signal.SIGINT, self._on_interrupt)
        if self._host.interrupt_mode == "tick":
            signal.signal(TICK_SIGNAL, self._on_tick)

    def _on_interrupt(self, _signal: int, frame: FrameType | None) -> None:
        if may_interrupt(frame):
            raise KeyboardInterrupt
        self._host.rearm()

    def _on_tick(self, _signal: int, frame: FrameType | None) -> None:
        if self._ticking or not may_interrupt(frame) or not self._host.can_block():
            return
        self._ticking = True
        try:
            asked = self._host.wait_tick()
        except (SystemError, RuntimeError):
            return  # a stack that cannot be suspended: the next tick will do
        finally:
            self._ticking = False
        if asked:
            raise KeyboardInterrupt
