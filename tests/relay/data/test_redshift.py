"""Redshift's engine against a real PostgreSQL, whose protocol and cursors Redshift has."""

import dataclasses
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from relay.data.declaration import Declaration
from relay.data.engine import Engine
from relay.data.errors import BadParameter, ConnectionRefused, NoRows, QueryFailed, QueryTimeout
from relay.data.redshift import RedshiftEngine
from relay.data.schema import introspection, schema_of
from tests.relay.data.conftest import SERIES, Declarations
from tests.relay.data.reading import begun, read, read_stream, rows_of, until
from tests.relay.data.servers import ADMIN_PASSWORD, READER_PASSWORD, Server

pytestmark = pytest.mark.anyio

_SERIES = SERIES["postgresql"]
_INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def declared(declarations: Declarations) -> Declaration:
    return dataclasses.replace(declarations.of("postgresql"), engine="redshift", port=5432)


@pytest.fixture
def engine(declared: Declaration) -> Engine:
    return RedshiftEngine(declared, READER_PASSWORD)


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("(-32768)::smallint", -32768),
        ("9223372036854775807::bigint", 2**63 - 1),
        ("1.5::real", 1.5),
        ("(-12345678901234567890.123456789)::numeric(38, 9)", Decimal("-12345678901234567890.123456789")),  # noqa: E501
        ("true", True),
        ("'Zürich 😀'::varchar(40)", "Zürich 😀"),
        ("'ab'::char(4)", "ab  "),
        (r"'\x00ff'::bytea", b"\x00\xff"),
        ("'0001-01-01'::date", date(1, 1, 1)),
        ("'2026-03-29 01:30:00.123456'::timestamp", _INSTANT.replace(tzinfo=None)),
        ("'2026-03-29 03:30:00.123456+02'::timestamptz", _INSTANT),
        ("'23:59:59.5'::time", "23:59:59.5"),
        ("'1 day 2 seconds'::interval", "1 day 00:00:02"),
        ("""'{"a": [1, null]}'::jsonb""", '{"a": [1, null]}'),
        ("array[1, null]", "{1,NULL}"),
        ("'10.0.0.1/8'::inet", "10.0.0.1/8"),
    ],
)  # fmt: skip
async def test_types_come_as_they_are_and_null_as_null(
    engine: Engine, spelled: str, value: Any
) -> None:
    one = f"select 1 as k, {spelled} as v"
    sql = f"select s.v from generate_series(1, 2) n left join ({one}) s on s.k = n order by n"
    rows = await read(engine, sql)
    assert [row["v"] for row in rows] == [value, None]


@pytest.mark.parametrize(
    "value",
    [None, True, -7, 1.5, "it's \\ :name \u202e", Decimal("1.20"), date(2026, 11, 21)],
)
async def test_a_parameter_is_a_value_and_never_sql(engine: Engine, value: Any) -> None:
    (row,) = await read(engine, "select :value as v, ':value' as text", value=value)
    assert row == {"v": value, "text": ":value"}


async def test_bytes_are_no_parameter(engine: Engine) -> None:
    with pytest.raises(BadParameter, match="takes no bytes"):
        await read(engine, "select :value", value=b"\x00")


async def test_a_big_result_is_whole_and_the_first_rows_are_exactly_so_many(
    engine: Engine,
) -> None:
    content, _ = await read_stream(engine, _SERIES.format(rows=20_001))
    assert sum(row["n"] for row in rows_of(content)) == 20_001 * 20_002 // 2
    for asked, more in ((5000, True), (2048, True), (20_000, False)):
        content, said = await read_stream(engine, _SERIES.format(rows=20_000), first_rows=asked)
        assert (len(rows_of(content)), said) == (asked, more)
    content, said = await read_stream(engine, "select 1 as n where false", first_rows=5)
    assert (rows_of(content), said) == ([], False)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into people values (9, 'Eve', 1)",
        "select 1; delete from people",
        "select 1; commit; drop table people",
        "commit",
        "with gone as (delete from people returning *) select * from gone",
        "select nextval('counter')",
        "select set_config('transaction_read_only', 'off', false)",
        "copy people to '/tmp/people'",
    ],
)
async def test_nothing_is_written(engine: Engine, postgres: Server, sql: str) -> None:
    with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
        admin.execute("grant all on people to reader")
        admin.execute("create sequence if not exists counter")
        admin.execute("grant all on sequence counter to reader")
        with pytest.raises((QueryFailed, NoRows)):
            await read(engine, sql)
        assert admin.execute("select count(*) from people").fetchone() == (3,)
        admin.execute("revoke all on people from reader; grant select on people to reader")


async def test_leaving_a_query_ends_it_in_the_database(engine: Engine, postgres: Server) -> None:
    with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
        async with begun(engine, _SERIES.format(rows=10**9)):
            await until(lambda: _running(admin) == 1)
        await until(lambda: _running(admin) == 0)


async def test_a_query_that_computes_stops_at_its_limit(engine: Engine) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match="stopped at the limit"):
        await read_stream(engine, "select count(*) from generate_series(1, 10000000000)", seconds=1)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("change", "password", "message"),
    [
        ({}, "wrong-password-81c0", "the server refused reader's password"),
        ({"host": "127.0.0.1", "port": 1}, READER_PASSWORD, "nothing listens at 127.0.0.1 port 1"),
        ({"host": "no-such-host.invalid"}, READER_PASSWORD, "there is no host no-such-host"),
        ({"database": "nowhere"}, READER_PASSWORD, "nowhere"),
        ({"user": "postgres"}, ADMIN_PASSWORD, "the role postgres is a superuser"),
    ],
)
async def test_why_there_is_no_connection(
    declared: Declaration, change: dict[str, Any], password: str, message: str
) -> None:
    engine = RedshiftEngine(dataclasses.replace(declared, **change), password)
    with pytest.raises(ConnectionRefused, match=message) as refused:
        await read(engine, "select 1")
    assert password not in refused.value.message + refused.value.hint


async def test_an_error_says_where(engine: Engine) -> None:
    sql = "select :a, nope from people"
    with pytest.raises(QueryFailed, match="does not exist") as failed:
        await read(engine, sql, a="longer than its name")
    assert failed.value.position == sql.index("nope")


async def test_the_schema_has_every_table_and_column(engine: Engine, declared: Declaration) -> None:
    asked = introspection(declared)
    content, more = await read_stream(engine, asked.sql, first_rows=asked.first_rows)
    schema = schema_of("warehouse", content, more)
    found = {(each.name, each.kind): [c.name for c in each.columns] for each in schema.tables}
    assert found[("people", "table")] == ["id", "name", "city"]
    assert found[("names", "view")] == ["name"]
    assert {each.schema for each in schema.tables} == {"public"}


async def test_check_says_what_answers(engine: Engine) -> None:
    assert "PostgreSQL" in await engine.check()


def _running(admin: psycopg.Connection[Any]) -> int:
    sql = "select count(*) from pg_stat_activity where usename = 'reader' and state <> 'idle'"
    (count,) = admin.execute(sql).fetchone() or (0,)
    return int(count)
