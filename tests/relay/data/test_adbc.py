"""Engines behind ADBC: a real Flight SQL server; PostgreSQL by a driver that an operator installed;
and, of those with no server here, what they say when there is none."""

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import adbc_driver_postgresql
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from relay.data.adbc import AdbcEngine
from relay.data.adbc_drivers import driver_of
from relay.data.declaration import Declaration, declaration_of, fields_of_url
from relay.data.engine import Engine
from relay.data.engines import open_engine
from relay.data.errors import (
    ConnectionRefused,
    DriverMissing,
    NoRows,
    QueryFailed,
    QueryTimeout,
)
from relay.data.placeholders import bind
from relay.data.schema import introspection, schema_of
from relay.data.table_look import Look
from tests.relay.data.conftest import SERIES
from tests.relay.data.flight_server import flight_server
from tests.relay.data.leak_scanner import LeakScanner
from tests.relay.data.reading import begun, read, read_stream, rows_of, until
from tests.relay.data.relay_with_data import data_relay
from tests.relay.data.servers import READER_PASSWORD, Server
from wasm_runtime.contracts.data import TableReference
from wasm_runtime.errors import UsageError

pytestmark = pytest.mark.anyio

_FLIGHT_PASSWORD = "flight-pass'wörd-5d2e"
_KEY = {
    "type": "service_account", "project_id": "p", "private_key_id": "k",
    "client_email": "reader@p.example", "token_uri": "http://127.0.0.1:1/token",
}  # fmt: skip
"""A service account's, without its private key; nobody answers where it leads."""
_ENDLESS = "select sum(value % 7) as n from generate_series(1, 1000000000000)"
_SERIES = SERIES["postgresql"]


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Declaration]:
    with flight_server(tmp_path_factory.mktemp("flight"), _FLIGHT_PASSWORD) as declared:
        yield declared


@pytest.fixture
def installed(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Declaration:
    """PostgreSQL by the name of a manifest, as an operator would have installed it."""
    library = Path(adbc_driver_postgresql.__file__).parent / "libadbc_driver_postgresql.so"
    manifest = f'manifest_version = 1\nname = "elephant"\n[Driver]\nshared = "{library}"\n'
    (tmp_path / "elephant.toml").write_text(manifest)
    monkeypatch.setenv("ADBC_DRIVER_PATH", str(tmp_path))
    uri = f"postgresql://reader:{{password}}@/postgres?host={postgres.folder}&port={postgres.port}"
    return Declaration(
        name="elephant",
        engine="adbc",
        options={"driver": "elephant", "uri": uri, "placeholder": "$"},
        accept_powerful_role=True,
    )


@pytest.fixture
def elephant(installed: Declaration) -> Engine:
    return AdbcEngine(installed, READER_PASSWORD)


def flight_engine(declared: Declaration, password: str = _FLIGHT_PASSWORD, **change: Any) -> Engine:
    return AdbcEngine(dataclasses.replace(declared, **change), password)


async def test_rows_and_types_of_a_flight_server(flight: Declaration) -> None:
    rows = await read(flight_engine(flight), "select id, name from people order by id")
    assert rows == [{"id": 1, "name": "Ada"}, {"id": 2, "name": None}, {"id": 3, "name": "O'Brien"}]
    sql = (
        "select cast('2026-01-02' as date) as d, timestamp '2026-01-02 03:04:05' as t, "
        "cast(-1.25 as decimal(10, 2)) as x, x'00ff' as b, true as f, [1, 2] as l, 'ü' as u, "
        "arrow_cast('a view of more than twelve', 'Utf8View') as v"
    )
    (row,) = await read(flight_engine(flight), sql)
    assert row == {
        "d": date(2026, 1, 2), "t": datetime(2026, 1, 2, 3, 4, 5), "x": Decimal("-1.25"),
        "b": b"\x00\xff", "f": True, "l": [1, 2], "u": "ü",
        "v": "a view of more than twelve",
    }  # fmt: skip


async def test_a_big_result_of_a_flight_server_is_whole_and_the_first_rows_are_so_many(
    flight: Declaration,
) -> None:
    sql = "select value as n from generate_series(1, 200000)"
    content, more = await read_stream(flight_engine(flight), sql)
    rows = rows_of(content)
    assert (len(rows), sum(row["n"] for row in rows), more) == (200_000, 20_000_100_000, False)
    content, more = await read_stream(flight_engine(flight), sql, first_rows=12_345)
    assert (len(rows_of(content)), more) == (12_345, True)


async def test_a_flight_servers_query_stops_at_its_limit(
    flight: Declaration,
) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match="stopped at the limit"):
        await read_stream(flight_engine(flight), _ENDLESS, seconds=1)
    assert time.monotonic() - started < 5


