"""Fresh kernels, one of each environment started ahead: whoever asks need not wait for a start."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from wasm_runtime.contracts.environments import Environment

from .runtime import Limits, RunningKernel, Runtime

Clock: TypeAlias = Callable[[], float]

SPARE_SECONDS = 600.0
"""A spare that nobody asks for holds some hundred megabytes; after this long it is let go."""


@dataclass(eq=False)
class _Kernel:
    """A kernel in a task of its own, which enters and leaves the runtime's context."""

    ready: "asyncio.Future[RunningKernel]"
    leave: asyncio.Event
    task: "asyncio.Task[None]"

    async def end(self) -> None:
        """Kills it, and waits until nothing of it is left."""
        self.leave.set()
        if not self.ready.done():
            self.task.cancel()
        await asyncio.wait([self.task])


class SpareKernels:
    """Used as a context, at whose end no process is left. No kernel is given out twice."""

    def __init__(
        self,
        runtime: Runtime,
        limits: Limits,
        spare_seconds: float = SPARE_SECONDS,
    ) -> None:
        self._runtime = runtime
        self._limits = limits
        self._spare_seconds = spare_seconds
        self._spares: dict[str, _Kernel] = {}
        self._expiries: dict[str, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def __aenter__(self) -> "SpareKernels":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_closed = True
        for expiry in self._expiries.values():
            expiry.cancel()
        spares = list(self._spares.values())
        self._spares.clear()
        await asyncio.gather(*(spare.end() for spare in spares), *self._ending)

    @property
    def spares(self) -> frozenset[str]:
        """The ids of environments of which one is there, or on its way."""
        return frozenset(self._spares)

    def prepare(self, environment: Environment) -> None:
        """Start one of it ahead, unless there is one."""
        key = environment.id
        if key not in self._spares and not self._is_closed:
            self._spares[key] = self._start(environment)
            self._expiries[key] = asyncio.get_running_loop().call_later(
                self._spare_seconds, self._let_go, key
            )

    @asynccontextmanager
    async def kernel(self, environment: Environment) -> AsyncIterator[RunningKernel]:
        """One in which nothing has run; it is killed at the end, and the next one started.

        Raises HostMissing and KernelStartFailed.
        """
        taken = self._take(environment) or self._start(environment)
        try:
            yield await asyncio.shield(taken.ready)
        finally:
            # Should the wait be interrupted: it was told to leave before, and its task ends it.
            await taken.end()
            # Only now: a start beside a run would slow it down.
            self.prepare(environment)

    def _take(self, environment: Environment) -> _Kernel | None:
        key = environment.id
        spare = self._spares.pop(key, None)
        if spare is None:
            return None
        self._expiries.pop(key).cancel()
        if spare.task.done():  # it died while it waited, or never came up
            _retrieve(spare.ready)
            return None
        return spare

    def _start(self, environment: Environment) -> _Kernel:
        ready: asyncio.Future[RunningKernel] = asyncio.get_running_loop().create_future()
        leave = asyncio.Event()
        task = asyncio.create_task(self._live(environment, ready, leave))
        return _Kernel(ready, leave, task)

    async def _live(
        self,
        environment: Environment,
        ready: "asyncio.Future[RunningKernel]",
        leave: asyncio.Event,
    ) -> None:
        try:
            async with self._runtime.open(environment, self._limits) as kernel:
                ready.set_result(kernel)
                await leave.wait()
        except BaseException as error:
            if ready.done():
                raise
            if not isinstance(error, Exception):
                ready.cancel()
                raise
            ready.set_exception(error)  # whoever waits for it raises it
            _retrieve(ready)

    def _let_go(self, key: str) -> None:
        self._expiries.pop(key, None)
        spare = self._spares.pop(key, None)
        if spare is not None:
            ending = asyncio.create_task(spare.end())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


def _retrieve(future: "asyncio.Future[RunningKernel]") -> None:
    """It may be that nobody waits for this one."""
    if future.done() and not future.cancelled():
        future.exception()
