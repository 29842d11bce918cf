"""Every type of every engine comes as it is, and NULL as null."""

import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import nanoarrow
import nanoarrow.ipc
import psycopg
import pytest

from relay.data.errors import QueryFailed
from tests.relay.data.conftest import Declarations, engine_of
from tests.relay.data.reading import one, read, read_stream, rows_of, types_of
from tests.relay.data.servers import Server, mariadb

pytestmark = pytest.mark.anyio

_INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)

POSTGRESQL: list[tuple[str, Any]] = [
    ("(-32768)::smallint", -32768),
    ("2147483647::int", 2147483647),
    ("9223372036854775807::bigint", 2**63 - 1),
    ("1.5::real", 1.5),
    ("'NaN'::float8 <> 'NaN'::float8", False),
    ("-1.25e300::float8", -1.25e300),
    ("123456789012345678901234567890.000000001::numeric", "123456789012345678901234567890.000000001"),  # noqa: E501
    ("'NaN'::numeric", "nan"),
    ("true", True),
    ("'Zürich 😀 \u202e'::text", "Zürich 😀 \u202e"),
    ("'ab'::char(4)", "ab  "),
    ("''::varchar", ""),
    (r"'\x00ff'::bytea", b"\x00\xff"),
    ("'0001-01-01'::date", date(1, 1, 1)),
    ("'23:59:59.999999'::time", time(23, 59, 59, 999999)),
    ("'2026-03-29 01:30:00.123456'::timestamp", _INSTANT.replace(tzinfo=None)),
    ("'2026-03-29 03:30:00.123456+02'::timestamptz", _INSTANT),
    ("'1 month -2 days 3.5 seconds'::interval", (1, -2, 3_500_000_000)),
    ("'12:00+02'::timetz", "12:00:00+02"),
    ("""'{"a": [1, null]}'::jsonb""", '{"a": [1, null]}'),
    ("""'{"b":  1}'::json""", '{"b":  1}'),
    ("'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid", bytes.fromhex("f81d4fae7dec11d0a76500a0c91e6bf6")),  # noqa: E501
    ("array[1, null, 3]", [1, None, 3]),
    ("array['a', null, '']", ["a", None, ""]),
    ("array[1.50, null]::numeric[]", ["1.50", None]),
    ("'{}'::int[]", []),
    ("row(1, 'x')", "(1,x)"),
    ("'10.0.0.1/8'::inet", "10.0.0.1/8"),
    ("'08:00:2b:01:02:03'::macaddr", "08:00:2b:01:02:03"),
    ("int4range(1, 5)", "[1,5)"),
    ("B'101'", "101"),
    ("'(1,2)'::point", "(1,2)"),
    ("'<a/>'::xml", "<a/>"),
    ("to_tsvector('simple', 'b a')", "'a':2 'b':1"),
    ("'infinity'::float8", float("inf")),
    ("'-Infinity'::numeric", "-inf"),
    ("'$12.34'::money", 1234),
    ("'a name'::name", "a name"),
    ("4294967295::oid", 4294967295),
    ("'pg_class'::regclass", "pg_class"),
    ("'7'::xid", "7"),
    ("'100:200:150'::pg_snapshot", "100:200:150"),
    ("'16/B374D848'::pg_lsn", "16/B374D848"),
    ("'10.1.0.0/16'::cidr", "10.1.0.0/16"),
    ("'08:00:2b:01:02:03:04:05'::macaddr8", "08:00:2b:01:02:03:04:05"),
    ("B'1010'::varbit", "1010"),
    ("int8range(1, null)", "[1,)"),
    ("numrange(1.5, 2.5)", "[1.5,2.5)"),
    ("daterange('2026-01-01', '2026-02-01')", "[2026-01-01,2026-02-01)"),
    ("tsrange('2026-01-01', null)", '["2026-01-01 00:00:00",)'),
    ("tstzrange('2026-01-01 00:00+00', null)", '["2026-01-01 00:00:00+00",)'),
    ("'{[1,3),[5,7)}'::int4multirange", "{[1,3),[5,7)}"),
    ("'((0,0),(1,1))'::box", "(1,1),(0,0)"),
    ("'((0,0),(1,1))'::lseg", "[(0,0),(1,1)]"),
    ("'{1,2,3}'::line", "{1,2,3}"),
    ("'((0,0),(1,1))'::path", "((0,0),(1,1))"),
    ("'((0,0),(1,1))'::polygon", "((0,0),(1,1))"),
    ("'<(0,0),2>'::circle", "<(0,0),2>"),
    ("'a & b'::tsquery", "'a' & 'b'"),
    ("'$.a'::jsonpath", '$."a"'),
    ("'ok'::mood", "ok"),
    ("8001::postcode", 8001),
    ("row(1, 'x')::pair", "(1,x)"),
    ("array[array[1, 2], array[3, 4]]", [1, 2, 3, 4]),
    ("array[true, null]", [True, None]),
    ("array[1.5::float8, null]", [1.5, None]),
    ("array['2026-03-29'::date]", [date(2026, 3, 29)]),
    ("array['2026-03-29 01:30:00.123456+00'::timestamptz, null]", [_INSTANT, None]),
    (r"array['\x00ff'::bytea]", [b"\x00\xff"]),
    ("array['f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid]", [bytes.fromhex("f81d4fae7dec11d0a76500a0c91e6bf6")]),  # noqa: E501
    ("array['{\"a\": 1}'::jsonb]", ['{"a": 1}']),
    ("array['ok'::mood]", ["ok"]),
    ("array['10.0.0.1'::inet]", ["10.0.0.1/32"]),
]  # fmt: skip

