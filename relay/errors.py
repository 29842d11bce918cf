"""The relay's errors, and the one shape in which all of them reach a client.

RelayError
├── BadRequest
├── NotFound
├── NotSignedIn
│   └── TokenNeeded     a program came without a token that works
├── NotAllowed          the Host, the Origin or the method is refused, or the role may not
├── TooLarge
├── TooManyRequests     `retry_after_seconds` says when to try again
├── UpstreamFailed      somebody whom the relay had to ask answered with nonsense
└── Unavailable         something the relay needs does not answer
"""

import dataclasses

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wasm_runtime.contracts.relay_api import ErrorBody, ErrorCode
from wasm_runtime.errors import WasmRuntimeError

STATUS_OF: dict[ErrorCode, int] = {
    "bad_request": 400,
    "not_found": 404,
    "not_signed_in": 401,
    "not_allowed": 403,
    "too_large": 413,
    "too_many_requests": 429,
    "timeout": 504,
    "upstream_failed": 502,
    "unavailable": 503,
    "internal": 500,
    "contract_mismatch": 409,
    "environment_missing": 404,
    "environment_broken": 500,
    "download_failed": 502,
    "hash_mismatch": 502,
    "disk_full": 507,
    "wheel_unusable": 422,
    "kernel_start_failed": 500,
    "kernel_died": 500,
    "network_refused": 403,
    "document_damaged": 423,
}

_CODE_OF_STATUS: dict[int, ErrorCode] = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "not_allowed",
    413: "too_large",
}


class RelayError(WasmRuntimeError):
    """Refused by the relay itself; `status` overrides the code's usual one."""

    status: int | None = None


class BadRequest(RelayError):
    code = "bad_request"


class NotFound(RelayError):
    code = "not_found"


def no_document(document_id: str) -> NotFound:
    """Also for those who may not know that there is one."""
    return NotFound(f"There is no document {document_id} on this relay.")


class NotSignedIn(RelayError):
    code = "not_signed_in"


class TokenNeeded(NotSignedIn):
    pass


class NotAllowed(RelayError):
    code = "not_allowed"

    def __init__(self, message: str, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


class TooLarge(RelayError):
    code = "too_large"


class TooManyRequests(RelayError):
    code = "too_many_requests"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message, f"Try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


class UpstreamFailed(RelayError):
    code = "upstream_failed"


class Unavailable(RelayError):
    code = "unavailable"


def error_response(body: ErrorBody, status: int | None = None) -> Response:
    """`body` as JSON with the status of its code."""
    return JSONResponse(
        dataclasses.asdict(body),
        status_code=status or STATUS_OF[body.code],
        headers={"cache-control": "no-store"},
    )


async def answer_known_error(request: Request, error: Exception) -> Response:
    """Any error of ours that left a route."""
    assert isinstance(error, WasmRuntimeError)
    response = error_response(error.body(), getattr(error, "status", None))
    if isinstance(error, TooManyRequests):
        response.headers["retry-after"] = str(error.retry_after_seconds)
    if isinstance(error, TokenNeeded):
        response.headers["www-authenticate"] = "Bearer"
    return response


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no route, wrong method, body too large."""
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "bad_request")
    body = ErrorBody(code=code, message=f"{request.method} {request.url.path}: {error.detail}")
    response = error_response(body, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def answer_unexpected_error(request: Request, error: Exception) -> Response:
    """A defect: the traceback is logged where the request is, never sent."""
    return error_response(
        ErrorBody(
            code="internal",
            message="The relay failed to answer.",
            hint="The relay's log has the details under this request's id.",
        )
    )
