"""The providers' endpoints that are passed on: their fields, and how their answers end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_runtime.contracts.ai import Wire


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path below a provider's address. No field of `fields` says where a request goes."""

    wire: Wire
    path: str
    fields: frozenset[str]
    content: tuple[str, ...]
    """The fields with what the model reads, in which sources on the web are looked for."""
    last_events: tuple[bytes, ...] = ()
    """One of these is in the last event of a whole stream; none: it does not stream."""
    output_fields: tuple[str, ...] = ()
    """The fields that say how many tokens the answer may have."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENAI_COMMON = _words(
    "model stream temperature top_p tools tool_choice parallel_tool_calls metadata user "
    "safety_identifier prompt_cache_key top_logprobs stream_options store"
)
CHAT = Endpoint(
    "openai",
    "chat/completions",
    _OPENAI_COMMON
    | _words(
        "messages max_tokens max_completion_tokens n stop seed logprobs logit_bias "
        "presence_penalty frequency_penalty response_format reasoning_effort verbosity functions "
        "function_call"
    ),
    ("messages",),
    (b"[DONE]",),
    ("max_completion_tokens", "max_tokens"),
)
RESPONSES = Endpoint(
    "openai",
    "responses",
    _OPENAI_COMMON
    | _words("input instructions max_output_tokens reasoning text truncation include"),
    ("input",),
    (b'"response.completed"', b'"response.incomplete"', b'"response.failed"'),
    ("max_output_tokens",),
)
EMBEDDINGS = Endpoint(
    "openai", "embeddings", _words("model input dimensions encoding_format user"), ()
)
MESSAGES = Endpoint(
    "anthropic",
    "messages",
    _words(
        "model messages system max_tokens stop_sequences stream temperature top_p top_k tools "
        "tool_choice metadata thinking cache_control output_config output_format"
    ),
    ("messages", "system"),
    (b'"message_stop"',),
    ("max_tokens",),
)
ENDPOINTS: Mapping[Wire, tuple[Endpoint, ...]] = {
    "openai": (CHAT, RESPONSES, EMBEDDINGS),
    "anthropic": (MESSAGES,),
}


def usage_object(answer: Any) -> Any:
    """The `usage` of an answer or of one event of it, wherever the provider puts it."""
    if not isinstance(answer, dict):
        return None
    for inner in ("message", "response"):
        if isinstance(answer.get(inner), dict) and "usage" in answer[inner]:
            return answer[inner]["usage"]
    return answer.get("usage")
