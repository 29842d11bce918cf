"""Blobs as files beside the SQLite file: large ones never stand in the way of edits."""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from .blobs import Blob
from .store import StoreFault

_PART = ".part-"
"""Of a file that is being written; one that remains after a crash is overwritten by nobody, and
dropped with the next listing."""


class BlobFiles:
    """A folder for each document, in it a file for each blob."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Between looking at a file's age and deleting it, nobody may put it again.
        self._lock = Lock()

    def put(self, document_id: str, sha256: str, content: bytes, now: float) -> None:
        with self._faults():
            folder = self._folder / document_id
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = folder / f"{_PART}{secrets.token_hex(8)}"
            try:
                with open(part, "xb") as file:
                    os.fchmod(file.fileno(), 0o600)
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                with self._lock:
                    os.utime(part, (now, now))
                    part.replace(folder / sha256)
            finally:
                part.unlink(missing_ok=True)
            for each in (folder, self._folder):
                _sync_folder(each)

    def get(self, document_id: str, sha256: str) -> bytes | None:
        with self._faults():
            try:
                return (self._folder / document_id / sha256).read_bytes()
            except FileNotFoundError:
                return None

    def blobs(self, document_id: str) -> Sequence[Blob]:
        with self._faults():
            return [blob for blob in self._found(document_id) if not blob.sha256.startswith(_PART)]

    def drop(self, document_id: str, hashes: Collection[str], put_before: float) -> None:
        with self._faults(), self._lock:
            for blob in self._found(document_id):
                is_meant = blob.sha256 in hashes or blob.sha256.startswith(_PART)
                if is_meant and blob.put_at < put_before:
                    (self._folder / document_id / blob.sha256).unlink(missing_ok=True)

    def forget(self, document_id: str) -> None:
        with self._faults(), self._lock:
            folder = self._folder / document_id
            if folder.exists():
                shutil.rmtree(folder)
                _sync_folder(self._folder)

    def close(self) -> None:
        """Nothing is held open."""

    def _found(self, document_id: str) -> Iterator[Blob]:
        try:
            entries = list(os.scandir(self._folder / document_id))
        except FileNotFoundError:
            return
        for entry in entries:
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            yield Blob(entry.name, status.st_size, status.st_mtime)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreFault(f"{self._folder}: {error}") from error


def _sync_folder(folder: Path) -> None:
    """Have the names in it written: a file without its name is lost."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