MYSQL: list[tuple[str, str, Any]] = [
    ("TINYINT", "-128", -128),
    ("BOOLEAN", "TRUE", 1),
    ("INT UNSIGNED", "4294967295", 4294967295),
    ("BIGINT", "-9223372036854775808", -(2**63)),
    ("BIGINT UNSIGNED", "18446744073709551615", 2**64 - 1),
    ("FLOAT", "1.5", 1.5),
    ("DOUBLE", "-1.25e300", -1.25e300),
    ("DECIMAL(38,10)", "'-1234567890123456789012345678.0000000001'", Decimal("-1234567890123456789012345678.0000000001")),  # noqa: E501
    ("DECIMAL(65,2)", "'123456789012345678901234567890123456789012345678901234567890.25'", "123456789012345678901234567890123456789012345678901234567890.25"),  # noqa: E501
    ("VARCHAR(20)", "'Zürich 😀'", "Zürich 😀"),
    ("CHAR(4)", "''", ""),
    ("LONGTEXT", "REPEAT('é', 300)", "é" * 300),
    ("VARBINARY(4)", "X'00FF'", b"\x00\xff"),
    ("LONGBLOB", "X'80'", b"\x80"),
    ("JSON", """'{"a": [1, null]}'""", '{"a": [1, null]}'),
    ("DATE", "'9999-12-31'", date(9999, 12, 31)),
    ("DATETIME(6)", "'2026-03-29 01:30:00.123456'", _INSTANT.replace(tzinfo=None)),
    ("TIMESTAMP(6) NULL", "'2026-03-29 01:30:00.123456'", _INSTANT),
    ("TIME(6)", "'-838:59:58.5'", -timedelta(hours=838, minutes=59, seconds=58.5)),
    ("YEAR", "2026", 2026),
    ("BIT(9)", "b'100000001'", b"\x01\x01"),
    ("ENUM('a','ü')", "'ü'", "ü"),
    ("SET('x','y')", "'x,y'", "x,y"),
    ("UUID", "'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    ("SMALLINT", "-32768", -32768),
    ("TINYINT UNSIGNED", "255", 255),
    ("SMALLINT UNSIGNED", "65535", 65535),
    ("MEDIUMINT", "-8388608", -8388608),
    ("MEDIUMINT UNSIGNED", "16777215", 16777215),
    ("INT", "-2147483648", -2147483648),
    ("DECIMAL(10,2) UNSIGNED", "'99999999.99'", Decimal("99999999.99")),
    ("DECIMAL(38,0)", "'-99999999999999999999999999999999999999'", Decimal("-99999999999999999999999999999999999999")),  # noqa: E501
    ("DECIMAL(39,0)", "'1'", "1"),
    ("TINYTEXT", "'\\\\ü'", "\\ü"),
    ("TEXT", "'a\nb'", "a\nb"),
    ("MEDIUMTEXT", "''", ""),
    ("NCHAR(3)", "'日本'", "日本"),
    ("BINARY(4)", "X'00FF'", b"\x00\xff\x00\x00"),
    ("TINYBLOB", "X'00'", b"\x00"),
    ("BLOB", "X''", b""),
    ("MEDIUMBLOB", "X'FF'", b"\xff"),
    ("BIT(1)", "b'1'", b"\x01"),
    ("BIT(64)", "0xFFFFFFFFFFFFFFFF", b"\xff" * 8),
    ("DATE", "'0001-01-01'", date(1, 1, 1)),
    ("DATETIME", "'2026-03-29 01:30:00'", datetime(2026, 3, 29, 1, 30)),
    ("TIME", "'00:00:01'", timedelta(seconds=1)),
    ("INET4", "'10.0.0.1'", "10.0.0.1"),
    ("INET6", "'2001:db8::1'", "2001:db8::1"),
    ("POINT", "POINT(1, 2)", bytes.fromhex("000000000101000000000000000000f03f0000000000000040")),
]  # fmt: skip

SQLITE: list[tuple[str, Any]] = [
    ("9223372036854775807", 2**63 - 1),
    ("-1.25e300", -1.25e300),
    ("'Zürich 😀'", "Zürich 😀"),
    ("x'00ff'", b"\x00\xff"),
    ("''", ""),
    ("json('{\"a\": null}')", '{"a":null}'),
    ("date('2026-03-29')", "2026-03-29"),
    ("cast(x'ff41' as text)", "\ufffdA"),
]

DUCKDB: list[tuple[str, Any]] = [
    ("(-128)::TINYINT", -128),
    ("255::UTINYINT", 255),
    ("18446744073709551615::UBIGINT", 2**64 - 1),
    ("123456789012345678901234567::HUGEINT", Decimal("123456789012345678901234567")),
    ("1.5::FLOAT", 1.5),
    ("1.20::DECIMAL(10, 2)", Decimal("1.20")),
    ("true", True),
    ("'Zürich 😀'", "Zürich 😀"),
    ("'\\x00\\xFF'::BLOB", b"\x00\xff"),
    ("DATE '0001-01-01'", date(1, 1, 1)),
    ("TIME '23:59:59.999999'", time(23, 59, 59, 999999)),
    ("TIMESTAMP '2026-03-29 01:30:00.123456'", _INSTANT.replace(tzinfo=None)),
    ("TIMESTAMPTZ '2026-03-29 03:30:00.123456+02'", _INSTANT),
    ("TIMESTAMP_NS '2026-03-29 01:30:00'", datetime(2026, 3, 29, 1, 30)),
    ("INTERVAL 14 MONTH", (14, 0, 0)),
    ("'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::UUID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    ("'{\"a\": 1}'::JSON", '{"a": 1}'),
    ("[1, NULL, 3]", [1, None, 3]),
    ("{'a': 1, 'b': [NULL]}", {"a": 1, "b": [None]}),
    ("[1, 2]::INTEGER[2]", [1, 2]),
    ("'b'::ENUM ('a', 'b')", "b"),
    ("(-32768)::SMALLINT", -32768),
    ("(-2147483648)::INTEGER", -(2**31)),
    ("9223372036854775807::BIGINT", 2**63 - 1),
    ("65535::USMALLINT", 65535),
    ("4294967295::UINTEGER", 2**32 - 1),
    ("99999999999999999999999999999999999999::UHUGEINT", Decimal(10**38 - 1)),
    ("-1.25e300::DOUBLE", -1.25e300),
    ("'infinity'::DOUBLE", float("inf")),
    ("12.5::DECIMAL(4, 1)", Decimal("12.5")),
    ("-12345678901234567890.123456789012345678::DECIMAL(38, 18)", Decimal("-12345678901234567890.123456789012345678")),  # noqa: E501
    ("''::VARCHAR", ""),
    ("''::BLOB", b""),
    ("'10101'::BIT", "10101"),
    ("TIMESTAMP_S '2026-03-29 01:30:00'", datetime(2026, 3, 29, 1, 30)),
    ("TIMESTAMP_MS '2026-03-29 01:30:00.123'", datetime(2026, 3, 29, 1, 30, 0, 123000)),
    ("TIMETZ '12:00:00+02'", "12:00:00+02"),
    ("TIME_NS '12:00:00.123456789'", time(12, 0, 0, 123456)),
    ("12345678901234567890123456789012345678901234567890::BIGNUM", "12345678901234567890123456789012345678901234567890"),  # noqa: E501
    ("['b', NULL]::ENUM ('a', 'b')[]", ["b", None]),
    ("[2]::UHUGEINT[1]", [Decimal(2)]),
    ("{'a': 1}::VARIANT", "{'a': 1}"),
    ("[[1], NULL, []]", [[1], None, []]),
    ("[{'a': 'x'}, NULL]", [{"a": "x"}, None]),
    ("union_value(n := 1)", "1"),
]  # fmt: skip


def _select(values: list[str]) -> str:
    return "select " + ", ".join(f"{value} as c{n}" for n, value in enumerate(values))


@pytest.fixture(scope="module", autouse=True)
def own_types(postgres: Server) -> None:
    make_types(postgres)


def make_types(postgres: Server) -> None:
    """Those of a database's own that are among POSTGRESQL."""
    with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
        if admin.execute("select to_regtype('mood')").fetchone() == (None,):
            admin.execute(
                "create type mood as enum ('sad', 'ok'); create domain postcode as int; "
                "create type pair as (a int, b text)"
            )


async def test_postgresql(declarations: Declarations) -> None:
    engine = engine_of(declarations.of("postgresql"))
    (row,) = await read(engine, _select([value for value, _ in POSTGRESQL]))
    assert list(row.values()) == [expected for _, expected in POSTGRESQL]


async def test_mysql(declarations: Declarations, mysql: Server) -> None:
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _, _) in enumerate(MYSQL))
    values = ", ".join(value for _, value, _ in MYSQL)
    nulls = ", ".join("NULL" for _ in MYSQL)
    mariadb(
        mysql,
        "SET time_zone = '+00:00'; USE shop;"
        f"CREATE OR REPLACE TABLE kinds ({columns}) CHARACTER SET utf8mb4;"
        f"INSERT INTO kinds VALUES ({values}), ({nulls});",
    )
    row, missing = await read(engine_of(declarations.of("mysql")), "SELECT * FROM kinds")
    assert list(row.values()) == [expected for _, _, expected in MYSQL]
    assert set(missing.values()) == {None}


