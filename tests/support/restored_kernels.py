"""Real kernels in processes of their own, from the environments built in this checkout's cache."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import wasm_runtime
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.contracts.worker import KernelReady, KernelSettings, RunError, Stream
from wasm_runtime.environments.cache import Cache
from wasm_runtime.runtimes.headless import HeadlessRuntime
from wasm_runtime.runtimes.hosts import HOSTS
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.runtime import Limits, RunEvent

WORKER = Path(wasm_runtime.__file__).parent / "client" / "headless.js"
LIMITS = Limits(start_seconds=120)


@dataclass
class Said:
    """How a kernel came up, and what each of its cells printed."""

    ready: KernelReady
    printed: list[str] = field(default_factory=list)


def run_cells(
    environment: Environment,
    *cells: str,
    store: Path | None = None,
    settings: KernelSettings | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Said:
    """Start a kernel, give it the files, run the cells, end it.

    A cell that fails raises AssertionError.
    """
    settings = settings or KernelSettings()
    return asyncio.run(_run_cells(environment, cells, store, settings, files or {}))


async def _run_cells(
    environment: Environment,
    cells: tuple[str, ...],
    store: Path | None,
    settings: KernelSettings,
    files: Mapping[str, bytes],
) -> Said:
    runtime = HeadlessRuntime(
        host=HOSTS["deno"],
        worker=WORKER,
        store=store or Cache.locate().store.folder,
        settings=settings,
        gateway=Gateway(NetworkPolicy()),
    )
    async with runtime.open(environment, LIMITS) as kernel:
        for path, body in files.items():
            await kernel.write_file(path, body)
        said = Said(kernel.ready)
        for cell in cells:
            texts: list[str] = []

            def note(event: RunEvent, texts: list[str] = texts) -> None:
                if isinstance(event, RunError):
                    texts.extend(event.traceback)
                elif isinstance(event, Stream):
                    texts.append(event.text)

            finished = await kernel.run(cell, "cell", note)
            assert finished.status == "ok", "\n".join(texts)
            said.printed.append("".join(texts))
        return said
