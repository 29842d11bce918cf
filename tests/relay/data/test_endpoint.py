"""Queries over HTTP, on a whole relay with all four databases behind it."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from relay.audit import AuditLog
from relay.data.engine import END_OF_STREAM
from tests.relay.data.conftest import ENGINES, SERIES, Declarations
from tests.relay.data.relay_with_data import DataRelay, data_relay
from tests.relay.data.servers import READER_PASSWORD, Server, mariadb

_MAX_GROWTH = 64 * 1024 * 1024
_BUSY = {
    "postgresql": "select count(*) from generate_series(1, 1e12::bigint)",
    "mysql": "select benchmark(100000000000, sha2('a', 512))",
    "sqlite": "with recursive x (n) as (select 1 union all select n + 1 from x) "
    "select count(*) from x",
    "duckdb": "select count(*) from range(1000000000000) a, range(1000) b",
}
"""What gives no row for hours."""


@pytest.fixture(scope="module")
def relay(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DataRelay]:
    folder = tmp_path_factory.mktemp("relay")
    declarations = Declarations(request, folder)
    declared = {n: dataclasses.replace(declarations.of(n), max_queries=8) for n in ENGINES}
    with data_relay(folder, declared, READER_PASSWORD) as started:
        yield started


@pytest.mark.parametrize("name", ENGINES)
def test_rows_come_as_an_arrow_stream(relay: DataRelay, name: str) -> None:
    answer = relay.post(
        name, "select name from people where id = :id", parameters={"id": 3}, query_id=f"id-{name}"
    )
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "application/vnd.apache.arrow.stream",
    )
    assert answer.content.endswith(END_OF_STREAM)
    assert relay.rows(name, "select name as n from people where id = 3") == [{"n": "O'Brien"}]
    status = relay.status(f"id-{name}")
    assert (status["state"], status["rows"], status["connection"]) == ("finished", 1, name)


def test_connections_are_listed_without_where_they_lead(relay: DataRelay) -> None:
    answer = relay.http.get("data/connections")
    names = {each["name"] for each in answer.json()["connections"]}
    assert names == {"demo", *ENGINES}
    assert "reader" not in answer.text
    assert "/tmp" not in answer.text


def test_the_demo_answers_in_the_first_minute(relay: DataRelay) -> None:
    rows = relay.rows("demo", "select count(*) as n, min(ordered) as first from orders")
    assert rows == [{"n": 2000, "first": "2025-01-01"}]
    tables = relay.http.get("data/demo/schema").json()["tables"]
    assert {table["name"] for table in tables} >= {"customers", "orders", "sales"}


@pytest.mark.parametrize("name", ENGINES)
def test_the_schema_of_each(relay: DataRelay, name: str) -> None:
    tables = relay.http.get(f"data/{name}/schema").json()["tables"]
    assert {"cities", "people", "names"} <= {table["name"] for table in tables}


@pytest.mark.parametrize(
    ("connection", "given", "status", "code"),
    [
        ("nowhere", {"sql": "select 1"}, 404, "not_found"),
        ("sqlite", {"sql": " "}, 400, "bad_request"),
        ("sqlite", {"sql": "select 1\0"}, 400, "bad_request"),
        ("sqlite", {"sql": "x" * 300_000}, 400, "bad_request"),
        ("sqlite", {}, 400, "bad_request"),
        ("sqlite", {"sql": {"select": 1}}, 400, "bad_request"),
        ("sqlite", {"sql": "select 1", "url": "postgresql://other"}, 400, "bad_request"),
        ("sqlite", {"sql": "select 1", "query_id": "../x"}, 400, "bad_request"),
        ("sqlite", {"sql": "select 1", "max_seconds": -1}, 400, "bad_request"),
        ("sqlite", {"sql": "select 1", "first_rows": 0}, 400, "bad_request"),
        ("sqlite", {"sql": "select nope"}, 400, "bad_request"),
        *((name, {"sql": sql, "max_seconds": 0.2}, 504, "timeout") for name, sql in _BUSY.items()),
    ],
)
def test_what_fails_before_the_first_row_is_an_error_with_its_status(
    relay: DataRelay, connection: str, given: dict[str, Any], status: int, code: str
) -> None:
    answer = relay.http.post(f"data/{connection}/query", json=given)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_stream_that_was_cut_is_an_error_in_the_reader(relay: DataRelay) -> None:
    sql = SERIES["postgresql"].format(rows=10**7)
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete message body"):
        relay.post("postgresql", sql, max_rows=100_000, query_id="cut-in-the-middle")
    status = relay.status("cut-in-the-middle")
    assert (status["state"], status["error"]["code"]) == ("failed", "too_large")
    assert "more than 100000 rows" in status["error"]["message"]


@pytest.mark.parametrize("name", ENGINES)
def test_a_query_is_cancelled_by_its_id(relay: DataRelay, name: str) -> None:
    endless = SERIES[name].format(rows=10**9)
    with relay.stream(name, endless, query_id=f"cancel-{name}") as answer:
        chunks = answer.iter_bytes()
        next(chunks)
        stopped = relay.http.delete(f"data/queries/cancel-{name}").json()
        assert stopped["error"]["message"].endswith("the query was cancelled.")
        with pytest.raises(httpx2.RemoteProtocolError):
            for _ in chunks:
                pass
    _until(lambda: relay.children() == [])


@pytest.mark.parametrize("name", ENGINES)
def test_a_cancelled_query_is_gone_from_the_database_within_a_second(
    relay: DataRelay, name: str, request: pytest.FixtureRequest
) -> None:
    def running() -> int:
        match name:
            case "postgresql":
                return busy_in_postgres(request.getfixturevalue("postgres"))
            case "mysql":
                return busy_in_mysql(request.getfixturevalue("mysql"))
        return len(relay.children())

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(relay.post, name, _BUSY[name], query_id=f"within-a-second-{name}")
        _until(lambda: running() == 1)
        began = time.monotonic()
        relay.http.delete(f"data/queries/within-a-second-{name}")
        _until(lambda: running() == 0)
        assert time.monotonic() - began < 1
        assert asking.result(timeout=10).json()["message"].endswith("the query was cancelled.")


@pytest.mark.parametrize("name", ENGINES)
def test_a_query_whose_reader_leaves_is_stopped(relay: DataRelay, name: str) -> None:
    with relay.stream(name, SERIES[name].format(rows=10**9), query_id=f"leave-{name}") as answer:
        next(answer.iter_bytes())
    _until(lambda: relay.status(f"leave-{name}")["state"] == "failed")
    _until(lambda: relay.children() == [])


def test_a_query_can_be_cancelled_before_it_has_answered(
    relay: DataRelay, postgres: Server
) -> None:
    with ThreadPoolExecutor(1) as thread:
        sleeping = thread.submit(
            relay.post, "postgresql", "select pg_sleep(50)", query_id="not-answered-yet"
        )
        _until(lambda: relay.status("not-answered-yet").get("state") == "running")
        relay.http.delete("data/queries/not-answered-yet")
        assert sleeping.result(timeout=10).json()["code"] == "unavailable"
    # Also when the server had not begun with it yet.
    _until(lambda: _sleeping(postgres) == 0)


def test_eight_big_queries_that_nobody_reads_take_little_memory(relay: DataRelay) -> None:
    wide = {
        "postgresql": "select n, repeat('x', 100) as a, repeat('y', 100) as b "
        "from (select generate_series(1, 100000000) as n) s",
        "mysql": "select seq, repeat('x', 100) as a, repeat('y', 100) as b from seq_1_to_100000000",
    }
    for name, sql in wide.items():
        relay.rows(name, sql, first_rows=10_000)
    before = relay.memory_bytes
    open_streams = []
    try:
        for name in [*wide] * 4:
            stream = relay.stream(name, wide[name])
            answer = stream.__enter__()
            chunks = answer.iter_bytes()
            open_streams.append((stream, chunks))
            next(chunks)
        highest = _settled_memory(relay)
    finally:
        for stream, _ in open_streams:
            stream.__exit__(None, None, None)
    assert highest - before < _MAX_GROWTH


def test_eight_big_queries_that_are_read_take_little_memory(relay: DataRelay) -> None:
    sql = "select n, n * 1.5e0 as a, n::text as b, n % 7 as c, 'x' || n as d " \
        "from (select generate_series(1, 150000) as n) s"  # fmt: skip
    assert len(relay.rows("postgresql", sql)) == 150_000
    before, highest = relay.memory_bytes, 0
    with ThreadPoolExecutor(8) as threads:
        reading = [threads.submit(relay.post, "postgresql", sql) for _ in range(8)]
        while not all(each.done() for each in reading):
            highest = max(highest, relay.memory_bytes)
            time.sleep(0.01)
    assert all(each.result().content.endswith(END_OF_STREAM) for each in reading)
    assert highest - before < _MAX_GROWTH


def test_a_pool_that_is_exhausted_says_so(declarations: Declarations, tmp_path: Path) -> None:
    declared = dataclasses.replace(declarations.of("sqlite"), max_queries=1)
    endless = SERIES["sqlite"].format(rows=10**9)
    with (
        data_relay(tmp_path, {"one": declared}, READER_PASSWORD) as relay,
        relay.stream("one", endless) as answer,
    ):
        chunks = answer.iter_bytes()
        next(chunks)
        refused = relay.post("one", "select 1")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert "all 1 places are taken" in refused.json()["message"]


def test_every_use_is_in_the_audit_log(relay: DataRelay) -> None:
    relay.rows("sqlite", "select 4711 as audited", query_id="audited-1")
    relay.post("sqlite", "select nope", query_id="audited-2")
    relay.post("nowhere", "select 1")
    log = AuditLog(relay.data / "audit.sqlite")
    assert log.verify() is None
    records = list(log.records())
    good, bad, denied = records[-3:]
    log.close()
    assert (good.actor, good.action, good.object, good.result) == ("local", "query", "sqlite", "ok")
    assert (good.details["rows"], good.details["sql"]) == (1, "select 4711 as audited")
    assert (bad.details["query"], bad.result) == ("audited-2", "bad_request")
    assert (denied.object, denied.result) == ("nowhere", "not_found")


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "It did not come about."
        time.sleep(0.01)


def _settled_memory(relay: DataRelay) -> int:
    """The highest seen until it has not grown for a second."""
    highest, since = relay.memory_bytes, time.monotonic()
    while time.monotonic() - since < 1:
        now = relay.memory_bytes
        if now > highest + 256 * 1024:
            highest, since = now, time.monotonic()
        time.sleep(0.02)
    return highest


def busy_in_postgres(server: Server) -> int:
    with psycopg.connect(server.postgres_url()) as admin:
        rows = admin.execute(
            "select count(*) from pg_stat_activity "
            "where usename = 'reader' and state = 'active' and query like '%1e12%'"
        ).fetchall()
    return int(rows[0][0])


def busy_in_mysql(server: Server) -> int:
    listed = mariadb(
        server,
        "select count(*) from information_schema.processlist "
        "where user = 'reader' and command <> 'Sleep'",
    )
    return int(listed.split()[-1])


def _sleeping(server: Server) -> int:
    with psycopg.connect(server.postgres_url()) as admin:
        rows = admin.execute(
            "select count(*) from pg_stat_activity "
            "where usename = 'reader' and state = 'active' and query like '%pg_sleep(50)%'"
        ).fetchall()
    return int(rows[0][0])
