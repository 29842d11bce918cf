"""Tables as Parquet, read back by DuckDB: no value and no type is lost on the way."""

import base64
import io
import uuid
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import nanoarrow
import nanoarrow.ipc
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.data.engine import END_OF_STREAM
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.table import AskExport, TableExport, TableFilter, TableSort
from wasm_runtime.kernel.tables.comm_target import answer_request
from wasm_runtime.kernel.tables.parquet.stored_as import stored_as
from wasm_runtime.kernel.tables.parquet.write import ParquetColumn, write_parquet
from wasm_runtime.kernel.tables.store import store

ZURICH = zoneinfo.ZoneInfo("Europe/Zurich")
MOMENT = datetime(2026, 6, 1, 12, 30, 1, 250_000)
UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
BIG = 2**63 - 1

COLUMNS: dict[str, tuple[Any, str, list[Any]]] = {
    "whole": (pd.array([1, None, -BIG], "Int64"), "BIGINT", [1, None, -BIG]),
    "unsigned": (pd.array([2**64 - 1, None, 0], "UInt64"), "UBIGINT", [2**64 - 1, None, 0]),
    "narrow": (np.array([-128, 0, 127], "i1"), "TINYINT", [-128, 0, 127]),
    "narrow_unsigned": (np.array([0, 1, 65535], "u2"), "USMALLINT", [0, 1, 65535]),
    "float": ([1.5, np.nan, -np.inf], "DOUBLE", [1.5, None, -np.inf]),
    "single": (np.array([0.5, 2, 3], "f4"), "FLOAT", [0.5, 2, 3]),
    "flag": (pd.array([True, None, False], "boolean"), "BOOLEAN", [True, None, False]),
    "text": (["ä\n😀", None, ""], "VARCHAR", ["ä\n😀", None, ""]),
    "category": (pd.Categorical(["b", None, "a"]), "VARCHAR", ["b", None, "a"]),
    "counted": (pd.Categorical([7, 3, 7]), "BIGINT", [7, 3, 7]),
    "bytes": ([b"\0\xff", None, b""], "BLOB", [b"\0\xff", None, b""]),
    "decimal": (
        [Decimal("-1.20"), None, Decimal("12345678901234567890.123")],
        "DECIMAL(23,3)",
        [Decimal("-1.200"), None, Decimal("12345678901234567890.123")],
    ),
    "large_decimal": ([Decimal("1E+50"), Decimal(1), None], "VARCHAR", [f"{10**50}", "1", None]),
    "date": (pd.to_datetime(["2026-06-01", None, "0001-01-01"]).astype("M8[s]"), "DATE",
             [date(2026, 6, 1), None, date(1, 1, 1)]),
    "dates": ([date(9999, 12, 31), None, date(1970, 1, 1)], "DATE",
              [date(9999, 12, 31), None, date(1970, 1, 1)]),
    "moment": (pd.Series([MOMENT, None, MOMENT], dtype="M8[us]"), "TIMESTAMP",
               [MOMENT, None, MOMENT]),
    "seconds": (pd.Series([MOMENT.replace(microsecond=0)] * 3, dtype="M8[s]"), "TIMESTAMP",
                [MOMENT.replace(microsecond=0)] * 3),
    "nanoseconds": (pd.Series([MOMENT] * 3, dtype="M8[ns]"), "TIMESTAMP_NS", [MOMENT] * 3),
    "instant": (
        pd.Series([MOMENT.replace(tzinfo=ZURICH), None, MOMENT.replace(tzinfo=ZURICH)],
                  dtype="datetime64[us, Europe/Zurich]"),
        "TIMESTAMP WITH TIME ZONE",
        [MOMENT.replace(tzinfo=ZURICH).astimezone(UTC), None,
         MOMENT.replace(tzinfo=ZURICH).astimezone(UTC)],
    ),
    "instants": (
        pd.Series([MOMENT.replace(tzinfo=ZURICH), None, MOMENT.replace(tzinfo=UTC)], dtype=object),
        "TIMESTAMP WITH TIME ZONE",
        [MOMENT.replace(tzinfo=ZURICH).astimezone(UTC), None, MOMENT.replace(tzinfo=UTC)],
    ),
    "time": ([time(23, 59, 59, 999_999), None, time(0)], "TIME",
             [time(23, 59, 59, 999_999), None, time(0)]),
    "duration": (pd.Series([timedelta(days=1), None, timedelta(microseconds=-1)],
                           dtype="m8[us]"), "BIGINT", [86_400_000_000, None, -1]),
    "uuid": ([UUID, None, UUID], "UUID", [UUID, None, UUID]),
    "json": ([{"a": [1, "ä"]}, None, []], "JSON", ['{"a": [1, "ä"]}', None, "[]"]),
    "list": ([np.array([1]), None, "x"], "VARCHAR", ["[1]", None, "x"]),
    "nothing": ([None, None, None], "VARCHAR", [None, None, None]),
}  # fmt: skip


def export(frame: pd.DataFrame, path: Path, **view: Any) -> Path:
    table_id, _ = store.add(frame, "t")
    request = AskExport(request_id="1", format="parquet", **view)
    answer, (body,) = answer_request(table_id, encode(request))
    assert answer == TableExport(request_id="1", file_name="t.parquet")
    path.write_bytes(body)
    return path


