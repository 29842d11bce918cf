"""The hosts' own fences, without the worker in front of them."""

import asyncio
from pathlib import Path

import pytest

from wasm_runtime.runtimes.hosts import HOSTS
from wasm_runtime.runtimes.process import WorkerProcess, started
from wasm_runtime.runtimes.runtime import Limits

_PROBES = Path(__file__).with_name("deno_probes.js")


def last_words(script: Path, store: Path, host: str = "deno", memory_bytes: int = 2**29) -> str:
    """What a script says under the command line that the worker gets."""
    deno = HOSTS[host]
    command = deno.command(deno.program(), script, store, memory_bytes)

    async def run() -> WorkerProcess:
        async with started(command, Limits(), is_sandbox=deno.is_sandbox) as process:
            await process.exit_code()
        return process

    return asyncio.run(run()).stderr_tail


def test_deno_itself_refuses_every_power(tmp_path: Path) -> None:
    powers = ["env", "read", "write", "run", "net", "ffi", "sys", "import"]
    expected = "\n".join([*(f"{power} NotCapable" for power in powers), "end"])
    assert last_words(_PROBES, tmp_path) == expected


@pytest.mark.parametrize("host", ["deno", "node"])
def test_memory_of_webassembly_is_capped(host: str, tmp_path: Path) -> None:
    script = tmp_path / "grow.mjs"
    script.write_text(
        "const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });\n"
        "for (let n = 1; ; n++) try { memory.grow(1024) } catch { console.error(n); break }\n"
    )
    # 512 MiB are eight grows of 64 MiB, the first page counted.
    assert last_words(script, tmp_path, host) == "8"
