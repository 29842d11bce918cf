"""An Arrow IPC stream, decoded batch by batch as its bytes come.

https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
"""

import io
import struct
import warnings
from collections.abc import Iterator
from typing import Any

import nanoarrow
import nanoarrow.ipc

from .column_type import ColumnType, column_types
from .columns import Column, column_of
from .errors import OperationalError

_CONTINUATION = b"\xff\xff\xff\xff"
_END = _CONTINUATION + b"\0\0\0\0"
_PREFIX_BYTES = 8
_BODY_LENGTH_FIELD = 3
"""Of the table Message in Arrow's Message.fbs: version, header_type, header, bodyLength."""

Batch = list[Column]


class ArrowStream:
    """Takes bytes as they come; gives the whole batches among them."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._head = b""
        self._is_over = False
        self.types: list[ColumnType] | None = None
        """The columns; None until the schema has come."""

    @property
    def is_over(self) -> bool:
        """Whether the end of the stream has come."""
        return self._is_over

    def feed(self, part: bytes) -> Iterator[Batch]:
        """The batches that are whole now. Raises OperationalError for what is no Arrow stream."""
        self._pending += part
        while (message := self._next_message()) is not None:
            if self.types is None:
                self._head = message
                schema = self._decoded(_END).get_schema()
                self.types = column_types(schema)
                continue
            for batch in self._decoded(message + _END):
                yield [
                    column_of(kind, batch.child(number)) for number, kind in enumerate(self.types)
                ]

    def end(self) -> None:
        """No more bytes come. Raises OperationalError when some are missing."""
        if not self._is_over or self.types is None:
            raise OperationalError(
                "The result was cut: its end is missing.", "Nothing of it was kept; run it again."
            )

    def _next_message(self) -> bytes | None:
        pending = self._pending
        if len(pending) < _PREFIX_BYTES or self._is_over:
            return None
        marker, metadata_bytes = struct.unpack_from("<4sI", pending)
        if marker != _CONTINUATION:
            raise OperationalError(
                "What came is no Arrow stream.", "The relay and this page may differ in version."
            )
        if metadata_bytes == 0:
            self._is_over = True
            return None
        whole = _PREFIX_BYTES + metadata_bytes
        if len(pending) < whole:
            return None
        whole += _body_length(pending)
        if len(pending) < whole:
            return None
        message = bytes(memoryview(pending)[:whole])
        del pending[:whole]
        return message

    def _decoded(self, rest: bytes) -> Any:
        with warnings.catch_warnings():
            # Extension types are read as what they are stored as; ColumnType knows more of them.
            warnings.simplefilter("ignore")
            readable = io.BytesIO(self._head + rest)
            return nanoarrow.c_array_stream(nanoarrow.ipc.InputStream.from_readable(readable))


def _body_length(message: bytearray) -> int:
    """How many bytes follow the metadata: one field of a flatbuffer, found through its vtable."""
    (root,) = struct.unpack_from("<I", message, _PREFIX_BYTES)
    table = _PREFIX_BYTES + root
    (distance,) = struct.unpack_from("<i", message, table)
    vtable = table - distance
    (vtable_bytes,) = struct.unpack_from("<H", message, vtable)
    slot = 4 + 2 * _BODY_LENGTH_FIELD
    if slot >= vtable_bytes:
        return 0
    (at,) = struct.unpack_from("<H", message, vtable + slot)
    if at == 0:
        return 0
    (length,) = struct.unpack_from("<q", message, table + at)
    return int(length)
