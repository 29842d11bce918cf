"""Locks in Pyodide's own format, so that stock Pyodide and micropip can read them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from .definitions import EnvironmentDefinition, PyodideRelease
from .errors import LockStale


@dataclass(frozen=True, kw_only=True)
class LockedPackage:
    """One exact wheel."""

    name: str
    version: str
    file_name: str
    sha256: str
    depends: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    install_dir: str = "site"
    package_type: str = "package"
    unvendored_tests: bool = False


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A release and its packages, keyed by normalised name."""

    info: dict[str, str]
    packages: dict[NormalizedName, LockedPackage]

    def dumps(self) -> str:
        packages = {name: vars(self.packages[name]) for name in sorted(self.packages)}
        return (
            json.dumps({"info": self.info, "packages": packages}, indent=1, sort_keys=True) + "\n"
        )


def read_lock(path: Path) -> Lock:
    """The lock at `path`. Raises ValueError, KeyError or TypeError when it is none."""
    plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    packages: dict[NormalizedName, LockedPackage] = {}
    for entry in plain["packages"].values():
        package = LockedPackage(**{key: entry[key] for key in _FIELDS if key in entry})
        packages[canonicalize_name(package.name)] = package
    return Lock(info=dict(plain["info"]), packages=packages)


_FIELDS = tuple(LockedPackage.__dataclass_fields__)


def check_lock(
    lock: Lock,
    definition: EnvironmentDefinition,
    release: PyodideRelease,
    markers: Mapping[str, str],
) -> None:
    """Raises LockStale when the definition was changed after the lock was made."""
    name = definition.name
    if lock.info != release.info:
        raise LockStale(name, f"it is for Pyodide {lock.info}")
    wanted = [each for each in definition.requirements if applies(each, markers)]
    for requirement in wanted:
        package = lock.packages.get(canonicalize_name(requirement.name))
        if package is None:
            raise LockStale(name, f"{requirement.name} is missing")
        if not requirement.specifier.contains(package.version, prereleases=True):
            raise LockStale(name, f"it has {package.name} {package.version}, not {requirement}")
    needed: set[NormalizedName] = set()
    queue = [canonicalize_name(requirement.name) for requirement in wanted]
    while queue:
        project = queue.pop()
        if project in needed:
            continue
        if project not in lock.packages:
            raise LockStale(name, f"{project} is missing")
        needed.add(project)
        queue += [canonicalize_name(each) for each in lock.packages[project].depends]
    if extra := sorted(set(lock.packages) - needed):
        raise LockStale(name, f"nothing needs {', '.join(extra)}")


def applies(
    requirement: Requirement, markers: Mapping[str, str], extras: frozenset[str] = frozenset()
) -> bool:
    """Whether a requirement holds inside Pyodide, for a package asked for with `extras`."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({**markers, "extra": extra}) for extra in extras or {""})
