"""Libraries' own tests end the same in a restored kernel and in one that booted."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.restored_kernels import run_cells
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.cache import Cache

from . import in_kernel
from .wheels import LIBRARIES, archive_of_tests

NUMPY = [
    "numpy/lib/tests/test_function_base.py",
    "numpy/linalg/tests/test_linalg.py",
    "numpy/_core/tests/test_datetime.py",
    "numpy/ma/tests/test_core.py",
    "numpy/random/tests/test_generator_mt19937.py",
]
PANDAS = [
    "pandas/tests/frame/methods/test_sort_values.py",
    "pandas/tests/groupby/test_groupby.py",
    "pandas/tests/indexes/datetimes/test_date_range.py",
    "pandas/tests/reshape/merge/test_merge.py",
]
SCIPY = [
    "scipy/interpolate/tests/test_bsplines.py",
    "scipy/linalg/tests/test_basic.py",
    "scipy/optimize/tests/test_zeros.py",
    "scipy/special/tests/test_basic.py",
]
ARCHIVE = "/home/notebook/library-tests.zip"
UNPACK = f"""
import importlib, sysconfig, zipfile
zipfile.ZipFile({ARCHIVE!r}).extractall(sysconfig.get_path("purelib"))
importlib.invalidate_caches()
"""
# numpy's conftest wants an extension module that is built for its developers alone.
OPTIONS = {"numpy": ["--noconftest"], "pandas": [], "scipy": []}
FEWEST = 500


def outcomes(environment: Environment, archive: bytes, arguments: Sequence[str]) -> dict[str, str]:
    """Outcome by test, in a kernel of its own."""
    source = Path(in_kernel.__file__).read_text(encoding="utf-8")
    run = f"run_tests({list(arguments)!r})"
    said = run_cells(environment, UNPACK, source, run, files={ARCHIVE: archive})
    assert said.ready.restored == (environment.snapshot is not None), said.ready.note
    found: dict[str, str] = json.loads(said.printed[-1].splitlines()[-1])
    return found


def compare(name: str, library: str, modules: Sequence[str]) -> None:
    """Run the modules in both kernels of environment `name`."""
    environment = Cache.locate().environment(name)
    assert environment.snapshot is not None, "the environment was built without a snapshot"
    archive = archive_of_tests(library)
    arguments = [*OPTIONS[library], *modules]
    restored = outcomes(environment, archive, arguments)
    booted = outcomes(replace(environment, snapshot=None), archive, arguments)
    differing = {test for test in restored | booted if restored.get(test) != booted.get(test)}
    assert not differing
    counts = Counter(restored.values())
    print(f"{library}: {dict(counts)}")
    assert counts["passed"] >= FEWEST
    assert not any(outcome.startswith("not collected") for outcome in counts)


@pytest.mark.parametrize(("library", "modules"), [("numpy", NUMPY[:2]), ("pandas", PANDAS[2:])])
def test_a_part_of_the_tests_ends_the_same(library: str, modules: list[str]) -> None:
    compare("data", library, modules)


@pytest.mark.samples
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("name", "library", "modules"),
    [("data", "numpy", NUMPY), ("data", "pandas", PANDAS), ("science", "scipy", SCIPY)],
)
def test_all_of_the_sample_ends_the_same(name: str, library: str, modules: list[str]) -> None:
    compare(name, library, modules)


@pytest.mark.parametrize("library", list(LIBRARIES))
def test_the_tests_are_those_of_the_locked_version(library: str) -> None:
    locked = Cache.locate().lock("science").packages[library]
    assert LIBRARIES[library].file_name.startswith(f"{library}-{locked.version}-cp314-")
