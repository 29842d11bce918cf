"""The routes of whoever runs the relay; the gate lets nobody else through."""

import asyncio
import json
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from relay.audit import AuditLog
from relay.auth.actor import actor_of
from relay.data.connections import Connections
from relay.data.engines import open_engine
from relay.errors import BadRequest
from relay.storage.for_databases import DatabaseFiles
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.operator import (
    AUDIT_CHAIN_PATH,
    AUDIT_EXPORT_PATH,
    OPERATOR_AUDIT_PATH,
    OPERATOR_CONNECTIONS_PATH,
    NewConnection,
)
from wasm_runtime.contracts.shape import contract_of

from .audit_reading import chain_of, lines_of, page_of
from .managed_connections import ManagedConnections

CONTRACT = contract_of([NewConnection], {})


class OperatorRoutes:
    def __init__(self, connections: ManagedConnections, audit: AuditLog) -> None:
        self._connections = connections
        self._audit = audit

    async def declared(self, request: Request) -> Response:
        return _json(await asyncio.to_thread(self._connections.all))

    async def add(self, request: Request) -> Response:
        try:
            new = decode(json.loads(await request.body()), "NewConnection", CONTRACT)
        except (ContractError, ValueError, RecursionError) as error:
            # Not the value itself: it may be the password in a wrong place.
            place = error.path if isinstance(error, ContractError) else "it is not JSON"
            raise BadRequest(f"The body is no NewConnection: see {place}.") from error
        return _json(await asyncio.to_thread(self._connections.add, actor_of(request), new))

    async def remove(self, request: Request) -> Response:
        name = request.path_params["connection"]
        return _json(await asyncio.to_thread(self._connections.remove, actor_of(request), name))

    async def test(self, request: Request) -> Response:
        name = request.path_params["connection"]
        return _json(await self._connections.test(actor_of(request), name))

    async def audit(self, request: Request) -> Response:
        asked = request.query_params
        before = asked.get("before")
        if before is not None and not (before.isascii() and before.isdecimal()):
            raise BadRequest(f"before must be the number of a record, not {before[:40]!r}.")
        page = await asyncio.to_thread(
            page_of,
            self._audit,
            int(before) if before else None,
            asked.get("connection", ""),
            asked.get("actor", ""),
        )
        return _json(page)

    async def chain(self, request: Request) -> Response:
        return _json(await asyncio.to_thread(chain_of, self._audit))

    async def export(self, request: Request) -> Response:
        return StreamingResponse(
            lines_of(self._audit),
            media_type="application/jsonl",
            headers={
                "content-disposition": 'attachment; filename="audit.jsonl"',
                "cache-control": "no-store",
            },
        )


def operator_routes(
    connections: Connections, audit: AuditLog, stored: DatabaseFiles | None = None
) -> list[BaseRoute]:
    managed = ManagedConnections(connections, audit, partial(open_engine, stored=stored))
    routes = OperatorRoutes(managed, audit)
    one = f"/{OPERATOR_CONNECTIONS_PATH}/{{connection}}"
    return [
        Route(f"/{OPERATOR_CONNECTIONS_PATH}", routes.declared),
        Route(f"/{OPERATOR_CONNECTIONS_PATH}", routes.add, methods=["POST"]),
        Route(one, routes.remove, methods=["DELETE"]),
        Route(f"{one}/test", routes.test, methods=["POST"]),
        Route(f"/{OPERATOR_AUDIT_PATH}", routes.audit),
        Route(f"/{AUDIT_CHAIN_PATH}", routes.chain),
        Route(f"/{AUDIT_EXPORT_PATH}", routes.export),
    ]


def _json(record: Any) -> Response:
    return JSONResponse(encode(record), headers={"cache-control": "no-store"})
