"""Byte-compiling with Pyodide's own Python, for real."""

import io
import zipfile
from pathlib import Path

import pytest

from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.compiler import PyodideCompiler
from wasm_runtime.environments.errors import CompileFailed
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.source import WantedFile, obtain
from wasm_runtime.environments.supplies import open_supplies

from .wheels import make_wheel

COMMITTED = Cache(Path(__file__).parents[2] / "packages-cache", None)


@pytest.fixture
def runtime(tmp_path: Path) -> dict[str, Path]:
    release, files = COMMITTED.definitions().pyodide, {}
    store = Cache(tmp_path / "runtime", COMMITTED.folder).store
    with open_supplies(COMMITTED, offline=True) as supplies:
        for name, sha256 in release.files.items():
            wanted = WantedFile(file_name=name, sha256=sha256)
            files[name] = obtain(store, supplies.runtime, wanted, Recorded())
    return files


def test_pyodide_compiles_what_can_be_compiled(tmp_path: Path, runtime: dict[str, Path]) -> None:
    files = {"alpha/__init__.py": b"x = 1\n", "alpha/bad.py": b"def (:\n", "alpha/data.txt": b""}
    name, body = make_wheel("alpha", files=files)
    (tmp_path / name).write_bytes(body)
    done: list[str] = []
    compiler = PyodideCompiler(runtime, COMMITTED.definitions().pyodide.info)
    compiled = compiler.compile({"key": tmp_path / name}, done.append)
    with zipfile.ZipFile(io.BytesIO(compiled["key"])) as archive:
        [code] = archive.namelist()
        flags = archive.read(code)[4:8]
    assert done == ["key"]
    assert code == "alpha/__pycache__/__init__.cpython-314.pyc"
    assert flags == b"\x01\0\0\0"  # by hash, and not looked up again (PEP 552)


def test_a_runtime_that_does_not_start_says_why(tmp_path: Path) -> None:
    name, body = make_wheel("alpha")
    (tmp_path / name).write_bytes(body)
    (tmp_path / "pyodide.mjs").write_text("throw new Error('broken on purpose')")
    info = COMMITTED.definitions().pyodide.info
    with pytest.raises(CompileFailed, match="broken on purpose"):
        PyodideCompiler({"pyodide.mjs": tmp_path / "pyodide.mjs"}, info).compile(
            {"key": tmp_path / name}, lambda key: None
        )