async def test_a_flight_servers_errors_say_what_and_where(flight: Declaration) -> None:
    with pytest.raises(QueryFailed, match="No field named nope"):
        await read(flight_engine(flight), "select nope from people")
    sql = "select id\nfrom people\nwhere id = = 2"
    with pytest.raises(QueryFailed) as failed:
        await read(flight_engine(flight), sql)
    assert failed.value.position is not None
    assert failed.value.position == sql.index("= 2")


@pytest.mark.parametrize(
    "sql",
    [
        "drop table people",
        " /* x */ insert into people values (4)",
        "-- select\ndelete from people",
        "create view v as select 1",
    ],
)
async def test_what_does_not_read_is_not_sent(flight: Declaration, sql: str) -> None:
    with pytest.raises(NoRows, match="gives no rows"):
        await read(flight_engine(flight), sql)
    assert len(await read(flight_engine(flight), "select * from people")) == 3


@pytest.mark.parametrize(
    ("password", "change", "message"),
    [
        ("wrong-password-81c0", {}, "the server refused reader's password"),
        (_FLIGHT_PASSWORD, {"port": 1}, "nothing listens at 127.0.0.1 port 1"),
        (_FLIGHT_PASSWORD, {"host": "no-such-host.invalid"}, "there is no host no-such-host"),
        (_FLIGHT_PASSWORD, {"options": {}}, "it cannot be reached: .*tls"),
        (_FLIGHT_PASSWORD, {"options": {"sslrootcert": "/no/such.pem"}}, "sslrootcert cannot be"),
        (_FLIGHT_PASSWORD, {"accept_powerful_role": False}, "does not tell whether a role only"),
    ],
)
async def test_why_there_is_no_connection_to_a_flight_server(
    flight: Declaration, password: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConnectionRefused, match=message) as refused:
        await read(flight_engine(flight, password, **change), "select 1")
    assert password not in refused.value.message + refused.value.hint


async def test_several_statements_are_not_sent(flight: Declaration) -> None:
    sql = "select ';' as s; -- ;\ndrop table people;"
    with pytest.raises(QueryFailed, match="these are 2") as failed:
        await read(flight_engine(flight), sql)
    assert failed.value.position == sql.index("drop")
    assert await read(flight_engine(flight), "select ';' as s; -- one") == [{"s": ";"}]


async def test_the_schema_of_a_flight_server_and_a_look_into_a_table(flight: Declaration) -> None:
    engine = flight_engine(flight)
    content, more = await read_stream(engine, introspection(flight).sql)
    schema = schema_of("flight", content, more)
    (people,) = schema.tables
    assert [(each.name, each.type) for each in people.columns] == [
        ("id", "Int64"), ("name", "Utf8"), ("city", "Int64"),
    ]  # fmt: skip
    look = Look.into("flightsql", schema, TableReference(schema=people.schema, table="people"))
    assert len(look.sample_of(await read(engine, look.sample().sql)).rows) == 3
    (figures,) = await read(engine, look.figures().sql)
    histograms = look.histograms(figures)
    assert histograms is not None
    profile = look.profile_of(figures, (await read(engine, histograms.sql))[0])
    assert [(each.name, each.nulls, each.minimum) for each in profile.columns] == [
        ("id", 0, "1"), ("name", 1, "Ada"), ("city", 0, "1"),
    ]  # fmt: skip


async def test_check_says_what_answers(flight: Declaration, elephant: Engine) -> None:
    assert await flight_engine(flight).check() == "Flight SQL"
    assert await elephant.check() == "ADBC"


