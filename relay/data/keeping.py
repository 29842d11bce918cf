"""A result that is written to disk while it is read."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import structlog

_log = structlog.stdlib.get_logger("relay.data")


class Keeping:
    """Takes the parts of one result. What goes wrong here ends the keeping, never the query.

    `make_room` is asked before bytes are written and `give_back` told when they are not kept after
    all; `keep` gets the whole file.
    """

    def __init__(
        self,
        path: Path,
        *,
        make_room: Callable[[int, int], bool],
        give_back: Callable[[int], None],
        keep: Callable[[int, int, bool], None],
    ) -> None:
        self._path = path
        self._make_room = make_room
        self._give_back = give_back
        self._keep = keep
        self._file: BinaryIO | None = None
        self._written = 0
        self._is_over = False
        # A thread may still be writing when the query is stopped.
        self._lock = Lock()

    async def add(self, content: bytes) -> None:
        """Write the next bytes; they are on their way to the disk when this returns."""
        if not self._is_over:
            await asyncio.to_thread(self._add, content)

    async def finish(self, *, rows: int, more: bool) -> None:
        """The result is whole."""
        if not self._is_over:
            await asyncio.to_thread(self._finish, rows, more)

    async def drop(self) -> None:
        """The result failed, or was cut: nothing of it is kept. Without effect after the end."""
        if not self._is_over:
            await asyncio.to_thread(self._drop)

    def _add(self, content: bytes) -> None:
        with self._lock:
            if self._is_over:
                return
            if not self._make_room(self._written, len(content)):
                self._end()
                return
            self._written += len(content)
            try:
                if self._file is None:
                    self._file = open(self._path, "xb", opener=_only_for_owner)  # noqa: SIM115
                self._file.write(content)
            except OSError as error:
                self._fail(error)

    def _finish(self, rows: int, more: bool) -> None:
        with self._lock:
            if self._is_over or self._file is None:
                return
            try:
                self._file.close()
            except OSError as error:
                self._fail(error)
                return
            self._is_over = True
            self._keep(self._written, rows, more)

    def _drop(self) -> None:
        with self._lock:
            if not self._is_over:
                self._end()

    def _fail(self, error: OSError) -> None:
        _log.warning("a result could not be kept", reason=str(error))
        self._end()

    def _end(self) -> None:
        self._is_over = True
        try:
            if self._file is not None:
                # What it still holds cannot be written either; it is closed all the same.
                self._file.close()
        except OSError as error:
            _log.debug("a result that is not kept was not written", reason=str(error))
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("a result that is not kept cannot be removed", reason=str(error))
        self._give_back(self._written)


def _only_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)
