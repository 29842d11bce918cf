"""The client's files: found below one folder, compressed once, revalidated with an ETag."""

import threading
from pathlib import Path, PurePosixPath

import anyio.to_thread
import brotli
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .errors import NotFound

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".ipynb": "application/x-ipynb+json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    # compileStreaming refuses anything but exactly this.
    ".wasm": "application/wasm",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = frozenset(_TYPES) - {".png", ".ico", ".woff2"}
_MAX_COMPRESSED_ON_USE_BYTES = 16 * 1024 * 1024
"""Above this the build must have compressed it: quality 5 takes a second per 30 MB."""
_QUALITY = 5


class ClientFiles:
    """Answers GET and HEAD for the files below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._compressed: dict[tuple[str, str], bytes] = {}
        self._compressing = threading.Lock()

    async def answer(self, request: Request) -> Response:
        path: str = request.path_params.get("path", "") or "index.html"
        file = self.find(path)
        if file is None:
            raise NotFound(
                f"There is no {path!r}.", hint="The notebook itself is at the relay's root, /."
            )
        stat = file.stat()
        tag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
        compress = file.suffix in _COMPRESSIBLE and accepts_brotli(request.headers)
        headers = {
            "content-type": _TYPES.get(file.suffix, "application/octet-stream"),
            "etag": f'"{tag}{"-br" if compress else ""}"',
            "cache-control": cache_control(path),
            "vary": "accept-encoding",
        }
        if headers["etag"] in known_tags(request.headers):
            return Response(status_code=304, headers=headers)
        if not compress:
            return FileResponse(file, headers=headers)
        ready = file.with_name(file.name + ".br")
        if ready.is_file():
            return FileResponse(ready, headers={**headers, "content-encoding": "br"})
        if stat.st_size > _MAX_COMPRESSED_ON_USE_BYTES:
            return FileResponse(file, headers={**headers, "etag": f'"{tag}"'})
        body = await anyio.to_thread.run_sync(self._compress, file, tag)
        return Response(body, headers={**headers, "content-encoding": "br"})

    def find(self, path: str) -> Path | None:
        """The file at this relative path; None for anything outside or hidden."""
        parts = path.split("/")
        if any(part in ("", ".", "..") or part.startswith(".") for part in parts):
            return None
        if set(path) & set("\\\0:") or PurePosixPath(path).suffix == ".br":
            return None
        try:
            file = self.folder.joinpath(*parts).resolve(strict=True)
        except (OSError, ValueError):  # too long a name, a loop of links, not encodable
            return None
        return file if file.is_relative_to(self.folder) and file.is_file() else None

    def _compress(self, file: Path, tag: str) -> bytes:
        # One at a time: ten browsers that ask for a new build share one compression.
        with self._compressing:
            key = (str(file), tag)
            if key not in self._compressed:
                for old in [known for known in self._compressed if known[0] == str(file)]:
                    del self._compressed[old]
                self._compressed[key] = brotli.compress(file.read_bytes(), quality=_QUALITY)
            return self._compressed[key]


def cache_control(path: str) -> str:
    """Files below assets/ carry their hash in their name; all others are asked about again."""
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"


def accepts_brotli(headers: Headers) -> bool:
    """Whether Accept-Encoding names br with a quality above zero."""
    for item in headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameter = item.partition(";")
        if coding.strip() == "br":
            return parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def known_tags(headers: Headers) -> set[str]:
    """The entity tags of If-None-Match, weak ones as their strong twins."""
    listed = headers.get("if-none-match", "").split(",")
    return {tag.strip().removeprefix("W/") for tag in listed}
