"""Files named by their sha256: whole or absent, whatever is killed in between."""

import errno
import hashlib
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli

from wasm_runtime.contracts.environments import StoredFile

from .errors import DiskFull, HashMismatch, NotStored
from .file_lock import exclusive

_SHA256 = re.compile(r"[0-9a-f]{64}")
Check = Callable[[Path], None]
"""Raises when a file must not be kept."""

_ABANDONED_SECONDS = 3600.0
_BROTLI_QUALITY = 9
_AWAITED_QUALITIES = [(10_000_000, 11), (32_000_000, 10)]
"""Of what a start waits for, up to so many bytes: 9 to 12 % smaller, at two to five times the work.

More than that would take minutes."""
_BROTLI_WINDOW = 24
"""The largest that HTTP allows: heaps repeat themselves over long distances."""
_WORTHWHILE = 0.95
"""A sibling that saves less than this is a file more and a decompression more for nothing."""


class Store:
    """A folder of immutable files; safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._partial = folder / "partial"

    def path(self, sha256: str) -> Path:
        """Where the file is. Raises NotStored."""
        path = self._place(sha256)
        if not path.is_file():
            raise NotStored(sha256)
        return path

    def has(self, sha256: str) -> bool:
        return self._place(sha256).is_file()

    @contextmanager
    def claim(self, sha256: str) -> Iterator[Path]:
        """The partial file for `sha256`, held alone.

        It may already hold bytes of an earlier, broken attempt; whoever gets the claim looks
        with `has` whether the file arrived while they waited.
        """
        self._partial.mkdir(parents=True, exist_ok=True)
        with exclusive(self._partial / f"{sha256}.lock"):
            yield self._partial / f"{sha256}.part"

    def accept(
        self, partial: Path, name: str, sha256: str, origin: str, check: Check | None = None
    ) -> Path:
        """Move a complete partial file into place, if it is the right one and `check` agrees.

        Raises HashMismatch, or what `check` raised; the partial file is then gone.
        """
        came = hash_file(partial)
        if came != sha256:
            partial.unlink()
            raise HashMismatch(name, sha256, came, origin)
        try:
            if check is not None:
                check(partial)
        except BaseException:
            partial.unlink()
            raise
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(place)
        _sync_folder(place.parent)
        return place

    def add(
        self,
        name: str,
        body: bytes,
        *,
        compress: bool = False,
        is_memory: bool = False,
        is_awaited: bool = False,
    ) -> StoredFile:
        """Keep `body`; with `compress` also a brotli twin, where that saves anything.

        `is_memory`: the body is made of aligned words, which is packed another way. `is_awaited`:
        each start on a first visit waits for it, so it is packed as small as can be.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        if not self.has(sha256):
            self._write(self._place(sha256), body, name)
        return self.describe(
            name, sha256, compress=compress, is_memory=is_memory, is_awaited=is_awaited
        )

    def describe(
        self,
        name: str,
        sha256: str,
        *,
        compress: bool = False,
        is_memory: bool = False,
        is_awaited: bool = False,
    ) -> StoredFile:
        """The contract's entry for a stored file."""
        path = self.path(sha256)
        size = path.stat().st_size
        transfer = size
        twin = compressed_twin(path)
        if compress and not twin.is_file():
            packed = _pack(path.read_bytes(), is_memory=is_memory, is_awaited=is_awaited)
            if len(packed) < size * _WORTHWHILE:
                self._write(twin, packed, f"{name}.br")
        if twin.is_file():
            transfer = twin.stat().st_size
        return StoredFile(name=name, sha256=sha256, size_bytes=size, transfer_bytes=transfer)

    def hashes(self) -> Iterator[str]:
        """Every file that is stored."""
        for path in self.folder.glob("??/*"):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def remove(self, sha256: str) -> int:
        """Remove a file and its twin; returns the bytes won."""
        won = 0
        place = self._place(sha256)
        for path in (compressed_twin(place), place):
            won += _remove(path)
        return won

    def remove_leftovers(self) -> int:
        """Remove what broken downloads and killed writers left; returns the bytes won."""
        won = 0
        for path in self._partial.glob("*.*"):
            if path.suffix in (".part", ".packed"):
                with self.claim(path.stem):  # whoever is downloading it finishes first
                    won += _remove(path)
            elif path.suffix == ".tmp" and time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                won += _remove(path)
        return won

    def _place(self, sha256: str) -> Path:
        # The name may come from a request: anything but a hash is no file of ours.
        if not _SHA256.fullmatch(sha256):
            raise NotStored(sha256)
        return self.folder / sha256[:2] / sha256

    def _write(self, place: Path, body: bytes, name: str) -> None:
        write_atomically(place, body, name, self._partial)


def _pack(body: bytes, *, is_memory: bool, is_awaited: bool) -> bytes:
    # Made for fonts, this mode prefers distances that are multiples of two: pointers repeat so.
    mode = brotli.MODE_FONT if is_memory else brotli.MODE_GENERIC
    quality = _awaited_quality(len(body)) if is_awaited else _BROTLI_QUALITY
    packed: bytes = brotli.compress(body, mode=mode, quality=quality, lgwin=_BROTLI_WINDOW)
    return packed


def _awaited_quality(size: int) -> int:
    fits = (quality for limit, quality in _AWAITED_QUALITIES if size <= limit)
    return next(fits, _BROTLI_QUALITY)


def compressed_twin(path: Path) -> Path:
    """Where the brotli form of a stored file is, if there is one."""
    return path.with_name(path.name + ".br")


def write_atomically(place: Path, body: bytes, name: str, scratch: Path) -> None:
    """Write `place` so that a reader sees the old file or the new one. Raises DiskFull."""
    scratch.mkdir(parents=True, exist_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = scratch / f"{uuid.uuid4().hex}.tmp"
    try:
        with disk_room(name, place.parent), temporary.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(place.parent)


@contextmanager
def disk_room(name: str, folder: Path) -> Iterator[None]:
    """Say which file found no room. Raises DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(name, str(folder)) from error
        raise


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(path: Path) -> int:
    if not path.is_file():
        return 0
    size = path.stat().st_size
    path.unlink()
    return size


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
