"""Building environments: deterministic, incremental, pinned."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from wasm_runtime.environments.build import damaged
from wasm_runtime.environments.errors import FileMissing, HashMismatch, LockStale, WheelRefused
from wasm_runtime.environments.kernel_wheel import kernel_wheel
from wasm_runtime.environments.lock import read_lock
from wasm_runtime.environments.repack import importable, repack
from wasm_runtime.environments.sources.source import MemorySource

from .wheels import make_wheel, zip_of
from .world import RUNTIME, World


def test_a_built_environment_names_everything_a_kernel_loads(world: World) -> None:
    built = world.builder.build("small", relock=True)
    assert [wheel.name for wheel in built.wheels] == ["alpha", "beta", "wasm_runtime_kernel"]
    assert {file.name for file in built.runtime} == set(RUNTIME)
    assert built.preload == ["alpha"]
    assert damaged(world.cache, built) == []
    assert world.cache.environment() == built


def test_building_twice_gives_the_same_id_and_does_nothing(world: World) -> None:
    first = world.builder.build("small", relock=True)
    asked, compiled = len(world.wheels.asked), len(world.compiler.given)
    assert world.builder.build("small") == first
    assert (len(world.wheels.asked), len(world.compiler.given)) == (asked, compiled)


def test_two_machines_agree_on_the_id(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other")
    assert (
        world.builder.build("small", relock=True).id == other.builder.build("small", relock=True).id
    )


def test_only_what_changed_is_fetched_and_compiled(world: World) -> None:
    first = world.builder.build("small", relock=True)
    newer = world.offer("beta", "2.0")
    world.wheels.asked.clear()
    world.compiler.given.clear()
    second = world.builder.build("small", relock=True)
    assert world.wheels.asked == [newer]
    assert len(world.compiler.given) == 1
    assert second.id != first.id


def test_a_child_contains_its_parent_at_the_same_versions(world: World) -> None:
    world.builder.build("small", relock=True)
    world.offer("alpha", "2.0")
    large = world.builder.build("large", relock=True)
    versions = {wheel.name: wheel.version for wheel in large.wheels}
    assert (versions["alpha"], versions["gamma"]) == ("1.0", "1.0")


def test_a_build_from_the_lock_never_asks_the_index(world: World) -> None:
    world.builder.build("small", relock=True)
    world.index.projects.clear()
    assert world.builder.build("small").name == "small"


def test_the_lock_can_be_read_as_pyodide_writes_it(world: World) -> None:
    world.builder.relock(
        world.cache.definitions().environment("small"), world.cache.definitions().pyodide
    )
    plain = json.loads((world.folder / "locks" / "small.lock.json").read_text())
    assert plain["info"]["abi_version"] == "2026_0"
    assert plain["packages"]["alpha"]["depends"] == ["beta"]
    assert set(plain["packages"]["alpha"]) == {
        "name", "version", "file_name", "sha256", "depends", "imports", "install_dir",
        "package_type", "unvendored_tests",
    }  # fmt: skip


def test_changed_definitions_ask_for_a_new_lock(world: World) -> None:
    world.builder.build("small", relock=True)
    path = world.folder / "environments.toml"
    path.write_text(path.read_text().replace('"alpha>=1"', '"alpha>=3"'))
    with pytest.raises(LockStale) as stale:
        world.builder.build("small")
    assert stale.value.hint == "wasm-runtime env build small --relock"


def test_a_package_nobody_needs_any_more_makes_the_lock_stale(world: World) -> None:
    world.builder.build("small", relock=True)
    world.builder.build("large", relock=True)
    path = world.folder / "environments.toml"
    path.write_text(path.read_text().replace('    "gamma",\n', ""))
    with pytest.raises(LockStale, match="nothing needs gamma"):
        world.builder.build("large")


def test_a_missing_wheel_is_named(world: World) -> None:
    world.builder.relock(
        world.cache.definitions().environment("small"), world.cache.definitions().pyodide
    )
    for sha256 in list(world.cache.store.hashes()):
        world.cache.store.remove(sha256)
    del world.wheels.files["beta-1.0-py3-none-any.whl"]
    with pytest.raises(FileMissing, match=r"beta-1\.0-py3-none-any\.whl"):
        world.builder.build("small")


def test_a_runtime_that_is_not_the_pinned_one_is_refused(world: World) -> None:
    other = MemorySource({**RUNTIME, "pyodide.mjs": b"other"}, "node_modules")
    supplies = replace(world.supplies, runtime=[other])
    with pytest.raises(HashMismatch, match=r"pyodide\.mjs"):
        replace(world.builder, supplies=supplies).build("small", relock=True)


def test_a_hostile_wheel_is_not_kept_even_with_the_right_hash(world: World) -> None:
    name, body = make_wheel("alpha", "3.0", files={"evil.pth": b"import os"})
    world.offer("alpha", "3.0")
    file = world.index.projects["alpha"][-1]
    world.wheels.files[name] = body
    from .wheels import sha256

    world.index.projects["alpha"][-1] = replace(file, sha256=sha256(body))
    with pytest.raises(WheelRefused):
        world.builder.build("small", relock=True)
    assert sha256(body) not in set(world.cache.store.hashes())


def test_repacking_is_deterministic_and_puts_byte_code_beside_sources(tmp_path: Path) -> None:
    name, body = make_wheel("alpha", files={"alpha/a.py": b"1", "alpha-1.0.data/scripts/x": b""})
    (tmp_path / name).write_bytes(body)
    code = zip_of([("alpha/__pycache__/a.cpython-314.pyc", b"code")])
    packed = repack(tmp_path / name, code)
    assert packed == repack(tmp_path / name, code)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entries = {entry.filename: entry.compress_type for entry in archive.infolist()}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert list(entries) == sorted(entries)
    assert entries["alpha/__pycache__/a.cpython-314.pyc"] == zipfile.ZIP_STORED
    assert entries["alpha/a.py"] == zipfile.ZIP_DEFLATED
    assert "alpha-1.0.data/scripts/x" not in entries


def test_the_importable_names_of_a_wheel(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": b"", "single.py": b"", "fast.cpython-314-wasm32-emscripten.so": b"",
        "x-1.0.data/purelib/moved/b.py": b"", "x-1.0.data/scripts/tool.py": b"", "doc/readme": b"",
    }  # fmt: skip
    name, body = make_wheel("x", files=files)
    (tmp_path / name).write_bytes(body)
    assert importable(tmp_path / name) == ["fast", "moved", "pkg", "single"]


def test_the_kernels_wheel_follows_its_sources(tmp_path: Path) -> None:
    for part in ("kernel", "contracts"):
        (tmp_path / part).mkdir()
    for name in ("__init__.py", "data.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "kernel" / "shell.py").write_text("a = 1")
    (tmp_path / "cli.py").write_text("")
    first = kernel_wheel(tmp_path)
    assert kernel_wheel(tmp_path) == first
    with zipfile.ZipFile(io.BytesIO(first[2])) as archive:
        modules = [name for name in archive.namelist() if name.endswith(".py")]
    parts = ("__init__.py", "data.py", "kernel/shell.py")
    assert modules == [f"wasm_runtime/{part}" for part in parts]
    (tmp_path / "kernel" / "shell.py").write_text("a = 2")
    assert kernel_wheel(tmp_path)[0] != first[0]


def test_a_lock_survives_being_written_and_read(world: World, tmp_path: Path) -> None:
    lock = world.builder.relock(
        world.cache.definitions().environment("small"), world.cache.definitions().pyodide
    )
    (tmp_path / "again.json").write_text(lock.dumps())
    assert read_lock(tmp_path / "again.json") == lock
