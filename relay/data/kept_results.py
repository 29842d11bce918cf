"""Results kept for whoever asks the same again, each the Arrow stream that it was, in a file."""

import fcntl
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog

from .keeping import Keeping
from .kept_result import KeptResult

_LARGEST_SHARE = 4
"""A result larger than one in so many parts of the room would push out all others."""
_LOCK = ".lock"

_log = structlog.stdlib.get_logger("relay.data")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    path: Path
    rows: int
    bytes: int
    more: bool
    made_at: float
    good_until: float


class KeptResults:
    """Bounded by bytes, those being written among them; the least recently used go first.

    They last as long as this object: a key holds a secret of its own, so that no file of an
    earlier life is ever found, and what such a life left behind is removed. Used as a context.
    Methods block on the disk, and may be called from any thread.
    """

    def __init__(
        self, folder: Path, max_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.key_secret = secrets.token_bytes(32)
        self._parent = folder
        self._folder = folder / secrets.token_hex(8)
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._life = ExitStack()

    def __enter__(self) -> "KeptResults":
        if self._max_bytes:
            try:
                self._take_folder()
            except OSError as error:
                _log.warning("no result will be kept", reason=str(error))
                self._max_bytes = 0
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = self._max_bytes = 0
        shutil.rmtree(self._folder, ignore_errors=True)
        self._life.close()

    def find(self, key: str, oldest_seconds: float) -> KeptResult | None:
        """An opened result that is no older, for whoever takes it to close."""
        now = self._clock()
        with self._lock:
            self._remove_old(now)
            kept = self._kept.get(key)
            # A clock that was set back makes ages that nobody can trust.
            if kept is None or not 0 <= now - kept.made_at <= oldest_seconds:
                return None
            try:
                file = kept.path.open("rb")
            except OSError as error:
                _log.warning("a kept result cannot be opened", reason=str(error))
                self._remove(key)
                return None
            self._kept.move_to_end(key)
        return KeptResult(
            file=file,
            rows=kept.rows,
            bytes=kept.bytes,
            more=kept.more,
            age_seconds=now - kept.made_at,
            on_damage=lambda: self._forget(key, kept),
        )

    def begin(self, key: str, good_seconds: float) -> Keeping | None:
        """Where a result that the database begins to give now can be written; None without room."""
        if not self._max_bytes:
            return None
        made_at = self._clock()
        path = self._folder / secrets.token_hex(16)

        def keep(written: int, rows: int, more: bool) -> None:
            kept = _Kept(
                path=path,
                rows=rows,
                bytes=written,
                more=more,
                made_at=made_at,
                good_until=made_at + good_seconds,
            )
            with self._lock:
                self._remove(key)
                self._kept[key] = kept
                if not self._max_bytes:  # it ended meanwhile
                    self._remove(key)

        return Keeping(path, make_room=self._make_room, give_back=self._give_back, keep=keep)

    def remove_old(self) -> None:
        """Remove what nobody may use any more."""
        with self._lock:
            self._remove_old(self._clock())

    def _make_room(self, written: int, count: int) -> bool:
        """Take so many bytes more for a result of which `written` are there; False: too large."""
        with self._lock:
            if written + count > self._max_bytes // _LARGEST_SHARE:
                return False
            while self._bytes + count > self._max_bytes:
                if not self._kept:
                    return False
                self._remove(next(iter(self._kept)))
            self._bytes += count
            return True

    def _give_back(self, count: int) -> None:
        with self._lock:
            self._bytes -= count

    def _forget(self, key: str, kept: _Kept) -> None:
        with self._lock:
            if self._kept.get(key) is kept:
                self._remove(key)

    def _remove_old(self, now: float) -> None:
        for key in [key for key, kept in self._kept.items() if now > kept.good_until]:
            self._remove(key)

    def _remove(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self._bytes -= kept.bytes
        try:
            kept.path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("a kept result cannot be removed", reason=str(error))

    def _take_folder(self) -> None:
        self._parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One relay at a time: a folder is never seen between being made and being held.
        with _held(self._parent):
            for folder in self._parent.iterdir():
                if folder.is_dir():
                    _remove_unless_held(folder)
            self._folder.mkdir(mode=0o700)
            self._life.enter_context(_held(self._folder))


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove_unless_held(folder: Path) -> None:
    """What a relay that was killed has left; one that runs holds its folder."""
    with (folder / _LOCK).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder, ignore_errors=True)
