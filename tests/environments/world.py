"""A small cache with definitions of its own, fed from memory."""

from dataclasses import dataclass, field
from pathlib import Path

from wasm_runtime.environments.build import Builder
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.compiler import NoCompiler
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.index import MemoryIndex
from wasm_runtime.environments.sources.index_page import IndexFile
from wasm_runtime.environments.sources.source import MemorySource
from wasm_runtime.environments.supplies import Supplies

from .wheels import make_wheel, sha256

RUNTIME = {"pyodide.asm.wasm": b"\0asm" + bytes(2000), "pyodide.mjs": b"export {};\n"}

DEFINITIONS = """
default = "small"

[pyodide]
version = "314.0.7"
python = "3.14.2"
abi = "2026_0"
platform = "emscripten_5_0_3"
distribution = "314.0.3"
carried_by = "carrier==1.0"
carried_folder = "carrier/pyodide"

[pyodide.files]
{files}

[environments.small]
title = "Small"
requirements = [
    "alpha>=1",
]
preload = ["alpha"]

[environments.large]
extends = "small"
title = "Large"
requirements = [
    "gamma",
]
"""


@dataclass
class World:
    """What a build touches; `offer` puts a wheel on the index."""

    folder: Path
    index: MemoryIndex = field(default_factory=lambda: MemoryIndex({}))
    wheels: MemorySource = field(default_factory=lambda: MemorySource({}))
    compiler: NoCompiler = field(default_factory=NoCompiler)
    progress: Recorded = field(default_factory=Recorded)

    def __post_init__(self) -> None:
        files = "\n".join(f'"{name}" = "{sha256(body)}"' for name, body in RUNTIME.items())
        (self.folder / "locks").mkdir(parents=True)
        (self.folder / "environments.toml").write_text(DEFINITIONS.format(files=files))
        empty = '{"info": {}, "packages": {}}'
        (self.folder / "locks" / "pyodide-314.0.3.json").write_text(empty)
        self.offer("alpha", needs=["beta>=1"])
        self.offer("beta")
        self.offer("gamma", needs=["alpha"])

    @property
    def cache(self) -> Cache:
        return Cache(self.folder, None)

    @property
    def supplies(self) -> Supplies:
        return Supplies(
            runtime=[MemorySource(RUNTIME, "runtime")], wheels=[self.wheels], index=self.index
        )

    @property
    def builder(self) -> Builder:
        return Builder(
            cache=self.cache,
            supplies=self.supplies,
            progress=self.progress,
            compiler=self.compiler,
        )

    def offer(
        self, project: str, version: str = "1.0", needs: tuple[str, ...] | list[str] = ()
    ) -> str:
        name, body = make_wheel(project, version, needs=needs)
        self.wheels.files[name] = body
        url = f"https://files.example/{name}"
        file = IndexFile(file_name=name, url=url, sha256=sha256(body))
        self.index.projects.setdefault(project, []).append(file)
        return name
