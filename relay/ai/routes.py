"""All routes of the AI service."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from relay.auth.actor import actor_of
from relay.errors import BadRequest
from wasm_runtime.contracts.ai import (
    AI_MODELS_PATH,
    AI_PATH,
    AI_POLICY_PATH,
    ANTHROPIC_PATH,
    OPENAI_PATH,
    ChosenPolicy,
    ModelList,
    Wire,
)
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.relay_api import ROOMS_PATH
from wasm_runtime.contracts.shape import contract_of
from wasm_runtime.errors import WasmRuntimeError

from .endpoints import ENDPOINTS, Endpoint
from .passing import PassedAnswer, refusal_of
from .service import AiService

CONTRACT = contract_of([ModelList, ChosenPolicy], {})
_BASES: dict[Wire, str] = {"openai": OPENAI_PATH, "anthropic": ANTHROPIC_PATH}
ASK_PATHS = re.compile(rf"/({ROOMS_PATH}/[^/]+/)?{AI_PATH}/(openai|anthropic)/v1/.+")
Answering = Callable[[Request], Awaitable[Response]]


class AiRoutes:
    """`service` gives what the lifespan has opened."""

    def __init__(self, service: Callable[[], AiService]) -> None:
        self._service = service

    async def models(self, request: Request) -> Response:
        document_id = request.path_params.get("document_id")
        return _json(await self._service().models(actor_of(request), document_id))

    async def choose_policy(self, request: Request) -> Response:
        try:
            asked = decode(json.loads(await request.body()), "ChosenPolicy", CONTRACT)
        except (ContractError, ValueError, RecursionError) as error:
            raise BadRequest(f"The body is no ChosenPolicy: {error}.") from error
        document_id = request.path_params["document_id"]
        actor = actor_of(request)
        return _json(await self._service().choose_policy(actor, document_id, asked.policy))

    def passing(self, endpoint: Endpoint) -> Answering:
        async def answer(request: Request) -> Response:
            return PassedAnswer(self._service(), endpoint, request)

        return answer

    def listing(self, wire: Wire) -> Answering:
        async def answer(request: Request) -> Response:
            document_id = request.path_params.get("document_id")
            try:
                ids = await self._service().models_of(actor_of(request), document_id, wire)
            except WasmRuntimeError as error:
                return refusal_of(error)
            listed = _openai_list(ids) if wire == "openai" else _anthropic_list(ids)
            return JSONResponse(listed, headers={"cache-control": "no-store"})

        return answer


def ai_routes(service: Callable[[], AiService]) -> list[BaseRoute]:
    routes = AiRoutes(service)
    found: list[BaseRoute] = []
    of_document = f"/{ROOMS_PATH}/{{document_id}}"
    for place in ("", of_document):
        found.append(Route(f"{place}/{AI_MODELS_PATH}", routes.models))
        for wire, base in _BASES.items():
            found.append(Route(f"{place}/{base}/models", routes.listing(wire)))
            found += [
                Route(f"{place}/{base}/{each.path}", routes.passing(each), methods=["POST"])
                for each in ENDPOINTS[wire]
            ]
    found.append(Route(f"{of_document}/{AI_POLICY_PATH}", routes.choose_policy, methods=["PUT"]))
    return found


def _openai_list(ids: list[str]) -> dict[str, Any]:
    data = [{"id": id, "object": "model", "created": 0, "owned_by": "relay"} for id in ids]
    return {"object": "list", "data": data}


def _anthropic_list(ids: list[str]) -> dict[str, Any]:
    data = [
        {"type": "model", "id": id, "display_name": id, "created_at": "1970-01-01T00:00:00Z"}
        for id in ids
    ]
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return {"data": data, "has_more": False, "first_id": first, "last_id": last}


def _json(record: Any) -> Response:
    return JSONResponse(encode(record), headers={"cache-control": "no-store"})
