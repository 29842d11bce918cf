"""A simple index over cache, distribution and upstream; each file is fetched once for everyone."""

import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from .cache import Cache
from .errors import DiskFull, IndexUnreachable, LockStale, NotOffered
from .lock import LockedPackage
from .progress import Recorded
from .pyodide_tags import marker_environment, supported_tags
from .resolve import usable
from .sources.index import Index
from .sources.index_page import IndexFile
from .sources.source import Source, WantedFile, obtain
from .store import write_atomically
from .wheel_check import check_wheel

_KEEP_FREE_BYTES = 512 * 1024**2
"""Any notebook can ask for any package: the disk of the relay must not fill up by that."""


@dataclass(frozen=True, kw_only=True)
class OfferedFile:
    """A wheel on a project's page; `size_bytes` is known for what the cache has."""

    file_name: str
    sha256: str
    requires_python: str = ""
    yanked: bool = False
    uploaded: str = ""
    size_bytes: int | None = None


class TeamIndex:
    """Asked by project and file name only; what it fetches, it took from its own pages."""

    def __init__(self, cache: Cache, upstream: Index, sources: Sequence[Source]) -> None:
        self._cache, self._upstream, self._sources = cache, upstream, sources
        release = cache.definitions().pyodide
        self._rank = {tag: place for place, tag in enumerate(supported_tags(release))}
        self._python = marker_environment(release)["python_full_version"]

    def projects(self) -> list[str]:
        """Those known without asking upstream."""
        return sorted({name for packages in self._packages() for name in packages})

    def page(self, project: str) -> list[OfferedFile]:
        """What a project offers to Pyodide. Raises IndexUnreachable when nothing is known."""
        name = canonicalize_name(project)
        locked, distributed = self._packages()
        found: dict[str, OfferedFile] = {}
        self._offer(found, locked.get(name))
        for file in self._upstream_files(name, needed=not found and name not in distributed):
            found.setdefault(file.file_name, self._with_size(file))
        # Last: an index has it for everyone, Pyodide's CDN only for those who reach it.
        self._offer(found, distributed.get(name))
        return list(found.values())

    def file(self, project: str, file_name: str) -> Path:
        """A wheel from its page, fetched and verified if the cache lacks it.

        Raises NotOffered, HashMismatch, WheelRefused, DiskFull and the sources' errors.
        """
        for offered in self.page(project):
            if offered.file_name == file_name:
                break
        else:
            raise NotOffered(canonicalize_name(project), file_name)
        wanted = WantedFile(file_name=file_name, sha256=offered.sha256, project=project)
        if not self._cache.store.has(wanted.sha256):
            self._need_room(file_name)
        return obtain(
            self._cache.store,
            self._sources,
            wanted,
            Recorded(),
            lambda partial: check_wheel(partial, file_name),
        )

    def metadata(self, project: str, file_name: str) -> bytes:
        """A wheel's METADATA (PEP 658)."""
        with zipfile.ZipFile(self.file(project, file_name)) as archive:
            for name in archive.namelist():
                if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
                    return archive.read(name)
        raise NotOffered(canonicalize_name(project), f"{file_name}.metadata")

    def _packages(
        self,
    ) -> tuple[dict[NormalizedName, LockedPackage], dict[NormalizedName, LockedPackage]]:
        locked: dict[NormalizedName, LockedPackage] = {}
        for name in self._cache.definitions().environments:
            try:
                locked |= self._cache.lock(name).packages
            except LockStale:
                continue  # not locked yet: upstream has its packages
        return locked, self._cache.distribution()

    def _offer(self, found: dict[str, OfferedFile], package: LockedPackage | None) -> None:
        if package is not None and package.package_type == "package":
            offered = OfferedFile(file_name=package.file_name, sha256=package.sha256)
            found.setdefault(package.file_name, self._with_size(offered))

    def _with_size(self, file: OfferedFile) -> OfferedFile:
        if not self._cache.store.has(file.sha256):
            return file
        size = self._cache.store.path(file.sha256).stat().st_size
        return OfferedFile(**{**vars(file), "size_bytes": size})

    def _ask(self, name: str) -> list[OfferedFile]:
        files = [self._offered(file) for file in self._upstream.files(name) if self._runs(file)]
        if files and files != self._remembered(name):
            body = json.dumps([vars(file) for file in files]).encode()
            scratch = self._cache.store.folder / "partial"
            write_atomically(self._page_path(name), body, f"{name}.json", scratch)
        return files

    def _upstream_files(self, name: str, *, needed: bool) -> list[OfferedFile]:
        try:
            return self._ask(name)
        except IndexUnreachable:
            remembered = self._remembered(name)
            if remembered is None and needed:
                raise
            return remembered or []

    def _remembered(self, name: str) -> list[OfferedFile] | None:
        path = self._page_path(name)
        if not path.is_file():
            return None
        return [OfferedFile(**file) for file in json.loads(path.read_text(encoding="utf-8"))]

    def _page_path(self, name: str) -> Path:
        return self._cache.store.folder / "pages" / f"{name}.json"

    def _runs(self, file: IndexFile) -> bool:
        return usable(file, self._rank, self._python) is not None

    def _offered(self, file: IndexFile) -> OfferedFile:
        return OfferedFile(
            file_name=file.file_name,
            sha256=file.sha256,
            requires_python=file.requires_python,
            yanked=file.yanked,
            uploaded=file.uploaded.isoformat().replace("+00:00", "Z") if file.uploaded else "",
        )

    def _need_room(self, file_name: str) -> None:
        folder = self._cache.folder
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < _KEEP_FREE_BYTES:
            raise DiskFull(file_name, str(folder))