def read(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The types of the columns, and the rows."""
    with duckdb.connect() as database:
        # DuckDB gives moments with a zone as text: its Python types would need another package.
        described = database.execute(f"describe select * from '{path}'").fetchall()
        chosen = ", ".join(
            f'epoch_us("{name}") as "{name}"' if "ZONE" in kind else f'"{name}"'
            for name, kind, *_ in described
        )
        rows = database.execute(f"select {chosen} from '{path}'").fetchall()
    return [kind for _, kind, *_ in described], rows


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_keeps_its_type_and_its_values(name: str, tmp_path: Path) -> None:
    values, kind, expected = COLUMNS[name]
    if name in ("uuid", "list"):
        values = pd.Series(values, dtype=object)
    (found,), rows = read(export(pd.DataFrame({name: values}), tmp_path / "t.parquet"))
    came = [value for (value,) in rows]
    if "ZONE" in kind:
        expected = [v and (v - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
                    for v in expected]  # fmt: skip
    if name == "nanoseconds":
        came = [pd.Timestamp(each).to_pydatetime() for each in came]
    assert (found, came) == (kind, expected)


def test_rows_come_as_they_are_sorted_and_filtered(tmp_path: Path) -> None:
    frame = pd.DataFrame({"city": ["Bern", "Osaka", "bern"], "n": pd.array([1, None, 3], "Int64")})
    path = export(
        frame,
        tmp_path / "t.parquet",
        sort=[TableSort(column=1, descending=True)],
        filters=[TableFilter(column=0, test="contains", value="ern")],
    )
    assert read(path) == (["VARCHAR", "BIGINT"], [("bern", 3), ("Bern", 1)])


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": pd.array([], "Int32"), "b": pd.array([], "str")})
    assert read(export(frame, tmp_path / "t.parquet")) == (["INTEGER", "VARCHAR"], [])


def test_columns_of_one_name_are_told_apart_and_an_index_is_a_column(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "a_2"], index=pd.Index(["x"], name="i"))
    path = export(frame, tmp_path / "t.parquet")
    with duckdb.connect() as database:
        names = [row[0] for row in database.execute(f"describe select * from '{path}'").fetchall()]
    assert names == ["i", "a", "a_2", "a_2_2"]
    assert read(path)[1] == [("x", 1, 2, 3)]


def test_what_parquet_leaves_out_is_there_for_readers_of_arrow(tmp_path: Path) -> None:
    frame = pd.DataFrame({name: COLUMNS[name][0] for name in ("instant", "duration", "whole")})
    path = export(frame, tmp_path / "t.parquet")
    with duckdb.connect() as database:
        query = f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = $1"
        found = database.execute(query, ["ARROW:schema"]).fetchone()
    assert found is not None
    stream = io.BytesIO(base64.b64decode(found[0]) + END_OF_STREAM)
    schema = nanoarrow.c_array_stream(nanoarrow.ipc.InputStream.from_readable(stream)).get_schema()
    formats = {schema.child(n).name: schema.child(n).format for n in range(schema.n_children)}
    assert formats == {"instant": "tsu:Europe/Zurich", "duration": "tDu", "whole": "l"}


def test_many_rows_are_several_groups(tmp_path: Path) -> None:
    rows = 300_000
    numbers = pd.Series(np.arange(rows))
    frame = pd.DataFrame({"n": numbers, "t": numbers.astype("str").where(numbers % 3 > 0)})
    path = export(frame, tmp_path / "t.parquet")
    with duckdb.connect() as database:
        figures = database.execute(
            f"select count(*), sum(n), count(t), count(*) filter (t = n::text) from '{path}'"
        ).fetchone()
        groups = database.execute(
            f"select count(distinct row_group_id) from parquet_metadata('{path}')"
        ).fetchone()
    assert figures == (rows, rows * (rows - 1) // 2, 200_000, 200_000)
    assert groups == (3,)


VALUES = {
    "Int64": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "str": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "object": st.binary(max_size=20),
    "Float64": st.floats(allow_nan=False),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), rows=st.integers(0, 40), rows_per_group=st.integers(1, 20))
def test_any_values_with_any_gaps_come_back(
    data: st.DataObject, rows: int, rows_per_group: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = {
        name: data.draw(st.lists(st.none() | values, min_size=rows, max_size=rows), label=name)
        for name, values in VALUES.items()
    }
    columns = []
    for name, values in table.items():
        series = pd.Series(values, dtype=name)

        def part(start: int, stop: int, series: "pd.Series[Any]" = series) -> "pd.Series[Any]":
            return series.iloc[start:stop]

        columns.append(ParquetColumn(name, stored_as(series, "other"), part))
    sink = io.BytesIO()
    for _ in write_parquet(sink, columns, rows, rows_per_group):
        pass
    path = tmp_path_factory.mktemp("any") / "t.parquet"
    path.write_bytes(sink.getvalue())
    came = read(path)[1]
    # A column of which nothing is there has no type to be told from.
    if not rows or all(any(v is not None for v in values) for values in table.values()):
        assert came == list(zip(*table.values(), strict=True))
