"""Environments: what a kernel starts from, as exact files named by their hash."""

from dataclasses import dataclass, field

from .capabilities import Capability


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of the store, at `store/{sha256}/{name}` below the page's base address."""

    name: str
    sha256: str
    size_bytes: int
    transfer_bytes: int


@dataclass(frozen=True, kw_only=True)
class InstalledWheel:
    """A wheel mounted when the kernel starts; byte-compiled, so its hash is not the index's."""

    name: str
    version: str
    file: StoredFile
    source_sha256: str
    imports: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A kernel's heap with `preload` imported, and all that a restored kernel needs beside it.

    `layout` says where everything was; `modules` are the extension modules that were loaded,
    `files` all other files of the wheels, each as one file whose directory the layout holds. A
    restored kernel needs no wheel.
    """

    layout: StoredFile
    heap: StoredFile
    modules: StoredFile
    files: StoredFile

    def all_files(self) -> list[StoredFile]:
        """In the order in which a start needs them."""
        return [self.layout, self.heap, self.modules, self.files]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything a kernel of this name loads; `id` is a hash of all of it."""

    name: str
    id: str
    title: str
    pyodide_version: str
    python_version: str
    abi: str
    runtime: list[StoredFile]
    wheels: list[InstalledWheel]
    lock: StoredFile
    preload: list[str] = field(default_factory=list)
    snapshot: Snapshot | None = None

    def all_files(self) -> list[StoredFile]:
        """Every file that a kernel of this environment may load."""
        wheels = [wheel.file for wheel in self.wheels]
        saved = self.snapshot.all_files() if self.snapshot else []
        return [*self.runtime, self.lock, *wheels, *saved]


@dataclass(frozen=True, kw_only=True)
class EnvironmentList:
    """What `environments.json` answers: the environments that are built, the default first.

    It is the first thing that a page asks for, so a relay says here too what it can do.
    """

    environments: list[Environment]
    capabilities: list[Capability] = field(default_factory=list)
