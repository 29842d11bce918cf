"""A sandbox as a runtime of a notebook: it takes what was asked of it and writes the outputs."""

import asyncio
import hashlib
import json
import secrets
import time
from contextlib import suppress
from typing import Any

from relay.auth.actor import Actor
from relay.errors import NotAllowed, TooManyRequests
from wasm_runtime.cell import Cell
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.document import BLOB_CHARACTERS, BLOB_KEY, BlobReference, Runtime
from wasm_runtime.errors import KernelDied, MemoryExceeded
from wasm_runtime.magics import source_to_run
from wasm_runtime.runs import is_ended
from wasm_runtime.runtime_runs import FinishStatus, RuntimeRuns
from wasm_runtime.runtimes.runtime import RunningKernel

from .collected_outputs import CollectedOutputs
from .notebooks import OpenNotebook
from .sandboxes import Sandboxes

_STREAM_CHARACTERS = 100_000


class HeadlessRuns:
    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    async def run(
        self, actor: Actor, opened: OpenNotebook, cells: list[str], seconds: float
    ) -> dict[str, str]:
        """Run cells in a fresh sandbox that ends with the last of them; run id to cell id.

        Raises NotAllowed, TooManyRequests, UnknownEnvironment, HostMissing, KernelStartFailed.
        """
        if not opened.may("write"):
            raise NotAllowed(
                "Running headless writes outputs into the notebook, which you may not.",
                hint="It needs a token with mcp:write as well, of somebody who may write.",
            )
        if opened.offered is not None:
            raise TooManyRequests("You already run cells headless here.", retry_after_seconds=5)
        runtime = Runtime(
            id=f"headless-{secrets.token_hex(8)}",
            kind="headless",
            user_id=actor.id,
            name="a sandbox of the relay",
        )
        owner = actor.on_behalf_of or actor.id
        async with self._sandboxes.kernel(owner, opened.notebook.environment) as kernel:
            runs = opened.runs
            own = RuntimeRuns(runs, runtime.id)
            ids: list[str] = []
            opened.offer(runtime)
            try:
                runs.announce(runtime)
                ids = runs.ask(cells, runtime_id=runtime.id, asked_by=actor.id, now=time.time())
                own.follow()
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await _run_all(opened, own, kernel)
            finally:
                if own.running is not None:
                    own.finish("interrupted", 0.0)
                own.cancel([id for id in ids if (run := runs.get(id)) and not is_ended(run)])
                opened.offer(None)
            await opened.saved()
        return dict(zip(ids, cells, strict=True))


async def _run_all(opened: OpenNotebook, own: RuntimeRuns, kernel: RunningKernel) -> None:
    while taken := own.take(time.time()):
        id, run = taken
        cell = next((cell for cell in opened.notebook.cells if cell.id == run.cell_id), None)
        if cell is None:
            own.finish("ok", 0.0)
            continue
        opened.point_at(cell.id)
        started = time.monotonic()
        outputs = CollectedOutputs(_STREAM_CHARACTERS)
        running = asyncio.create_task(kernel.run(source_to_run(cell), cell.id, outputs.take))
        stopping = asyncio.create_task(_stop_asked(opened, own, id))
        is_lost = False
        status: FinishStatus = "interrupted"
        try:
            await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                status = running.result().status
        except (KernelDied, MemoryExceeded) as died:
            status, is_lost = "error", True
            outputs.add_error("KernelDied", died.message)
        finally:
            for task in (running, stopping):
                task.cancel()
            await asyncio.gather(running, stopping, return_exceptions=True)
            await _write(opened, cell, outputs)
        own.finish(status, time.monotonic() - started)
        if is_lost or status == "interrupted":
            return


async def _stop_asked(opened: OpenNotebook, own: RuntimeRuns, id: str) -> None:
    while not opened.runs.is_stop_asked(id):
        await opened.changed()
        own.follow()


async def _write(opened: OpenNotebook, cell: Cell, collected: CollectedOutputs) -> None:
    """Large values go beside the document, as a browser puts them."""
    outputs = [await _with_blobs(output, opened) for output in collected.outputs]
    with opened.notebook.transaction():
        cell.clear_outputs()
        cell.execution_count = collected.execution_count
        for output in outputs:
            cell.append_output(output)


async def _with_blobs(output: dict[str, Any], opened: OpenNotebook) -> dict[str, Any]:
    data = output.get("data")
    if not isinstance(data, dict):
        return output
    kept = {}
    for mime, value in data.items():
        text = value if isinstance(value, str) else json.dumps(value)
        if len(text) <= BLOB_CHARACTERS:
            kept[mime] = value
            continue
        content = text.encode()
        reference = BlobReference(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            encoding="text" if isinstance(value, str) else "json",
        )
        await opened.keep_blob(reference.sha256, content)
        kept[mime] = {BLOB_KEY: encode(reference)}
    return {**output, "data": kept}
