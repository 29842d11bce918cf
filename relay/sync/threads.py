"""Work on an update, so that other rooms need not wait for a large one."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LARGE_BYTES = 64 * 1024


async def beside_the_loop_if_large(work: Callable[[bytes], T], update: bytes) -> T:
    if len(update) < _LARGE_BYTES:
        return work(update)
    return await asyncio.to_thread(work, update)
