"""Each kind of store, and a relay that has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from relay.settings import Settings
from relay.storage.declaration import Storage
from relay.storage.memory import MemoryStore
from relay.storage.opening import open_store
from relay.storage.store import Store
from tests.relay.storage.relay_with_storages import StorageRelay, storage_relay
from tests.relay.storage.s3_server import BUCKET, KEYS, S3Server, s3_server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def started_s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(started_s3: S3Server) -> S3Server:
    started_s3.empty()
    return started_s3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shelf"
    made.mkdir()
    return made


@pytest.fixture
def lake(s3: S3Server) -> Storage:
    """What is below teams/data in the bucket."""
    return Storage(
        name="lake",
        kind="s3",
        bucket=BUCKET,
        prefix="teams/data/",
        region="us-east-1",
        endpoint=s3.address,
        credentials={name: f'secret("{name.upper()}")' for name in KEYS},
        may_write=True,
    )


@pytest.fixture(params=["memory", "folder", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    match request.param:
        case "memory":
            return MemoryStore()
        case "folder":
            shelf: Path = request.getfixturevalue("folder")
            return open_store(Storage(name="shelf", kind="folder", folder=str(shelf)), {})
    return open_store(request.getfixturevalue("lake"), KEYS)


@pytest.fixture
def relay(settings: Settings, tmp_path: Path, folder: Path) -> Iterator[StorageRelay]:
    """A relay whose storage `shelf` is a folder, that may be written."""
    with storage_relay(settings, tmp_path, shelf={"kind": "folder", "folder": str(folder)}) as made:
        yield made
