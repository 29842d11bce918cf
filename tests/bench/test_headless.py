"""A fresh sandbox without a browser: to the first pandas result."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.conftest import CLIENT, RUNS
from tests.bench.figures import Figures
from tests.bench.work import DATA
from tests.browser.notebook_page import notebook_of
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache
from wasm_runtime.runtimes.hosts import find_deno
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.registry import runtime
from wasm_runtime.runtimes.runtime import Limits, RunEvent


def _command_seconds(*command: str, folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - started


async def _sandbox_seconds() -> float:
    """From asking for a sandbox to the first output, within a running program."""
    cache = Cache.locate()
    gateway = Gateway(NetworkPolicy(allowed_hosts=frozenset()))
    place = runtime("deno", cache.folder / "store", gateway, KernelSettings(auto_install=False))
    environment = cache.environment("data")
    seen: list[RunEvent] = []
    started = time.perf_counter()
    async with place.open(environment, Limits(memory_bytes=2 * 1024**3)) as kernel:
        finished = await kernel.run(DATA.code, "cell", seen.append)
        spent = time.perf_counter() - started
    assert finished.status == "ok"
    assert any(DATA.text in getattr(event, "text", "") for event in seen)
    return spent


def test_fresh_sandbox_to_the_first_pandas_result(
    plain_folder: Path, tmp_path: Path, figures: Figures
) -> None:
    assert (CLIENT / "headless.js").is_file()
    notebook = tmp_path / "one.ipynb"
    notebook.write_text(notebook_of(DATA.code), encoding="utf-8")
    deno = str(find_deno())
    command: list[float] = []
    inside: list[float] = []
    plain: list[float] = []
    figures.add("fresh sandbox to pandas result", "s", inside, plain, limit=0.5)
    figures.add("the same with `wasm-runtime run`, process and all", "s", command, plain)
    for _ in range(RUNS):
        run = (sys.executable, "-m", "wasm_runtime", "run", str(notebook), "--env", "data")
        command.append(_command_seconds(*run, folder=Path(__file__).parents[2]))
        control = (deno, "run", "--quiet", "--allow-read", "headless.mjs", DATA.code)
        plain.append(_command_seconds(*control, *DATA.packages, folder=plain_folder))
        inside.append(asyncio.run(_sandbox_seconds()))
