"""PostgreSQL's types for which its driver has no Arrow value, or a wrong one."""

from collections.abc import Sequence
from typing import Any

import nanoarrow

FINITE = {"tdD": (-2_500_000, 2**31 - 1), "tsu": (-220_000_000 * 10**9, 2**63 - 1)}
"""PostgreSQL's calendar begins in 4713 BC. Infinity, and what is beyond Arrow's end, runs over in
the driver and comes out before that."""


def readable(sql: str, columns: Sequence[Any]) -> str:
    """`sql`, with a cast of what would not come as it is."""
    casts = [_cast(nanoarrow.c_schema(column)) for column in columns]
    if not any(casts):
        return sql
    numbered = [f"c{number}" for number in range(len(columns))]
    chosen = ", ".join(
        f"q.{number}{cast} as {_quoted(column.name)}"
        for number, cast, column in zip(numbered, casts, columns, strict=True)
    )
    return f"select {chosen} from (\n{sql}) as q({', '.join(numbered)})"


def _cast(column: Any) -> str:
    if column.format == "+l":
        cast = _cast(column.child(0))
        return f"{cast}[]" if cast else ""
    metadata = dict(column.metadata.items() if column.metadata is not None else ())
    # Its numbers have no sign, and the driver reads them as if they had.
    if metadata.get(b"POSTGRESQL:type") == b"oid":
        return "::int8"
    opaque = metadata.get(b"ARROW:extension:name") == b"arrow.opaque"
    # Addresses, ranges, geometry; and rows, whose fields may be any of these.
    return "::text" if (opaque and column.format == "z") or column.format == "+s" else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
