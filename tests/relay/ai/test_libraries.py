"""The libraries of OpenAI and Anthropic, unchanged, through the relay to aimock's providers."""

from collections.abc import Iterator

import anthropic
import openai
import pytest

from tests.relay.ai.providers import Aimock, running_aimock
from tests.relay.ai.relay_with_ai import AiRelay, ai_relay

HELLO = [{"role": "user", "content": "hello"}]
WEATHER = [{"role": "user", "content": "weather"}]
TOOL = {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture(scope="module")
def aimock() -> Iterator[Aimock]:
    with running_aimock() as aimock:
        yield aimock


@pytest.fixture(scope="module")
def relay(aimock: Aimock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AiRelay]:
    address = f"{aimock.address}/v1"
    declared = {
        "providers": {
            "one": {"kind": "openai", "key": 'secret("K")', "address": address, "discover": False},
            "two": {
                "kind": "anthropic",
                "key": 'secret("K")',
                "address": address,
                "discover": False,
            },
        },
        "models": {
            "small": {"provider": "one", "name": "gpt-4o-mini"},
            "clever": {"provider": "two", "name": "claude-sonnet-4-5"},
        },
    }
    with ai_relay(tmp_path_factory.mktemp("relay"), declared) as relay:
        yield relay


@pytest.fixture
def openais(relay: AiRelay) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{relay.address}ai/openai/v1", api_key="none") as client:
        yield client


@pytest.fixture
def anthropics(relay: AiRelay) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=f"{relay.address}ai/anthropic", api_key="none") as client:
        yield client


def test_a_chat_is_answered_and_counted(
    openais: openai.OpenAI, relay: AiRelay, aimock: Aimock
) -> None:
    answer = openais.chat.completions.create(model="small", messages=HELLO)  # type: ignore[arg-type]
    assert answer.choices[0].message.content == "Hello from the model."
    assert answer.usage is not None
    assert aimock.journal[-1]["body"]["model"] == "gpt-4o-mini"
    details = relay.records[-1].details
    assert (details["input_tokens"], details["output_tokens"]) == (11, 7)
    assert details["microdollars"] == 6  # of gpt-4o-mini, rounded up


def test_a_chat_streams_without_the_usage_that_only_the_relay_asked_for(
    openais: openai.OpenAI, relay: AiRelay
) -> None:
    stream = openais.chat.completions.create(model="small", messages=HELLO, stream=True)  # type: ignore[arg-type]
    chunks = list(stream)
    assert all(chunk.choices for chunk in chunks)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == "Hello from the model."
    assert relay.records[-1].details["output_tokens"] == 7


def test_tools_are_called(openais: openai.OpenAI, anthropics: anthropic.Anthropic) -> None:
    answer = openais.chat.completions.create(
        model="small",
        messages=WEATHER,  # type: ignore[arg-type]
        tools=[{"type": "function", "function": TOOL}],  # type: ignore[list-item]
    )
    [call] = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city":"Oslo"}')
    message = anthropics.messages.create(
        model="clever",
        max_tokens=100,
        messages=WEATHER,  # type: ignore[arg-type]
        tools=[{"name": "get_weather", "input_schema": {"type": "object"}}],
    )
    [use] = [block for block in message.content if block.type == "tool_use"]
    assert (use.name, use.input) == ("get_weather", {"city": "Oslo"})


def test_responses_and_embeddings(openais: openai.OpenAI, relay: AiRelay) -> None:
    response = openais.responses.create(model="small", input="hello")
    assert response.output_text == "Hello from the model."
    assert relay.records[-1].details["output_tokens"] == 7
    with openais.responses.stream(model="small", input="hello") as stream:
        text = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
    assert text == "Hello from the model."
    embedded = openais.embeddings.create(model="small", input="hello", encoding_format="float")
    assert embedded.data[0].embedding == [0.25, 0.5]


def test_messages_of_anthropic(anthropics: anthropic.Anthropic, relay: AiRelay) -> None:
    message = anthropics.messages.create(model="clever", max_tokens=100, messages=HELLO)  # type: ignore[arg-type]
    assert message.content[0].type == "text"
    assert message.content[0].text == "Hello from the model."
    with anthropics.messages.stream(model="clever", max_tokens=100, messages=HELLO) as stream:  # type: ignore[arg-type]
        assert "".join(stream.text_stream) == "Hello from the model."
    details = relay.records[-1].details
    assert (details["input_tokens"], details["output_tokens"]) == (11, 7)


def test_the_models_are_listed_as_each_library_expects(
    openais: openai.OpenAI, anthropics: anthropic.Anthropic
) -> None:
    assert [model.id for model in openais.models.list()] == ["small"]
    assert [model.id for model in anthropics.models.list()] == ["clever"]


def test_errors_are_the_libraries_own_and_say_what_to_do(openais: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="has no model 'other'"):
        openais.chat.completions.create(model="other", messages=HELLO)  # type: ignore[arg-type]
    with pytest.raises(openai.NotFoundError, match="from anthropic import Anthropic"):
        openais.chat.completions.create(model="clever", messages=HELLO)  # type: ignore[arg-type]
    with pytest.raises(openai.BadRequestError, match=r"one: That is wrong\."):
        openais.chat.completions.create(
            model="small",
            messages=[{"role": "user", "content": "wrong"}],
        )
    with pytest.raises(openai.BadRequestError, match="does not pass on base_url"):
        openais.chat.completions.create(
            model="small",
            messages=HELLO,  # type: ignore[arg-type]
            extra_body={"base_url": "https://evil.example"},
        )
