"""The sync service at the door: WebSockets into rooms, and what HTTP tells of a document."""

import asyncio
import dataclasses
import re
from collections.abc import Callable
from contextlib import suppress

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from relay.audit import audit
from relay.auth.actor import actor_of
from relay.auth.gate import audit_denial
from relay.errors import BadRequest, RelayError, Unavailable, no_document
from wasm_runtime.contracts.relay_api import (
    EPOCH_PATTERN,
    LAST_GOOD_STATE,
    ROOMS_PATH,
    SYNC_SUBPROTOCOL,
)

from .client import Client
from .document_id import document_id_of
from .errors import (
    Malformed,
    MessageTooLarge,
    NotPermitted,
    SignInNeeded,
    StoreUnavailable,
    SyncError,
    VersionUnknown,
)
from .messages import KEEP_ALIVE, read_message
from .pace import Pace
from .room import Room
from .rooms import Rooms

_log = structlog.stdlib.get_logger("relay.sync")

_KEEP_ALIVE_SECONDS = 15.0
_CLOSE_SECONDS = 5.0
_UPDATE_HEADERS = {"cache-control": "no-store", "content-type": "application/octet-stream"}


def sync_routes(rooms: Callable[[], Rooms]) -> list[BaseRoute]:
    """The routes; `rooms` is called when a request comes, while the service is open."""
    pages = RoomPages(rooms)
    return [
        WebSocketRoute(f"/{ROOMS_PATH}/{{document_id}}", RoomSockets(rooms).answer),
        Route(f"/{ROOMS_PATH}/{{document_id}}", pages.status),
        Route(f"/{ROOMS_PATH}/{{document_id}}", pages.delete, methods=["DELETE"]),
        Route(
            f"/{ROOMS_PATH}/{{document_id}}/{LAST_GOOD_STATE}",
            pages.last_good_state,
            methods=["GET", "POST"],
        ),
    ]


class RoomPages:
    """Documents under HTTP."""

    def __init__(self, rooms: Callable[[], Rooms]) -> None:
        self._rooms = rooms

    async def status(self, request: Request) -> Response:
        document_id = document_id_of(request)
        status = await self._rooms().stored.status(actor_of(request), document_id)
        if status is None:
            raise no_document(document_id)
        headers = {"cache-control": "no-store"}
        return JSONResponse(dataclasses.asdict(status), headers=headers)

    async def delete(self, request: Request) -> Response:
        document_id, actor = document_id_of(request), actor_of(request)
        await self._rooms().delete(actor, document_id)
        audit("document deleted", actor=actor.id, address=actor.address, document_id=document_id)
        return Response(status_code=204)

    async def last_good_state(self, request: Request) -> Response:
        document_id = document_id_of(request)
        if request.method == "POST":
            await self._rooms().stored.reopen(actor_of(request), document_id)
            return await self.status(request)
        state = await self._rooms().stored.last_good_state(actor_of(request), document_id)
        if state is None:
            raise no_document(document_id)
        return Response(state, headers=_UPDATE_HEADERS)


class RoomSockets:
    """One task reads a client's messages, another writes what the room has for it."""

    def __init__(self, rooms: Callable[[], Rooms]) -> None:
        self._rooms = rooms

    async def answer(self, socket: WebSocket) -> None:
        rooms = self._rooms()
        offered = socket.scope.get("subprotocols", [])
        spoken = SYNC_SUBPROTOCOL if SYNC_SUBPROTOCOL in offered else next(iter(offered), None)
        await socket.accept(subprotocol=spoken)
        client = Client(actor_of(socket), rooms.limits.max_outbox_bytes)
        try:
            if spoken not in (None, SYNC_SUBPROTOCOL):
                raise VersionUnknown(f"Expected the subprotocol {SYNC_SUBPROTOCOL}, got {spoken}.")
            room = await rooms.join(document_id_of(socket), _epoch(socket), client)
            try:
                await _converse(rooms, room, client, socket)
            finally:
                rooms.leave(room, client)
        except RelayError as error:
            code = _close_code(error)
            if isinstance(error, NotPermitted | SignInNeeded):
                audit_denial(client.actor, "join", socket.path_params["document_id"], client.role)
            rooms.metrics.closed.labels(str(code)).inc()
            _log.info("client closed", code=code, reason=error.message, path=socket.url.path)
            await _close(socket, code, error.message)
        except WebSocketDisconnect:
            return


def _close_code(error: RelayError) -> int:
    if isinstance(error, SyncError):
        return error.close_code
    return StoreUnavailable.close_code if isinstance(error, Unavailable) else Malformed.close_code


async def _converse(rooms: Rooms, room: Room, client: Client, socket: WebSocket) -> None:
    """Until one side ends it. Raises SyncError and WebSocketDisconnect."""
    tasks = [
        asyncio.create_task(_read(rooms, room, client, socket)),
        asyncio.create_task(_write(client, socket)),
        asyncio.create_task(_end(client)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    errors = [task.exception() for task in tasks if not task.cancelled()]
    for error in errors:
        if error is not None:
            raise error


async def _end(client: Client) -> None:
    """Until the relay closes the client, speak now and then: silence is taken for death."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(_KEEP_ALIVE_SECONDS):
                raise await client.closing()
        client.send(KEEP_ALIVE)


async def _read(rooms: Rooms, room: Room, client: Client, socket: WebSocket) -> None:
    pace = Pace(rooms.limits.messages_per_second)
    while True:
        frame = await _frame(socket)
        if seconds := pace.wait_seconds():
            await asyncio.sleep(seconds)
        if len(frame) > rooms.limits.max_message_bytes:
            raise MessageTooLarge(f"A message of {len(frame)} bytes.")
        message = read_message(frame)
        rooms.metrics.received(type(message).__name__)
        await room.receive(client, message)


async def _write(client: Client, socket: WebSocket) -> None:
    while True:
        message = await client.next()
        await socket.send_bytes(message)
        client.sent(message)


async def _frame(socket: WebSocket) -> bytes:
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1005))
    frame = received.get("bytes")
    if frame is None:
        raise Malformed("Expected binary messages, got text.")
    return bytes(frame)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            # A close frame holds 123 bytes of reason; ours are ASCII.
            await socket.close(code, reason[:120])
    except (RuntimeError, WebSocketDisconnect, TimeoutError):
        return  # The client was gone first, or does not read.


def _epoch(connection: HTTPConnection) -> str | None:
    epoch = connection.query_params.get("epoch")
    if epoch is not None and not re.fullmatch(EPOCH_PATTERN, epoch):
        raise BadRequest(f"An epoch matches {EPOCH_PATTERN}, got {epoch!r}.")
    return epoch