async def test_sqlite(declarations: Declarations) -> None:
    engine = engine_of(declarations.of("sqlite"))
    (row,) = await read(engine, _select([value for value, _ in SQLITE]))
    assert list(row.values()) == [expected for _, expected in SQLITE]


async def test_duckdb(declarations: Declarations) -> None:
    engine = engine_of(declarations.of("duckdb"))
    (row,) = await read(engine, _select([value for value, _ in DUCKDB]))
    assert list(row.values()) == [expected for _, expected in DUCKDB]


@pytest.mark.parametrize(
    ("engine_name", "values"),
    [
        ("postgresql", [value for value, _ in POSTGRESQL]),
        ("duckdb", [value for value, _ in DUCKDB]),
        ("sqlite", [value for value, _ in SQLITE]),
    ],
)
async def test_every_type_has_null(
    engine_name: str, values: list[str], declarations: Declarations
) -> None:
    nulls = [f"case when 1 = 0 then {value} end" for value in values]
    (row,) = await read(engine_of(declarations.of(engine_name)), _select(nulls))
    assert set(row.values()) == {None}


async def test_an_empty_result_has_its_columns(declarations: Declarations) -> None:
    for name in ("postgresql", "mysql", "duckdb"):
        engine = engine_of(declarations.of(name))
        content, more = await read_stream(engine, "select id, name from cities where 1 = 0")
        assert (list(types_of(content)), rows_of(content), more) == (["id", "name"], [], False)


