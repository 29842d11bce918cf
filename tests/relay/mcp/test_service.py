"""What stands before every tool: the scope, the bounds, the record, the end of the token."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from relay.audit import AuditFault, AuditLog
from relay.auth.actor import Actor
from relay.errors import NotSignedIn, TooManyRequests
from relay.mcp.errors import NoSuchTool, ScopeMissing, StaleCell
from relay.mcp.fake_notebooks import FakeNotebooks
from relay.mcp.resources import Resources
from relay.mcp.service import McpService
from relay.mcp.tool import Arguments, ToolResult, tool
from tests.relay.mcp.agents import agent, notebook_of
from tests.relay.sync.link import until

pytestmark = pytest.mark.anyio


class Echo(Arguments):
    """Say it again."""

    notebook: str = ""
    secret: str = ""


Work = Callable[[Actor, Echo], Awaitable[ToolResult]]


async def _echo(actor: Actor, asked: Echo) -> ToolResult:
    return ToolResult(value={"said": asked.secret}, is_error=asked.secret == "fail")


def service(log: AuditLog | None, work: Work = _echo) -> McpService:
    echo = tool(Echo, work, name="echo", title="Echo", scope="mcp:read")
    return McpService([echo], Resources(FakeNotebooks(notebook_of("1"))), log)


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.sqlite")


async def test_each_call_leaves_one_record_that_says_who_for_whom_and_not_what(
    log: AuditLog,
) -> None:
    given = {"notebook": "book", "secret": "canary-7"}
    await service(log).call(agent("mcp:read"), "echo", given)
    (record,) = log.records()
    told = (record.actor, record.on_behalf_of, record.action, record.object, record.result)
    assert told == ("agent-one", "u-ada", "mcp echo", "book", "ok")
    text = json.dumps(given, sort_keys=True, separators=(",", ":"))
    assert record.details["arguments"] == hashlib.sha256(text.encode()).hexdigest()
    assert "canary-7" not in str(record)


async def test_what_was_refused_or_failed_is_recorded_too(log: AuditLog) -> None:
    async def stale(actor: Actor, asked: Echo) -> ToolResult:
        raise StaleCell("no")

    with pytest.raises(ScopeMissing):
        await service(log).call(agent("mcp:run"), "echo", {})
    with pytest.raises(NoSuchTool):
        await service(log).call(agent(), "rm -rf", {"notebook": "../x"})
    with pytest.raises(StaleCell):
        await service(log, stale).call(agent(), "echo", {})
    await service(log).call(agent(), "echo", {"secret": "fail"})
    await service(log).read(agent(), "wasm-runtime://notebooks/book.txt")
    assert [(record.action, record.object, record.result) for record in log.records()] == [
        ("mcp echo", "", "SCOPE_MISSING"),
        ("mcp unknown tool", "", "NO_SUCH_TOOL"),
        ("mcp echo", "", "STALE_CELL"),
        ("mcp echo", "", "failed"),
        ("mcp read resource", "book", "ok"),
    ]


async def test_what_cannot_be_recorded_is_not_answered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = AuditLog(tmp_path / "file" / "audit.sqlite")
    with pytest.raises(AuditFault):
        await service(log).call(agent(), "echo", {})


async def test_an_agent_is_shown_only_what_its_token_allows() -> None:
    assert [each.name for each in service(None).tools_for(agent("mcp:read"))] == ["echo"]
    assert service(None).tools_for(agent("mcp:run")) == []
    assert service(None).tools_for(Actor()) == []


async def test_a_call_under_way_ends_when_the_token_is_revoked(log: AuditLog) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def for_ever(actor: Actor, asked: Echo) -> ToolResult:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    actor = agent()
    calling = asyncio.create_task(service(log, for_ever).call(actor, "echo", {}))
    await begun.wait()
    assert actor.grant
    actor.grant.ended = True
    async with asyncio.timeout(4):
        with pytest.raises(NotSignedIn):
            await calling
        await ended.wait()
    assert [record.result for record in log.records()] == ["not_signed_in"]


async def test_the_calls_of_one_token_are_bounded_and_others_go_on() -> None:
    waiting = 0
    go = asyncio.Event()

    async def wait(actor: Actor, asked: Echo) -> ToolResult:
        nonlocal waiting
        waiting += 1
        await go.wait()
        return ToolResult(value={})

    place = service(None, wait)
    tasks = [asyncio.create_task(place.call(agent(), "echo", {})) for _ in range(8)]
    await until(lambda: waiting == 8)
    with pytest.raises(TooManyRequests):
        await place.call(agent(), "echo", {})
    tasks.append(asyncio.create_task(place.call(agent(id="two"), "echo", {})))
    await until(lambda: waiting == 9)
    go.set()
    results: list[Any] = await asyncio.gather(*tasks)
    assert len(results) == 9
