"""DuckDB over files of a storage: in S3 and in a folder, read by the relay for a process without
network."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from relay.audit import AuditLog
from relay.data.child_engine import ChildEngine
from relay.data.declaration import Declaration
from relay.data.engine import Statement
from relay.data.errors import ConnectionRefused, QueryFailed
from relay.storage.declaration import Declared, Storage
from relay.storage.for_databases import DatabaseFiles
from relay.storage.memory import MemoryStore
from relay.storage.opening import open_store
from relay.storage.store import Store
from tests.relay.data.reading import read_rows
from tests.relay.storage.conftest import folder, lake, s3, started_s3  # noqa: F401
from tests.relay.storage.s3_server import KEYS, S3Server
from wasm_runtime.errors import UsageError

pytestmark = pytest.mark.anyio


@pytest.fixture
def parquet(tmp_path: Path) -> Any:
    """Parquet of rows n = first…last."""

    def made(first: int, last: int) -> bytes:
        path = tmp_path / "made.parquet"
        duckdb.sql(
            f"COPY (SELECT range AS n, 'row ' || range AS text FROM range({first}, {last + 1})) "
            f"TO '{path}'"
        )
        return path.read_bytes()

    return made


@pytest.fixture(params=["s3", "folder"])
def storage(request: pytest.FixtureRequest, folder: Path) -> Storage:  # noqa: F811
    if request.param == "folder":
        return Storage(name="lake", kind="folder", folder=str(folder))
    made: Storage = request.getfixturevalue("lake")
    return made


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditLog]:
    log = AuditLog(tmp_path / "audit.sqlite")
    yield log
    log.close()
