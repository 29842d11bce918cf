"""Packages at run time: `%pip`, and the imports of a cell that are not there."""

import importlib
import importlib.metadata
import logging
import re
import shlex
import sys
from pathlib import Path
from typing import Any, Literal, Protocol

from IPython.core.error import UsageError

from wasm_runtime.contracts.worker import PackageProgress

from .host import Host
from .missing_imports import missing_imports, packages_for
from .outbox import Outbox

_PIP_LINE = re.compile(r"^(\s*)[%!]pip3?\s+(.*?)\s*$")

State = Literal["looking", "downloading", "installing", "installed", "failed"]


class PackageSource(Protocol):
    """Brings packages; `micropip` has this shape."""

    async def install(self, requirements: Any, **options: Any) -> None: ...

    def uninstall(self, packages: Any) -> None: ...


def micropip_source() -> PackageSource:
    """Pyodide's installer, imported when first needed."""
    source: PackageSource = importlib.import_module("micropip")
    # It warns of files that a replaced package only announced; what fails is an exception.
    logging.getLogger("micropip").setLevel(logging.ERROR)
    return source


class Packages:
    """Installs packages for the run that asks, and says so."""

    def __init__(self, host: Host, outbox: Outbox, source: Any = micropip_source) -> None:
        self._host = host
        self._outbox = outbox
        self._source = source

    async def install_missing(self, source: str) -> None:
        """Install what `source` imports and is not there. A failure is left to the import."""
        settings = self._host.settings
        if not settings.auto_install or not settings.index_url:
            return
        missing = missing_imports(source)
        if not missing:
            return
        packages = list(dict.fromkeys(packages_for(missing, self._host.read_lock()).values()))
        for package in packages:
            try:
                await self._install([package], {})
            except Exception as error:  # noqa: BLE001  # said below; the import then raises
                self._say(package, "failed", str(error))

    async def pip(self, line: str) -> None:
        """Carry out a `%pip` line. Raises UsageError for what it cannot do."""
        words = shlex.split(line)
        command, rest = (words[0], words[1:]) if words else ("", [])
        names = [word for word in rest if not word.startswith("-")]
        match command:
            case "install":
                await self._pip_install(rest)
            case "uninstall":
                self._source().uninstall(names)
                print(f"Removed {', '.join(names)}")
            case "list" | "freeze":
                for name, version in _installed():
                    print(f"{name:30} {version}" if command == "list" else f"{name}=={version}")
            case "show":
                for name in names:
                    _show(name)
            case _:
                raise UsageError("%pip install|uninstall|list|freeze|show NAME")

    async def _pip_install(self, words: list[str]) -> None:
        requirements: list[str] = []
        options: dict[str, Any] = {}
        items = iter(words)
        for word in items:
            if word in ("-r", "--requirement"):
                requirements += _requirements(Path(next(items, "")))
            elif word == "--pre":
                options["pre"] = True
            elif word == "--no-deps":
                options["deps"] = False
            elif not word.startswith("-"):
                requirements.append(word)
        if not requirements:
            raise UsageError("%pip install NAME")
        for requirement in requirements:
            try:
                await self._install([requirement], options)
            except Exception as error:
                self._say(requirement, "failed", str(error))
                raise UsageError(f"{requirement} was not installed: {error}") from error

    async def _install(self, requirements: list[str], options: dict[str, Any]) -> None:
        before = dict(_installed())
        label = ", ".join(requirements)
        self._say(label, "looking", "")
        index = self._host.settings.index_url
        if index:
            options = {**options, "index_urls": [index.rstrip("/")]}
        self._say(label, "installing", "")
        # As pip does: a package that is there and too old for another one is replaced.
        options = {"keep_going": True, "reinstall": True, **options}
        await self._source().install(requirements, **options)
        importlib.invalidate_caches()
        new = [f"{name} {version}" for name, version in _installed() if before.get(name) != version]
        self._say(label, "installed", ", ".join(new))
        text = f"Installed {', '.join(new)}" if new else f"{label} is already installed"
        print(text, file=sys.stderr)
        if stale := _imported_before(before):
            print(f"{', '.join(stale)}: imported before; what is loaded stays the older version "
                  "until the kernel is restarted.", file=sys.stderr)  # fmt: skip

    def _say(self, package: str, state: State, detail: str) -> None:
        run_id = self._outbox.run_id
        self._outbox.send(
            PackageProgress(run_id=run_id, package=package, state=state, detail=detail)
        )


def awaited_pip_lines(lines: list[str]) -> list[str]:
    """An input transformer: `%pip …` and `!pip …` become an await, as installing takes a while."""
    if lines and lines[0].startswith("%%"):
        return lines
    return [
        _PIP_LINE.sub(lambda m: f"{m[1]}await get_ipython().packages.pip({m[2]!r})\n", line)
        if "pip" in line
        else line
        for line in lines
    ]


def _installed() -> list[tuple[str, str]]:
    found = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
    return sorted(found.items(), key=lambda item: item[0].lower())


def _imported_before(before: dict[str, str]) -> list[str]:
    """The packages that have another version now, of which modules are loaded."""
    replaced = {name for name, version in _installed() if before.get(name, version) != version}
    if not replaced:
        return []
    loaded = {name.partition(".")[0] for name in sys.modules}
    return sorted(
        {
            distribution
            for module, distributions in importlib.metadata.packages_distributions().items()
            for distribution in distributions
            if module in loaded and distribution in replaced
        }
    )


def _requirements(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def _show(name: str) -> None:
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise UsageError(f"{name} is not installed") from error
    for field in ("Name", "Version", "Summary", "Home-page", "License"):
        if field in metadata:
            print(f"{field}: {metadata[field]}")
