"""Files of the store: immutable, compressed when they were stored."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from wasm_runtime.environments.store import Store, compressed_twin

from ..client_files import accepts_brotli, known_tags
from ..errors import NotFound

_TYPES = {
    # compileStreaming refuses anything but exactly this.
    ".wasm": "application/wasm",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}")
IMMUTABLE = "public, max-age=31536000, immutable"


class StoredFiles:
    """Answers GET and HEAD for `store/{sha256}/{name}`; the name decides the type only."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, request: Request) -> Response:
        sha256, name = request.path_params["sha256"], request.path_params["name"]
        if not _NAME.fullmatch(name):
            raise NotFound(f"{name!r} is not the name of a stored file.")
        path = self._store.path(sha256)
        twin = compressed_twin(path)
        compressed = twin.is_file() and accepts_brotli(request.headers)
        headers = {
            "content-type": _TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream"),
            "cache-control": IMMUTABLE,
            "etag": f'"{sha256}{"-br" if compressed else ""}"',
            "vary": "accept-encoding",
            "accept-ranges": "none",
        }
        if headers["etag"] in known_tags(request.headers):
            return Response(status_code=304, headers=headers)
        if compressed:
            headers["content-encoding"] = "br"
        return whole_file(request, twin if compressed else path, headers)


def whole_file(request: Request, path: object, headers: dict[str, str]) -> Response:
    """The file without regard to Range: pages hash whole files, and a thousand ranges cost CPU."""
    request.scope["headers"] = [
        (name, value) for name, value in request.scope["headers"] if name != b"range"
    ]
    return FileResponse(str(path), headers=headers)
