"""All routes of the data service."""

import json
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from relay.auth.actor import actor_of
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.data import (
    CONNECTIONS_PATH,
    DATA_PATH,
    QUERIES_PATH,
    QUERY_ID_PATTERN,
    ChosenConnections,
    ConnectionList,
    DatabaseSchema,
    DocumentConnections,
    QueryRequest,
    QueryStatus,
    TableReference,
)
from wasm_runtime.contracts.relay_api import ROOMS_PATH
from wasm_runtime.contracts.shape import contract_of

from .access import Asker
from .errors import BadParameter
from .result_stream import ResultStream
from .service import DataService

CONTRACT = contract_of(
    [
        *(QueryRequest, QueryStatus, ConnectionList, DatabaseSchema, TableReference),
        *(DocumentConnections, ChosenConnections),
    ],
    {},
)


class DataRoutes:
    """`service` gives what the lifespan has opened."""

    def __init__(self, service: Callable[[], DataService]) -> None:
        self._service = service

    async def connections(self, request: Request) -> Response:
        return _json(self._service().grants.connections(actor_of(request)))

    async def document_connections(self, request: Request) -> Response:
        document_id, actor = request.path_params["document_id"], actor_of(request)
        return _json(await self._service().grants.document_connections(actor, document_id))

    async def choose(self, request: Request) -> Response:
        asked = await _decoded(request, "ChosenConnections")
        document_id, actor = request.path_params["document_id"], actor_of(request)
        return _json(await self._service().grants.choose(actor, document_id, asked.connections))

    async def schema(self, request: Request) -> Response:
        name = request.path_params["connection"]
        return _json(await self._service().schema(_asker_of(request), name))

    async def sample(self, request: Request) -> Response:
        table = await _decoded(request, "TableReference")
        name = request.path_params["connection"]
        return _json(await self._service().sample(_asker_of(request), name, table))

    async def profile(self, request: Request) -> Response:
        table = await _decoded(request, "TableReference")
        name = request.path_params["connection"]
        return _json(await self._service().profile(_asker_of(request), name, table))

    async def explain(self, request: Request) -> Response:
        asked = await _query_asked(request)
        name = request.path_params["connection"]
        return _json(await self._service().explain(_asker_of(request), name, asked))

    async def query(self, request: Request) -> Response:
        asked = await _query_asked(request)
        name = request.path_params["connection"]
        return ResultStream(await self._service().query(_asker_of(request), name, asked))

    async def query_status(self, request: Request) -> Response:
        return _json(self._service().status(actor_of(request), request.path_params["query_id"]))

    async def cancel(self, request: Request) -> Response:
        return _json(self._service().cancel(actor_of(request), request.path_params["query_id"]))


def data_routes(service: Callable[[], DataService]) -> list[BaseRoute]:
    routes = DataRoutes(service)
    of_document = f"/{ROOMS_PATH}/{{document_id}}"
    of_connection = [
        ("schema", routes.schema, "GET"),
        ("sample", routes.sample, "POST"),
        ("profile", routes.profile, "POST"),
        ("explain", routes.explain, "POST"),
        ("query", routes.query, "POST"),
    ]
    return [
        Route(f"/{CONNECTIONS_PATH}", routes.connections),
        Route(f"/{QUERIES_PATH}/{{query_id}}", routes.query_status),
        Route(f"/{QUERIES_PATH}/{{query_id}}", routes.cancel, methods=["DELETE"]),
        Route(f"{of_document}/{CONNECTIONS_PATH}", routes.document_connections),
        Route(f"{of_document}/{CONNECTIONS_PATH}", routes.choose, methods=["PUT"]),
        # In one's own name, and in a shared notebook's.
        *(
            Route(f"{place}/{DATA_PATH}/{{connection}}/{what}", answer, methods=[method])
            for place in ("", of_document)
            for what, answer, method in of_connection
        ),
    ]


def _asker_of(request: Request) -> Asker:
    return Asker(actor_of(request), request.path_params.get("document_id"))


async def _query_asked(request: Request) -> QueryRequest:
    asked: QueryRequest = await _decoded(request, "QueryRequest")
    if asked.query_id is not None and not re.fullmatch(QUERY_ID_PATTERN, asked.query_id):
        raise BadParameter(f"query_id must match {QUERY_ID_PATTERN}.")
    return asked


async def _decoded(request: Request, shape: str) -> Any:
    try:
        return decode(json.loads(await request.body()), shape, CONTRACT)
    except (ContractError, ValueError, RecursionError) as error:
        raise BadParameter(f"The body is no {shape}: {error}.") from error


def _json(record: Any) -> Response:
    return JSONResponse(encode(record), headers={"cache-control": "no-store"})
