"""`environments.toml`, and the folder it lives in."""

from pathlib import Path

import pytest

from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.definitions import read_definitions
from wasm_runtime.environments.errors import DefinitionError, EnvironmentsError, UnknownEnvironment

from .world import World


def changed(world: World, before: str, after: str) -> Path:
    path = world.folder / "environments.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    return path


def test_a_child_inherits_requirements_and_preload(world: World) -> None:
    large = world.cache.definitions().environment("large")
    assert [str(requirement) for requirement in large.requirements] == ["alpha>=1", "gamma"]
    assert large.preload == ["alpha"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"alpha>=1"', '"alpha=>1"', "alpha=>1"),
        ('"gamma"', '"gamma @ https://evil.example/gamma.whl"', "--source"),
        ('extends = "small"', 'extends = "large"', "large → large"),
        ('extends = "small"', 'extends = "none"', "none"),
        ('default = "small"', 'default = "none"', "none"),
        ('abi = "2026_0"', "", "abi"),
        ('title = "Large"', "title = ", "environments.toml"),
    ],
)
def test_a_bad_entry_is_named(world: World, before: str, after: str, said: str) -> None:
    with pytest.raises(EnvironmentsError) as refused:
        read_definitions(changed(world, before, after))
    assert said in refused.value.message + refused.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="absent"):
        read_definitions(tmp_path / "absent.toml")


def test_the_folder_may_be_named_by_a_variable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WASM_RUNTIME_CACHE", str(world.folder))
    assert Cache.locate().folder == world.folder
    assert Cache.locate(Path("elsewhere")).folder == Path("elsewhere")


def test_definitions_and_locks_are_the_shipped_ones_until_there_are_own(tmp_path: Path) -> None:
    shipped = World(tmp_path / "shipped")
    cache = Cache(tmp_path / "own", shipped.folder)
    assert cache.definitions() == shipped.cache.definitions()
    own = cache.own_definitions()
    own.write_text(own.read_text().replace("Small", "Mine"))
    assert cache.definitions().environment("small").title == "Mine"


@pytest.mark.parametrize("name", ["absent", "../small", ".hidden", ""])
def test_an_environment_that_is_not_built_says_how_to_build_it(world: World, name: str) -> None:
    with pytest.raises(UnknownEnvironment) as missing:
        world.cache.environment(name)
    assert missing.value.hint.startswith("wasm-runtime env build")
