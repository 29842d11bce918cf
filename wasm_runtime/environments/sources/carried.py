"""Pyodide's distribution as carried inside another project's wheel on the package index."""

import threading
from collections.abc import Collection
from pathlib import Path

import httpx2
from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from ..download import NoRanges, Report, download
from ..store import Store
from .index import Index
from .index_page import IndexFile
from .local import LocalArchive
from .remote_zip import RemoteZip
from .source import WantedFile


class CarriedDistribution:
    """Members of one wheel; asked only for files of the distribution that it carries."""

    def __init__(
        self,
        *,
        client: httpx2.Client,
        index: Index,
        store: Store,
        requirement: str,
        folder: str,
        files: Collection[str],
    ) -> None:
        self.name = f"the copy inside {requirement}"
        self._client, self._index, self._store = client, index, store
        self._requirement = Requirement(requirement)
        self._folder = folder
        self._files = files
        self._opening = threading.Lock()
        self._remote: RemoteZip | None = None
        self._whole: LocalArchive | None = None

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        if wanted.file_name not in self._files or not self._open(report):
            return False
        if self._remote is not None:
            return self._remote.fetch(f"{self._folder}/{wanted.file_name}", partial, report)
        assert self._whole is not None  # _open leaves one of the two
        return self._whole.fetch(wanted, partial, report)

    def names(self) -> set[str]:
        """The distribution's files that it carries."""
        if not self._open(lambda done, total: None):
            return set()
        inside = (
            self._remote.names() if self._remote else self._whole.names() if self._whole else []
        )
        return {name.rpartition("/")[2] for name in inside} & set(self._files)

    def _open(self, report: Report) -> bool:
        # Several wheels are fetched at once, and all of them wait for the one table of contents.
        with self._opening:
            return self._remote is not None or self._whole is not None or self._look(report)

    def _look(self, report: Report) -> bool:
        file = self._carrier()
        if file is None:
            return False
        try:
            self._remote = RemoteZip(self._client, file.url)
        except NoRanges:
            self._whole = self._download(file, report)
        return True

    def _carrier(self) -> IndexFile | None:
        for file in self._index.files(self._requirement.name):
            try:
                _, version, _, _ = parse_wheel_filename(file.file_name)
            except InvalidWheelFilename:
                continue
            if self._requirement.specifier.contains(version) and file.sha256:
                return file
        return None

    def _download(self, file: IndexFile, report: Report) -> LocalArchive:
        if not self._store.has(file.sha256):
            with self._store.claim(file.sha256) as partial:
                if not self._store.has(file.sha256):
                    download(self._client, file.url, partial, report)
                    self._store.accept(partial, file.file_name, file.sha256, "the package index")
        return LocalArchive(self._store.path(file.sha256))
