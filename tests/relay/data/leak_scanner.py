"""Finds planted secrets in bytes, in the encodings that bytes take on their way out."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import quote


class LeakScanner:
    """`canaries` are names and values; what is fed may be cut anywhere within one channel."""

    def __init__(self, canaries: dict[str, str]) -> None:
        self._spelled = {
            spelling: name for name, value in canaries.items() for spelling in spellings(value)
        }
        self._channels: dict[str, bytearray] = {}

    def feed(self, channel: str, content: bytes) -> None:
        self._channels.setdefault(channel, bytearray()).extend(content)

    @property
    def channels(self) -> set[str]:
        return set(self._channels)

    def hits(self) -> set[tuple[str, str]]:
        """Which canary leaked through which channel."""
        return {
            (channel, name)
            for channel, content in self._channels.items()
            for text in _unpacked(bytes(content))
            for spelling, name in self._spelled.items()
            if spelling in text
        }


def spellings(value: str) -> Iterator[bytes]:
    """As bytes take it on their way out, uncompressed."""
    raw = value.encode()
    yield raw
    yield raw[::-1]
    yield value[::-1].encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield quote(value, safe="").encode()
    yield quote(value).encode()
    yield json.dumps(value)[1:-1].encode()
    yield repr(value)[1:-1].encode()
    yield repr(raw)[2:-1].encode()
    yield value.encode("utf-16-le")
    for shift in range(3):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = alphabet(b"\0" * shift + raw)
            yield encoded[4 if shift else 0 : len(encoded) - 4]


def _unpacked(content: bytes) -> Iterable[bytes]:
    """The bytes, and every compressed stream within them."""
    yield content
    for mark, window in (
        (b"\x1f\x8b", 31),
        (b"\x78\x9c", 15),
        (b"\x78\x01", 15),
        (b"\x78\xda", 15),
    ):
        at = content.find(mark)
        while at >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj(window).decompress(content[at : at + 2**20], 2**24)
            at = content.find(mark, at + 1)


def every_spelling(value: str) -> dict[str, bytes]:
    """One planted leak for each way out; independent of the scanner's own list."""
    raw = value.encode()
    return {
        "raw": b"x" + raw + b"y",
        "base64": base64.b64encode(raw),
        "base64 after one": base64.b64encode(b"a" + raw + b"bc"),
        "base64 after two": base64.b64encode(b"ab" + raw + b"c"),
        "base64 for urls": base64.urlsafe_b64encode(b"??" + raw),
        "hex": raw.hex().encode(),
        "url": f"postgresql://u:{quote(value, safe='')}@h".encode(),
        "json": json.dumps({"password": value}).encode(),
        "repr": repr({"password": value}).encode(),
        "repr of bytes": repr(raw).encode(),
        "reversed": value[::-1].encode(),
        "gzip": b"head" + gzip.compress(b"..." + raw),
        "zlib": b"head" + zlib.compress(raw * 2),
        "utf-16": value.encode("utf-16"),
    }
