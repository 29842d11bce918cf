"""The same inputs make the same snapshot, byte by byte."""

import hashlib
from dataclasses import replace
from pathlib import Path

import wasm_runtime
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.snapshot_host import DenoSnapshotHost


def test_made_once_more_the_snapshot_is_the_one_in_the_store(tmp_path: Path) -> None:
    cache = Cache.locate()
    environment = cache.environment("core")
    assert environment.snapshot is not None, "the environment was built without a snapshot"
    host = DenoSnapshotHost(Path(wasm_runtime.__file__).parent / "client")
    host.make(replace(environment, snapshot=None), cache.store.folder, tmp_path.resolve())
    made = hashlib.sha256((tmp_path / "heap").read_bytes()).hexdigest()
    assert made == environment.snapshot.heap.sha256
