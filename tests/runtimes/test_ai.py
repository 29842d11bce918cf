"""The libraries of OpenAI and Anthropic inside the kernel, through a relay to aimock."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from tests.relay.ai.providers import KEY, running_aimock
from tests.relay.ai.relay_with_ai import AiRelay, ai_relay
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.registry import runtime
from wasm_runtime.runtimes.relay_address import RelayAddress
from wasm_runtime.runtimes.runtime import Limits, RunEvent

OPENAI = """
from openai import AsyncOpenAI, OpenAI
ask = dict(model="small", messages=[{"role": "user", "content": "hello"}])
print(OpenAI().chat.completions.create(**ask).choices[0].message.content)
for chunk in OpenAI().chat.completions.create(**ask, stream=True):
    print(chunk.choices[0].delta.content or "", end="|")
print()
async for chunk in await AsyncOpenAI().chat.completions.create(**ask, stream=True):
    print(chunk.choices[0].delta.content or "", end="")
"""
ANTHROPIC = """
from anthropic import Anthropic
ask = dict(model="clever", max_tokens=99, messages=[{"role": "user", "content": "hello"}])
print(Anthropic().messages.create(**ask).content[0].text)
with Anthropic().messages.stream(**ask) as stream:
    print("".join(stream.text_stream))
"""
KEYS = """
import os, sys, gc
found = [value for name, value in os.environ.items() if "KEY" in name]
print(sorted(set(found)))
"""
LEAVE = """
from openai import OpenAI
ask = dict(model="small", messages=[{"role": "user", "content": "long"}])
for chunk in OpenAI().chat.completions.create(**ask, stream=True):
    if chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content)
        break
"""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AiRelay]:
    with running_aimock() as aimock:
        provider = {"key": 'secret("K")', "address": f"{aimock.address}/v1", "discover": False}
        declared = {
            "providers": {
                "one": {"kind": "openai", **provider},
                "two": {"kind": "anthropic", **provider},
            },
            "models": {"small": {"provider": "one"}, "clever": {"provider": "two"}},
        }
        with ai_relay(tmp_path_factory.mktemp("relay"), declared) as relay:
            yield relay


def printed(relay: AiRelay, *cells: str) -> str:
    """What the cells of one headless kernel print, an error as its name and message."""
    cache = Cache.locate()
    place = runtime(
        "deno",
        cache.folder / "store",
        Gateway(NetworkPolicy(allowed_hosts=frozenset([urlsplit(relay.address).netloc]))),
        KernelSettings(index_url=f"{relay.address}index/simple/"),
        relay=RelayAddress(url=relay.address),
    )
    texts: list[str] = []

    def take(event: RunEvent) -> None:
        if event.kind == "stream" and event.name == "stdout":
            texts.append(event.text)
        if event.kind == "error":
            texts.append(f"{event.ename}: {event.evalue}\n" + "\n".join(event.traceback))

    async def go() -> None:
        async with AsyncExitStack() as stack:
            environment = cache.environment("core")
            kernel = await stack.enter_async_context(place.open(environment, Limits()))
            for number, cell in enumerate(cells):
                await kernel.run(cell, f"cell-{number}", take)

    asyncio.run(go())
    return "".join(texts)


def test_openais_library_asks_and_streams_with_no_key_in_sight(relay: AiRelay) -> None:
    text = printed(relay, "%pip install openai", OPENAI, KEYS)
    hello, streamed, awaited = "Hello from the model.", *text.splitlines()[1:3]
    assert text.splitlines()[0] == hello
    assert (streamed.replace("|", ""), awaited) == (hello, f"{hello}['the-relay-has-the-key']")
    assert KEY not in text


def test_anthropics_library_asks_and_streams(relay: AiRelay) -> None:
    text = printed(relay, "%pip install anthropic", ANTHROPIC)
    assert text.splitlines() == ["Hello from the model."] * 2


def test_who_leaves_a_stream_ends_it_at_the_relay(relay: AiRelay) -> None:
    before = len(relay.records)
    text = printed(relay, "%pip install openai", LEAVE)
    assert text == "word \n"
    deadline = time.monotonic() + 5
    while len(relay.records) == before:
        assert time.monotonic() < deadline
    assert relay.records[-1].result == "cancelled"
