"""A relay with a gateway, and requests through it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from relay.app import create_app
from relay.audit import AuditLog, AuditRecord
from relay.settings import Settings


@dataclass
class Fetched:
    """What the relay answered: an exchange, or its own error."""

    http: httpx2.Response

    @property
    def is_answered(self) -> bool:
        return self.http.status_code == 200

    @property
    def head(self) -> dict[str, Any]:
        assert self.is_answered, self.http.text
        return dict(json.loads(self.http.content[4 : 4 + self._length]))

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.head["headers"])

    @property
    def body(self) -> bytes:
        return self.http.content[4 + self._length :]

    @property
    def code(self) -> str:
        assert not self.is_answered, self.http.content
        return str(self.http.json()["code"])

    @property
    def message(self) -> str:
        return str(self.http.json()["message"])

    @property
    def _length(self) -> int:
        return int.from_bytes(self.http.content[:4], "big")


def exchange(
    url: str,
    method: str = "GET",
    headers: list[list[str]] | None = None,
    body: bytes = b"",
    **more: Any,
) -> bytes:
    head = {"method": method, "url": url, "headers": headers or [], **more}
    text = json.dumps(head).encode()
    return len(text).to_bytes(4, "big") + text + body


class Gateway:
    def __init__(self, relay: TestClient, settings: Settings) -> None:
        self.relay = relay
        self._settings = settings

    def fetch(self, url: str, path: str = "/net/fetch", **asked: Any) -> Fetched:
        return Fetched(self.relay.post(path, content=exchange(url, **asked)))

    @property
    def audit(self) -> list[AuditRecord]:
        """Of requests, the oldest first."""
        assert self._settings.data_folder is not None
        log = AuditLog(self._settings.data_folder / "audit.sqlite")
        try:
            assert log.verify() is None
            return [record for record in log.records() if record.action == "fetch"]
        finally:
            log.close()


def toml(hosts: dict[str, dict[str, Any]], **more: Any) -> str:
    # A string or a list of JSON is one of TOML too.
    lines = [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    for host, fields in hosts.items():
        lines.append(f"[hosts.{json.dumps(host)}]")
        tables = {name: value for name, value in fields.items() if isinstance(value, dict)}
        lines += [
            f"{name} = {json.dumps(value)}" for name, value in fields.items() if name not in tables
        ]
        for name, table in tables.items():
            lines.append(f"[hosts.{json.dumps(host)}.{name}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines)


@contextmanager
def gateway_with(
    settings: Settings, folder: Path, hosts: dict[str, dict[str, Any]], **more: Any
) -> Iterator[Gateway]:
    """Hosts by their names; `more` is the rest of the file. The person at this machine asks."""
    file = folder / "gateway.toml"
    file.write_text(toml(hosts, **more))
    settings = settings.model_copy(update={"gateway": file})
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)
    ) as relay:
        yield Gateway(relay, settings)
