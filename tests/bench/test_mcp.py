"""Python in a fresh sandbox as an agent gets it: over MCP, to the first pandas result."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from mcp import Client, StdioServerParameters

from tests.bench.conftest import RUNS
from tests.bench.figures import Figures
from tests.bench.work import DATA
from wasm_runtime.environments.cache import Cache
from wasm_runtime.runtimes.hosts import find_deno


def _server() -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "wasm_runtime", "mcp", "--env", "data"],
        env={"HOME": str(Path.home()), "WASM_RUNTIME_CACHE": str(Cache.locate().folder)},
    )


async def _call_seconds(client: Client) -> float:
    started = time.perf_counter()
    called = await client.call_tool("run_python", {"code": DATA.code, "environment": "data"})
    spent = time.perf_counter() - started
    assert DATA.text in (called.structured_content or {})["stdout"]
    return spent


def _plain_seconds(folder: Path) -> float:
    deno = str(find_deno())
    command = (deno, "run", "--quiet", "--allow-read", "headless.mjs", DATA.code, *DATA.packages)
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - started


async def _measure(plain_folder: Path, warm: list[float], plain: list[float]) -> None:
    async with Client(_server()) as client:
        await _call_seconds(client)
        for _ in range(RUNS):
            # While the control runs, the next sandbox starts, as between two calls of an agent.
            plain.append(await asyncio.to_thread(_plain_seconds, plain_folder))
            warm.append(await _call_seconds(client))


async def _one_after_the_other(times: int) -> list[float]:
    """No time in between: a spare is still starting when it is asked for."""
    async with Client(_server()) as client:
        await _call_seconds(client)
        return [await _call_seconds(client) for _ in range(times)]


def test_run_python_over_mcp_to_the_first_pandas_result(
    plain_folder: Path, figures: Figures
) -> None:
    warm: list[float] = []
    plain: list[float] = []
    asyncio.run(_measure(plain_folder, warm, plain))
    hurried = asyncio.run(_one_after_the_other(RUNS))
    name = "`run_python` over MCP, fresh sandbox, to pandas result"
    figures.add(name, "s", warm, plain, limit=0.7, ratio_limit=0.2)
    figures.add("the same, one call right after the other", "s", hurried, plain, limit=0.7)
