"""Bodies of requests and answers: JSON that the contract names, and nothing else."""

import json
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from relay.errors import BadRequest
from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.shape import Contract

T = TypeVar("T")


async def body_of(request: Request, type_: type[T], contract: Contract = CONTRACT) -> T:
    """The request's body as this record. Raises BadRequest.

    A form of another site cannot send this content type, whatever else would let it in.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/json":
        raise BadRequest(f"Expected a body of application/json, got {content_type or 'none'!r}.")
    try:
        value = decode(json.loads(await request.body()), type_.__name__, contract)
    except ContractError as error:
        # Without the value that came: it may be a password.
        raise BadRequest(f"{error.path} is not what it should be.") from None
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    assert isinstance(value, type_)
    return value


def answer(value: Any) -> Response:
    """A record of the contract, for this asker alone."""
    return JSONResponse(encode(value), headers={"cache-control": "no-store"})
