"""A table's rows as a file."""

import io
import re
from typing import Any, Literal

import pandas as pd

from .refused import RefusedRequest
from .table_data import Order, TableData

_CSV_ROWS = 50_000
MAX_BYTES = 512 * 1024**2
"""The file is held whole, here and once more in the page: WebAssembly has 4 GB at most."""


def export(
    table: TableData, order: Order | None, format_: Literal["csv", "parquet"], name: str
) -> tuple[str, bytes]:
    """The file's name and bytes. Raises RefusedRequest."""
    stem = re.sub(r"[^\w-]+", "_", name).strip("_") or "table"
    sink = io.BytesIO()
    if format_ == "csv":
        _write_csv(table, order, sink)
    else:
        _write_parquet(table, order, sink)
    return f"{stem}.{format_}", sink.getvalue()


def _write_csv(table: TableData, order: Order | None, sink: io.BytesIO) -> None:
    names = pd.Index([column.name for column in table.columns])
    for start in range(0, max(_rows(table, order), 1), _CSV_ROWS):
        parts = [_part(values, order, start, start + _CSV_ROWS) for _, values in table.values]
        frame = pd.concat(parts, axis=1, ignore_index=True)
        frame.columns = names
        sink.write(frame.to_csv(index=False, header=start == 0).encode("utf-8", "replace"))
        _check_size(sink.tell())


def _write_parquet(table: TableData, order: Order | None, sink: io.BytesIO) -> None:
    # Not before: a kernel that exports nothing starts without them.
    from .parquet.stored_as import stored_as
    from .parquet.write import ParquetColumn, write_parquet

    columns = []
    for (name, values), column in zip(table.values, table.columns, strict=True):
        plain = _without_categories(values)

        def part(start: int, stop: int, values: "pd.Series[Any]" = plain) -> "pd.Series[Any]":
            return _part(values, order, start, stop)

        columns.append(ParquetColumn(name, stored_as(plain, column.kind), part))
    for written in write_parquet(sink, columns, _rows(table, order)):
        _check_size(written)


def _without_categories(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Categories are how pandas holds repeated values, and no type of theirs."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.dtype.categories.dtype)
    return values


def _rows(table: TableData, order: Order | None) -> int:
    return table.rows if order is None else len(order)


def _part(values: "pd.Series[Any]", order: Order | None, start: int, stop: int) -> "pd.Series[Any]":
    chosen = values.iloc[start:stop] if order is None else values.iloc[order[start:stop]]
    return chosen.reset_index(drop=True)


def _check_size(written: int) -> None:
    if written > MAX_BYTES:
        raise RefusedRequest(
            f"The file would be larger than {MAX_BYTES // 1024**2} MiB.",
            "Filter the table, or write it in parts from Python.",
        )
