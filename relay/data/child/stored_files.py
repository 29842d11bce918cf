"""Files that the process may not open itself: its parent reads them, and passes on the bytes.

They are known when the process starts, with their sizes; it asks for bytes of one by its number.
"""

import socket
import threading
from datetime import UTC, datetime
from typing import Any, ClassVar

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from .wire import ANSWER, ASK, MOST_BYTES

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


class Parent:
    """Asked by one thread at a time. `failure` is the last reason why bytes were not given."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._answers = self._socket.makefile("rb")
        self._lock = threading.Lock()
        self.failure = ""

    def read(self, number: int, start: int, length: int) -> bytes:
        with self._lock:
            self._socket.sendall(ASK.pack(number, start, length))
            is_good, size = ANSWER.unpack(self._answers.read(ANSWER.size))
            content = self._answers.read(size)
        if not is_good:
            self.failure = content.decode()
            raise OSError(self.failure)
        return content


class StoredFiles(AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB is registered with; it holds the files that were declared, and no others."""

    protocol: ClassVar[str] = "storage"
    cachable: ClassVar[bool] = False

    def __init__(self, parent: Parent, sizes: dict[str, int]) -> None:
        super().__init__()
        self._parent = parent
        self._sizes = sizes
        self._numbers = {address: number for number, address in enumerate(sizes)}

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return path

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        if path not in self._sizes:
            raise FileNotFoundError(path)
        return {"name": path, "size": self._sizes[path], "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path] if path in self._sizes else []

    def modified(self, path: str) -> datetime:
        return _UNKNOWN

    def _open(self, path: str, mode: str = "rb", **_: Any) -> "_StoredFile":
        return _StoredFile(self, path, mode, cache_type="none")

    def bytes_of(self, path: str, start: int, end: int) -> bytes:
        end = min(end, self._sizes[path])
        return b"".join(
            self._parent.read(self._numbers[path], at, min(MOST_BYTES, end - at))
            for at in range(start, end, MOST_BYTES)
        )


class _StoredFile(AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        content: bytes = self.fs.bytes_of(self.path, start, end)
        return content
