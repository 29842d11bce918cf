"""Every type of every engine arrives in Python, in rows and in a DataFrame, and NULL with it."""

import uuid
import warnings
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from relay.data.arrow import Column
from tests.relay.data import test_types as relay_types
from tests.relay.data.servers import Server, mariadb
from wasm_runtime.kernel.data.errors import Warning as DataWarning
from wasm_runtime.kernel.data.python_values import Interval

from .conftest import Ask, frame_of, rows_of, stream_of

_INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
_LOCAL = _INSTANT.replace(tzinfo=None)
_UUID = uuid.UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")

POSTGRESQL: list[tuple[str, Any, str]] = [
    ("(-32768)::smallint", -32768, "int64"),
    ("9223372036854775807::bigint", 2**63 - 1, "int64"),
    ("1.5::real", 1.5, "float32"),
    ("-1.25e300::float8", -1.25e300, "float64"),
    ("(-1.50)::numeric", Decimal("-1.50"), "float64"),
    ("123456789.000000001::numeric", Decimal("123456789.000000001"), "float64"),
    ("4294967295::oid", 2**32 - 1, "int64"),
    ("true", True, "bool"),
    ("'Zürich 😀'::text", "Zürich 😀", "str"),
    ("''::varchar", "", "str"),
    (r"'\x00ff'::bytea", b"\x00\xff", "object"),
    ("'0001-01-01'::date", date(1, 1, 1), "datetime64[s]"),
    ("'23:59:59.999999'::time", time(23, 59, 59, 999999), "object"),
    ("'2026-03-29 01:30:00.123456'::timestamp", _LOCAL, "datetime64[us]"),
    ("'2026-03-29 03:30:00.123456+02'::timestamptz", _INSTANT, "datetime64[us, UTC]"),
    ("'1 month -2 days 3.5 seconds'::interval", Interval(1, -2, 3_500_000_000), "object"),
    ("""'{"a": [1, null]}'::jsonb""", {"a": [1, None]}, "object"),
    (f"'{_UUID}'::uuid", _UUID, "object"),
    ("array[1, null, 3]", [1, None, 3], "object"),
    ("array['a', null, 'é']", ["a", None, "é"], "object"),
    ("array[-1.50, null]::numeric[]", [Decimal("-1.50"), None], "object"),
    ("'10.0.0.1/8'::inet", "10.0.0.1/8", "str"),
]  # fmt: skip

MYSQL: list[tuple[str, str, Any, str]] = [
    ("INT UNSIGNED", "4294967295", 4294967295, "Int64"),
    ("BIGINT UNSIGNED", "18446744073709551615", 2**64 - 1, "UInt64"),
    ("DOUBLE", "-1.25e300", -1.25e300, "float64"),
    ("DECIMAL(10,2)", "'-1.20'", Decimal("-1.20"), "float64"),
    ("DECIMAL(38,10)", "'-1234567890123456789012345678.0000000001'", Decimal("-1234567890123456789012345678.0000000001"), "float64"),  # noqa: E501
    ("DECIMAL(18,0)", "'-999999999999999999'", Decimal(-999999999999999999), "Int64"),
    ("DECIMAL(19,0)", "'7'", Decimal(7), "float64"),
    ("VARCHAR(20)", "'Zürich 😀'", "Zürich 😀", "str"),
    ("VARBINARY(4)", "X'00FF'", b"\x00\xff", "object"),
    ("DATE", "'9999-12-31'", date(9999, 12, 31), "datetime64[s]"),
    ("DATETIME(6)", "'2026-03-29 01:30:00.123456'", _LOCAL, "datetime64[us]"),
    ("TIMESTAMP(6) NULL", "'2026-03-29 01:30:00.123456'", _INSTANT, "datetime64[us, UTC]"),
    ("TIME(6)", "'-838:59:58.5'", -timedelta(hours=838, minutes=59, seconds=58.5), "timedelta64[us]"),  # noqa: E501
]  # fmt: skip

SQLITE: list[tuple[str, Any, str]] = [
    ("9223372036854775807", 2**63 - 1, "int64"),
    ("-1.25e300", -1.25e300, "float64"),
    ("'Zürich 😀'", "Zürich 😀", "str"),
    ("x'00ff'", b"\x00\xff", "object"),
]

