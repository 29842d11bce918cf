"""A file on its way into a folder: hidden until it is whole, gone when it does not come to that."""

import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress

from .beneath import UPLOADING, folder_of, in_our_words, not_a_file
from .errors import FileChanged

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Upload:
    """Used from several threads, by one at a time; `abandon` may come while another one writes."""

    def __init__(self, root: str, path: str) -> None:
        self._root = root
        self._path = path
        self._folder = self._file = -1
        self._temporary = UPLOADING + secrets.token_hex(8)
        self._name = ""
        self._lock = threading.Lock()
        self._is_over = False

    def begin(self) -> None:
        """Make the folders above it, and the hidden file. Raises StorageError."""
        with self._lock, folder_of(self._root, self._path, make=True) as (folder, self._name):
            if self._is_over:
                return
            self._file = os.open(self._temporary, _NEW, 0o666, dir_fd=folder)
            self._folder = os.dup(folder)

    def add(self, part: bytes) -> None:
        with self._lock, in_our_words(self._path):
            left = memoryview(part)
            while left and not self._is_over:
                left = left[os.write(self._file, left) :]

    def finish(self, only_new: bool, check: Callable[[], None]) -> os.stat_result:
        """Put it in its place, unless `check` raises."""
        with self._lock, in_our_words(self._path):
            os.fsync(self._file)
            found = os.fstat(self._file)
            check()
            both = {"src_dir_fd": self._folder, "dst_dir_fd": self._folder}
            try:
                if only_new:
                    # A rename would replace what came meanwhile; a link does not.
                    os.link(self._temporary, self._name, follow_symlinks=False, **both)
                else:
                    os.rename(self._temporary, self._name, **both)
            except FileExistsError:
                raise FileChanged(self._path) from None
            except IsADirectoryError:
                raise not_a_file(self._path) from None
            os.fsync(self._folder)
            return found

    def abandon(self) -> None:
        """Let go of everything; what is hidden still goes away."""
        with self._lock:
            self._is_over = True
            if self._folder < 0:
                return
            with suppress(FileNotFoundError):
                os.unlink(self._temporary, dir_fd=self._folder)
            os.close(self._file)
            os.close(self._folder)
            self._folder = self._file = -1
