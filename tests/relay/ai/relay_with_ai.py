"""A whole relay in a process of its own, with AI providers; and what is asked of it over HTTP."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from relay.audit import AuditLog, AuditRecord
from tests.relay.ai.providers import KEY
from tests.relay.sync.relay_process import RelayProcess


class AiRelay:
    def __init__(self, process: RelayProcess, folder: Path) -> None:
        self._process = process
        self.data = folder / "data"
        self.address = process.address.replace("ws://", "http://").removesuffix("rooms")
        self.http = httpx2.Client(base_url=self.address, trust_env=False, timeout=60)

    @property
    def log(self) -> str:
        return self._process.log

    def chat(self, text: str, model: str = "small", **more: Any) -> httpx2.Response:
        messages = [{"role": "user", "content": text}]
        return self.http.post(
            "ai/openai/v1/chat/completions", json={"model": model, "messages": messages, **more}
        )

    @property
    def records(self) -> list[AuditRecord]:
        log = AuditLog(self.data / "audit.sqlite")
        try:
            assert log.verify() is None
            return [record for record in log.records() if record.action == "ask model"]
        finally:
            log.close()


def as_toml(declared: Mapping[str, Any], path: str = "") -> str:
    # A string, a number or a list of JSON is one of TOML too.
    plain = {name: each for name, each in declared.items() if not isinstance(each, Mapping)}
    lines = [f"[{path}]"] if path else []
    lines += [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    for name, each in declared.items():
        if isinstance(each, Mapping):
            place = json.dumps(name)
            lines.append(as_toml(each, f"{path}.{place}" if path else place))
    return "\n".join(lines)


@contextmanager
def ai_relay(folder: Path, declared: Mapping[str, Any], **variables: str) -> Iterator[AiRelay]:
    """A relay with these providers, whose key is `KEY`, until the block ends."""
    (folder / "index.html").write_text("<!doctype html>")
    file = folder / "ai.toml"
    file.write_text(as_toml(declared))
    relay = RelayProcess(
        folder,
        WASM_RUNTIME_AI=str(file),
        WASM_RUNTIME_DATA_FOLDER=str(folder / "data"),
        WASM_RUNTIME_SECRET_K=KEY,
        **variables,
    )
    relay.start()
    try:
        started = AiRelay(relay, folder)
        with started.http:
            yield started
    finally:
        relay.end()