@pytest.mark.parametrize(
    "value",
    [True, -7, 1.5, "it's \\ :name \u202e", b"\x00'\\", date(2026, 11, 21),
     datetime(2026, 3, 29, 1, 30, 0, 123456), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)],
)  # fmt: skip
async def test_a_parameter_is_bound_by_the_driver(elephant: Engine, value: Any) -> None:
    (row,) = await read(elephant, "select :a as a, ':a' as text, :b::int as b, :a as again",
                        a=value, b=3)  # fmt: skip
    assert row == {"a": value, "text": ":a", "b": 3, "again": value}


async def test_null_and_a_decimal_are_bound_too(elephant: Engine) -> None:
    (row,) = await read(elephant, "select :a::int as a, (:b::numeric + 1) = 2.2 as b", a=None,
                        b=Decimal("1.20"))  # fmt: skip
    assert row == {"a": None, "b": True}


@pytest.mark.parametrize(
    "sql",
    [
        "with gone as (delete from people returning *) select * from gone",
        "select nextval('counting')",
    ],
)
async def test_what_writes_all_the_same_is_rolled_back(
    elephant: Engine, postgres: Server, sql: str
) -> None:
    with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
        admin.execute("grant all on people to reader")
        admin.execute("create sequence if not exists counting")
        await _tried(elephant, sql)
        assert admin.execute("select count(*) from people").fetchone() == (3,)
        admin.execute("revoke all on people from reader; grant select on people to reader")


async def test_leaving_a_query_ends_it_in_the_database(elephant: Engine, postgres: Server) -> None:
    running = "select count(*) from pg_stat_activity where usename = 'reader' and state <> 'idle'"
    with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
        async with begun(elephant, _SERIES.format(rows=10**9)):
            await until(lambda: admin.execute(running).fetchone() == (1,))
        await until(lambda: admin.execute(running).fetchone() == (0,))


async def test_a_driver_that_is_not_installed_is_named(installed: Declaration) -> None:
    options = {**installed.options, "driver": "unicorn"}
    engine = AdbcEngine(dataclasses.replace(installed, options=options), READER_PASSWORD)
    with pytest.raises(ConnectionRefused, match="unicorn") as refused:
        await read(engine, "select 1")
    assert READER_PASSWORD not in refused.value.message


def test_a_whole_relay_asks_a_flight_server_and_tells_no_secret(
    flight: Declaration, tmp_path: Path
) -> None:
    gone = dataclasses.replace(flight, name="gone", port=1)
    declared = {"flight": flight, "gone": gone}
    scanner = LeakScanner({"password": _FLIGHT_PASSWORD})
    with data_relay(tmp_path, declared, _FLIGHT_PASSWORD) as relay:
        assert relay.rows("flight", "select max(id) as n from people") == [{"n": 3}]
        (people,) = relay.http.get("data/flight/schema").json()["tables"]
        table = {"schema": people["schema"], "table": people["name"]}
        sample = relay.http.post("rooms/a/data/flight/sample", json=table).json()
        assert sample["rows"][0] == ["1", "Ada", "1"]
        assert relay.http.post("data/flight/profile", json=table).json()["rows"] == 3
        status = relay.post("flight", _ENDLESS, query_id="endless-one", max_seconds=1)
        assert (status.status_code, status.json()["code"]) == (504, "timeout")
        refused = relay.post("gone", "select 1")
        assert refused.json()["message"] == "gone: nothing listens at 127.0.0.1 port 1."
        for answer in (status, refused, relay.http.get("operator/audit/export")):
            scanner.feed("http", repr(answer.headers.raw).encode() + answer.content)
        scanner.feed("log", relay.log.encode())
    for file in filter(Path.is_file, (tmp_path / "data").rglob("*")):
        scanner.feed(f"file {file.name}", file.read_bytes())
    assert scanner.hits() == set()


@pytest.mark.parametrize("engine", ["flightsql", "snowflake", "bigquery"])
def test_without_its_driver_an_engine_names_the_extra(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"adbc_driver_{engine}", None)
    declared = Declaration(name="w", engine=engine, host="h", database="d")
    with pytest.raises(DriverMissing) as missing:
        open_engine(declared, "")
    assert missing.value.hint == f'Install it: pip install "wasm-runtime[data,{engine}]".'


