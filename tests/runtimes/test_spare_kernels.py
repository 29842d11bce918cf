"""Kernels started ahead: each is given out once, and none is left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.relay.mcp.fake_kernels import FakeKernel, environment
from tests.relay.sync.link import until
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.errors import KernelStartFailed
from wasm_runtime.runtimes.runtime import Limits, RunningKernel
from wasm_runtime.runtimes.spare_kernels import SpareKernels

pytestmark = pytest.mark.anyio

DATA = environment("data")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeRuntime:
    """Says what was started and what has ended, in order."""

    name = "fake"
    is_sandbox = True

    def __init__(self) -> None:
        self.started: list[RunningKernel] = []
        self.ended: list[RunningKernel] = []
        self.error: Exception | None = None
        self.may_start = asyncio.Event()
        self.may_start.set()

    def open(
        self, environment: Environment, limits: Limits
    ) -> AbstractAsyncContextManager[RunningKernel]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[RunningKernel]:
        await self.may_start.wait()
        if self.error:
            raise self.error
        kernel = FakeKernel({})
        self.started.append(kernel)
        try:
            yield kernel
        finally:
            self.ended.append(kernel)


async def test_no_kernel_is_given_out_twice_and_none_is_left() -> None:
    runtime = FakeRuntime()
    given: list[RunningKernel] = []
    async with SpareKernels(runtime, Limits()) as spares:
        for _ in range(3):
            async with spares.kernel(DATA) as kernel:
                given.append(kernel)
                assert kernel not in runtime.ended
            assert kernel in runtime.ended
        assert spares.spares == {DATA.id}
    assert len({id(kernel) for kernel in given}) == 3
    assert sorted(map(id, runtime.started)) == sorted(map(id, runtime.ended))


async def test_the_next_one_is_there_before_it_is_asked_for() -> None:
    runtime = FakeRuntime()
    async with SpareKernels(runtime, Limits()) as spares:
        spares.prepare(DATA)
        await until(lambda: bool(runtime.started))
        (spare,) = runtime.started
        async with spares.kernel(DATA) as kernel:
            assert kernel is spare
            assert len(runtime.started) == 1  # not beside the run, which it would slow down
        await until(lambda: len(runtime.started) == 2)


async def test_a_spare_that_nobody_asks_for_is_let_go() -> None:
    runtime = FakeRuntime()
    async with SpareKernels(runtime, Limits(), spare_seconds=0.01) as spares:
        spares.prepare(DATA)
        await until(lambda: not spares.spares and bool(runtime.ended))


async def test_what_keeps_a_kernel_from_starting_is_told_and_the_next_may_start() -> None:
    runtime = FakeRuntime()
    runtime.error = KernelStartFailed("no")
    async with SpareKernels(runtime, Limits()) as spares:
        for _ in range(2):
            with pytest.raises(KernelStartFailed):
                async with spares.kernel(DATA):
                    raise AssertionError
        runtime.error = None
        async with spares.kernel(DATA) as kernel:
            assert kernel in runtime.started
    assert len(runtime.started) == len(runtime.ended)


async def test_who_is_cancelled_while_a_kernel_starts_leaves_none_behind() -> None:
    runtime = FakeRuntime()
    runtime.may_start.clear()
    async with SpareKernels(runtime, Limits()) as spares:

        async def use() -> None:
            async with spares.kernel(DATA):
                raise AssertionError

        using = asyncio.create_task(use())
        await asyncio.sleep(0)
        using.cancel()
        await asyncio.wait([using])
        assert using.cancelled()
    assert runtime.started == runtime.ended
