"""Clients that others made, over both transports, against a relay that really runs."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from tests.relay.mcp.relay_with_agents import ROOT, AgentRelay, Person, agent_at, relay_with_agents
from tests.relay.sync.link import until
from wasm_runtime.runtimes.hosts import find_node

pytestmark = pytest.mark.anyio

_SCRIPT = Path(__file__).with_name("stock-client.mjs")
_MANIFEST = ROOT / "static" / "package.json"
TOOLS = {
    "list_notebooks", "read_notebook", "read_cell", "insert_cell", "edit_cell", "move_cell",
    "delete_cell", "undo_edits", "run_cells", "wait_for_runs", "stop_runs", "run_python",
}  # fmt: skip


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentRelay]:
    with relay_with_agents(tmp_path_factory.mktemp("relay")) as relay:
        yield relay


@pytest.fixture(scope="module")
def token(relay: AgentRelay) -> str:
    return relay.token()


@asynccontextmanager
async def person_at(relay: AgentRelay, document_id: str, *sources: str) -> AsyncIterator[Person]:
    """Somebody who has a notebook open, with these cells on the relay's disk."""
    person = Person(relay, document_id)
    living = asyncio.create_task(person.run())
    try:
        await until(lambda: person.is_saved)
        if sources:
            person.write(*sources)
            await until(lambda: person.is_saved)
        yield person
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_official_client_lists_and_calls_over_http(
    relay: AgentRelay, token: str, mode: Any
) -> None:
    async with person_at(relay, f"http-{mode}", "x = 1"), agent_at(relay, token, mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        listed = await client.call_tool("list_notebooks", {})
        mine = {"id": f"http-{mode}", "title": "Sales", "owner_role": "owner", "is_open": True}
        assert mine in (listed.structured_content or {})["notebooks"]
        read = await client.call_tool("read_notebook", {"notebook": f"http-{mode}"})
        assert (read.structured_content or {})["cells"][0]["source"] == "x = 1"
        uri = f"wasm-runtime://notebooks/http-{mode}.ipynb"
        assert uri in {each.uri for each in (await client.list_resources()).resources}
        (content,) = (await client.read_resource(uri)).contents
        assert "x = 1" in getattr(content, "text", "")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_official_client_lists_and_calls_over_stdio(
    relay: AgentRelay, token: str, mode: Any
) -> None:
    variables = {**relay.environment, "WASM_RUNTIME_MCP_TOKEN": token}
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "wasm_runtime", "mcp", "--relay", relay.url, "--env", "core"],
        env=variables,
    )
    async with person_at(relay, f"stdio-{mode}", "x = 1"), Client(command, mode=mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        ran = await client.call_tool("run_python", {"code": "print(6 * 7)"})
        assert (ran.structured_content or {})["stdout"] == "42\n"
        read = await client.call_tool("read_notebook", {"notebook": f"stdio-{mode}"})
        assert (read.structured_content or {})["title"] == "Sales"
        uri = f"wasm-runtime://notebooks/stdio-{mode}.txt"
        (content,) = (await client.read_resource(uri)).contents
        assert "x = 1" in getattr(content, "text", "")


async def _stock(*arguments: str, **variables: str) -> dict[str, Any]:
    """What stock-client.mjs found."""
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    process = await asyncio.create_subprocess_exec(
        *(node, _SCRIPT, _MANIFEST, *arguments),
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    found: dict[str, Any] = json.loads(out)
    return found


async def test_a_stock_client_from_npm_lists_and_calls_over_http(
    relay: AgentRelay, token: str
) -> None:
    async with person_at(relay, "npm-http", "x = 1"):
        found = await _stock("http", relay.url, token, "npm-http")
    assert set(found["tools"]) == TOOLS
    assert found["notebook"]["cells"][0]["source"] == "x = 1"
    assert "wasm-runtime://docs/mcp.md" in found["resources"]


async def test_a_stock_client_from_npm_lists_and_calls_over_stdio(
    relay: AgentRelay, token: str
) -> None:
    async with person_at(relay, "npm-stdio", "x = 1"):
        found = await _stock(
            *("stdio", relay.url, sys.executable, "npm-stdio"),
            **relay.environment,
            WASM_RUNTIME_MCP_TOKEN=token,
        )
    assert set(found["tools"]) == TOOLS
    assert found["notebook"]["cells"][0]["source"] == "x = 1"
    assert found["stdout"] == "42\n"


async def test_people_see_who_edits_and_the_edit_itself(relay: AgentRelay, token: str) -> None:
    async with person_at(relay, "seen", "x = 1", "x") as person, agent_at(relay, token) as client:
        read = (await client.call_tool("read_notebook", {"notebook": "seen"})).structured_content
        cell = (read or {})["cells"][0]
        edit = {"notebook": "seen", "cell": cell["id"], "source_hash": cell["source_hash"]}
        await client.call_tool("edit_cell", {**edit, "source": "x = 2"})
        await until(lambda: person.sources == ["x = 2", "x"])
        await until(lambda: any("Claude" in name for name in person.names))
        editor = person.notebook.cells[0].edited_by
        (agent,) = (s for s in person.states.values() if s and s["user"]["id"] == editor)
        assert (agent["user"]["name"].startswith("Claude (for "), agent["cell_id"]) == (True, "c0")
        refused = await client.call_tool("edit_cell", {**edit, "source": "x = 3"})
        assert (refused.is_error, person.sources[0]) == (True, "x = 2")
        assert getattr(refused.content[0], "text", "").startswith("STALE_CELL: ")
        await client.call_tool("undo_edits", {"notebook": "seen"})
        await until(lambda: person.sources == ["x = 1", "x"])


async def test_what_an_agent_wrote_is_its_own_in_the_history(relay: AgentRelay, token: str) -> None:
    async with person_at(relay, "past", "x"), agent_at(relay, token) as client:
        await client.call_tool("insert_cell", {"notebook": "past", "source": "y"})
        history = httpx2.get(f"{relay.origin}/rooms/past/history", trust_env=False).json()
    assert [each.partition("-")[0] for each in history["entries"][-1]["authors"]] == [
        "local",
        "agent",
    ]


async def test_headless_runs_write_into_the_notebook(relay: AgentRelay, token: str) -> None:
    sources = ("a = 20", "print(a * 2 + 2)")
    async with person_at(relay, "headless", *sources) as person, agent_at(relay, token) as client:
        refused = await client.call_tool("run_cells", {"notebook": "headless"})
        assert getattr(refused.content[0], "text", "").startswith("NO_RUNTIME: ")
        asked = {"notebook": "headless", "where": "headless"}
        ran = await client.call_tool("run_cells", asked)
        assert [run["state"] for run in (ran.structured_content or {})["runs"]] == ["ok", "ok"]
        expected = [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
        await until(lambda: person.notebook.cells[1].outputs == expected)
