"""Work that is for somebody who may leave before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.types import Receive


async def while_asked(
    work: Coroutine[Any, Any, None], left: Coroutine[Any, Any, None]
) -> BaseException | None:
    """What the work failed with, if it did. It is cancelled, which is no failure, once `left` says
    that nobody waits for it; what it does to end is waited for."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(left)
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)
    return None if working.cancelled() else working.exception()


async def disconnected(receive: Receive) -> None:
    """Until whoever asked has gone; what they still send is not looked at."""
    while (await receive())["type"] != "http.disconnect":
        pass
