"""A relay with storages, and what the person at this machine asks of it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient

from relay.app import create_app
from relay.audit import AuditLog, AuditRecord
from relay.settings import Settings


class StorageRelay:
    def __init__(self, client: TestClient, settings: Settings) -> None:
        self.client = client
        self._settings = settings

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.client.request(method, path, **more)

    def file(self, path: str, method: str = "GET", **more: Any) -> httpx2.Response:
        """Of the storage `shelf`."""
        return self.ask(method, f"/storages/shelf/files/{path}", **more)

    def raw(self, method: str, path: str) -> tuple[int, bytes]:
        """Status and body for a path as it is written, where a client would tidy it up; decoded
        once, as a server does."""
        sent: list[Any] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }
        nothing = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            for message in nothing:
                return message
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        assert self.client.portal is not None
        self.client.portal.call(self.client.app, scope, receive, send)
        return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])

    def names(self, path: str = "", storage: str = "shelf") -> list[str]:
        """Of what is directly below a path; a folder's ends in a slash."""
        entries: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            asked = {"path": path, "after": after}
            answer = self.ask("GET", f"/storages/{storage}/list", params=asked)
            assert answer.status_code == 200, answer.text
            entries += answer.json()["entries"]
            after = answer.json().get("next")
        return [each["path"] + "/" * (each["kind"] == "folder") for each in entries]

    @property
    def audit(self) -> list[AuditRecord]:
        """Of files, the oldest first."""
        assert self._settings.data_folder is not None
        log = AuditLog(self._settings.data_folder / "audit.sqlite")
        try:
            assert log.verify() is None
            return [record for record in log.records() if "file" in record.action]
        finally:
            log.close()


def toml(storages: dict[str, dict[str, Any]], **more: Any) -> str:
    lines = [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    for name, fields in storages.items():
        lines.append(f"[storages.{name}]")
        for key, value in fields.items():
            if isinstance(value, dict):
                value = [f"{inner} = {json.dumps(text)}" for inner, text in value.items()]
                lines.append(f"{key} = {{ {', '.join(value)} }}")
            else:
                # A string, a number or a list of JSON is one of TOML too.
                lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines)


@contextmanager
def storage_relay(
    settings: Settings, folder: Path, **storages: dict[str, Any]
) -> Iterator[StorageRelay]:
    """Storages by their names; they may be written unless they say otherwise."""
    file = folder / "storages.toml"
    file.write_text(toml({name: {"may_write": True, **each} for name, each in storages.items()}))
    settings = settings.model_copy(update={"storages": file})
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)
    ) as client:
        yield StorageRelay(client, settings)
