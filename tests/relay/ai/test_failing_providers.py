"""Providers that fail on the wire, through a whole relay: each failure is told, none hangs."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.relay.ai.providers import (
    CHUNKED,
    Aimock,
    Caller,
    Script,
    chunk,
    event,
    running_aimock,
    socket_server,
)
from tests.relay.ai.relay_with_ai import AiRelay, ai_relay

CHAT = "ai/openai/v1/chat/completions"
BODY = {"model": "small", "messages": [], "stream": True}


def declared(address: str, **more: Any) -> dict[str, Any]:
    provider = {"kind": "openai", "key": 'secret("K")', "address": address, "discover": False}
    return {
        "providers": {"one": {**provider, "retries": 1, **more}},
        "models": {"small": {"provider": "one"}},
    }


@pytest.fixture
def aimock() -> Iterator[Aimock]:
    with running_aimock() as aimock:
        yield aimock


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("drop", 502, "failed (status 500)"),
        ("malformed", 502, "not JSON"),
        ("disconnect", 502, "could not be reached"),
        ("rateLimit", 429, "too many requests"),
    ],
)
def test_what_a_provider_does_wrong_is_told(
    tmp_path: Path, aimock: Aimock, kind: str, status: int, words: str
) -> None:
    with ai_relay(tmp_path, declared(f"{aimock.address}/v1")) as relay:
        aimock.fail(kind)
        answer = relay.chat("hello")
    assert (answer.status_code, words in answer.json()["message"]) == (status, True), answer.text
    assert answer.json()["error"]["message"].startswith("one")
    assert ("retry-after" in answer.headers) == (status == 429)


def streamed(relay: AiRelay) -> bytes:
    """What came, until it was cut."""
    received: list[bytes] = []
    with relay.http.stream("POST", CHAT, json=BODY) as response:
        parts = response.iter_raw()
        with pytest.raises(httpx2.RemoteProtocolError):
            received.extend(parts)
    return b"".join(received)


async def cut(caller: Caller) -> None:
    await caller.send(CHUNKED + chunk(event()) + b"ff\r\ndata: {")


async def ends_early(caller: Caller) -> None:
    await caller.send(CHUNKED + chunk(event()) + chunk(b""))


async def slow(caller: Caller) -> None:
    await caller.send(CHUNKED + chunk(event()))
    while True:
        await asyncio.sleep(10)
        await caller.send(chunk(b"d"))


async def endless(caller: Caller) -> None:
    await caller.send(CHUNKED)
    while True:
        await caller.send(chunk(event() * 100))


async def lasting(caller: Caller) -> None:
    await caller.send(CHUNKED)
    while True:
        await caller.send(chunk(event()))
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("script", "limits", "result"),
    [
        (cut, {}, "upstream_failed"),
        (ends_early, {}, "upstream_failed"),
        (slow, {"silence_seconds": 0.3}, "timeout"),
        (endless, {"max_response_bytes": 200_000}, "too_large"),
        (lasting, {"max_seconds": 0.6}, "timeout"),
    ],
)
def test_an_answer_that_is_not_whole_does_not_end_as_one(
    tmp_path: Path, script: Script, limits: dict[str, float], result: str
) -> None:
    with (
        socket_server(script) as provider,
        ai_relay(tmp_path, declared(provider.address, **limits)) as relay,
    ):
        assert streamed(relay).startswith(event())
        assert [record.result for record in relay.records] == [result]
        assert provider.callers[0].gone.wait(5)


async def mute(caller: Caller) -> None:
    await asyncio.sleep(60)


def test_a_provider_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    with (
        socket_server(mute) as provider,
        ai_relay(tmp_path, declared(provider.address, first_byte_seconds=0.3)) as relay,
    ):
        answer = relay.chat("hello")
        assert (answer.status_code, answer.json()["code"]) == (504, "timeout")
        assert provider.callers[0].gone.wait(5)


@pytest.mark.parametrize("script", [mute, lasting])
def test_the_provider_is_let_go_within_a_second_of_whoever_asked(
    tmp_path: Path, script: Script
) -> None:
    with (
        socket_server(script) as provider,
        ai_relay(tmp_path, declared(provider.address)) as relay,
    ):
        with httpx2.Client(base_url=relay.address, trust_env=False) as client:
            request = client.build_request("POST", CHAT, json=BODY)
            if script is mute:
                with pytest.raises(httpx2.ReadTimeout):
                    client.post(CHAT, json=BODY, timeout=0.5)
            else:
                response = client.send(request, stream=True)
                next(response.iter_raw())
                response.close()
            left = time.monotonic()
        assert provider.called.wait(5)
        assert provider.callers[0].gone.wait(5)
        assert time.monotonic() - left < 1


def test_words_come_as_they_are_said(tmp_path: Path) -> None:
    async def speak(caller: Caller) -> None:
        await caller.send(CHUNKED)
        for number in itertools.count():
            await caller.send(chunk(event(f"{number} {time.monotonic()}")))
            await asyncio.sleep(0.02)

    with (
        socket_server(speak) as provider,
        ai_relay(tmp_path, declared(provider.address)) as relay,
        relay.http.stream("POST", CHAT, json=BODY) as response,
    ):
        delays = []
        for line in response.iter_lines():
            if line.startswith("data:"):
                said = json.loads(line[5:])["choices"][0]["delta"]["content"].split()[1]
                delays.append(time.monotonic() - float(said))
            if len(delays) == 50:
                break
    assert sorted(delays)[25] < 0.05, "words were held back"
