"""A package index: its pages, and its files as a source."""

import math
import os
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx2
from packaging.utils import canonicalize_name

from ..download import Report, download
from ..errors import IndexUnreachable
from .index_page import ACCEPT, IndexFile, parse_page
from .source import WantedFile

URL_VARIABLE = "WASM_RUNTIME_INDEX_URL"
_PAGE_FRESH_SECONDS = 600.0
_MAX_PAGE_BYTES = 64 * 1024 * 1024


class Index(Protocol):
    """What resolving needs of an index."""

    def files(self, project: str) -> list[IndexFile]:
        """Everything offered for a project, nothing when it is unknown. Raises IndexUnreachable."""
        ...


class MemoryIndex:
    """An index in memory: the fake of this seam."""

    def __init__(self, projects: dict[str, list[IndexFile]]) -> None:
        self.projects = projects

    def files(self, project: str) -> list[IndexFile]:
        return self.projects.get(canonicalize_name(project), [])


class PackageIndex:
    """A simple index on the web; a page is read again after ten minutes."""

    def __init__(self, client: httpx2.Client, url: str) -> None:
        self.name = "the package index"
        self._client = client
        self._url = url.rstrip("/") + "/"
        self._pages: dict[str, tuple[float, list[IndexFile]]] = {}

    def files(self, project: str) -> list[IndexFile]:
        project = canonicalize_name(project)
        read_at, files = self._pages.get(project, (-math.inf, []))
        if time.monotonic() - read_at >= _PAGE_FRESH_SECONDS:
            files = self._read(project)
            self._pages[project] = (time.monotonic(), files)
        return files

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        if not wanted.project:
            return False
        for file in self.files(wanted.project):
            if file.file_name == wanted.file_name:
                # Pyodide rebuilds pure wheels too: same name, other bytes. Not this file then.
                if file.sha256 and file.sha256 != wanted.sha256:
                    return False
                return download(self._client, file.url, partial, report)
        return False

    def _read(self, project: str) -> list[IndexFile]:
        address = f"{self._url}{project}/"
        try:
            response = self._client.get(address, headers={"accept": ACCEPT})
        except httpx2.TransportError as error:
            reason = f"{type(error).__name__} from {urlsplit(self._url).hostname}"
            raise IndexUnreachable(project, reason) from error
        if response.status_code == 404:
            return []
        if response.status_code != 200 or len(response.content) > _MAX_PAGE_BYTES:
            raise IndexUnreachable(project, f"it said {response.status_code}")
        content_type = response.headers.get("content-type", "")
        try:
            return parse_page(response.content, content_type, str(response.url))
        except (ValueError, KeyError, TypeError) as error:
            raise IndexUnreachable(project, f"its page cannot be read: {error}") from error


def index_url(setting: str | None = None) -> str:
    """The index this machine uses: our setting, then pip's, then pip's default."""
    return setting or os.environ.get(URL_VARIABLE) or _pip_setting() or _pip_default()


def _pip_setting() -> str | None:
    from pip._internal.configuration import Configuration
    from pip._internal.exceptions import PipError

    try:
        configuration = Configuration(isolated=False)
        configuration.load()
    except PipError:
        return None  # a configuration that pip itself cannot read says nothing
    # pip's own order: variables, then the files of `install`, then of all commands.
    for name in (":env:.index-url", "install.index-url", "global.index-url"):
        try:
            return str(configuration.get_value(name))
        except PipError:
            continue  # not set
    return None


def _pip_default() -> str:
    from pip._internal.models.index import PyPI

    return str(PyPI.simple_url)
