"""Tasks that run while the service is open: what ends one before is not lost."""

import asyncio

import pytest
import structlog

from relay.sync.background import background

pytestmark = pytest.mark.anyio


async def fails() -> None:
    raise LookupError("a defect")


async def lasts(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("lasts")


async def test_a_task_that_fails_is_logged_and_the_others_go_on_until_the_end() -> None:
    ended: list[str] = []
    with structlog.testing.capture_logs() as lines:
        async with background(fails(), lasts(ended)):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert ended == []
        assert ended == ["lasts"]
    (line,) = lines
    assert (line["event"], repr(line["exc_info"])) == (
        "a task has ended",
        "LookupError('a defect')",
    )
