"""All routes of the storages: everybody's own, and the same below a shared notebook."""

import json
import re
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from relay.auth.actor import actor_of
from relay.errors import BadRequest, error_response
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.relay_api import ROOMS_PATH
from wasm_runtime.contracts.shape import contract_of
from wasm_runtime.contracts.storage import (
    STORAGES_PATH,
    ChosenStorages,
    DocumentStorages,
    StorageList,
    StorageListing,
)

from .download import Download, file_headers
from .errors import OutsideFile
from .service import StorageService
from .span import span_of

CONTRACT = contract_of([StorageList, StorageListing, DocumentStorages, ChosenStorages], {})
FILE_PATHS = re.compile(rf"/({ROOMS_PATH}/[^/]+/)?{STORAGES_PATH}/[^/]+/files/.*", re.DOTALL)


class StorageRoutes:
    def __init__(self, service: StorageService) -> None:
        self._service = service

    async def storages(self, request: Request) -> Response:
        return _json(self._service.storages(actor_of(request)))

    async def document_storages(self, request: Request) -> Response:
        document_id = request.path_params["document_id"]
        return _json(await self._service.document_storages(actor_of(request), document_id))

    async def choose(self, request: Request) -> Response:
        try:
            asked = decode(json.loads(await request.body()), "ChosenStorages", CONTRACT)
        except (ContractError, ValueError, RecursionError) as error:
            raise BadRequest(f"The body is no ChosenStorages: {error}.") from error
        document_id = request.path_params["document_id"]
        service = self._service
        return _json(await service.choose(actor_of(request), document_id, asked.storages))

    async def list(self, request: Request) -> Response:
        query = request.query_params
        path, after = query.get("path", ""), query.get("after", "")
        return _json(await self._service.list(*_asked(request), path, after))

    async def file(self, request: Request) -> Response:
        path, if_match = request.path_params["path"], request.headers.get("if-match")
        if request.method == "HEAD":
            info = await self._service.info(*_asked(request), path, if_match)
            return Response(headers=file_headers(info) | {"content-length": str(info.size)})
        span = span_of(request.headers.get("range"))
        reading = self._service.read(*_asked(request), path, span, if_match)
        return Download(reading, is_part=span is not None)

    async def write(self, request: Request) -> Response:
        only_new = request.headers.get("if-none-match") == "*"
        if_match = request.headers.get("if-match")
        path, service = request.path_params["path"], self._service
        if if_match is not None and only_new:
            raise BadRequest("if-match and if-none-match: * exclude each other.")
        try:
            etag = await service.write(*_asked(request), path, request.stream(), if_match, only_new)
        except ClientDisconnect:
            return Response(status_code=400)  # to nobody
        return Response(status_code=204, headers={"etag": etag, "cache-control": "no-store"})

    async def delete(self, request: Request) -> Response:
        path, if_match = request.path_params["path"], request.headers.get("if-match")
        await self._service.delete(*_asked(request), path, if_match)
        return Response(status_code=204, headers={"cache-control": "no-store"})


def storage_routes(service: StorageService) -> list[BaseRoute]:
    routes = StorageRoutes(service)
    of_document = f"/{ROOMS_PATH}/{{document_id}}/{STORAGES_PATH}"
    made: list[BaseRoute] = [
        Route(f"/{STORAGES_PATH}", routes.storages),
        Route(of_document, routes.document_storages),
        Route(of_document, routes.choose, methods=["PUT"]),
    ]
    for base in (f"/{STORAGES_PATH}", of_document):
        files = f"{base}/{{storage}}/files/{{path:path}}"
        made += [
            Route(f"{base}/{{storage}}/list", routes.list),
            Route(files, routes.file),
            Route(files, routes.write, methods=["PUT"]),
            Route(files, routes.delete, methods=["DELETE"]),
        ]
    return made


async def answer_outside_file(request: Request, error: Exception) -> Response:
    """With the size, so that a client can ask again (RFC 9110, 15.5.17)."""
    assert isinstance(error, OutsideFile)
    response = error_response(error.body(), error.status)
    response.headers["content-range"] = f"bytes */{error.size}"
    return response


def _asked(request: Request) -> tuple[Any, Any, str]:
    """By whom, in the name of which notebook, of which storage."""
    parameters = request.path_params
    return actor_of(request), parameters.get("document_id"), parameters["storage"]


def _json(record: Any) -> Response:
    return JSONResponse(encode(record), headers={"cache-control": "no-store"})
