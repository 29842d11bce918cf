"""Snapshots as artefacts of the cache: made once per set of inputs, tried, and never half."""

from dataclasses import replace

from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.build import damaged
from wasm_runtime.environments.errors import SnapshotFailed
from wasm_runtime.environments.snapshot import snapshot_identity
from wasm_runtime.environments.snapshot_host import RecordingSnapshotHost

from .world import World


class BrokenSnapshotHost(RecordingSnapshotHost):
    def check(self, environment: Environment, store: object) -> None:
        raise SnapshotFailed("restored, it does not start")


def build(world: World, host: RecordingSnapshotHost) -> Environment:
    return replace(world.builder, snapshots=host).build("small", relock=True)


def test_a_build_takes_a_snapshot_and_tries_it(world: World) -> None:
    host = RecordingSnapshotHost()
    snapshot = build(world, host).snapshot
    assert snapshot is not None
    assert (host.made, host.checked) == (["small"], ["small"])
    assert world.cache.store.path(snapshot.heap.sha256).read_bytes() == b"heap of small"
    assert world.cache.environment("small").snapshot == snapshot


def test_a_second_build_takes_no_second_snapshot(world: World) -> None:
    host = RecordingSnapshotHost()
    first, second = build(world, host), build(world, host)
    assert first == second
    assert host.made == ["small"]


def test_another_maker_or_a_lost_heap_makes_the_snapshot_anew(world: World) -> None:
    first, other = RecordingSnapshotHost(), RecordingSnapshotHost("other")
    build(world, first)
    snapshot = build(world, other).snapshot
    assert snapshot is not None
    world.cache.store.remove(snapshot.heap.sha256)
    build(world, other)
    assert other.made == ["small", "small"]


def test_a_snapshot_that_does_not_restore_is_left_out_and_said(world: World) -> None:
    environment = build(world, BrokenSnapshotHost())
    assert environment.snapshot is None
    assert any("restored, it does not start" in step for step in world.progress.steps)


def test_the_identity_changes_with_every_input(world: World) -> None:
    environment = build(world, RecordingSnapshotHost())
    first = environment.wheels[0]
    variants = [
        (environment, "maker"),
        (environment, "other maker"),
        (replace(environment, preload=["json"]), "maker"),
        (replace(environment, runtime=environment.runtime[1:]), "maker"),
        (
            replace(
                environment, wheels=[replace(first, file=replace(first.file, sha256="0" * 64))]
            ),
            "maker",
        ),
    ]
    assert len({snapshot_identity(*variant) for variant in variants}) == len(variants)


def test_verify_looks_at_the_snapshot_too(world: World) -> None:
    environment = build(world, RecordingSnapshotHost())
    assert environment.snapshot is not None
    world.cache.store.path(environment.snapshot.heap.sha256).write_bytes(b"heap of smalk")
    assert damaged(world.cache, environment) == [environment.snapshot.heap]
