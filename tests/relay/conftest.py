"""A small client folder, and the relay over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from relay.app import create_app
from relay.settings import Settings
from tests.support.canaries import PLANTED, SECRET_KEY

ORIGIN = "http://127.0.0.1"


@pytest.fixture
def client_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "client"
    files = {
        "index.html": "<!doctype html><title>notebook</title>",
        "service-worker.js": "self.oninstall = () => {};",
        "manifest.webmanifest": "{}",
        "frames/kernel.html": "<script>1</script>",
        "frames/output.html": "<script>2</script>",
        "assets/main-12345678.js": "export const one = 1;" * 50,
        "assets/style-12345678.css": "body {}",
        "assets/pyodide.asm.wasm": "\0asm",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def settings(client_folder: Path, tmp_path: Path) -> Settings:
    return Settings(
        client=client_folder,
        cache=tmp_path / "cache",
        documents=str(tmp_path / "documents.sqlite"),
        data_folder=tmp_path / "data",
        log_format="json",
        metrics_token=SecretStr(PLANTED["WASM_RUNTIME_METRICS_TOKEN"]),
        secret_key=SecretStr(SECRET_KEY),
    )


@pytest.fixture
def relay(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), ORIGIN, client=("127.0.0.1", 50_000)) as client:
        yield client
