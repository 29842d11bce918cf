"""Files of the relay's storages, asked for over HTTP."""

import errno
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.relay_requests import RELAY_ADDRESS
from wasm_runtime.contracts.shape import contract_of
from wasm_runtime.contracts.storage import (
    STORAGES_PATH,
    StorageEntry,
    StorageInfo,
    StorageList,
    StorageListing,
)

from ..host import HttpResponse

Fetch = Callable[[str, str, list[tuple[str, str]], bytes | None], HttpResponse]
"""Method, URL, headers and body; waits for the whole answer."""

CONTRACT = contract_of([StorageList, StorageListing], {})
PIECE_BYTES = 32 * 1024**2
"""Read at a time: an answer is in memory several times on its way into Python."""


@dataclass(frozen=True, kw_only=True)
class FileState:
    """A file as it is now."""

    size: int
    etag: str
    modified: datetime | None


class RelayFiles:
    """Every method raises OSError of the fitting kind: FileNotFoundError, PermissionError, …"""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def storages(self) -> list[StorageInfo]:
        """Those that the notebook may use."""
        said = _json(self._ask("GET", STORAGES_PATH, ""))
        # A shared notebook is told more, which is of no use here.
        listed: StorageList = decode({"storages": said["storages"]}, *_as(StorageList))
        return listed.storages

    def entries(self, storage: str, path: str) -> Iterator[StorageEntry]:
        """What is directly below a folder."""
        after: str | None = ""
        while after is not None:
            query = urlencode({"path": path, "after": after}, quote_via=quote)
            asked = f"{STORAGES_PATH}/{quote(storage)}/list?{query}"
            answer = self._ask("GET", asked, f"{storage}/{path}")
            page: StorageListing = decode(_json(answer), *_as(StorageListing))
            yield from page.entries
            after = page.next

    def state(self, storage: str, path: str) -> FileState:
        headers = _headers(self._file("HEAD", storage, path))
        modified = headers.get("last-modified")
        return FileState(
            size=int(headers["content-length"]),
            etag=headers["etag"],
            modified=parsedate_to_datetime(modified) if modified else None,
        )

    def read(self, storage: str, path: str, start: int, end: int, etag: str) -> bytes:
        """From `start` to before `end`, or to the file's end, of the file that has this etag."""
        pieces = []
        for at in range(start, end, PIECE_BYTES):
            last = min(at + PIECE_BYTES, end) - 1
            headers = [("range", f"bytes={at}-{last}"), ("if-match", etag)]
            answer = self._file("GET", storage, path, headers, accepted=(206, 416))
            pieces.append(answer.body if answer.status == 206 else b"")
            if len(pieces[-1]) <= last - at:
                break
        return b"".join(pieces)

    def write(
        self, storage: str, path: str, content: bytes, etag: str = "", only_new: bool = False
    ) -> None:
        """In the place of the file that has this etag, if one is given. FileExistsError when it
        must be new and is not."""
        headers = [("if-match", etag)] if etag else []
        if only_new:
            headers = [("if-none-match", "*")]
        answer = self._file("PUT", storage, path, headers, content, accepted=(204, 412))
        if answer.status == 412 and only_new:
            raise FileExistsError(errno.EEXIST, "there is a file of that name", f"{storage}/{path}")
        if answer.status == 412:
            raise _error(answer, f"{storage}/{path}")

    def delete(self, storage: str, path: str) -> None:
        self._file("DELETE", storage, path)

    def _file(
        self,
        method: str,
        storage: str,
        path: str,
        headers: list[tuple[str, str]] | None = None,
        body: bytes | None = None,
        accepted: tuple[int, ...] = (),
    ) -> HttpResponse:
        asked = f"{STORAGES_PATH}/{quote(storage)}/files/{quote(path)}"
        return self._ask(method, asked, f"{storage}/{path}", headers or [], body, accepted)

    def _ask(
        self,
        method: str,
        asked: str,
        named: str,
        headers: list[tuple[str, str]] | None = None,
        body: bytes | None = None,
        accepted: tuple[int, ...] = (),
    ) -> HttpResponse:
        answer = self._fetch(method, RELAY_ADDRESS + asked, headers or [], body)
        if answer.status in accepted or 200 <= answer.status < 300:
            return answer
        raise _error(answer, named)


def _error(answer: HttpResponse, named: str) -> OSError:
    """What the relay said, as Python's own errors of files."""
    try:
        said = json.loads(answer.body)
        text = f"{said['message']}  hint: {said['hint']}" if said.get("hint") else said["message"]
    except (ValueError, KeyError, TypeError):  # the answer to a HEAD has no body
        text = f"the relay answered with status {answer.status}"
    match answer.status:
        case 404:
            return FileNotFoundError(errno.ENOENT, text, named)
        case 401 | 403:
            return PermissionError(errno.EACCES, text, named)
        case 413:
            return OSError(errno.EFBIG, text, named)
        case 504:
            return TimeoutError(errno.ETIMEDOUT, text, named)
        case 507:
            return OSError(errno.ENOSPC, text, named)
    return OSError(errno.EIO, text, named)


def _headers(answer: HttpResponse) -> dict[str, str]:
    return {pair[0].lower(): pair[1] for pair in answer.headers}


def _json(answer: HttpResponse) -> Any:
    return json.loads(answer.body)


def _as(record: type) -> tuple[str, Any]:
    return record.__name__, CONTRACT


_present: RelayFiles | None = None


def install_storages(fetch: Fetch) -> None:
    """Let the file systems of this process ask through this."""
    global _present
    _present = RelayFiles(fetch)


def present_files() -> RelayFiles:
    """The kernel's. Raises OSError outside of one."""
    if _present is None:
        raise OSError("storage:// works in a notebook: there is no kernel here to ask a relay.")
    return _present
