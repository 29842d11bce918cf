"""A real relay over sockets: nothing is held whole, and whoever leaves is not worked for."""

import hashlib
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.relay.data.leak_scanner import LeakScanner
from tests.relay.storage.hostile_paths import HOSTILE
from tests.relay.storage.relay_with_storages import toml
from tests.relay.storage.s3_server import BUCKET, S3Server
from tests.relay.sync.relay_process import RelayProcess, running_relay

MEBIBYTE = 2**20
SIZE = 96


class Relay:
    def __init__(self, process: RelayProcess, folder: Path) -> None:
        assert process.process is not None
        self.process = process
        self.address = process.address.replace("ws://", "http://").removesuffix("rooms")
        self.http = httpx2.Client(base_url=self.address, trust_env=False, timeout=60)
        self._memory = psutil.Process(process.process.pid)

    @property
    def memory_bytes(self) -> int:
        return int(self._memory.memory_info().rss)

    def records(self) -> list[dict[str, Any]]:
        return list(self.http.get("operator/audit").json()["records"])

    def put_half(self, path: str, length: int) -> None:
        """Announce a body, send a part of it, and leave."""
        port = int(self.address.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"PUT /{path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {length}\r\n\r\n"
            connection.sendall(head.encode() + b"x" * (length // 2))


@contextmanager
def relay_of(folder: Path, storages: dict[str, Any], **variables: str) -> Iterator[Relay]:
    file = folder / "storages.toml"
    file.write_text(toml(storages))
    variables |= {
        "WASM_RUNTIME_STORAGES": str(file),
        "WASM_RUNTIME_DATA_FOLDER": str(folder / "data"),
    }
    with running_relay(folder, **variables) as process:
        made = Relay(process, folder)
        with made.http:
            yield made


@pytest.fixture(params=["folder", "s3"])
def relay(
    request: pytest.FixtureRequest, tmp_path: Path, folder: Path, s3: S3Server
) -> Iterator[Relay]:
    """With one storage, `shelf`."""
    kept: dict[str, Any] = {"kind": "folder", "folder": str(folder)}
    if request.param == "s3":
        kept = s3_storage(s3)
    with relay_of(tmp_path, {"shelf": {**kept, "may_write": True}}, **KEY_VARIABLES) as made:
        yield made


KEY_VARIABLES = {
    "WASM_RUNTIME_SECRET_ID": "AKIA1234567890",
    "WASM_RUNTIME_SECRET_KEY_OF": "key-of-it",
}


def s3_storage(s3: S3Server) -> dict[str, Any]:
    keys = {"access_key_id": 'secret("id")', "secret_access_key": 'secret("key_of")'}
    place = {"bucket": BUCKET, "region": "us-east-1", "endpoint": s3.address}
    return {"kind": "s3", **place, "credentials": keys}


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_a_large_file_is_never_held_whole(relay: Relay) -> None:
    block = secrets.token_bytes(MEBIBYTE)
    relay.http.put("storages/shelf/files/warm", content=b"1")
    before, most = relay.memory_bytes, 0

    def blocks() -> Iterator[bytes]:
        nonlocal most
        for _ in range(SIZE):
            yield block
            most = max(most, relay.memory_bytes)

    assert relay.http.put("storages/shelf/files/large", content=blocks()).status_code == 204
    found = hashlib.sha256()
    with relay.http.stream("GET", "storages/shelf/files/large") as answer:
        assert answer.headers["content-length"] == str(SIZE * MEBIBYTE)
        for part in answer.iter_raw(MEBIBYTE):
            found.update(part)
            most = max(most, relay.memory_bytes)
    assert found.digest() == hashlib.sha256(block * SIZE).digest()
    assert most - before < 64 * MEBIBYTE


def test_whoever_leaves_in_the_middle_of_reading_is_not_read_for(relay: Relay) -> None:
    relay.http.put("storages/shelf/files/large", content=b"x" * 64 * MEBIBYTE)
    with relay.http.stream("GET", "storages/shelf/files/large") as answer:
        next(answer.iter_raw(1024))
    wait_for(lambda: relay.records()[0]["action"] == "read file")
    newest = relay.records()[0]
    assert newest["result"] == "cancelled"
    assert newest["details"]["bytes"] < 64 * MEBIBYTE


def test_whoever_leaves_in_the_middle_of_writing_has_written_nothing(relay: Relay) -> None:
    relay.http.put("storages/shelf/files/kept", content=b"as it was")
    for path in ("kept", "new"):
        relay.put_half(f"storages/shelf/files/{path}", 40 * MEBIBYTE)
    wait_for(lambda: [each["result"] for each in relay.records()[:2]] == ["cancelled"] * 2)
    entries = relay.http.get("storages/shelf/list").json()["entries"]
    assert [each["path"] for each in entries] == ["kept"]
    assert relay.http.get("storages/shelf/files/kept").content == b"as it was"


def test_no_secret_of_a_storage_leaves_the_relay(tmp_path: Path, s3: S3Server) -> None:
    """Canaries in every key and every place, with storages that work and others that do not."""
    canaries = {
        "id": f"AKIACANARY{secrets.token_hex(6)}",
        "key": f"key-canary-'{secrets.token_hex(8)}/+ü",
        "wrong": f"wrong-canary-{secrets.token_hex(8)}",
        "azure": "Y2FuYXJ5LWF6dXJlLWtleS1jYW5hcnktYXp1cmU=",
        "place": f"place-canary-{secrets.token_hex(8)}",
    }
    variables = {f"WASM_RUNTIME_SECRET_{name.upper()}_OF": each for name, each in canaries.items()}
    keys = {"access_key_id": 'secret("id_of")', "secret_access_key": 'secret("key_of")'}
    works = {**s3_storage(s3), "credentials": keys, "may_write": True}
    hidden = tmp_path / canaries["place"]
    hidden.mkdir()
    storages = {
        "works": works,
        "shelf": {"kind": "folder", "folder": str(hidden), "may_write": True},
        "gone": {"kind": "folder", "folder": str(hidden / "gone")},
        "elsewhere": {**works, "endpoint": "http://127.0.0.1:1", "bucket": canaries["place"]},
        "nobucket": {**works, "bucket": canaries["place"]},
        "azure": {
            "kind": "azure",
            "bucket": "b",
            "account": "me",
            "endpoint": "http://127.0.0.1:1",
            "credentials": {"account_key": 'secret("azure_of")'},
        },
        "google": {
            "kind": "gcs",
            "bucket": "b",
            "credentials": {"service_account_key": 'secret("wrong_of")'},
        },
    }
    outside = LeakScanner(canaries)
    inside = LeakScanner({name: each for name, each in canaries.items() if name != "place"})
    with relay_of(tmp_path, storages, WASM_RUNTIME_LOG_LEVEL="debug", **variables) as relay:
        for name in storages:
            for method, path in [
                ("GET", "list"),
                ("GET", "list?path=..%2f"),
                ("PUT", "files/a"),
                ("GET", "files/a"),
                ("DELETE", "files/a"),
                ("GET", "files/missing"),
                *(("GET", f"files/{each}") for each in HOSTILE[:8]),
            ]:
                answer = relay.http.request(method, f"storages/{name}/{path}")
                outside.feed("http", repr(answer.headers.raw).encode() + answer.content)
        for path in ("storages", "operator/audit", "operator/audit/export", "metrics"):
            answer = relay.http.get(path)
            outside.feed("http", repr(answer.headers.raw).encode() + answer.content)
        told = json.loads(relay.http.get("storages/works/list").content)
        inside.feed("log", relay.process.log.encode())
    for file in filter(Path.is_file, (tmp_path / "data").rglob("*")):
        outside.feed(f"file {file.name}", file.read_bytes())
    assert told["entries"] == []
    assert {"http", "file audit.sqlite"} <= outside.channels
    assert outside.hits() | inside.hits() == set()
