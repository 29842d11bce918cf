"""Members of a zip on a server, read with HTTP ranges."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import httpx2

from ..download import NoRanges, Report, SourceUnreachable, download
from ..errors import DownloadFailed

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_READ_AHEAD = 256 * 1024
"""zipfile looks at the end first: this much holds the whole table of most archives."""


class RemoteZip:
    """The archive at `url`. Raises NoRanges where the server sends whole files only."""

    def __init__(self, client: httpx2.Client, url: str) -> None:
        self._client = client
        self._url = url
        with zipfile.ZipFile(_RangeFile(client, url)) as archive:
            self._entries = {entry.filename: entry for entry in archive.infolist()}

    def names(self) -> list[str]:
        return list(self._entries)

    def fetch(self, name: str, partial: Path, report: Report) -> bool:
        """Complete `partial` with the member's contents; False when there is none."""
        entry = self._entries.get(name)
        if entry is None:
            return False
        offset = entry.header_offset
        header = _read(self._client, self._url, offset, offset + _LOCAL_HEADER.size - 1)
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = offset + _LOCAL_HEADER.size + name_length + extra_length
        packed = partial.with_suffix(".packed")
        span = (start, start + entry.compress_size - 1)
        if not download(self._client, self._url, packed, report, span):
            return False
        _unpack(packed, partial, entry)
        packed.unlink(missing_ok=True)
        return True


def _unpack(packed: Path, partial: Path, entry: zipfile.ZipInfo) -> None:
    if entry.compress_type == zipfile.ZIP_STORED:
        packed.replace(partial)
        return
    inflate = zlib.decompressobj(-15)
    with packed.open("rb") as source, partial.open("wb") as target:
        while chunk := source.read(1024 * 1024):
            # The table says how long it is: a bomb is cut off there, and fails its hash.
            room = entry.file_size - target.tell() + 1
            target.write(inflate.decompress(chunk, room))


class _RangeFile(io.RawIOBase):
    """A seekable file over ranges, for zipfile's reading of the table at the end."""

    def __init__(self, client: httpx2.Client, url: str) -> None:
        self._client, self._url = client, url
        self._position = 0
        self._tail = b""
        self._size, self._tail = _tail(client, url)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._position + size, self._size)
        tail_starts = self._size - len(self._tail)
        if self._position >= tail_starts:
            body = self._tail[self._position - tail_starts : end - tail_starts]
        elif end > self._position:
            body = _read(self._client, self._url, self._position, end - 1)
        else:
            body = b""
        self._position += len(body)
        return body


def _tail(client: httpx2.Client, url: str) -> tuple[int, bytes]:
    response = _get(client, url, f"bytes=-{_READ_AHEAD}")
    size = response.headers.get("content-range", "").rpartition("/")[2]
    if not size.isdigit():
        raise NoRanges
    return int(size), response.content


def _read(client: httpx2.Client, url: str, first: int, last: int) -> bytes:
    return _get(client, url, f"bytes={first}-{last}").content


def _get(client: httpx2.Client, url: str, span: str) -> httpx2.Response:
    name = url.rsplit("/", 1)[-1]
    try:
        with client.stream("GET", url, headers={"range": span}) as response:
            if response.status_code == 200:
                raise NoRanges
            if response.status_code != 206:
                raise DownloadFailed(name, f"the server said {response.status_code}")
            response.read()
            return response
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise SourceUnreachable(str(error)) from error
    except httpx2.TransportError as error:
        raise DownloadFailed(name, str(error) or type(error).__name__) from error
