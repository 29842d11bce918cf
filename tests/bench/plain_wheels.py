"""The stock wheels of Pyodide's distribution that the control loads, by its own lock."""

from collections.abc import Iterable
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.lock import LockedPackage
from wasm_runtime.environments.progress import Recorded
from wasm_runtime.environments.sources.source import WantedFile, obtain
from wasm_runtime.environments.supplies import open_supplies


def stock_wheels(cache: Cache, names: Iterable[str]) -> dict[str, Path]:
    """File name and stored file of each package and of what it needs; fetched when missing."""
    distribution = cache.distribution()
    wanted: dict[NormalizedName, LockedPackage] = {}
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = distribution[name]
            waiting += [canonicalize_name(each) for each in distribution[name].depends]
    with open_supplies(cache) as supplies:
        return {
            package.file_name: obtain(
                cache.store,
                supplies.wheels,
                WantedFile(file_name=package.file_name, sha256=package.sha256, project=name),
                Recorded(),
            )
            for name, package in wanted.items()
        }
