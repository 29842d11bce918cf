"""A wrong snapshot is found out before anything of it runs, and the kernel boots."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.restored_kernels import run_cells
from wasm_runtime.contracts.environments import Environment, Snapshot, StoredFile
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.store import Store


@pytest.fixture
def core(tmp_path: Path) -> tuple[Environment, Snapshot, Store]:
    """The `core` environment with a store of its own, which a test may damage."""
    cache, own = Cache.locate(), Store(tmp_path / "store")
    environment = cache.environment("core")
    assert environment.snapshot is not None, "the environment was built without a snapshot"
    for file in environment.all_files():
        place = own.folder / file.sha256[:2] / file.sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cache.store.path(file.sha256), place)
    return environment, environment.snapshot, own


def note_of_start(environment: Environment, store: Store) -> str:
    """Start a kernel that must boot without its snapshot, and work: what it says of that."""
    said = run_cells(environment, "print(6 * 7)", store=store.folder)
    assert (said.ready.restored, said.printed) == (False, ["42\n"])
    return said.ready.note


def flip_a_byte(path: Path, at: float = 0.5) -> None:
    body = bytearray(path.read_bytes())
    body[int(len(body) * at)] ^= 1
    path.write_bytes(body)


@pytest.mark.parametrize("part", ["heap", "layout", "modules"])
def test_a_flipped_byte_is_found(core: tuple[Environment, Snapshot, Store], part: str) -> None:
    environment, snapshot, store = core
    damaged: StoredFile = getattr(snapshot, part)
    flip_a_byte(store.path(damaged.sha256))
    assert f"{damaged.name}: its hash differs" in note_of_start(environment, store)


def test_a_damaged_package_file_is_an_error_of_its_import_alone(
    core: tuple[Environment, Snapshot, Store],
) -> None:
    environment, snapshot, store = core
    path = store.path(snapshot.files.sha256)
    body = path.read_bytes()
    # Every file that a cell may read from now on: none of them may pass for good.
    path.write_bytes(bytes(byte ^ 1 for byte in body))
    cell = """
import errno
try:
    import IPython.lib.demo
except OSError as error:
    print(error.errno == errno.EIO)
print(6 * 7)
"""
    said = run_cells(environment, cell, store=store.folder)
    assert (said.ready.restored, said.printed) == (True, ["True\n42\n"])


def test_a_truncated_heap_is_found(core: tuple[Environment, Snapshot, Store]) -> None:
    environment, snapshot, store = core
    body = store.path(snapshot.heap.sha256).read_bytes()
    truncated = store.add("heap", body[:-4096])
    other = replace(environment, snapshot=replace(snapshot, heap=truncated))
    assert "belong to different snapshots" in note_of_start(other, store)


def test_a_layout_that_is_not_there_is_no_reason_to_fail(
    core: tuple[Environment, Snapshot, Store],
) -> None:
    environment, snapshot, store = core
    store.remove(snapshot.layout.sha256)
    assert f"{snapshot.layout.name} is not in the store" in note_of_start(environment, store)


def test_another_pyodide_refuses_the_snapshot(core: tuple[Environment, Snapshot, Store]) -> None:
    environment, _, store = core

    def rebuilt(file: StoredFile) -> StoredFile:
        if file.name != "pyodide.mjs":
            return file
        return store.add(file.name, store.path(file.sha256).read_bytes() + b"\n")

    other = replace(environment, runtime=[rebuilt(file) for file in environment.runtime])
    assert "made from another runtime (pyodide.mjs)" in note_of_start(other, store)


@pytest.fixture
def data_snapshot(core: tuple[Environment, Snapshot, Store]) -> Snapshot:
    """The snapshot of `data`, in the store of `core`."""
    cache, (_, _, store) = Cache.locate(), core
    snapshot = cache.environment("data").snapshot
    assert snapshot is not None, "the environment was built without a snapshot"
    for file in vars(snapshot).values():
        store.add(file.name, cache.store.path(file.sha256).read_bytes())
    return snapshot


def test_another_environments_snapshot_is_refused(
    core: tuple[Environment, Snapshot, Store], data_snapshot: Snapshot
) -> None:
    environment, _, store = core
    swapped = replace(environment, snapshot=data_snapshot)
    assert "made from another set of packages" in note_of_start(swapped, store)


@pytest.mark.parametrize("part", ["heap", "layout"])
def test_a_part_of_another_snapshot_is_refused(
    core: tuple[Environment, Snapshot, Store], data_snapshot: Snapshot, part: str
) -> None:
    environment, snapshot, store = core
    mixed = replace(snapshot, **{part: getattr(data_snapshot, part)})
    note = note_of_start(replace(environment, snapshot=mixed), store)
    assert "belong to different snapshots" in note or "another set of packages" in note
