"""The last step of a build: the heap of a kernel that has imported the environment's preload list.

A snapshot is named by what it is made from, and the same inputs make the same bytes: while it is
made, chance and clocks are fixed. The secret that seeds hashes of strings is part of the heap, so
all kernels restored from one snapshot iterate their sets in the same order.
"""

import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment, Snapshot, StoredFile
from wasm_runtime.contracts.everything import CONTRACT

from .progress import Progress
from .snapshot_host import SnapshotHost
from .store import Store, write_atomically

_RECIPE = 4
"""Raised when this file changes what comes out."""


def add_snapshot(
    environment: Environment,
    store: Store,
    progress: Progress,
    host: SnapshotHost,
) -> Environment:
    """`environment` with its snapshot, made unless the store has it. Raises SnapshotFailed."""
    identity = snapshot_identity(environment, host.identity())
    snapshot = _known(store, identity)
    if snapshot is None:
        progress.step(f"Taking a snapshot of {environment.name}")
        snapshot = _make(environment, store, host, identity)
        progress.step("  trying to restore it")
        host.check(replace(environment, snapshot=snapshot), store.folder)
        _remember(store, identity, snapshot)
        *needed, rest = snapshot.all_files()
        size = sum(file.transfer_bytes for file in needed) / 1e6
        progress.step(
            f"  {size:.1f} MB to fetch, {snapshot.heap.size_bytes / 1e6:.1f} MB in memory, "
            f"{rest.transfer_bytes / 1e6:.1f} MB of files later"
        )
    return replace(environment, snapshot=snapshot)


def snapshot_identity(environment: Environment, maker: str) -> str:
    """A hash of everything that a snapshot is made from; `maker` names the program that does it."""
    inputs = {
        "recipe": _RECIPE,
        "maker": maker,
        "runtime": sorted([file.name, file.sha256] for file in environment.runtime),
        "wheels": [[wheel.name, wheel.file.sha256] for wheel in environment.wheels],
        "preload": environment.preload,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _make(environment: Environment, store: Store, host: SnapshotHost, identity: str) -> Snapshot:
    with tempfile.TemporaryDirectory(prefix="wasm-runtime-snapshot-") as name:
        folder = Path(name).resolve()
        host.make(environment, store.folder, folder)
        stem = f"{environment.name}-{identity[:16]}"

        def keep(name: str, *, is_memory: bool = False, is_awaited: bool = True) -> StoredFile:
            body = (folder / name).read_bytes()
            return store.add(
                f"{stem}.{name}",
                body,
                compress=True,
                is_memory=is_memory,
                is_awaited=is_awaited,
            )

        return Snapshot(
            layout=keep("layout.json"),
            heap=keep("heap", is_memory=True),
            modules=keep("modules"),
            files=keep("files", is_awaited=False),
        )


def _known(store: Store, identity: str) -> Snapshot | None:
    """The snapshot made from the same inputs earlier, if it is still there whole."""
    place = _place(store, identity)
    if not place.is_file():
        return None
    plain = json.loads(place.read_text(encoding="utf-8"))
    snapshot = codec.decode(plain, "Snapshot", CONTRACT)
    assert isinstance(snapshot, Snapshot)
    whole = all(store.has(file.sha256) for file in snapshot.all_files())
    return snapshot if whole else None


def _remember(store: Store, identity: str, snapshot: Snapshot) -> None:
    body = json.dumps(codec.encode(snapshot), sort_keys=True).encode()
    write_atomically(_place(store, identity), body, identity, store.folder / "partial")


def _place(store: Store, identity: str) -> Path:
    return store.folder / "snapshots" / identity
