"""Downloads that go on where they stopped."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx2

from .errors import DownloadFailed

Report = Callable[[int, int | None], None]
"""Told the bytes there are so far and, when known, the bytes there will be."""

_ATTEMPTS = 4
_MAX_BYTES = 1024**3
"""No wheel is larger; a server that never ends must not fill the disk."""


class SourceUnreachable(Exception):
    """A host that does not answer at all; the next source is asked."""


class NoRanges(Exception):
    """The server sends whole files only."""


def make_client(connect_seconds: float = 10.0) -> httpx2.Client:
    """A client for archives: never transparently decoded, redirects followed."""
    return httpx2.Client(
        follow_redirects=True,
        timeout=httpx2.Timeout(60.0, connect=connect_seconds),
        headers={"accept-encoding": "identity"},
    )


def download(
    client: httpx2.Client,
    url: str,
    partial: Path,
    report: Report,
    span: tuple[int, int] | None = None,
) -> bool:
    """Complete `partial` with the body of `url`, or with its bytes `span` (first, last).

    False when the server has no such file. Raises SourceUnreachable, DownloadFailed, OSError,
    and NoRanges when a span was asked of a server that cannot.
    """
    failure = "it ended early"
    for _attempt in range(_ATTEMPTS):
        have = partial.stat().st_size if partial.exists() else 0
        if span and have == span[1] - span[0] + 1:
            return True
        try:
            return _attempt_once(client, url, partial, report, span, have)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise SourceUnreachable(str(error) or type(error).__name__) from error
        except httpx2.TransportError as error:
            failure = str(error) or type(error).__name__
    raise DownloadFailed(partial.name if not url else url.rsplit("/", 1)[-1], failure)


def _attempt_once(
    client: httpx2.Client,
    url: str,
    partial: Path,
    report: Report,
    span: tuple[int, int] | None,
    have: int,
) -> bool:
    first = (span[0] if span else 0) + have
    last = str(span[1]) if span else ""
    headers = {"range": f"bytes={first}-{last}"} if span or have else {}
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code in (404, 403, 410):
            return False
        if response.status_code == 416 and not span:
            # More bytes than the file has: another file's leftovers.
            partial.unlink()
            raise httpx2.ReadError("the partial file did not fit, starting over")
        if response.status_code >= 400:
            raise DownloadFailed(url.rsplit("/", 1)[-1], f"the server said {response.status_code}")
        continues = response.status_code == 206
        if continues and not _starts_at(response, first):
            raise NoRanges
        if not continues:
            if span:
                raise NoRanges
            have = 0
        length = response.headers.get("content-length")
        total = have + int(length) if length else None
        _append(response, partial, have, total, report)
    return True


def _append(
    response: httpx2.Response, partial: Path, have: int, total: int | None, report: Report
) -> None:
    with partial.open("ab" if have else "wb") as file:
        for chunk in response.iter_raw():
            have += len(chunk)
            if have > _MAX_BYTES:
                raise DownloadFailed(partial.name, f"it is larger than {_MAX_BYTES} bytes")
            file.write(chunk)
            report(have, total)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and have != total:
        raise httpx2.ReadError(f"expected {total} bytes, got {have}")


def _starts_at(response: httpx2.Response, first: int) -> bool:
    return bool(response.headers.get("content-range", "").startswith(f"bytes {first}-"))
