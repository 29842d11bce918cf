"""A look into one table: its first rows, and figures of each column. SQL for every engine."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wasm_runtime.contracts.data import (
    ColumnFigures,
    ColumnInfo,
    DatabaseSchema,
    EngineName,
    HistogramBar,
    TableFigures,
    TableReference,
    TableSample,
)

from .engine import Statement
from .errors import NoSuchTable

SAMPLE_ROWS = 20
PROFILE_ROWS = 100_000
"""A profile is of so many rows at most: a large table must not cost a whole scan."""
LOOK_SECONDS = 20.0
_MAX_COLUMNS = 100
_MAX_TEXT = 200
_BARS = 12

_SECONDS: dict[EngineName, str] = {
    "postgresql": "extract(epoch FROM {})",
    "redshift": "extract(epoch FROM {})",
    "mysql": "timestampdiff(SECOND, '1970-01-01', {})",
    "sqlite": "(julianday({}) - 2440587.5) * 86400",
    "duckdb": "epoch({})",
}
"""A time as seconds since 1970, in the engines that have a way."""
_TEXT_TYPES: dict[EngineName, str] = {
    "postgresql": "text",
    "mysql": "char",
    "sqlite": "text",
    "bigquery": "string",
}

_Kind = Literal["number", "time", "text", "other"]
_STRUCTURES = r"\[|\b(json|jsonb|xml|struct|map|union|array|blob|bytea|binary)\b"
_NUMBERS = (
    r"^(u?(tiny|small|medium|big|huge)?int(eger)?\d*|(big)?numeric|number|decimal\d*|real|double"
    r"|float\d*)\b"
)
_TIMES = r"^(date|datetime|timestamp)"
_TEXTS = r"char|text|clob|string|utf8|uuid|bool|enum|money|time|interval|year|inet"
_KINDS: list[tuple[_Kind, re.Pattern[str]]] = [
    # Structures first: a list of numbers names its numbers too.
    ("other", re.compile(_STRUCTURES, re.IGNORECASE)),
    ("number", re.compile(_NUMBERS, re.IGNORECASE)),
    ("time", re.compile(_TIMES, re.IGNORECASE)),
    ("text", re.compile(_TEXTS, re.IGNORECASE)),
]


@dataclass(frozen=True, slots=True)
class Look:
    """One table of one engine, as the connection's role sees it. Raises NoSuchTable."""

    engine: EngineName
    table: TableReference
    columns: Sequence[ColumnInfo]

    @classmethod
    def into(cls, engine: EngineName, schema: DatabaseSchema, table: TableReference) -> "Look":
        for found in schema.tables:
            if (found.schema, found.name) == (table.schema, table.table):
                return cls(engine, table, found.columns[:_MAX_COLUMNS])
        raise NoSuchTable(schema.connection, f"{table.schema}.{table.table}")

    def sample(self) -> Statement:
        texts = [
            f"{self._text(self._name(c))} AS {self._alias('c', at)}"
            for at, c in enumerate(self.columns)
        ]
        return self._statement(f"SELECT {', '.join(texts)} FROM {self._from} LIMIT {SAMPLE_ROWS}")

    def sample_of(self, rows: Sequence[Mapping[str, Any]]) -> TableSample:
        return TableSample(
            columns=[column.name for column in self.columns],
            rows=[[row[f"c{at}"] for at in range(len(self.columns))] for row in rows],
        )

    def figures(self) -> Statement:
        """One row: how many rows, and per column nulls, distinct values, the least and greatest."""
        parts = [f"count(*) AS {self._quoted('total')}"]
        for at, column in enumerate(self.columns):
            parts += (f"{figure} AS {self._alias(kind, at)}" for kind, figure in self._of(column))
        return self._statement(f"SELECT {', '.join(parts)} FROM {self._first_rows}")

    def histograms(self, figures: Mapping[str, Any]) -> Statement | None:
        """One row: how many values lie below each inner edge; None when no column has edges."""
        parts = []
        for at, column in enumerate(self.columns):
            for bar, edge in enumerate(_edges(figures, at)[1:], 1):
                below = f"count(CASE WHEN {self._number(column)} < {edge!r} THEN 1 END)"
                parts.append(f"{below} AS {self._alias('b', f'{at}_{bar}')}")
        if not parts:
            return None
        return self._statement(f"SELECT {', '.join(parts)} FROM {self._first_rows}")

    def profile_of(self, figures: Mapping[str, Any], below: Mapping[str, Any]) -> TableFigures:
        total = int(figures["total"])
        columns = []
        for at, column in enumerate(self.columns):
            nulls = int(figures[f"n{at}"])
            edges = _edges(figures, at)
            upto = [0, *(int(below[f"b{at}_{bar}"]) for bar in range(1, len(edges))), total - nulls]
            distinct = figures.get(f"d{at}")
            columns.append(
                ColumnFigures(
                    name=column.name,
                    nulls=nulls,
                    distinct=None if distinct is None else int(distinct),
                    minimum=figures.get(f"min{at}"),
                    maximum=figures.get(f"max{at}"),
                    histogram=[
                        HistogramBar(start=edge, count=upto[bar + 1] - upto[bar])
                        for bar, edge in enumerate(edges)
                    ],
                )
            )
        return TableFigures(rows=total, more=total >= PROFILE_ROWS, columns=columns)

    def _of(self, column: ColumnInfo) -> Iterator[tuple[str, str]]:
        name, kind = self._name(column), self._kind(column)
        yield "n", f"count(*) - count({name})"
        if kind == "other":
            return
        yield "d", f"count(DISTINCT {name})"
        # Not every engine has an order of booleans and the like; of their text it has.
        value = self._text(name) if kind == "text" else name
        for aggregate in ("min", "max"):
            yield aggregate, self._text(f"{aggregate}({value})")
        if kind == "number" or (kind == "time" and self.engine in _SECONDS):
            for which, aggregate in (("lo", "min"), ("hi", "max")):
                yield which, self._float(f"{aggregate}({self._number(column)})")

    def _kind(self, column: ColumnInfo) -> _Kind:
        if self.engine == "sqlite" and column.type == "":  # as a view's computed columns have it
            return "number"
        found = (kind for kind, pattern in _KINDS if pattern.search(column.type))
        return next(found, "other")

    def _number(self, column: ColumnInfo) -> str:
        """A value's place on a line of numbers; of a time, seconds since 1970."""
        name = self._name(column)
        if self._kind(column) == "number":
            return name
        return _SECONDS[self.engine].format(name)

    def _text(self, value: str) -> str:
        name = _TEXT_TYPES.get(self.engine, "varchar")
        text = f"substr(CAST({value} AS {name}), 1, {_MAX_TEXT})"
        if self.engine != "sqlite":
            return text
        # There bytes can be in any column, and are not always text.
        bytes_ = f"hex(substr({value}, 1, {_MAX_TEXT // 2}))"
        return f"CASE typeof({value}) WHEN 'blob' THEN {bytes_} ELSE {text} END"

    def _float(self, value: str) -> str:
        if self.engine == "mysql":
            return f"{value} + 0e0"
        name = {"sqlite": "real", "bigquery": "float64"}.get(self.engine, "double precision")
        return f"CAST({value} AS {name})"

    def _statement(self, sql: str) -> Statement:
        return Statement(sql=sql, seconds=LOOK_SECONDS + 1)

    @property
    def _from(self) -> str:
        return f"{self._quoted(self.table.schema)}.{self._quoted(self.table.table)}"

    @property
    def _first_rows(self) -> str:
        names = ", ".join(self._name(column) for column in self.columns)
        return f"(SELECT {names} FROM {self._from} LIMIT {PROFILE_ROWS}) AS looked_at"

    def _name(self, column: ColumnInfo) -> str:
        return self._quoted(column.name)

    def _quoted(self, name: str) -> str:
        mark = "`" if self.engine in ("mysql", "bigquery") else '"'
        return mark + name.replace(mark, mark * 2) + mark

    def _alias(self, kind: str, at: int | str) -> str:
        return self._quoted(f"{kind}{at}")  # Snowflake would make capitals of it


def _edges(figures: Mapping[str, Any], at: int) -> list[float]:
    """Where each bar of a column's histogram begins; nothing where there is no width to divide."""
    low, high = figures.get(f"lo{at}"), figures.get(f"hi{at}")
    if not isinstance(low, float) or not isinstance(high, float):
        return []
    width = (high - low) / _BARS
    if not math.isfinite(width) or width <= 0:
        return []
    return [low + width * bar for bar in range(_BARS)]
