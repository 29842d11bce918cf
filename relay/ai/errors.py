"""Why a model did not answer.

WasmRuntimeError
└── AiError
    ├── NoSuchModel
    ├── PolicyForbids     off, or less than what Python needs
    ├── BadAiRequest      a field, a tool or a source that is not passed on
    ├── BudgetSpent       `retry_after_seconds` until it is new
    ├── ModelBusy         all places are taken, or the provider asks to wait
    ├── ProviderRefused   the provider does not like the request; `status` is its own
    ├── ProviderFailed    it cannot be reached, answers nonsense, or does not take the relay's key
    ├── ProviderTimeout
    └── AnswerTooLarge
"""

from relay.errors import RelayError
from wasm_runtime.contracts.relay_api import ErrorBody


class AiError(RelayError):
    """Carries no secret, and of a provider's words only what was masked."""

    is_transient = False
    """Whether the same request may succeed when it is sent again."""


class NoSuchModel(AiError):
    code = "not_found"


class PolicyForbids(AiError):
    code = "not_allowed"


class BadAiRequest(AiError):
    code = "bad_request"


class BudgetSpent(AiError):
    code = "too_many_requests"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message, "It is new at midnight UTC; whoever runs the relay can raise it.")
        self.retry_after_seconds = retry_after_seconds


class ModelBusy(AiError):
    code = "too_many_requests"
    is_transient = True

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message, f"Try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


class ProviderRefused(AiError):
    code = "bad_request"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ProviderFailed(AiError):
    code = "upstream_failed"


class ProviderTimeout(AiError):
    code = "timeout"


class AnswerTooLarge(AiError):
    code = "too_large"


def wire_body(body: ErrorBody) -> dict[str, object]:
    """An error as the relay's clients know it, and as the providers' libraries do."""
    message = f"{body.message}  hint: {body.hint}" if body.hint else body.message
    return {
        "code": body.code,
        "message": body.message,
        "hint": body.hint,
        "type": "error",
        "error": {"type": body.code, "code": body.code, "message": message},
    }
