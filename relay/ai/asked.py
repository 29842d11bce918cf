"""What a notebook asks for, checked: known fields, tools of its own, content that it brings.

A provider must not be made to fetch or keep anything on the operator's account.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .declaration import Model, Provider
from .endpoints import CHAT, RESPONSES, Endpoint
from .errors import BadAiRequest

_OWN_TOOLS = frozenset({None, "function", "custom"})
"""Carried out by whoever asks."""
_ASSUMED_OUTPUT_TOKENS = 4096
_BYTES_PER_TOKEN = 4
_MAX_DEPTH = 64
_HEADER = re.compile(r"[ -~]{1,500}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to an endpoint. `body` names the model by its id."""

    endpoint: Endpoint
    body: Mapping[str, Any]
    bytes: int
    protocol: tuple[tuple[str, str], ...] = field(default=())
    """Headers, such as the protocol's version, that go along."""

    @property
    def model_id(self) -> str:
        return str(self.body["model"])

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether a chat's stream is to tell its usage because the notebook asked for it."""
        options = self.body.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def expected_input_tokens(self) -> int:
        return self.bytes // _BYTES_PER_TOKEN + 1

    @property
    def expected_tokens(self) -> int:
        """About what it may use, until the provider says what it did."""
        given = (self.body.get(name) for name in self.endpoint.output_fields)
        most = next((each for each in given if isinstance(each, int) and each > 0), None)
        answer = 0 if not self.endpoint.output_fields else most or _ASSUMED_OUTPUT_TOKENS
        return self.expected_input_tokens + answer


def asked_of(endpoint: Endpoint, text: bytes, headers: Mapping[str, str]) -> Asked:
    """Raises BadAiRequest."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAiRequest("The body is not JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise BadAiRequest("Expected an object that names its model.")
    if not isinstance(body.get("stream", False), bool | None):
        raise BadAiRequest("stream: expected true or false.")
    if body.get("stream") and not endpoint.last_events:
        raise BadAiRequest(f"{endpoint.path} does not stream.")
    names = ("anthropic-version", "anthropic-beta") if endpoint.wire == "anthropic" else ()
    protocol = tuple((name, headers[name]) for name in names if name in headers)
    if not all(_HEADER.fullmatch(value) for _, value in protocol):
        raise BadAiRequest(f"{' and '.join(names)}: expected one line of printable characters.")
    return Asked(endpoint, body, len(text), protocol)


def body_for(asked: Asked, model: Model, provider: Provider) -> bytes:
    """What is sent to the provider. Raises BadAiRequest for what it may not be sent."""
    _check_fields(asked, provider)
    _check_tools(asked.body, provider)
    for name in asked.endpoint.content:
        _check_content(asked.body.get(name), 0)
    body = {**asked.body, "model": model.upstream_name}
    if asked.endpoint in (CHAT, RESPONSES) and (provider.kind == "openai" or "store" in body):
        body["store"] = False  # it would be kept in the operator's account
    if asked.endpoint is CHAT and asked.streams:
        options = body.get("stream_options")
        body["stream_options"] = {
            **(options if isinstance(options, dict) else {}),
            "include_usage": True,
        }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _check_fields(asked: Asked, provider: Provider) -> None:
    known = asked.endpoint.fields | set(provider.allow_fields)
    unknown = sorted(set(asked.body) - known)
    if unknown:
        raise BadAiRequest(
            f"The relay does not pass on {', '.join(unknown)[:200]}.",
            hint="Leave it out; whoever runs the relay can allow it (allow_fields).",
        )


def _check_tools(body: Mapping[str, Any], provider: Provider) -> None:
    tools = body.get("tools") or []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise BadAiRequest("tools: expected a list of objects.")
    for tool in tools:
        kind = tool.get("type")
        if kind not in _OWN_TOOLS and kind not in provider.allow_tools:
            raise BadAiRequest(
                f"The tool {str(kind)[:60]} runs at the provider, on the operator's account.",
                hint="Use a function of your own; whoever runs the relay can allow it "
                "(allow_tools).",
            )
    included = body.get("include") or []
    if not isinstance(included, list):
        raise BadAiRequest("include: expected a list.")


def _check_content(found: Any, depth: int) -> None:
    """Images and files come within the request; a provider fetches none, and has none of others."""
    if depth > _MAX_DEPTH:
        raise BadAiRequest("The content is nested too deeply.")
    if isinstance(found, list):
        for each in found:
            _check_content(each, depth + 1)
    elif isinstance(found, dict):
        for place in _remote_in(found):
            raise BadAiRequest(
                f"{place}: content must come within the request, not by address or file id.",
                hint="Send images and files as data: base64.",
            )
        for name, each in found.items():
            # What a tool was called with and what it returned are the notebook's own data.
            if not (name in ("input", "arguments") and found.get("type") != "message"):
                _check_content(each, depth + 1)


def _remote_in(part: Mapping[str, Any]) -> Iterator[str]:
    for name in ("file_id", "file_url", "file_ids"):
        if part.get(name):
            yield name
    image = part.get("image_url")
    address = image.get("url") if isinstance(image, dict) else image
    if isinstance(address, str) and not address.lower().startswith("data:"):
        yield "image_url"
    source = part.get("source")
    if isinstance(source, dict) and source.get("type") not in ("base64", "text", "content"):
        yield "source"
    if part.get("type") in ("item_reference", "container_upload", "mcp_approval_response"):
        yield str(part["type"])
