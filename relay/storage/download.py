"""A file as the answer to a request."""

from contextlib import AbstractAsyncContextManager
from email.utils import format_datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from relay.while_asked import disconnected, while_asked
from wasm_runtime.errors import WasmRuntimeError

from .store import FileInfo, Reading


class Download(Response):
    """Sends a file's bytes as they come, and lets go of the storage when nobody is left to read.

    An error before the first byte is raised, to be answered like any other. After it, the response
    is left without its end, which closes the connection: no reader takes it for whole.
    """

    def __init__(self, reading: AbstractAsyncContextManager[Reading], is_part: bool) -> None:
        super().__init__()
        self._reading = reading
        self._is_part = is_part
        self._has_begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = await while_asked(self._send(send), disconnected(receive))
        if error is None or (self._has_begun and isinstance(error, WasmRuntimeError)):
            return
        raise error

    async def _send(self, send: Send) -> None:
        async with self._reading as reading:
            headers = file_headers(reading.info) | {
                "content-length": str(reading.end - reading.start)
            }
            if self._is_part:
                headers["content-range"] = (
                    f"bytes {reading.start}-{reading.end - 1}/{reading.info.size}"
                )
            self._has_begun = True
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            status = 206 if self._is_part else 200
            await send({"type": "http.response.start", "status": status, "headers": raw})
            async for part in reading.parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        # Only once it is on record.
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def file_headers(info: FileInfo) -> dict[str, str]:
    """What is said of a file, whether or not its bytes follow."""
    return {
        "content-type": "application/octet-stream",
        # Never a page of the relay's own, whatever is in it.
        "content-disposition": "attachment",
        "accept-ranges": "bytes",
        "cache-control": "no-store",
        "etag": info.etag,
        "last-modified": format_datetime(info.modified, usegmt=True),
    }
