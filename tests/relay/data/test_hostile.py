"""Hostile SQL, with no parser between it and the database: nothing is written, no file and no
network is read, and everything stops at its limit."""

import asyncio
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from relay.data.declaration import Declaration
from relay.data.engine import Statement
from relay.data.errors import DataError
from relay.data.query import Limits, Query
from tests.relay.data.conftest import Declarations, engine_of
from tests.relay.data.reading import read

pytestmark = pytest.mark.anyio

_SECRET = "canary-in-a-file-51d2"
_EVERYWHERE = [
    "delete from people",
    "update people set name = 'x'",
    "insert into people values (9, 'x', 1)",
    "drop table people",
    "create table stolen (a int)",
    "select 1; delete from people",
    "delete from people returning *",
    "/* */ delete from people -- select",
    "commit",
    "rollback",
]
_CORPUS = {
    "postgresql": [
        *_EVERYWHERE,
        "with d as (delete from people returning *) select * from d",
        "explain analyze delete from people",
        "select * into stolen from people",
        "create temp table t as select 1",
        "select query_to_xml('delete from people', true, true, '')",
        "do $$ begin delete from people; end $$",
        "set transaction read write",
        "select set_config('transaction_read_only', 'off', false)",
        "select set_config('default_transaction_read_only', 'off', false)",
        "set role postgres",
        "set session authorization postgres",
        "copy (select 1) to program 'touch {file}'",
        "select 1) to program 'touch {file}' --",
        "select 1 ) to '{file}' with (format text) ; --",
        "copy people from '{secret}'",
        "select pg_read_file('{secret}')",
        "select pg_ls_dir('/')",
        "select lo_import('{secret}')",
        "select lo_export(lo_create(0), '{file}')",
        "select lo_from_bytea(4711, 'x')",
        "select * from dblink('host=127.0.0.1 port={port}', 'select 1') as t (a int)",
        "create extension dblink",
        "select pg_notify('x', 'y')",
        "alter role reader superuser",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename <> 'reader'",
    ],
    "mysql": [
        *_EVERYWHERE,
        "begin not atomic commit; set session transaction read write; delete from people; end",
        "select * from people into outfile '{file}'",
        "select 'x' into dumpfile '{file}'",
        "select load_file('{secret}')",
        "load data infile '{secret}' into table people",
        "load data local infile '{secret}' into table people",
        "select 1 /*! into outfile '{file}' */",
        "set global max_connections = 1",
        "create procedure p() delete from people",
        "execute immediate 'delete from people'",
        "prepare x from 'delete from people'",
        "create temporary table t (a int)",
        "lock tables people write",
        "install soname 'ha_federated'",
        "create server s foreign data wrapper mysql options (host '127.0.0.1', port {port})",
        "handler people open",
        "grant all on *.* to reader@localhost",
        "kill 1",
        "shutdown",
    ],
    "sqlite": [
        *_EVERYWHERE,
        "attach '{secret}' as stolen",
        "attach '{file}' as stolen",
        "vacuum into '{file}'",
        "pragma writable_schema = on",
        "pragma query_only = off",
        "pragma journal_mode = delete",
        "select load_extension('{secret}')",
        "select readfile('{secret}')",
        "select writefile('{file}', 'x')",
        "create temp table t (a)",
        "create virtual table t using csv('{secret}')",
        "select fts3_tokenizer('x', x'41414141')",
        "reindex",
        "analyze",
    ],
    "duckdb": [
        *_EVERYWHERE,
        "select * from read_text('{secret}')",
        "select * from '{secret}'",
        "select * from read_csv('{secret}')",
        "select * from glob('/*')",
        "copy people to '{file}'",
        "export database '{file}'",
        "attach '{file}' as stolen",
        "install httpfs",
        "load '{secret}'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "reset allowed_paths",
        "pragma enable_profiling = 'json'",
        "pragma profile_output = '{file}'",
        "set temp_directory = '{file}'",
        "select * from read_csv('http://127.0.0.1:{port}/x')",
        "select getenv('HOME')",
        "select * from request",
        "select * from duckdb_secrets()",
        "call force_checkpoint()",
    ],
}
_ENDLESS = {
    "postgresql": [
        "select pg_sleep(60)",
        "select count(*) from generate_series(1, 1e12::bigint)",
        "select set_config('statement_timeout', '0', true), pg_sleep(60)",
        "with recursive x (n) as (select 1 union all select n + 1 from x) select * from x",
        "select 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ~ '((a+)+)+$', pg_sleep(60)",
    ],
    "mysql": [
        "select sleep(60)",
        "select benchmark(100000000000, sha2('a', 512))",
        "set statement max_statement_time = 0 for select sleep(60)",
        "select count(*) from seq_1_to_1000000000 a, seq_1_to_1000000000 b",
        "select /*!50000 sleep(60) */",
    ],
    "sqlite": [
        "with recursive x (n) as (select 1 union all select n + 1 from x) select count(*) from x",
        "with recursive x (n) as (select 1 union all select n + 1 from x) select n from x",
        "select printf('%.*c', 900000000, 'x'), printf('%.*c', 900000000, 'x')",
    ],
    "duckdb": [
        "select count(*) from range(1000000000000) a, range(1000) b",
        "select * from range(1000000000000)",
        "with recursive x (n) as (select 1 union all select n + 1 from x) select max(n) from x",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(_CORPUS))
async def test_nothing_is_written_and_nothing_outside_is_read(
    name: str, declarations: Declarations, tmp_path: Path
) -> None:
    # A world of its own, open to every process: what it does not read is not for lack of rights.
    secret, file = tmp_path / "secret.csv", tmp_path / "written"
    secret.write_text(f"a\n{_SECRET}\n")
    _open_to_all(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        given = {"file": file, "secret": secret, "port": listener.getsockname()[1]}
        declared = declarations.of(name)
        engine = engine_of(declared)
        before = await _everything(declared)
        for sql in _CORPUS[name]:
            rows: object = None
            with suppress(DataError):
                rows = await read(engine, sql.format(**given))
            assert _SECRET not in str(rows), sql
            assert not file.exists(), sql
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert await _everything(declared) == before


@pytest.mark.parametrize(
    ("name", "sql"), [(name, sql) for name, endless in _ENDLESS.items() for sql in endless]
)
async def test_what_does_not_end_is_stopped_at_its_limit(
    name: str, sql: str, declarations: Declarations
) -> None:
    engine = engine_of(declarations.of(name))
    await read(engine, "select 1")  # what is started for the first time may take its time
    query, ended = _query(seconds=0.5)
    began = time.monotonic()
    query.start(engine, Statement(sql=sql, seconds=1.5))
    with pytest.raises(DataError) as stopped:
        async for _ in query.chunks():
            pass
    # Where the engine has words of its own for it (out of memory), they come before the limit.
    assert time.monotonic() - began < 0.5 + 0.5
    assert stopped.value.code in ("timeout", "bad_request")
    await asyncio.wait_for(ended.wait(), 10)


def _query(seconds: float) -> tuple[Query, asyncio.Event]:
    ended = asyncio.Event()

    async def end(query: Query) -> None:
        ended.set()

    limits = Limits(seconds=seconds, rows=10**9, bytes=2**40)
    return Query("an-id-of-a-query", "warehouse", "owner", limits, end), ended


async def _everything(declared: Declaration) -> list[object]:
    engine = engine_of(declared)
    found: list[object] = [await read(engine, "select * from people order by id")]
    tables = {
        "postgresql": "select relname, relacl::text from pg_class where relkind in ('r', 'v') "
        "union all select rolname, rolsuper::text from pg_roles "
        "union all select 'large objects', count(*)::text from pg_largeobject_metadata order by 1",
        "mysql": "select table_name, table_type from information_schema.tables "
        "where table_schema = 'shop' order by 1",
        "sqlite": "select name, sql from sqlite_master order by 1",
        "duckdb": "select table_name from duckdb_tables() order by 1",
    }
    found.append(await read(engine, tables[declared.engine]))
    if declared.path:
        found += _on_disk(Path(declared.path))
    return found


def _on_disk(path: Path) -> list[object]:
    return [path.read_bytes(), *sorted(beside.name for beside in path.parent.iterdir())]


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o777)
    for path in folder.iterdir():
        path.chmod(0o666)
    for parent in folder.parents:
        if parent.stat().st_uid == folder.stat().st_uid and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