async def test_two_columns_may_have_one_name(declarations: Declarations) -> None:
    for name in ("postgresql", "mysql", "sqlite", "duckdb"):
        content, _ = await read_stream(
            engine_of(declarations.of(name)), "select 1 as a, 'b' as b, 2 as a"
        )
        stream_names = [field.name for field in _fields(content)]
        assert stream_names == ["a", "b", "a"]


def _fields(content: bytes) -> list[Any]:
    stream = nanoarrow.ipc.InputStream.from_readable(io.BytesIO(content))
    return list(nanoarrow.ArrayStream(stream).schema.fields)


async def test_sqlites_columns_take_the_type_of_their_values(declarations: Declarations) -> None:
    engine = engine_of(declarations.of("sqlite"))
    values = "(1, 1, 'a', NULL), (2, 2.5, 3, NULL), (NULL, NULL, NULL, NULL)"
    content, _ = await read_stream(engine, f"select * from (values {values})")
    assert list(types_of(content).values()) == ["int64", "double", "string", "string"]
    assert [list(row.values()) for row in rows_of(content)] == [
        [1, 1.0, "a", None],
        [2, 2.5, "3", None],
        [None, None, None, None],
    ]


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz", "date[]"])
@pytest.mark.parametrize("name", ["postgresql", "duckdb"])
async def test_infinity_is_an_error_that_says_what_to_do(
    name: str, kind: str, declarations: Declarations
) -> None:
    engine = engine_of(declarations.of(name))
    for infinity in ("infinity", "-infinity"):
        value = f"array['{infinity}'::date]" if kind == "date[]" else f"'{infinity}'::{kind}"
        with pytest.raises(QueryFailed, match="Column 'until' holds infinity") as refused:
            await read(engine, f"select {value} as until union all select null")
        assert refused.value.hint == "Ask for nullif(until, 'infinity'), or for until::text."
    finite = f"select nullif('infinity'::{kind}, 'infinity') as until" if kind != "date[]" else ""
    if finite:
        assert await one(engine, finite) is None


async def test_a_date_that_is_none_is_an_error_that_says_what_to_do(
    declarations: Declarations,
) -> None:
    with pytest.raises(QueryFailed, match="holds '0000-00-00', which is no date") as refused:
        await read(engine_of(declarations.of("mysql")), "SELECT CAST('0000-00-00' AS DATE) AS d")
    assert "CAST" in refused.value.hint
