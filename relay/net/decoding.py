"""An answer's body as it was before the host compressed it, in parts of bounded size."""

import zlib
from collections.abc import Iterator

from .errors import HostFailed

ACCEPTED = "gzip, deflate"
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": zlib.MAX_WBITS}
_PART_BYTES = 64 * 1024
"""A kilobyte may decode to a megabyte: it is never decoded at once."""


class Decoder:
    """`encoding` is the host's Content-Encoding. Raises HostFailed for one nobody asked for."""

    def __init__(self, encoding: str) -> None:
        self._kind = encoding.strip().lower()
        if self._kind not in ("", "identity", *_WINDOW):
            raise HostFailed("The host answered in an encoding that was not asked for.")
        self._is_plain = self._kind in ("", "identity")
        self._inflate = None if self._is_plain else zlib.decompressobj(_WINDOW[self._kind])
        self._has_begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises HostFailed when the data is not what the encoding says."""
        if self._inflate is None:
            yield data
            return
        if not self._has_begun and data and self._kind == "deflate" and data[0] & 0x0F != 8:
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # some hosts leave out the wrapper
        self._has_begun = self._has_begun or bool(data)
        try:
            while data:
                if self._inflate.eof:  # gzip may have several members
                    if self._kind == "deflate":
                        return
                    self._inflate = zlib.decompressobj(_WINDOW[self._kind])
                part = self._inflate.decompress(data, _PART_BYTES)
                data = self._inflate.unconsumed_tail or self._inflate.unused_data
                if part:
                    yield part
            while part := self._inflate.decompress(b"", _PART_BYTES):
                yield part
        except zlib.error as error:
            raise HostFailed("The host's answer is damaged: it cannot be decompressed.") from error

    def end(self) -> None:
        """Raises HostFailed when there should have been more."""
        if self._inflate is not None and self._has_begun and not self._inflate.eof:
            raise HostFailed("The host's answer ended in the middle.")
