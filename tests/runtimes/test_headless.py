"""The parent's side of the wire, against workers that misbehave."""

import asyncio
import shutil
from pathlib import Path

import pytest

from wasm_runtime.contracts.environments import Environment, StoredFile
from wasm_runtime.contracts.worker import KernelSettings, RunFinished
from wasm_runtime.errors import KernelDied, KernelStartFailed
from wasm_runtime.runtimes.headless import HeadlessRuntime
from wasm_runtime.runtimes.hosts import HOSTS
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.runtime import Limits

ENVIRONMENT = Environment(
    name="fake",
    id="0",
    title="",
    pyodide_version="0",
    python_version="3.14",
    abi="0",
    runtime=[],
    wheels=[],
    lock=StoredFile(name="lock", sha256="0" * 64, size_bytes=0, transfer_bytes=0),
)


def run_in(behaviour: str, folder: Path) -> RunFinished:
    """Run one cell in a worker that behaves as its file is called."""
    worker = folder / f"{behaviour}.js"
    shutil.copy(Path(__file__).with_name("fake_worker.js"), worker)
    runtime = HeadlessRuntime(
        host=HOSTS["deno"],
        worker=worker,
        store=folder,
        settings=KernelSettings(),
        gateway=Gateway(NetworkPolicy()),
    )
    limits = Limits(start_seconds=20, max_message_bytes=1_000_000)

    async def run() -> RunFinished:
        async with asyncio.timeout(30), runtime.open(ENVIRONMENT, limits) as kernel:
            return await kernel.run("1", "cell", lambda event: None)

    return asyncio.run(run())


def test_noise_between_the_lines_is_ignored(tmp_path: Path) -> None:
    assert run_in("behaves", tmp_path).status == "ok"


@pytest.mark.parametrize("behaviour", ["guesses-the-token", "speaks-for-another"])
def test_a_message_that_is_not_the_runs_own_is_ignored(behaviour: str, tmp_path: Path) -> None:
    assert run_in(behaviour, tmp_path).status == "ok"


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("breaks-the-contract", "run_id: expected a string"),
        ("sends-no-json", "expected JSON"),
        ("nests-deeply", "expected JSON"),
        ("one-endless-line", "too large"),
        ("dies", "status 7"),
    ],
)
def test_a_worker_that_misbehaves_is_ended(behaviour: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(KernelDied, match=said):
        run_in(behaviour, tmp_path)


def test_a_worker_that_dies_at_the_start_is_a_failed_start(tmp_path: Path) -> None:
    with pytest.raises(KernelStartFailed, match="no luck"):
        run_in("dies-at-start", tmp_path)
