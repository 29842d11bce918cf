"""Pyodide's own content network."""

from collections.abc import Collection
from pathlib import Path

import httpx2

from ..download import Report, SourceUnreachable, download
from .source import WantedFile

_BASE = "https://cdn.jsdelivr.net/pyodide"


class PyodideCdn:
    """The files of one Pyodide release; asked only for files that the release has."""

    def __init__(
        self, client: httpx2.Client, version: str, files: Collection[str], base: str = _BASE
    ) -> None:
        self.name = "Pyodide's CDN"
        self._client = client
        self._address = f"{base}/v{version}/full/"
        self._files = files
        self._unreachable: SourceUnreachable | None = None

    def fetch(self, wanted: WantedFile, partial: Path, report: Report) -> bool:
        if wanted.file_name not in self._files:
            return False
        # Where it cannot be reached it fails by time-out: once per run is enough.
        if self._unreachable is not None:
            raise self._unreachable
        try:
            return download(self._client, self._address + wanted.file_name, partial, report)
        except SourceUnreachable as error:
            self._unreachable = error
            raise
