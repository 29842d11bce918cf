"""`environments.toml`: which environments there are and what each asks for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .errors import DefinitionError, UnknownEnvironment


@dataclass(frozen=True, kw_only=True)
class PyodideRelease:
    """The runtime's files, pinned by hash, and where its compiled wheels come from."""

    version: str
    python: str
    abi: str
    platform: str
    distribution: str
    carried_by: str
    carried_folder: str
    files: Mapping[str, str]

    @property
    def info(self) -> dict[str, str]:
        """What Pyodide's lock format says of the release."""
        return {
            "abi_version": self.abi,
            "arch": "wasm32",
            "platform": self.platform,
            "python": self.python,
        }


@dataclass(frozen=True, kw_only=True)
class EnvironmentDefinition:
    """One environment with everything that it inherits."""

    name: str
    title: str
    extends: str | None
    requirements: list[Requirement]
    preload: list[str]


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The whole file; `environments` has parents before their children."""

    default: str
    pyodide: PyodideRelease
    environments: dict[str, EnvironmentDefinition]

    def environment(self, name: str) -> EnvironmentDefinition:
        if name not in self.environments:
            raise UnknownEnvironment(
                name, list(self.environments), "They are defined in environments.toml."
            )
        return self.environments[name]


def read_definitions(path: Path) -> Definitions:
    """The definitions in `path`. Raises DefinitionError that says which entry is wrong."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: {error}.", "Correct the file.") from error
    try:
        release = PyodideRelease(**plain["pyodide"])
        tables: dict[str, Any] = plain["environments"]
        environments: dict[str, EnvironmentDefinition] = {}
        for name in tables:
            _add(name, tables, environments, ())
        default = str(plain["default"])
    except (KeyError, TypeError, AttributeError) as error:
        raise DefinitionError(
            f"{path}: an entry is missing or of the wrong kind: {error}.",
            "Compare with the environments.toml that the package ships.",
        ) from error
    if default not in environments:
        raise UnknownEnvironment(default, list(environments), f"Correct `default` in {path}.")
    return Definitions(default=default, pyodide=release, environments=environments)


def _add(
    name: str,
    tables: Mapping[str, Any],
    known: dict[str, EnvironmentDefinition],
    below: tuple[str, ...],
) -> EnvironmentDefinition:
    if name in known:
        return known[name]
    if name in below:
        raise DefinitionError(
            f"Environments extend each other in a circle: {' → '.join((*below, name))}.",
            "Remove one `extends`.",
        )
    if name not in tables:
        raise UnknownEnvironment(name, list(tables), f"{below[-1]!r} extends it.")
    table = tables[name]
    parent = _add(table["extends"], tables, known, (*below, name)) if "extends" in table else None
    own = [_requirement(text, name) for text in table["requirements"]]
    preload = list(table.get("preload", []))
    known[name] = EnvironmentDefinition(
        name=name,
        title=str(table.get("title", name)),
        extends=parent.name if parent else None,
        requirements=_merged([*(parent.requirements if parent else []), *own]),
        preload=[*(parent.preload if parent else []), *preload],
    )
    return known[name]


def _requirement(text: str, environment: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise DefinitionError(
            f"{environment}: {text!r} is not a requirement: {error}.",
            'Write it as pip takes it, for example "numpy>=2.4".',
        ) from error
    if requirement.url:
        raise DefinitionError(
            f"{environment}: {text!r} names an address, which no lock can share.",
            "Put the wheel into a folder and give it with --source.",
        )
    return requirement


def _merged(requirements: list[Requirement]) -> list[Requirement]:
    by_text = {
        (canonicalize_name(requirement.name), str(requirement)): requirement
        for requirement in requirements
    }
    return list(by_text.values())
