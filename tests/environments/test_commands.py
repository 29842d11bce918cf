"""`wasm-runtime env …`, without a network."""

import argparse
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from wasm_runtime.environments import commands
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.errors import DefinitionError, EnvironmentsError, UnknownEnvironment
from wasm_runtime.environments.progress import Lines
from wasm_runtime.environments.snapshot_host import RecordingSnapshotHost
from wasm_runtime.environments.supplies import Supplies

from .world import World


@pytest.fixture
def shell(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world where the commands find it."""

    @contextmanager
    def supplies(
        cache: Cache,
        *,
        offline: bool = False,
        local: Sequence[Path] = (),
        index: str | None = None,
    ) -> Iterator[Supplies]:
        yield world.supplies

    monkeypatch.setenv("WASM_RUNTIME_CACHE", str(world.folder))
    monkeypatch.setattr(commands, "open_supplies", supplies)
    monkeypatch.setattr(commands, "DenoSnapshotHost", lambda _: RecordingSnapshotHost())
    monkeypatch.setattr(
        "wasm_runtime.environments.build.PyodideCompiler", lambda *_: world.compiler
    )
    return world


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["env", *words])
    status: int = arguments.run(arguments)
    return status


def test_build_without_names_builds_the_default(
    shell: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("build", "--relock") == 0
    assert capsys.readouterr().out.startswith("small: 3 wheels, Python 3.14.2")


def test_relocking_a_child_relocks_its_parents_first(shell: World) -> None:
    assert run("build", "large", "--relock") == 0
    locks = {path.name for path in (shell.folder / "locks").glob("*.lock.json")}
    assert locks == {"small.lock.json", "large.lock.json"}


def test_list_says_what_is_built(shell: World, capsys: pytest.CaptureFixture[str]) -> None:
    run("build", "--relock")
    capsys.readouterr()
    run("list")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("* small: 3 wheels")
    assert second.startswith("  large: not built")


def test_show_lists_versions_and_hashes(shell: World, capsys: pytest.CaptureFixture[str]) -> None:
    run("build", "--relock")
    run("show", "small")
    shown = capsys.readouterr().out
    assert "alpha 1.0" in shown
    assert shell.cache.environment("small").wheels[0].source_sha256 in shown


def test_add_puts_a_requirement_into_the_definitions(shell: World) -> None:
    run("build", "--relock")
    assert run("add", "small", "gamma>=1") == 0
    assert '    "gamma>=1",\n' in (shell.folder / "environments.toml").read_text()
    names = [wheel.name for wheel in shell.cache.environment("small").wheels]
    assert "gamma" in names


def test_an_addition_that_cannot_be_resolved_changes_nothing(shell: World) -> None:
    before = (shell.folder / "environments.toml").read_text()
    with pytest.raises(EnvironmentsError, match="nothing of that name"):
        run("add", "small", "unheard-of")
    assert (shell.folder / "environments.toml").read_text() == before


def test_add_refuses_what_is_no_requirement_or_environment(shell: World) -> None:
    with pytest.raises(DefinitionError):
        run("add", "small", "a b c")
    with pytest.raises(UnknownEnvironment):
        run("add", "none", "gamma")


def test_verify_finds_a_changed_file_and_build_makes_it_anew(shell: World) -> None:
    run("build", "--relock")
    assert run("verify") == 0
    file = shell.cache.environment("small").wheels[0].file
    shell.cache.store.path(file.sha256).write_bytes(b"rotten")
    with pytest.raises(EnvironmentsError, match=file.name):
        run("verify", "small")
    run("build")
    assert run("verify") == 0


def test_clean_keeps_what_is_built_and_drops_the_rest(
    shell: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run("build", "--relock")
    stray = shell.cache.store.add("stray", b"nobody needs this")
    run("clean")
    assert not shell.cache.store.has(stray.sha256)
    assert run("verify") == 0
    assert "MB removed" in capsys.readouterr().out


def test_progress_in_a_log_has_size_and_rate() -> None:
    out = io.StringIO()
    lines = Lines(out)
    lines.bytes("numpy.whl", 1_000_000, 2_000_000)
    lines.bytes("numpy.whl", 2_000_000, 2_000_000)
    [line] = out.getvalue().splitlines()
    assert line.startswith("  numpy.whl  2.0 MB")
    assert line.endswith("MB/s")
