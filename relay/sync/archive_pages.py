"""The past of a document and its blobs, under HTTP."""

import asyncio
import re
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from relay.auth.actor import actor_of
from relay.errors import BadRequest, TooLarge
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.relay_api import BLOB_ID_PATTERN, BLOBS, HISTORY, ROOMS_PATH

from .archive import Archive
from .document_id import document_id_of

_UPLOADS = 8
"""At once: each is held in memory until its hash is known."""
_UPLOAD_SECONDS = 60.0
_UPDATE_HEADERS = {"cache-control": "no-store", "content-type": "application/octet-stream"}
_BLOB_HEADERS = {
    # Never in a shared cache: whoever asks it has not asked who may read.
    "cache-control": "private, max-age=31536000, immutable",
    "content-type": "application/octet-stream",
    "content-disposition": "attachment",
}

BLOB_PATHS = re.compile(f"/{ROOMS_PATH}/[^/]+/{BLOBS}/[^/]+")


def archive_routes(archive: Callable[[], Archive], max_blob_bytes: int) -> list[BaseRoute]:
    """The routes; `archive` is called when a request comes, while the service is open."""
    pages = ArchivePages(archive, max_blob_bytes)
    history = f"/{ROOMS_PATH}/{{document_id}}/{HISTORY}"
    return [
        Route(history, pages.history),
        Route(f"{history}/{{sequence:int}}", pages.state_at),
        Route(
            f"/{ROOMS_PATH}/{{document_id}}/{BLOBS}/{{sha256}}", pages.blob, methods=["GET", "PUT"]
        ),
    ]


class ArchivePages:
    def __init__(self, archive: Callable[[], Archive], max_blob_bytes: int) -> None:
        self._archive = archive
        self._max_blob_bytes = max_blob_bytes
        self._uploads = asyncio.Semaphore(_UPLOADS)

    async def history(self, request: Request) -> Response:
        found = await self._archive().history(actor_of(request), document_id_of(request))
        return JSONResponse(encode(found), headers={"cache-control": "no-store"})

    async def state_at(self, request: Request) -> Response:
        sequence = request.path_params["sequence"]
        state = await self._archive().state_at(actor_of(request), document_id_of(request), sequence)
        return Response(state, headers=_UPDATE_HEADERS)

    async def blob(self, request: Request) -> Response:
        actor, document_id = actor_of(request), document_id_of(request)
        sha256 = request.path_params["sha256"]
        if not re.fullmatch(BLOB_ID_PATTERN, sha256):
            raise BadRequest(f"A blob's id matches {BLOB_ID_PATTERN}, got {sha256!r}.")
        if request.method == "PUT":
            async with self._uploads:
                content = await self._content(request)
                await self._archive().put_blob(actor, document_id, sha256, content)
            return Response(status_code=204)
        return Response(
            await self._archive().blob(actor, document_id, sha256), headers=_BLOB_HEADERS
        )

    async def _content(self, request: Request) -> bytes:
        content = bytearray()
        try:
            async with asyncio.timeout(_UPLOAD_SECONDS):
                async for part in request.stream():
                    content += part
                    if len(content) > self._max_blob_bytes:
                        raise TooLarge(f"The blob is larger than {self._max_blob_bytes} bytes.")
        except TimeoutError:
            raise BadRequest(f"The blob did not come within {_UPLOAD_SECONDS:g} s.") from None
        except ClientDisconnect as error:
            raise BadRequest("The blob did not come whole.") from error
        return bytes(content)
