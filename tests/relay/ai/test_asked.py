"""What of a request goes to a provider, and what does not."""

import json
from typing import Any

import pytest

from relay.ai.asked import asked_of
from relay.ai.endpoints import CHAT, MESSAGES, RESPONSES, Endpoint
from relay.ai.errors import BadAiRequest
from tests.relay.ai.conftest import MakeWorld
from tests.relay.ai.world import ADA, KEY, completion, one_model, provider

ANTHROPIC = {
    "providers": {"one": provider(kind="anthropic")},
    "models": {"small": {"provider": "one"}},
}
SECRETS_OF_A_NETWORK = "http://169.254.169.254/latest/meta-data"
IMAGE = {"type": "image_url", "image_url": {"url": SECRETS_OF_A_NETWORK}}


def test_the_key_goes_in_and_the_model_is_translated(make_world: MakeWorld) -> None:
    world = make_world(one=[completion()])
    messages = [{"role": "user", "content": "hello"}]
    world.ask({"messages": messages, "temperature": 0})
    [sent] = world.upstream.sent
    assert (sent.method, sent.path) == ("POST", "chat/completions")
    assert ("authorization", f"Bearer {KEY}") in sent.headers
    assert sent.body == {
        "model": "small-2026",
        "messages": messages,
        "temperature": 0,
        "store": False,
    }


def test_nothing_is_kept_in_the_operators_account(make_world: MakeWorld) -> None:
    world = make_world(one=[completion()])
    world.ask({"store": True})
    assert world.upstream.sent[0].body["store"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"base_url": "https://evil.example"},
        {"api_base": "https://evil.example"},
        {"web_search_options": {}},
        {"service_tier": "priority"},
        {"tools": [{"type": "web_search"}]},
        {"tools": [{"type": "mcp", "server_url": "https://evil.example"}]},
        {"messages": [{"role": "user", "content": [IMAGE]}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
        {"messages": json.loads("[" * 80 + "]" * 80)},
    ],
)
def test_what_could_lead_elsewhere_is_refused_before_anything_is_sent(
    make_world: MakeWorld, body: dict[str, Any]
) -> None:
    world = make_world(one=[completion()])
    with pytest.raises(BadAiRequest):
        world.ask(body)
    assert world.upstream.sent == []
    assert [record.result for record in world.records] == ["bad_request"]


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        (RESPONSES, {"previous_response_id": "of somebody else"}),
        (RESPONSES, {"conversation": "of somebody else"}),
        (RESPONSES, {"background": True}),
        (RESPONSES, {"tools": [{"type": "code_interpreter"}]}),
        (RESPONSES, {"input": [{"type": "item_reference", "id": "of somebody else"}]}),
        (RESPONSES, {"input": [{"content": [{"type": "input_file", "file_url": "https://x"}]}]}),
        (RESPONSES, {"input": [{"content": [{"type": "input_image", "image_url": "http://x"}]}]}),
    ],
)
def test_what_others_keep_at_the_provider_is_out_of_reach(
    make_world: MakeWorld, endpoint: Endpoint, body: dict[str, Any]
) -> None:
    world = make_world(one=[completion()])
    with pytest.raises(BadAiRequest):
        world.run(lambda: world.answer({"messages": None, **body}, endpoint=endpoint))
    assert world.upstream.sent == []


@pytest.mark.parametrize(
    "body",
    [
        {"mcp_servers": [{"url": "https://evil.example"}]},
        {"container": "of somebody else"},
        {"tools": [{"type": "web_fetch_20260209", "name": "web_fetch"}]},
        {"messages": [{"content": [{"type": "image", "source": {"type": "url", "url": "x"}}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "file"}}]}]},
        {"system": [{"type": "document", "source": {"type": "url"}}]},
    ],
)
def test_anthropics_ways_elsewhere_are_refused_too(
    make_world: MakeWorld, body: dict[str, Any]
) -> None:
    world = make_world(ANTHROPIC, one=[completion()])
    with pytest.raises(BadAiRequest):
        world.ask(body, endpoint=MESSAGES)
    assert world.upstream.sent == []


def test_what_comes_within_the_request_passes(make_world: MakeWorld) -> None:
    world = make_world(one=[completion()])
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    call = {"name": "read", "arguments": '{"file_id": "my own"}'}
    tools = [{"type": "function", "function": {"name": "read", "parameters": {}}}]
    messages = [
        {"role": "user", "content": [{"type": "text", "text": SECRETS_OF_A_NETWORK}, image]},
        {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": call}]},
    ]
    world.ask({"messages": messages, "tools": tools})
    assert world.upstream.sent[0].body["messages"] == messages


def test_an_operator_may_allow_more(make_world: MakeWorld) -> None:
    more = provider(allow_tools=["web_search"], allow_fields=["web_search_options"])
    world = make_world(one_model(providers={"one": more}), one=[completion()])
    world.ask({"tools": [{"type": "web_search"}], "web_search_options": {}})
    assert world.upstream.sent[0].body["tools"] == [{"type": "web_search"}]


def test_a_chat_that_streams_tells_the_relay_what_it_used(make_world: MakeWorld) -> None:
    world = make_world(one=[completion()])
    with pytest.raises(Exception, match="broke off"):
        world.ask({"stream": True}, endpoint=CHAT)
    assert world.upstream.sent[0].body["stream_options"] == {"include_usage": True}


def test_the_version_of_a_protocol_goes_along_once(make_world: MakeWorld) -> None:
    world = make_world(ANTHROPIC, one=[completion()])
    headers = {"anthropic-version": "2026-01-01", "x-other": "1"}

    async def ask() -> None:
        asked = asked_of(MESSAGES, b'{"model": "small", "messages": []}', headers)
        async with world.service.ask(ADA, None, asked) as answer:
            assert [chunk async for chunk in answer.chunks()]

    world.run(ask)
    sent = world.upstream.sent[0].headers
    assert [value for name, value in sent if name == "anthropic-version"] == ["2026-01-01"]
    assert "x-other" not in dict(sent)
    with pytest.raises(BadAiRequest):
        asked_of(MESSAGES, b'{"model": "small"}', {"anthropic-beta": "a\r\nx-api-key: b"})
