"""A store that fails when it is told to."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal, TypeVar

from relay.sync.memory_store import MemoryStore
from relay.sync.store import Append, Compaction, Outline, Store, Stored, StoreFault

T = TypeVar("T")

Fault = Literal["refused", "written", "hangs"]
"""Nothing was written; all was, although the store says no, as after a failed fsync; or there is
no answer until `release` is called, and then it was."""


class FaultyStore:
    """`fault_at` says for the number of each write, from 1 on, how it fails."""

    def __init__(self, fault_at: Callable[[int], Fault | None], inner: Store | None = None) -> None:
        self.inner = inner or MemoryStore()
        self.is_shared = self.inner.is_shared
        self.writes = 0
        self.unreadable = False
        self._fault_at = fault_at
        self._released = threading.Event()

    def release(self) -> None:
        self._released.set()

    def append(self, appends: Sequence[Append]) -> Sequence[int]:
        return self._write(lambda: self.inner.append(appends))

    def compact(self, compaction: Compaction) -> None:
        self._write(lambda: self.inner.compact(compaction))

    def delete(self, document_id: str, epoch: str | None = None) -> bool:
        return self._write(lambda: self.inner.delete(document_id, epoch))

    def load(self, document_id: str, after: int = 0) -> Stored | None:
        return self._readable().load(document_id, after)

    def load_past(self, document_id: str, sequence: int) -> Stored | None:
        return self._readable().load_past(document_id, sequence)

    def outline(self, document_id: str) -> Outline:
        return self._readable().outline(document_id)

    def contents(self, document_id: str) -> Iterable[bytes]:
        return self._readable().contents(document_id)

    def heads(self, document_ids: Collection[str]) -> dict[str, int]:
        return self._readable().heads(document_ids)

    def deleted(self, document_ids: Collection[str]) -> frozenset[str]:
        return self._readable().deleted(document_ids)

    def close(self) -> None:
        self.inner.close()

    def _readable(self) -> Store:
        if self.unreadable:
            raise StoreFault("input/output error")
        return self.inner

    def _write(self, write: Callable[[], T]) -> T:
        self.writes += 1
        fault = self._fault_at(self.writes)
        if fault == "hangs":
            self._released.wait()
        if fault == "refused":
            raise StoreFault("disk: refused")
        written = write()
        if fault == "written":
            raise StoreFault("disk: written")
        return written
