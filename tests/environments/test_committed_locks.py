"""The definitions and locks that are committed fit each other."""

from pathlib import Path

import pytest

from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.lock import Lock, check_lock
from wasm_runtime.environments.pyodide_tags import marker_environment, supported_tags
from wasm_runtime.environments.resolve import usable
from wasm_runtime.environments.sources.index_page import IndexFile

CACHE = Cache(Path(__file__).parents[2] / "packages-cache", None)
DEFINITIONS = CACHE.definitions()
RELEASE = DEFINITIONS.pyodide
NAMES = list(DEFINITIONS.environments)


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_has_what_its_environment_asks_for_and_nothing_else(name: str) -> None:
    definition = DEFINITIONS.environment(name)
    check_lock(CACHE.lock(name), definition, RELEASE, marker_environment(RELEASE))


@pytest.mark.parametrize("name", NAMES)
def test_every_locked_wheel_runs_in_this_pyodide(name: str) -> None:
    rank = {tag: place for place, tag in enumerate(supported_tags(RELEASE))}
    for package in CACHE.lock(name).packages.values():
        file = IndexFile(file_name=package.file_name, url="", sha256=package.sha256)
        assert usable(file, rank, RELEASE.python), package.file_name


@pytest.mark.parametrize("name", NAMES)
def test_a_wheel_named_like_pyodides_own_build_is_that_build_or_says_so(name: str) -> None:
    own = {package.file_name: package for package in CACHE.distribution().values()}
    for package in CACHE.lock(name).packages.values():
        compiled = package.file_name.endswith("wasm32.whl")
        if compiled and package.file_name in own:
            assert package.sha256 == own[package.file_name].sha256


@pytest.mark.parametrize("name", [name for name in NAMES if DEFINITIONS.environments[name].extends])
def test_a_child_locks_its_parents_wheels(name: str) -> None:
    parent: Lock = CACHE.lock(str(DEFINITIONS.environment(name).extends))
    child = CACHE.lock(name)
    assert {key: child.packages[key] for key in parent.packages} == parent.packages


def test_the_example_imports_are_ready_when_the_kernel_is() -> None:
    assert DEFINITIONS.default == "data"
    assert {"IPython", "numpy", "pandas", "matplotlib"} <= set(
        DEFINITIONS.environment("data").preload
    )