DUCKDB: list[tuple[str, Any, str]] = [
    ("(-128)::TINYINT", -128, "int64"),
    ("18446744073709551615::UBIGINT", 2**64 - 1, "uint64"),
    ("(-12)::HUGEINT", Decimal(-12), "float64"),
    ("(-12)::DECIMAL(18, 0)", Decimal(-12), "int64"),
    ("123456789012345678.5::DECIMAL(19, 1)", Decimal("123456789012345678.5"), "float64"),
    ("(-1.20)::DECIMAL(10, 2)", Decimal("-1.20"), "float64"),
    ("true", True, "bool"),
    ("'Zürich 😀'", "Zürich 😀", "str"),
    ("'\\x00\\xFF'::BLOB", b"\x00\xff", "object"),
    ("DATE '0001-01-01'", date(1, 1, 1), "datetime64[s]"),
    ("TIME '23:59:59.999999'", time(23, 59, 59, 999999), "object"),
    ("TIMESTAMP '2026-03-29 01:30:00.123456'", _LOCAL, "datetime64[us]"),
    ("TIMESTAMP_NS '2026-03-29 01:30:00'", datetime(2026, 3, 29, 1, 30), "datetime64[ns]"),
    ("INTERVAL 14 MONTH", Interval(14, 0, 0), "object"),
    ("'{\"a\": 1}'::JSON", '{"a": 1}', "str"),
    ("[1, NULL, 3]", [1, None, 3], "object"),
    ("{'a': 1, 'b': [NULL]}", {"a": 1, "b": [None]}, "object"),
    ("[1, 2]::INTEGER[2]", [1, 2], "object"),
    ("MAP {'k': 1}", [("k", 1)], "object"),
    ("'b'::ENUM ('a', 'b')", "b", "str"),
]


def select(values: list[str]) -> str:
    return "select " + ", ".join(f"{value} as c{n}" for n, value in enumerate(values))


rounded = pytest.mark.filterwarnings("ignore:Column .* has decimals beyond")


@rounded
@pytest.mark.parametrize(
    ("engine", "table"), [("postgresql", POSTGRESQL), ("sqlite", SQLITE), ("duckdb", DUCKDB)]
)
def test_values_and_types(ask: Ask, engine: str, table: list[tuple[str, Any, str]]) -> None:
    content = ask(engine, select([sql for sql, _, _ in table]))
    (row,) = rows_of(content)
    assert list(row) == [value for _, value, _ in table]
    assert [type(value) for value in row] == [type(value) for _, value, _ in table]
    assert [str(each) for each in frame_of(content).dtypes] == [dtype for _, _, dtype in table]


@rounded
def test_the_values_and_types_of_mysql(ask: Ask, mysql: Server) -> None:
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _, _, _) in enumerate(MYSQL))
    values = ", ".join(value for _, value, _, _ in MYSQL)
    nulls = ", ".join("NULL" for _ in MYSQL)
    mariadb(
        mysql,
        "SET time_zone = '+00:00'; USE shop;"
        f"CREATE OR REPLACE TABLE kinds_in_python ({columns}) CHARACTER SET utf8mb4;"
        f"INSERT INTO kinds_in_python VALUES ({values}), ({nulls});",
    )
    content = ask("mysql", "SELECT * FROM kinds_in_python")
    row, missing = rows_of(content)
    assert list(row) == [value for _, _, value, _ in MYSQL]
    assert set(missing) == {None}
    frame = frame_of(content)
    assert [str(each) for each in frame.dtypes] == [dtype for _, _, _, dtype in MYSQL]
    assert frame.iloc[1].isna().all()


@rounded
@pytest.mark.parametrize(
    ("engine", "values"),
    [
        ("postgresql", [sql for sql, _, _ in POSTGRESQL]),
        ("duckdb", [sql for sql, _, _ in DUCKDB]),
    ],
)
def test_null_of_every_type_is_missing(ask: Ask, engine: str, values: list[str]) -> None:
    nulls = [f"case when 1 = 0 then {value} end" for value in values]
    rows = f"{select(values)} union all {select(nulls)}"
    if engine == "postgresql":
        rows = f"select * from ({rows}) both_rows order by c0 nulls last"
    content = ask(engine, rows)
    there, missing = rows_of(content)
    assert None not in there
    assert set(missing) == {None}
    frame = frame_of(content)
    assert frame.iloc[1].isna().all()
    assert frame.iloc[0].notna().all()