async def test_snowflake_and_bigquery_say_that_they_cannot_be_reached_and_no_secret() -> None:
    secret = "cloud-canary-'7f3a/+ü"
    scanner = LeakScanner({"secret": secret})
    snowflake = Declaration(
        name="w", engine="snowflake", host="acme", database="shop", user="reader",
        accept_powerful_role=True,
    )  # fmt: skip
    bigquery = bigquery_declaration()
    for declared, password in (
        (snowflake, secret),
        (bigquery, json.dumps(_KEY | {"private_key": secret})),
        (bigquery, secret),
    ):
        with pytest.raises(ConnectionRefused) as refused:
            async with asyncio.timeout(60):
                await read(AdbcEngine(declared, password), "select 1")
        assert refused.value.message.startswith("w: ")
        assert len(refused.value.message) < 400
        scanner.feed(declared.engine, str(refused.value).encode())
    assert scanner.hits() == set()


async def test_bigquery_that_is_left_while_it_seeks_its_server_stops() -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    engine = AdbcEngine(bigquery_declaration(), json.dumps(_KEY | {"private_key": key.decode()}))
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await read(engine, "select :a", a=1)
    assert time.monotonic() - started < 10


def bigquery_declaration() -> Declaration:
    return Declaration(
        name="w", engine="bigquery", host="p", database="shop", accept_powerful_role=True
    )


def test_each_engine_is_told_what_the_declaration_says() -> None:
    fields, _ = fields_of_url("snowflake://reader@acme/shop?warehouse=SMALL&role=READER")
    options = driver_of("snowflake").options(declaration_of("w", fields), "pass")
    assert options["adbc.snowflake.sql.account"] == "acme"
    assert options["adbc.snowflake.sql.warehouse"] == "SMALL"
    assert (options["username"], options["password"]) == ("reader", "pass")
    key = driver_of("snowflake").options(declaration_of("w", fields), "-----BEGIN PRIVATE KEY-----")
    assert key["adbc.snowflake.sql.auth_type"] == "auth_jwt"
    assert "password" not in key
    fields, _ = fields_of_url("bigquery://project/shop?location=EU")
    options = driver_of("bigquery").options(declaration_of("w", fields), "{}")
    assert options["adbc.bigquery.sql.dataset_id"] == "shop"
    assert options["adbc.bigquery.sql.location"] == "EU"
    fields, _ = fields_of_url("flightsql://db.example")
    options = driver_of("flightsql").options(declaration_of("w", fields), "token")
    assert options == {
        "uri": "grpc+tls://db.example:31337",
        "adbc.flight.sql.authorization_header": "Bearer token",
    }


def test_limits_are_the_servers_own_where_it_has_them() -> None:
    assert driver_of("flightsql").limits(2.5) == {
        "adbc.flight.sql.rpc.timeout_seconds.query": "2.5",
        "adbc.flight.sql.rpc.timeout_seconds.fetch": "2.5",
    }
    assert driver_of("bigquery").limits(2.5) == {"adbc.bigquery.sql.query.job_timeout": 2500}
    (begin,) = driver_of("snowflake").begin(2.5)
    assert begin == "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 2"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"engine": "adbc"}, "wants the option driver"),
        ({"engine": "adbc", "options": {"driver": "d"}, "host": "h"}, "options alone"),
        ({"engine": "bigquery", "host": "p"}, "names no dataset"),
        ({"engine": "snowflake", "host": "a", "options": {"uri": "x"}}, "takes no option uri"),
        ({"engine": "flightsql"}, "names no host"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        declaration_of("w", fields)


def test_a_driver_of_the_machine_is_not_declared_by_url() -> None:
    with pytest.raises(UsageError, match="no engine for adbc"):
        fields_of_url("adbc://?driver=/tmp/driver.so")


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("snowflake", "select $$ :a $$, 'it\\'s :a', v:a.b -- :a\n, // :a\n 'x'::text"),
        ("bigquery", 'select """ " :a """, r\'\\\' :a\', `t :a`, "\\" :a" # :a\n'),
        ("flightsql", "select ':a', \"q :a\", /* :a */ x::text -- :a"),
    ],
)
def test_a_placeholder_is_none_inside_text_names_and_comments(dialect: str, sql: str) -> None:
    assert bind(sql, ["a", "text"], dialect, lambda name: "?") == sql
    assert bind(f"{sql}\n :a", ["a"], dialect, lambda name: "?") == f"{sql}\n ?"


async def _tried(engine: Engine, sql: str) -> None:
    try:
        await read(engine, sql)
    except QueryFailed:
        return
