"""All routes of the gateway."""

import json
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from relay.auth.actor import actor_of
from relay.errors import BadRequest
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.net import (
    NET_FETCH_PATH,
    NET_HOSTS_PATH,
    ChosenHosts,
    DocumentHosts,
    HostList,
)
from wasm_runtime.contracts.relay_api import ROOMS_PATH
from wasm_runtime.contracts.shape import contract_of

from .exchange import Exchange
from .service import NetService

CONTRACT = contract_of([HostList, DocumentHosts, ChosenHosts], {})
FETCH_PATHS = re.compile(rf"/({ROOMS_PATH}/[^/]+/)?{NET_FETCH_PATH}")


class NetRoutes:
    """`service` gives what the lifespan has opened."""

    def __init__(self, service: Callable[[], NetService]) -> None:
        self._service = service

    async def fetch(self, request: Request) -> Response:
        announced = request.headers.get("content-length")
        document_id = request.path_params.get("document_id")
        length = int(announced) if announced is not None else None
        return Exchange(self._service(), actor_of(request), document_id, length)

    async def hosts(self, request: Request) -> Response:
        return _json(self._service().hosts(actor_of(request)))

    async def document_hosts(self, request: Request) -> Response:
        document_id = request.path_params["document_id"]
        return _json(await self._service().document_hosts(actor_of(request), document_id))

    async def choose(self, request: Request) -> Response:
        try:
            asked = decode(json.loads(await request.body()), "ChosenHosts", CONTRACT)
        except (ContractError, ValueError, RecursionError) as error:
            raise BadRequest(f"The body is no ChosenHosts: {error}.") from error
        document_id = request.path_params["document_id"]
        service = self._service()
        return _json(await service.choose(actor_of(request), document_id, asked.hosts))


def net_routes(service: Callable[[], NetService]) -> list[BaseRoute]:
    routes = NetRoutes(service)
    of_document = f"/{ROOMS_PATH}/{{document_id}}"
    return [
        Route(f"/{NET_HOSTS_PATH}", routes.hosts),
        Route(f"/{NET_FETCH_PATH}", routes.fetch, methods=["POST"]),
        Route(f"{of_document}/{NET_FETCH_PATH}", routes.fetch, methods=["POST"]),
        Route(f"{of_document}/{NET_HOSTS_PATH}", routes.document_hosts),
        Route(f"{of_document}/{NET_HOSTS_PATH}", routes.choose, methods=["PUT"]),
    ]


def _json(record: Any) -> Response:
    return JSONResponse(encode(record), headers={"cache-control": "no-store"})
