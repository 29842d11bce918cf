"""One holder at a time, across threads and processes."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_threads: dict[Path, threading.Lock] = {}
_registry = threading.Lock()


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone; it is left behind empty, since removing it would race with a waiter."""
    with _registry:
        lock = _threads.setdefault(path.absolute(), threading.Lock())
    # A process's own file locks do not exclude its threads everywhere, hence both.
    with lock, path.open("ab") as file:
        _lock(file.fileno())
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
