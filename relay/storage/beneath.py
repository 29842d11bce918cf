"""Files below a folder, reached from its descriptor part by part: no symbolic link is followed, so
none leads out, also when one is put in between meanwhile."""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .errors import BadPath, NoSuchFile, StorageFailed, StorageFull
from .path import is_path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without waiting, a pipe that nobody writes to would hold the thread for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UPLOADING = ".wasm-runtime-upload-"
"""How files begin that are still being written; they are not shown."""


@contextmanager
def folder_of(root: str, path: str, make: bool = False) -> Iterator[tuple[int, str]]:
    """A descriptor of the folder that holds `path`, and the name there. Raises StorageError."""
    *parents, name = path.split("/")
    with in_our_words(path), _opened(root, parents, make) as folder:
        yield folder, name


@contextmanager
def folder_at(root: str, path: str) -> Iterator[int]:
    """A descriptor of the folder `path`; "" is the root. Raises StorageError."""
    with in_our_words(path), _opened(root, path.split("/") if path else [], False) as folder:
        yield folder


def open_file(folder: int, name: str, path: str) -> io.FileIO:
    """A regular file, to read; it closes itself when it is let go of."""
    opened = os.open(name, _FILE, dir_fd=folder)
    mode = os.fstat(opened).st_mode
    if stat.S_ISREG(mode):
        return io.FileIO(opened, "rb")
    os.close(opened)
    raise not_a_file(path) if stat.S_ISDIR(mode) else NoSuchFile(path)


def regular(folder: int, name: str, path: str) -> os.stat_result:
    """Of a regular file. Raises StorageError."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISREG(found.st_mode):
        return found
    raise not_a_file(path) if stat.S_ISDIR(found.st_mode) else NoSuchFile(path)


def names_in(folder: int) -> Iterator[str]:
    """Of the files and folders that can be asked for."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(UPLOADING) or not is_path(entry.name):
                continue
            if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
                yield entry.name


def not_a_file(path: str) -> BadPath:
    return BadPath(f"{path[:200]!r} is a folder.", "List it, or name a file in it.")


@contextmanager
def in_our_words(path: str) -> Iterator[None]:
    """What the system says names folders of this machine, which are nobody else's business."""
    try:
        yield
    except OSError as error:
        if error.errno in _MISSING:
            raise NoSuchFile(path) from error
        if error.errno in _FULL:
            raise StorageFull("The storage is full.", "Remove what is not needed.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StorageFailed(
                f"The relay may not do this with {path[:200]!r}.",
                "The operator gives the relay's own user the right to, in the file system.",
            ) from error
        raise StorageFailed(f"The storage failed: {os.strerror(error.errno or 0)}.") from error


@contextmanager
def _opened(root: str, parents: list[str], make: bool) -> Iterator[int]:
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StorageFailed("The storage's folder cannot be opened.") from error
    try:
        for part in parents:
            below = _below(folder, part, make)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def _below(folder: int, part: str, make: bool) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    # Somebody else may have made it meanwhile; whether it is a folder is seen now.
    with suppress(FileExistsError):
        os.mkdir(part, dir_fd=folder)
    return os.open(part, _FOLDER, dir_fd=folder)
