"""From requirements to exact wheels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wasm_runtime.environments.errors import NoUsableWheel, RequirementConflict
from wasm_runtime.environments.lock import LockedPackage
from wasm_runtime.environments.pyodide_tags import marker_environment, supported_tags
from wasm_runtime.environments.resolve import COOLDOWN, Offers, resolve
from wasm_runtime.environments.sources.index import MemoryIndex
from wasm_runtime.environments.sources.index_page import IndexFile

from .wheels import make_wheel, sha256
from .world import World

NOW = datetime(2026, 11, 20, tzinfo=UTC)


class Shelf:
    """Offers made of wheels that are written to a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = MemoryIndex({})
        release = World(folder / "world").cache.definitions().pyodide
        self.offers = Offers(
            pinned={},
            distribution={},
            preferred_files=(),
            index=self.index,
            open_wheel=lambda project, file: self.folder / file.file_name,
            markers=marker_environment(release),
            tags=supported_tags(release),
            now=NOW,
        )

    def put(self, project: str, version: str = "1.0", **how: object) -> IndexFile:
        needs = [str(need) for need in how.pop("needs", [])]  # type: ignore[attr-defined]
        name, body = make_wheel(
            project, version, needs=needs, tag=str(how.pop("tag", "py3-none-any"))
        )
        (self.folder / name).write_bytes(body)
        file = IndexFile(file_name=name, url=f"https://f.example/{name}", sha256=sha256(body))
        file = replace(file, **how)  # type: ignore[arg-type]
        self.index.projects.setdefault(project, []).append(file)
        return file

    def versions(self, *requirements: str) -> dict[str, str]:
        asked = [Requirement(each) for each in requirements]
        picked = resolve(asked, self.offers, "test")
        return {name: package.version for name, package in picked.items()}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_the_newest_version_is_taken_with_all_it_needs(shelf: Shelf) -> None:
    shelf.put("alpha", "1.0")
    shelf.put("alpha", "1.10", needs=["beta<2"])
    shelf.put("alpha", "1.9")
    shelf.put("beta", "1.5")
    shelf.put("beta", "2.0")
    assert shelf.versions("alpha") == {"alpha": "1.10", "beta": "1.5"}


def test_a_locked_package_lists_what_it_needs_and_what_it_gives(shelf: Shelf) -> None:
    shelf.put("alpha-x", needs=["beta"])
    shelf.put("beta")
    package = resolve([Requirement("alpha-x")], shelf.offers, "test")[canonicalize_name("alpha-x")]
    assert (package.depends, package.imports) == (["beta"], ["alpha_x"])


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ('sys_platform == "emscripten"', True),
        ('platform_machine == "wasm32"', True),
        ('python_version >= "3.14"', True),
        ('python_full_version < "3.14.2"', False),
        ('sys_platform != "emscripten"', False),
        ('os_name == "nt"', False),
        ('extra == "fast"', False),
    ],
)
def test_markers_are_those_of_pyodide(shelf: Shelf, marker: str, holds: bool) -> None:
    shelf.put("alpha", needs=[f"beta; {marker}"])
    shelf.put("beta")
    assert ("beta" in shelf.versions("alpha")) is holds


def test_extras_bring_their_requirements(shelf: Shelf) -> None:
    shelf.put("alpha", needs=['beta; extra == "fast"'])
    shelf.put("beta")
    assert shelf.versions("alpha[fast]") == {"alpha": "1.0", "beta": "1.0"}


def test_a_late_demand_changes_an_early_choice(shelf: Shelf) -> None:
    shelf.put("alpha", "1.0")
    shelf.put("alpha", "2.0")
    shelf.put("beta", needs=["alpha<2"])
    assert shelf.versions("alpha", "beta") == {"alpha": "1.0", "beta": "1.0"}


def test_a_conflict_names_both_requirers(shelf: Shelf) -> None:
    shelf.put("alpha", "1.0")
    shelf.put("alpha", "2.0")
    shelf.put("beta", needs=["alpha<2"])
    shelf.put("gamma", needs=["alpha>=2"])
    with pytest.raises(RequirementConflict) as conflict:
        shelf.versions("beta", "gamma")
    assert "beta wants alpha<2" in conflict.value.message
    assert "gamma wants alpha>=2" in conflict.value.message


@pytest.mark.parametrize(
    "tag",
    [
        "cp314-cp314-pyemscripten_2026_0_wasm32",
        "cp39-abi3-pyemscripten_2026_0_wasm32",
        "py3-none-any",
        "py2.py3-none-any",
    ],
)
def test_wheels_that_run_in_pyodide_are_taken(shelf: Shelf, tag: str) -> None:
    shelf.put("alpha", tag=tag)
    assert shelf.versions("alpha") == {"alpha": "1.0"}


@pytest.mark.parametrize(
    "tag",
    [
        "cp314-cp314-manylinux_2_28_x86_64",
        "cp313-cp313-pyemscripten_2026_0_wasm32",
        "cp314-cp314-pyemscripten_2025_0_wasm32",
        "py2-none-any",
        "cp313-none-any",
    ],
)
def test_wheels_for_elsewhere_are_not_and_the_error_names_them(shelf: Shelf, tag: str) -> None:
    file = shelf.put("alpha", tag=tag)
    shelf.put("beta", needs=["alpha"])
    with pytest.raises(NoUsableWheel) as refused:
        shelf.versions("beta")
    assert "alpha (wanted by beta)" in refused.value.message
    assert file.file_name in refused.value.message


def test_a_compiled_wheel_beats_a_pure_one_of_the_same_version(shelf: Shelf) -> None:
    shelf.put("alpha")
    compiled = shelf.put("alpha", tag="cp314-cp314-pyemscripten_2026_0_wasm32")
    [package] = resolve([Requirement("alpha")], shelf.offers, "test").values()
    assert package.file_name == compiled.file_name


def test_young_yanked_and_too_new_releases_are_passed_over(shelf: Shelf) -> None:
    shelf.put("alpha", "1.0", uploaded=NOW - COOLDOWN)
    shelf.put("alpha", "1.1", uploaded=NOW - COOLDOWN + timedelta(seconds=1))
    shelf.put("alpha", "1.2", yanked=True)
    shelf.put("alpha", "1.3", requires_python=">=3.15")
    shelf.put("alpha", "2.0rc1")
    shelf.put("alpha", "3.0", sha256="")
    assert shelf.versions("alpha") == {"alpha": "1.0"}


def test_pyodides_own_build_is_preferred_where_everyone_can_get_it(shelf: Shelf) -> None:
    shelf.put("alpha", "9.0")
    own = LockedPackage(name="alpha", version="1.0", file_name="alpha-own.whl", sha256="0" * 64)
    distribution = {canonicalize_name("alpha"): own}
    shelf.offers = replace(shelf.offers, distribution=distribution)
    assert shelf.versions("alpha") == {"alpha": "9.0"}
    shelf.offers = replace(shelf.offers, preferred_files={"alpha-own.whl"})
    assert shelf.versions("alpha") == {"alpha": "1.0"}


def test_what_the_parent_environment_pinned_stays(shelf: Shelf) -> None:
    shelf.put("alpha", "2.0")
    pin = LockedPackage(name="alpha", version="1.0", file_name="alpha.whl", sha256="0" * 64)
    shelf.offers = replace(shelf.offers, pinned={canonicalize_name("alpha"): pin})
    assert shelf.versions("alpha>=1") == {"alpha": "1.0"}
