"""The file system of storages, asking a real relay over a folder and over S3."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relay.settings import Settings
from tests.relay.conftest import (  # noqa: F401  # pytest finds its fixtures here
    client_folder,
    settings,
)
from tests.relay.storage.conftest import folder, s3, started_s3  # noqa: F401
from tests.relay.storage.relay_with_storages import StorageRelay, storage_relay
from tests.relay.storage.s3_server import BUCKET, KEYS, S3Server
from wasm_runtime.contracts.relay_requests import (
    RELAY_ADDRESS,
    RELAY_ANSWER_HEADERS,
    RELAY_REQUEST_HEADERS,
    RELAY_REQUEST_PATTERN,
)
from wasm_runtime.kernel.host import HttpResponse
from wasm_runtime.kernel.storage.file_system import StorageFileSystem
from wasm_runtime.kernel.storage.relay_files import RelayFiles


class Carrier:
    """Sends what Python asks to a relay, as a page does; `asked` is what went there."""

    def __init__(self, relay: StorageRelay) -> None:
        self._relay = relay
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and range."""

    def __call__(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes | None
    ) -> HttpResponse:
        asked = url.removeprefix(RELAY_ADDRESS)
        assert re.fullmatch(RELAY_REQUEST_PATTERN, f"{method} {asked}"), asked
        assert {name for name, _ in headers} <= set(RELAY_REQUEST_HEADERS.split())
        self.asked.append((method, asked, dict(headers).get("range", "")))
        answer = self._relay.ask(method, f"/{asked}", headers=dict(headers), content=body)
        returned = RELAY_ANSWER_HEADERS.split()
        return HttpResponse(
            status=answer.status_code,
            reason=answer.reason_phrase,
            url=url,
            headers=[[name, each] for name, each in answer.headers.items() if name in returned],
            body=answer.content,
        )


@pytest.fixture(params=["folder", "s3"])
def relay(
    request: pytest.FixtureRequest,
    settings: Settings,  # noqa: F811
    tmp_path: Path,
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StorageRelay]:
    """With the storages `lake`, that may be written, and `archive`, the same to read."""
    kept: dict[str, Any] = {"kind": "folder", "folder": str(folder)}
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        for name, value in KEYS.items():
            monkeypatch.setenv(f"WASM_RUNTIME_SECRET_{name.upper()}", value)
        kept = {
            "kind": "s3",
            "bucket": BUCKET,
            "region": "us-east-1",
            "endpoint": server.address,
            "credentials": {name: f'secret("{name}")' for name in KEYS},
        }
    small = {"max_file_bytes": 3_000_000}
    archive = {**kept, "may_write": False}
    with storage_relay(settings, tmp_path, lake={**kept, **small}, archive=archive) as made:
        yield made


@pytest.fixture
def carrier(relay: StorageRelay) -> Carrier:
    return Carrier(relay)


@pytest.fixture
def files(carrier: Carrier) -> StorageFileSystem:
    return StorageFileSystem(files=RelayFiles(carrier))
