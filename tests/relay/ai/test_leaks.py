"""A canary for a key: it reaches its provider, and leaves the relay by no other way."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2

from tests.relay.ai.providers import CHUNKED, KEY, Caller, chunk, socket_server
from tests.relay.ai.relay_with_ai import AiRelay, ai_relay
from tests.relay.data.leak_scanner import LeakScanner

MODELS = ["echo-200", "echo-400", "echo-401", "echo-404", "echo-429", "echo-500", "echo-stream"]
SETTINGS_KEY = "sk-canary-of-the-settings-0123"


async def echo(caller: Caller) -> None:
    """Repeats all that it was sent, in its head and in its body."""
    said = {"error": {"message": caller.head.decode()}, "choices": [], "usage": {}}
    body = json.dumps({**said, "again": caller.body.decode(), "key": KEY}).encode()
    asked = re.search(rb'"model":"echo-(\w+)"', caller.body)
    what = asked[1] if asked else b"200"
    if what == b"stream":
        await caller.send(CHUNKED)
        event = b"data: " + body + b"\n\n"
        for at in range(0, len(event), 7):
            await caller.send(chunk(event[at : at + 7]))
        await caller.send(chunk(b"data: [DONE]\n\n") + chunk(b""))
        return
    head = f"HTTP/1.1 {what.decode()} {KEY}\r\nx-request-id: {KEY}\r\nretry-after: 60\r\n"
    await caller.send(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


def drive(relay: AiRelay, scanner: LeakScanner) -> None:
    def ask(method: str, path: str, **body: Any) -> None:
        with relay.http.stream(method, path, **body) as answer:
            head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            scanner.feed("http", f"{answer.reason_phrase}\n{head}\n".encode())
            with suppress(httpx2.RemoteProtocolError):  # what is not whole is cut
                for part in answer.iter_raw():
                    scanner.feed("http", part)

    chat = "ai/openai/v1/chat/completions"
    messages = [{"role": "user", "content": "hello"}]
    for model in [*MODELS, "moved", "no-such-model"]:
        for streams in (False, True):
            asked = {"model": model, "messages": messages, "stream": streams}
            ask("POST", chat, json=asked)
    ask("POST", chat, json={"model": "echo-200", "base_url": "https://evil.example"})
    ask("POST", chat, content=b"not json")
    for path in ("ai/models", "ai/openai/v1/models", "ai/anthropic/v1/models", "metrics",
                 "operator/audit", "environments.json"):  # fmt: skip
        ask("GET", path)


def test_the_key_reaches_its_provider_and_nobody_else(tmp_path: Path) -> None:
    async def move(caller: Caller) -> None:
        location = f"location: {elsewhere.address}/chat/completions\r\n"
        await caller.send(f"HTTP/1.1 307 Go\r\n{location}content-length: 0\r\n\r\n".encode())

    scanner = LeakScanner({"provider": KEY, "settings": SETTINGS_KEY})
    with (
        socket_server(echo) as elsewhere,
        socket_server(move) as moving,
        socket_server(echo) as provider,
    ):
        one = {"kind": "openai", "key": 'secret("K")', "discover": False, "retries": 0}
        declared = {
            "providers": {
                "one": {**one, "address": provider.address},
                "mover": {**one, "address": moving.address},
            },
            "models": {
                **{model: {"provider": "one"} for model in MODELS},
                "moved": {"provider": "mover"},
            },
        }
        with ai_relay(
            tmp_path,
            declared,
            WASM_RUNTIME_LOG_LEVEL="debug",
            WASM_RUNTIME_ANTHROPIC_KEY=SETTINGS_KEY,
        ) as relay:
            drive(relay, scanner)
            scanner.feed("log", relay.log.encode())
        scanner.feed("log", relay.log.encode())
        for file in filter(Path.is_file, relay.data.rglob("*")):
            scanner.feed(f"file {file.name}", file.read_bytes())
        assert elsewhere.callers == []
        assert all(KEY.encode() in caller.head for caller in provider.callers)
        assert len(provider.callers) >= len(MODELS)
    assert {"http", "log", "file audit.sqlite", "file ai.sqlite"} <= scanner.channels
    assert scanner.hits() == set()
