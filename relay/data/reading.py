"""A statement read by a driver that waits for its server: in a thread of its own."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol

from .engine import Chunk, End

_CANCEL_AGAIN_SECONDS = 0.1


class Reading(Protocol):
    """One connection and the one statement it runs. All but `cancel` is for one thread."""

    def open(self) -> Chunk:
        """Connect and begin the statement; the chunk is its schema."""

    def next(self) -> Chunk | End:
        """The next batch."""

    def cancel(self) -> None:
        """Stop whatever the server is doing; from any thread, at any time."""

    def close(self) -> None: ...


@asynccontextmanager
async def in_thread(reading: Reading, name: str) -> AsyncIterator[AsyncIterator[Chunk | End]]:
    """Its parts. Leaving cancels what the server still does, and closes the reading."""
    thread = ThreadPoolExecutor(1, name)
    try:
        yield _parts(reading, thread)
    finally:
        # The thread may be waiting for the server, and cannot be told anything. It may also be
        # about to: what the server is asked to stop is what it does at that moment.
        closing = asyncio.get_running_loop().run_in_executor(thread, reading.close)
        while not closing.done():
            await asyncio.to_thread(reading.cancel)
            await asyncio.wait([closing], timeout=_CANCEL_AGAIN_SECONDS)
        thread.shutdown(wait=False)


async def _parts(reading: Reading, thread: ThreadPoolExecutor) -> AsyncIterator[Chunk | End]:
    run = asyncio.get_running_loop().run_in_executor
    yield await run(thread, reading.open)
    while True:
        part = await run(thread, reading.next)
        yield part
        if isinstance(part, End):
            return
