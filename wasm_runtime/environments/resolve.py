"""From requirements to exact wheels: greedy, and clear about who wanted what."""

import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import HeaderParser
from pathlib import Path
from typing import Protocol

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from .errors import NoUsableWheel, RequirementConflict
from .lock import LockedPackage, applies
from .repack import importable
from .sources.index import Index
from .sources.index_page import IndexFile

COOLDOWN = timedelta(days=7)
"""A release younger than this may still be withdrawn or found hostile."""


class OpenWheel(Protocol):
    """Gets a wheel that the index offers, verified, onto this machine."""

    def __call__(self, project: str, file: IndexFile) -> Path: ...


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Everything a resolution may choose from, in order of preference.

    `pinned` are choices already made (a parent environment's lock); `distribution` are
    Pyodide's own builds; the index has the rest.
    """

    pinned: Mapping[NormalizedName, LockedPackage]
    distribution: Mapping[NormalizedName, LockedPackage]
    preferred_files: Collection[str]
    index: Index
    open_wheel: OpenWheel
    markers: Mapping[str, str]
    tags: list[Tag]
    now: datetime


@dataclass(frozen=True)
class _Demand:
    requirement: Requirement
    requirer: str


def resolve(
    requirements: list[Requirement], offers: Offers, environment: str
) -> dict[NormalizedName, LockedPackage]:
    """The packages that satisfy `requirements` and all that those need.

    Raises RequirementConflict, NoUsableWheel, IndexUnreachable.
    """
    demands: dict[NormalizedName, list[_Demand]] = {}
    # A demand found late may exclude an early choice: start over, knowing it from the beginning.
    while True:
        picked = _attempt(requirements, offers, environment, demands)
        if picked is not None:
            return picked


def _attempt(
    requirements: list[Requirement],
    offers: Offers,
    environment: str,
    demands: dict[NormalizedName, list[_Demand]],
) -> dict[NormalizedName, LockedPackage] | None:
    picked: dict[NormalizedName, LockedPackage] = {}
    expanded: set[tuple[NormalizedName, frozenset[str]]] = set()
    queue = [_Demand(each, environment) for each in requirements if applies(each, offers.markers)]
    while queue:
        demand = queue.pop(0)
        requirement = demand.requirement
        project = canonicalize_name(requirement.name)
        known = demands.setdefault(project, [])
        if not any(str(each.requirement.specifier) == str(requirement.specifier) for each in known):
            known.append(demand)
        chosen = picked.get(project)
        if chosen is None:
            chosen = picked[project] = _choose(project, known, offers)
        elif not requirement.specifier.contains(chosen.version, prereleases=True):
            _choose(project, known, offers)  # raises when nothing suits all of them
            return None
        extras = frozenset(requirement.extras)
        if (project, extras) not in expanded:
            expanded.add((project, extras))
            queue += [_Demand(each, project) for each in _needs(chosen, extras, offers)]
    return _with_depends(picked, offers)


def _choose(project: NormalizedName, demands: list[_Demand], offers: Offers) -> LockedPackage:
    wanted = SpecifierSet()
    for demand in demands:
        wanted &= demand.requirement.specifier
    for pool in (offers.pinned, _preferred(offers)):
        package = pool.get(project)
        if package and wanted.contains(package.version, prereleases=True):
            return package
    if file := _newest(offers.index.files(project), wanted, offers):
        return _locked(project, file, offers)
    package = offers.distribution.get(project)
    if package and wanted.contains(package.version, prereleases=True):
        return package
    said = [(str(each.requirement.specifier), each.requirer) for each in demands]
    if len([text for text, _ in said if text]) > 1:
        raise RequirementConflict(project, said)
    came = _describe_offer(offers.index.files(project), package)
    expected = f"a wheel of {project}{wanted} that is pure Python or built for Pyodide"
    raise NoUsableWheel(project, demands[0].requirer, expected, came)


def _preferred(offers: Offers) -> dict[NormalizedName, LockedPackage]:
    return {
        name: package
        for name, package in offers.distribution.items()
        if package.file_name in offers.preferred_files
    }


def _newest(files: list[IndexFile], wanted: SpecifierSet, offers: Offers) -> IndexFile | None:
    rank = {tag: place for place, tag in enumerate(offers.tags)}
    best: tuple[Version, int] | None = None
    found: IndexFile | None = None
    for file in files:
        parsed = usable(file, rank, offers.markers["python_full_version"])
        if parsed is None or not wanted.contains(parsed[0], prereleases=bool(wanted.prereleases)):
            continue
        if file.uploaded is not None and offers.now - file.uploaded < COOLDOWN:
            continue
        key = (parsed[0], -parsed[1])
        if best is None or key > best:
            best, found = key, file
    return found


def usable(file: IndexFile, rank: Mapping[Tag, int], python: str) -> tuple[Version, int] | None:
    """The version of a wheel and the place of its best tag; None when it cannot run here."""
    # Popular projects list thousands of files, and reading a name properly is slow.
    if not file.file_name.endswith(("-any.whl", "_wasm32.whl")):
        return None
    try:
        _, version, _, tags = parse_wheel_filename(file.file_name)
        asks = SpecifierSet(file.requires_python)
    except (InvalidWheelFilename, InvalidSpecifier):
        return None
    places = [rank[tag] for tag in tags if tag in rank]
    if not places or file.yanked or not file.sha256 or not asks.contains(python):
        return None
    return version, min(places)


def _locked(project: NormalizedName, file: IndexFile, offers: Offers) -> LockedPackage:
    path = offers.open_wheel(project, file)
    return LockedPackage(
        name=project,
        version=str(parse_wheel_filename(file.file_name)[1]),
        file_name=file.file_name,
        sha256=file.sha256,
        imports=importable(path),
    )


def _needs(package: LockedPackage, extras: frozenset[str], offers: Offers) -> list[Requirement]:
    if package.depends:  # decided already, by Pyodide's builders or by the lock it came from
        return [Requirement(name) for name in package.depends]
    project = canonicalize_name(package.name)
    if package in (offers.distribution.get(project), offers.pinned.get(project)):
        return []
    for file in offers.index.files(project):
        if file.file_name == package.file_name:
            found = wheel_requirements(offers.open_wheel(project, file))
            return [each for each in found if applies(each, offers.markers, extras)]
    return []


def wheel_requirements(wheel: Path) -> list[Requirement]:
    """What a wheel's metadata says it needs, markers and all."""
    with zipfile.ZipFile(wheel) as archive:
        names = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        text = archive.read(names[0]).decode("utf-8", "replace") if names else ""
    found = []
    for line in HeaderParser().parsestr(text).get_all("Requires-Dist", []):
        try:
            found.append(Requirement(line))
        except InvalidRequirement:
            continue  # old metadata; pip ignores such a line as well
    return found


def _with_depends(
    picked: dict[NormalizedName, LockedPackage], offers: Offers
) -> dict[NormalizedName, LockedPackage]:
    complete = {}
    for project, package in picked.items():
        depends = sorted(
            {
                canonicalize_name(each.name)
                for each in _needs(package, frozenset(), offers)
                if canonicalize_name(each.name) in picked
            }
        )
        complete[project] = LockedPackage(**{**vars(package), "depends": depends})
    return complete


def _describe_offer(files: list[IndexFile], distributed: LockedPackage | None) -> str:
    if distributed is not None:
        return f"{distributed.file_name} (Pyodide's own) and nothing that fits"
    wheels = [file.file_name for file in files if file.file_name.endswith(".whl")]
    if not files:
        return "nothing of that name"
    if not wheels:
        return "source archives only"
    return f"{len(wheels)} wheels, the last one {wheels[-1]}"
