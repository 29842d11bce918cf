"""An agent in a notebook that a person has open: both see what the other does."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Relay
from tests.browser.sharing import Person, browser_profile, room_of

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def ada(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


@pytest.fixture
def call(room_relay: Relay, tmp_path: Path) -> Iterator[Call]:
    """Calls a tool at the relay, with a token for everything, and gives its value."""
    made = subprocess.run(
        [sys.executable, "-m", "wasm_runtime", "token", "add", "Claude", "--scope=write",
         "--scope=run"],
        env={**os.environ, "WASM_RUNTIME_DOCUMENTS": str(tmp_path / "documents.sqlite")},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"authorization": f"Bearer {made.stdout.splitlines()[1].strip()}"}

    async def ask(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{room_relay.url}mcp", http_client=http)) as client,
        ):
            called = await client.call_tool(name, arguments)
            assert not called.is_error, called.content
            return dict(called.structured_content or {})

    # Playwright has an event loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        yield lambda name, **arguments: thread.submit(_run, ask, name, arguments).result()


def _run(ask: Callable[..., Awaitable[Any]], name: str, arguments: dict[str, Any]) -> Any:
    async def once() -> Any:
        return await ask(name, arguments)

    return asyncio.run(once())


def test_an_agent_reads_edits_and_runs_what_a_person_has_open(ada: Person, call: Call) -> None:
    room = room_of(ada.open("secret = 41; secret", "print(secret)").share())
    expect(ada.run(0)).to_contain_text("41")
    read = call("read_notebook", notebook=room)
    assert [cell["source"] for cell in read["cells"]] == ["secret = 41; secret", "print(secret)"]
    assert read["runtime"]["kind"] == "browser"
    second = read["cells"][1]
    call(
        "edit_cell",
        notebook=room,
        cell=second["id"],
        source_hash=second["source_hash"],
        source="print(secret + 1)",
    )
    ada.shows("secret = 41; secret", "print(secret + 1)")
    ran = call("run_cells", notebook=room, cells=[second["id"]])
    assert ran["runs"][0]["outputs"] == [{"type": "stdout", "text": "42\n"}]
    ada.printed(1, "42")
    expect(ada.page.get_by_role("button", name=re.compile(r"^Claude \(for "))).to_be_visible()
    if folder := os.environ.get("PICTURES"):
        ada.page.screenshot(path=f"{folder}/agent.png")
    call("undo_edits", notebook=room)
    ada.shows("secret = 41; secret", "print(secret)")


def test_what_an_agent_wrote_is_told_as_its_own(ada: Person, call: Call) -> None:
    room = room_of(ada.open("1").share())
    call("insert_cell", notebook=room, source="# by an agent", type="markdown")
    ada.shows("1", "# by an agent")
    mark = ada.cell(1).locator(".comment-mark")
    told = re.compile(r"Comment on cell 2\. Last edited by Claude \(for .+\)")
    expect(mark).to_have_attribute("title", told)
