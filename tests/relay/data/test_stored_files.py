"""DuckDB over files of a storage, which the relay reads for a process without network."""

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from relay.audit import AuditLog
from relay.data.child_engine import ChildEngine
from relay.data.declaration import Declaration
from relay.data.errors import ConnectionRefused, DataError, QueryFailed
from relay.storage.declaration import Declared, Storage
from relay.storage.for_databases import DatabaseFiles
from relay.storage.memory import MemoryStore
from relay.storage.opening import open_store
from relay.storage.store import Store
from tests.relay.data.reading import read
from tests.relay.storage.conftest import folder, lake, s3, started_s3  # noqa: F401
from tests.relay.storage.s3_server import KEYS
from wasm_runtime.errors import UsageError

pytestmark = pytest.mark.anyio
Parquet = Callable[[int, int], bytes]


@pytest.fixture
def parquet(tmp_path: Path) -> Parquet:
    """Parquet of the numbers from one up to another."""

    def made(first: int, last: int) -> bytes:
        path = tmp_path / "made.parquet"
        rows = f"SELECT range AS n, 'row ' || range AS text FROM range({first}, {last})"
        duckdb.connect().execute(f"COPY ({rows}) TO '{path}' (ROW_GROUP_SIZE 20000)")
        return path.read_bytes()

    return made


@pytest.fixture(params=["memory", "folder", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    match request.param:
        case "memory":
            return MemoryStore()
        case "folder":
            shelf: Path = request.getfixturevalue("folder")
            return open_store(Storage(name="lake", kind="folder", folder=str(shelf)), {})
    return open_store(request.getfixturevalue("lake"), KEYS)


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditLog]:
    log = AuditLog(tmp_path / "audit.sqlite")
    yield log
    log.close()


class Shop:
    """A DuckDB connection over the store, and what it is asked."""

    def __init__(self, store: Store, audit: AuditLog) -> None:
        self.store = store
        declared = Storage(name="lake", kind="folder", folder="/unused")
        self._files = DatabaseFiles(Declared(storages={"lake": declared}), lambda _: store, audit)

    async def put(self, path: str, content: bytes) -> None:
        async def parts() -> AsyncIterator[bytes]:
            yield content

        await self.store.write(path, parts())

    def engine(self, **files: str) -> ChildEngine:
        declared = Declaration(
            name="shop",
            engine="duckdb",
            files={view: f"storage://lake/{pattern}" for view, pattern in files.items()},
        )
        return ChildEngine(declared, self._files)


@pytest.fixture
def shop(store: Store, audit: AuditLog) -> Shop:
    return Shop(store, audit)


async def test_a_view_is_over_all_files_that_match(shop: Shop, parquet: Parquet) -> None:
    await shop.put("trips/2025/a.parquet", parquet(0, 50_000))
    await shop.put("trips/2026/b [1] größe.parquet", parquet(50_000, 100_000))
    await shop.put("trips/2026/notes.txt", b"not meant")
    await shop.put("cities.csv", "id,name\n1,Zürich\n2,Osaka\n".encode())
    engine = shop.engine(trips="trips/**/*.parquet", cities="cities.csv", new="trips/2026/b*")
    (row,) = await read(engine, "select count(*) as n, sum(n) as s, max(text) as t from trips")
    assert (row["n"], int(row["s"]), row["t"]) == (100_000, sum(range(100_000)), "row 99999")
    assert await read(engine, "select name from cities order by id desc") == [
        {"name": "Osaka"},
        {"name": "Zürich"},
    ]
    assert await read(engine, "select min(n) as n from new") == [{"n": 50_000}]


async def test_only_the_bytes_that_a_query_needs_are_read(
    shop: Shop, parquet: Parquet, audit: AuditLog
) -> None:
    content = parquet(0, 400_000)
    await shop.put("trips.parquet", content)
    await read(shop.engine(trips="trips.parquet"), "select n from trips where n = 7")
    (record,) = audit.records()
    assert (record.actor, record.action, record.object, record.result) == (
        "connection shop",
        "read files for a query",
        "lake",
        "ok",
    )
    assert record.details["files"] == 1
    assert 0 < int(record.details["bytes"] or 0) < len(content) / 2


async def test_nothing_but_the_declared_files_is_read(shop: Shop, parquet: Parquet) -> None:
    await shop.put("trips/a.parquet", parquet(0, 10))
    await shop.put("secret.csv", b"secret\nvalue\n")
    engine = shop.engine(trips="trips/*.parquet")
    for source in (
        "read_csv('storage://lake/secret.csv')",
        "read_text('storage://lake/trips/../secret.csv')",
        "glob('storage://lake/*')",
        "read_blob('storage://other/a.parquet')",
        "read_text('/etc/passwd')",
        "'https://example.org/a.csv'",
        "'s3://bucket/a.csv'",
    ):
        with pytest.raises(QueryFailed):
            await read(engine, f"select * from {source}")
    with pytest.raises(QueryFailed):
        await read(engine, "copy (select 1) to 'storage://lake/out.csv'")
    assert [each.path for each in (await shop.store.list("", "", 10)).entries] == [
        "secret.csv",
        "trips",
    ]


async def test_files_that_are_not_there_are_said_to_be_missing(shop: Shop) -> None:
    for pattern in ("none.csv", "none/**/*.csv"):
        with pytest.raises(ConnectionRefused, match="There is no"):
            await read(shop.engine(view=pattern), "select 1")
    unknown = Declaration(name="shop", engine="duckdb", files={"v": "storage://other/a.csv"})
    with pytest.raises(ConnectionRefused, match="no storage 'other'"):
        await read(ChildEngine(unknown, shop._files), "select 1")
    with pytest.raises(ConnectionRefused, match="no storages here"):
        await read(ChildEngine(unknown), "select 1")


async def test_a_file_that_is_replaced_in_the_middle_is_an_error(
    tmp_path: Path, audit: AuditLog, parquet: Parquet
) -> None:
    class Replaced(MemoryStore):
        reads = 0

        def read(self, path: str, span: Any, if_match: str | None = None) -> Any:
            self.reads += 1
            if self.reads == 3:
                self.files[path] = parquet(7, 100_007)
            return super().read(path, span, if_match)

    shop = Shop(Replaced({"a.parquet": parquet(0, 100_000)}), audit)
    with pytest.raises(DataError, match="not as it was expected"):
        await read(shop.engine(trips="a.parquet"), "select sum(n), max(text) from trips")


@pytest.mark.parametrize(
    "address", ["storage://lake", "storage://Lake/a.csv", "storage://lake/../a", "storage:///a"]
)
def test_what_is_no_address_is_not_declared(address: str) -> None:
    with pytest.raises(UsageError, match=r"no address of files"):
        Declaration(name="shop", engine="duckdb", files={"v": address})


def test_only_duckdb_reads_files() -> None:
    with pytest.raises(UsageError, match="takes no path or files"):
        dataclasses.replace(
            Declaration(name="shop", engine="postgresql", host="db"),
            files={"v": "storage://lake/a.csv"},
        )
