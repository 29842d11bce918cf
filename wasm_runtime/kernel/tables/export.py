"""A table's rows as a file."""

import importlib.util
import io
import re
from typing import Literal

import pandas as pd

from .refused import RefusedRequest
from .table_data import Order, TableData

_PARQUET_WRITERS = ("pyarrow", "fastparquet")


def export(
    table: TableData, order: Order | None, format_: Literal["csv", "parquet"], name: str
) -> tuple[str, bytes]:
    """The file's name and bytes. Raises RefusedRequest."""
    writer = next((each for each in _PARQUET_WRITERS if importlib.util.find_spec(each)), None)
    if format_ == "parquet" and writer is None:
        raise RefusedRequest(
            "Nothing here can write Parquet.",
            "Download CSV instead, or install a writer: %pip install fastparquet",
        )
    frame = pd.concat([values for _, values in table.values], axis=1, ignore_index=True)
    frame.columns = pd.Index([column.name for column in table.columns])
    if order is not None:
        frame = frame.iloc[order]
    stem = re.sub(r"[^\w-]+", "_", name).strip("_") or "table"
    file_name = f"{stem}.{format_}"
    if format_ == "csv":
        return file_name, frame.to_csv(index=False).encode()
    sink = io.BytesIO()
    frame.to_parquet(sink, engine=writer, index=False)
    return file_name, sink.getvalue()