@pytest.mark.parametrize(
    ("engine", "table"),
    [
        ("postgresql", relay_types.POSTGRESQL),
        ("duckdb", relay_types.DUCKDB),
        ("sqlite", relay_types.SQLITE),
    ],
)
def test_every_type_that_the_relay_sends_is_read(
    ask: Ask, postgres: Server, engine: str, table: list[tuple[str, Any]]
) -> None:
    if engine == "postgresql":
        relay_types.make_types(postgres)
    content = ask(engine, select([sql for sql, _ in table]))
    (row,) = rows_of(content)
    assert None not in row
    assert frame_of(content, "exact").iloc[0].notna().sum() >= len(table) - 1  # one is NaN


def test_numbers_keep_every_digit_beside_a_gap() -> None:
    columns = [Column("n", "integer")]
    frame = frame_of(stream_of((2**63 - 1,), (None,), columns=columns))
    assert (str(frame["n"].dtype), frame["n"][0]) == ("Int64", 2**63 - 1)


@pytest.mark.parametrize(
    ("precision", "scale", "dtype"), [(18, 0, "Int64"), (19, 0, "float64"), (38, 2, "float64")]
)
def test_a_decimals_dtype_is_that_of_its_type_whatever_the_values(
    precision: int, scale: int, dtype: str
) -> None:
    columns = [Column("d", "decimal", precision, scale)]
    largest = Decimal((0, (9,) * precision, -scale))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for values in ((Decimal(1), None), (None, Decimal(-1)), (None,), (largest, None)):
            given = stream_of(*((value,) for value in values), columns=columns)
            assert str(frame_of(given)["d"].dtype) == dtype
            assert frame_of(given, "exact")["d"].tolist() == list(values)


def test_a_warning_says_where_whole_numbers_were_rounded() -> None:
    def given(*texts: str) -> bytes:
        rows = ((Decimal(text),) for text in texts)
        return stream_of(*rows, columns=[Column("total", "decimal", 38, 2)])

    assert frame_of(given("-0.10", "9007199254740991.99"))["total"].tolist() == [
        -0.1,
        9007199254740991.99,
    ]
    with pytest.warns(DataWarning, match="Column 'total' has decimals beyond 2") as warned:
        frame = frame_of(given("-0.10", "123456789012345678.25"))
    assert frame["total"].tolist() == [-0.1, 123456789012345678.25]
    # It points at the code that asked, not into the library.
    assert Path(warned[0].filename).name == "conftest.py"
    assert frame_of(given("123456789012345678.25"), "float")["total"].dtype == np.float64


def test_postgresqls_average_is_a_float_as_its_numbers_are(ask: Ask) -> None:
    sql = "select avg(n) as mean, sum(n::bigint) as total, sum(n * 0.1) as part from "
    for numbers in ("(values (1), (2)) t(n)", "(values (1), (2), (2)) t(n)"):
        dtypes = frame_of(ask("postgresql", sql + numbers)).dtypes
        assert set(map(str, dtypes)) == {"float64"}


def test_an_empty_result_has_its_columns_and_their_types(ask: Ask) -> None:
    sql = "select 1 as n, 'a' as t, 1.5::float8 as f, true as b where 1 = 0"
    frame = frame_of(ask("postgresql", sql))
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "n": "int64",
        "t": "str",
        "f": "float64",
        "b": "bool",
    }
    assert len(frame) == 0


def test_two_columns_of_one_name_stay_two(ask: Ask) -> None:
    frame = frame_of(ask("sqlite", "select 1 as a, 'b' as b, 2 as a"))
    assert list(frame.columns) == ["a", "b", "a"]
    assert frame.iloc[0].tolist() == [1, "b", 2]


def test_a_moment_that_python_has_no_datetime_for_is_text(ask: Ask) -> None:
    content = ask("duckdb", "select DATE '12026-01-01' as d, TIMESTAMP '12026-01-01' as t")
    assert rows_of(content) == [("12026-01-01", "12026-01-01T00:00:00.000000")]
    assert frame_of(content)["d"].dt.year.tolist() == [12026]


def test_texts_are_cut_at_characters_in_every_batch() -> None:
    texts = ["", "a", "é", "😀x", "日本", None, "end"]
    frame = frame_of(stream_of(*((text, n) for n, text in enumerate(texts))))
    assert [None if pd.isna(each) else each for each in frame["city"]] == texts
