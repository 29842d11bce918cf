"""The simple index that micropip and pip use: HTML (PEP 503) or JSON (PEP 691)."""

import html
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, urljoin

import anyio
import anyio.to_thread
from packaging.utils import canonicalize_name
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from wasm_runtime.environments.team_index import OfferedFile, TeamIndex

from ..errors import NotFound
from .store import IMMUTABLE, whole_file

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "application/vnd.pypi.simple.v1+html"
_PROJECT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.whl(\.metadata)?")
_FRESH = "public, max-age=600"

# Waiting for upstream must not use up the threads that serve the page itself.
_MAX_WAITING = 16

T = TypeVar("T")


class IndexPages:
    """`index/simple/…` and `index/files/…`; a request names projects and files, never addresses."""

    def __init__(self, index: Callable[[], TeamIndex]) -> None:
        self._index = index
        self._limiter: anyio.CapacityLimiter | None = None

    async def projects(self, request: Request) -> Response:
        names = await self._wait(lambda: self._index().projects())
        if _wants_json(request):
            projects = [{"name": name} for name in names]
            return _json({"meta": {"api-version": "1.1"}, "projects": projects})
        return _html("Simple index", [(f"{name}/", name, {}) for name in names])

    async def to_project(self, request: Request) -> Response:
        # Relative, because the relay may be served below a path that it does not know.
        return RedirectResponse(f"{_project(request)}/", status_code=301)

    async def project(self, request: Request) -> Response:
        name = _project(request)
        files = await self._wait(lambda: self._index().page(name))
        if not files:
            raise NotFound(
                f"No wheel of {name!r} runs in Pyodide, or there is no such project.",
                hint="Only pure-Python wheels and those built for pyemscripten run in a browser.",
            )
        if _wants_json(request):
            # micropip joins addresses of JSON pages with nothing: they have to be absolute.
            entries = [_entry(name, file, str(request.url)) for file in files]
            meta = {"api-version": "1.1"}
            versions = sorted({file.file_name.split("-")[1] for file in files})
            return _json({"meta": meta, "name": name, "versions": versions, "files": entries})
        return _html(f"Links for {name}", [_anchor(name, file) for file in files])

    async def file(self, request: Request) -> Response:
        name, file_name = _project(request), request.path_params["file_name"]
        if not _FILE.fullmatch(file_name):
            raise NotFound(f"{file_name!r} is not the name of a wheel.")
        wheel = file_name.removesuffix(".metadata")
        if wheel != file_name:
            body = await self._wait(lambda: self._index().metadata(name, wheel))
            return Response(body, headers={"cache-control": _FRESH, "content-type": "text/plain"})
        path = await self._wait(lambda: self._index().file(name, wheel))
        headers = {
            "cache-control": IMMUTABLE,
            "content-type": "application/octet-stream",
            "accept-ranges": "none",
        }
        return whole_file(request, path, headers)

    async def _wait(self, work: Callable[[], T]) -> T:
        self._limiter = self._limiter or anyio.CapacityLimiter(_MAX_WAITING)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


def _project(request: Request) -> str:
    name: str = request.path_params["project"]
    if not _PROJECT.fullmatch(name):
        raise NotFound(f"{name!r} is not the name of a project.")
    return canonicalize_name(name)


def _wants_json(request: Request) -> bool:
    return _JSON in request.headers.get("accept", "")


def _address(name: str, file: OfferedFile) -> str:
    return f"../../files/{name}/{quote(file.file_name)}"


def _entry(name: str, file: OfferedFile, page: str) -> dict[str, object]:
    entry: dict[str, object] = {
        "filename": file.file_name,
        "url": urljoin(page, _address(name, file)),
        "hashes": {"sha256": file.sha256},
        "yanked": file.yanked,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if file.uploaded:
        entry["upload-time"] = file.uploaded
    if file.size_bytes is not None:
        # Stored already: its metadata costs nothing.
        entry |= {"size": file.size_bytes, "core-metadata": True}
    return entry


def _anchor(name: str, file: OfferedFile) -> tuple[str, str, dict[str, str]]:
    attributes = {}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked:
        attributes["data-yanked"] = ""
    if file.uploaded:
        attributes["data-upload-time"] = file.uploaded
    if file.size_bytes is not None:
        attributes["data-core-metadata"] = "true"
    return f"{_address(name, file)}#sha256={file.sha256}", file.file_name, attributes


def _json(page: dict[str, object]) -> Response:
    return JSONResponse(page, media_type=_JSON, headers=_page_headers())


def _html(title: str, anchors: list[tuple[str, str, dict[str, str]]]) -> Response:
    lines = []
    for address, text, attributes in anchors:
        extra = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
        lines.append(f'<a href="{html.escape(address)}"{extra}>{html.escape(text)}</a><br>')
    body = "\n".join(
        [
            "<!DOCTYPE html><html><head>",
            '<meta name="pypi:repository-version" content="1.1">',
            f"<title>{html.escape(title)}</title></head><body>",
            *lines,
            "</body></html>\n",
        ]
    )
    return Response(body, media_type=_HTML, headers=_page_headers())


def _page_headers() -> dict[str, str]:
    return {"cache-control": _FRESH, "vary": "accept"}
