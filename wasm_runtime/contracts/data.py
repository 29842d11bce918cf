"""Queries through the relay: what a page asks for, and what it is told.

`POST data/{connection}/query` takes a QueryRequest and answers with one Arrow IPC stream
(`application/vnd.apache.arrow.stream`), sent as the database gives it. Only a whole result ends
with Arrow's end-of-stream marker, and only then does the response end as HTTP says it should: a
stream that was cut is an error in every reader. `x-query-id` names the query; `GET
data/queries/{id}` says how it stands or ended, and `DELETE` of the same stops it, as does closing
the connection. `results` has what else the head says.

`POST data/{connection}/explain` takes the same request and answers with a QueryPlan: what the
database would do, without doing it.

A shared notebook asks below `rooms/{document_id}/data/` instead, within what its owners let it
use: `rooms/{document_id}/data/connections` (GET DocumentConnections, PUT ChosenConnections). How
a query stands is asked of whoever began it, at `data/queries/{id}` alone.

What fails before the first row is an ErrorBody with its status.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .relay_api import ErrorBody
from .shape import Json

DATA_PATH = "data"
CONNECTIONS_PATH = "data/connections"
QUERIES_PATH = "data/queries"
ARROW_STREAM_TYPE = "application/vnd.apache.arrow.stream"
QUERY_ID_HEADER = "x-query-id"
CONNECTION_NAME_PATTERN = "^[a-z][a-z0-9_-]{0,62}$"
QUERY_ID_PATTERN = "^[A-Za-z0-9_-]{8,64}$"

EngineName: TypeAlias = Literal[
    "postgresql", "mysql", "sqlite", "duckdb", "redshift", "flightsql", "snowflake", "bigquery",
    "adbc",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class QueryRequest:
    """One statement. A parameter is bound to `:name` in the SQL, whatever the engine."""

    sql: str
    parameters: dict[str, Json] = field(default_factory=dict)
    """null, true, 1, 1.5, "text"; or {"decimal": "1.20"}, {"bytes": base64},
    {"date": "2026-11-21"}, {"timestamp": ISO 8601}."""
    first_rows: int | None = None
    """Enough is enough: the result ends, whole, after so many rows."""
    max_seconds: float | None = None
    max_rows: int | None = None
    """More rows, or bytes, are an error. What the operator set for the connection is never
    exceeded."""
    max_bytes: int | None = None
    max_age_seconds: float | None = None
    """A kept result that is no older will do, and what the database gives is kept for the next
    who asks; 0 asks the database and keeps. null neither keeps nor uses what was kept."""
    query_id: str | None = None
    """Chosen by the client, so that it can stop a query that has not answered yet."""


@dataclass(frozen=True, kw_only=True)
class QueryStatus:
    """How a query stands, or ended."""

    id: str
    connection: str
    state: Literal["running", "finished", "failed"]
    rows: int
    bytes: int
    seconds: float
    more: bool = False
    """It ended after `first_rows`, and there were more."""
    error: ErrorBody | None = None
    position: int | None = None
    """The character of the SQL, from 0, at which the database found the error."""
    age_seconds: float | None = None
    """How old a kept result is; null when the database was asked."""


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """One step of a plan; a step follows the one it is part of, one `depth` deeper."""

    depth: int
    name: str
    """In the database's own words, such as Hash Join."""
    detail: str = ""
    rows: float | None = None
    """What the database expects."""
    cost: float | None = None
    """In the database's own unit, with all steps below."""


@dataclass(frozen=True, kw_only=True)
class QueryPlan:
    """What `data/{connection}/explain` answers; `text` is the plan as the database writes it."""

    connection: str
    text: str
    steps: list[PlanStep]


@dataclass(frozen=True, kw_only=True)
class ConnectionInfo:
    """A connection as whoever may use it sees it: no host, no user, no secret."""

    name: str
    engine: EngineName
    description: str
    max_seconds: float
    max_rows: int
    max_bytes: int
    every_notebook: bool = True
    """Otherwise a shared notebook uses it only where its owners chose it."""


@dataclass(frozen=True, kw_only=True)
class ConnectionList:
    """What `data/connections` answers: the connections that the one who asks may use."""

    connections: list[ConnectionInfo]
    may_manage: bool = False
    """Whether the one who asks may declare connections and read the audit log."""


@dataclass(frozen=True, kw_only=True)
class DocumentConnections:
    """What a notebook may use of `offered`, those that whoever asks may use."""

    offered: list[ConnectionInfo]
    chosen: list[str] | None = None
    """By its owners; null when they left it at what each person may use."""
    may_manage: bool = False
    """As in ConnectionList."""


@dataclass(frozen=True, kw_only=True)
class ChosenConnections:
    """What owners decide; null leaves it at what each person may use."""

    connections: list[str] | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnInfo:
    """A column of a table; `type` in the database's own words."""

    name: str
    type: str
    nullable: bool
    primary_key: bool = False
    references: str = ""
    """The column a foreign key points at, as schema.table.column."""
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class TableInfo:
    """A table or a view."""

    schema: str
    name: str
    kind: Literal["table", "view"]
    columns: list[ColumnInfo]
    comment: str = ""
    row_estimate: int | None = None
    """What the database believes, without counting."""


@dataclass(frozen=True, kw_only=True)
class DatabaseSchema:
    """What `data/{connection}/schema` answers."""

    connection: str
    tables: list[TableInfo]
    cut: bool = False
    """There are more columns than are listed."""


@dataclass(frozen=True, kw_only=True)
class TableReference:
    """The table or view that `data/{connection}/sample` and `/profile` are to look at."""

    schema: str
    table: str


@dataclass(frozen=True, kw_only=True)
class TableSample:
    """The first rows of a table, each value as text to show; null is NULL."""

    columns: list[str]
    rows: list[list[str | None]]


@dataclass(frozen=True, kw_only=True)
class HistogramBar:
    """How many values lie from `start` on, and before the next bar's start."""

    start: float
    count: int


@dataclass(frozen=True, kw_only=True)
class ColumnFigures:
    """What is in a column. What its type has no order or equality for is null."""

    name: str
    nulls: int
    distinct: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    histogram: list[HistogramBar] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class TableFigures:
    """Figures of a table's first rows: all of them, unless `more`."""

    rows: int
    more: bool
    columns: list[ColumnFigures]
