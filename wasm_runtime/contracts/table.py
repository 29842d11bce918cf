"""A table that is looked at: an output that shows its first rows, and a comm that gives the others.

An output of type TABLE_TYPE is a TableOutput. It can be shown by itself, anywhere and for ever:
in another person's page, after a reload, from a file. While the kernel that made it lives, a comm
opened by the page (target TABLE_TARGET, data `{"table_id": …}`) gives any window of the whole
table, sorted and filtered, a column's profile and an export. The page sends a TableRequest as the
comm's data, the kernel answers each with one TableAnswer; an export's bytes are the one buffer of
its message.

A cell's value is JSON: null is missing; a number is one that JavaScript holds exactly; all else is
the text to show.
"""

from dataclasses import dataclass, field
from typing import Literal

from .shape import Json

TABLE_TYPE = "application/vnd.wasm-runtime.table+json"
TABLE_TARGET = "wasm_runtime.table"
MAX_PREVIEW_ROWS = 100
MAX_WINDOW_ROWS = 1000
MAX_CELL_CHARACTERS = 1000
"""A longer text is cut, and ends with an ellipsis."""

ColumnKind = Literal[
    "boolean",
    "integer",
    "number",
    "decimal",
    "text",
    "date",
    "timestamp",
    "duration",
    "bytes",
    "other",
]


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column; `type` in the words of whatever holds it (a dtype, an engine's type)."""

    name: str
    kind: ColumnKind
    type: str


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """The query that a table came from."""

    connection: str
    seconds: float
    """Until the whole result had come."""
    fetched_at: str
    """ISO 8601, UTC: when the database answered."""
    cached: bool = False
    """It is a kept result; the database was not asked."""
    offline: bool = False
    """The database could not be asked."""
    more: bool = False
    """The query ended early, and there were more rows."""


@dataclass(frozen=True, kw_only=True)
class TableOutput:
    """What is kept in the document: the columns, the count of all rows, and the first few."""

    table_id: str
    columns: list[TableColumn]
    rows: int
    preview: list[list[Json]]
    """The first rows, at most MAX_PREVIEW_ROWS, each a value per column."""
    variable: str = ""
    """The Python variable that holds the whole table."""
    source: TableSource | None = None
    is_arriving: bool = False
    """These rows are the first of a result that is still on its way, and `rows` counts them alone:
    an output that has all of it takes this one's place."""


@dataclass(frozen=True, kw_only=True)
class TableSort:
    """Order by one column, by its position; missing values come last either way."""

    column: int
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class TableFilter:
    """Keep the rows that pass; a column may have several filters, and all must pass.

    `contains` (text, without regard to case) and `equals` take `value`; `range` takes `least` and
    `most`, either of which may be null; `missing` and `present` take nothing.
    """

    column: int
    test: Literal["contains", "equals", "range", "missing", "present"]
    value: Json = None  # type: ignore[assignment]  # JSON null
    least: Json = None  # type: ignore[assignment]  # JSON null
    most: Json = None  # type: ignore[assignment]  # JSON null


@dataclass(frozen=True, kw_only=True)
class AskWindow:
    """Rows `offset` to `offset + limit` of the table as sorted and filtered."""

    request_id: str
    offset: int
    limit: int
    sort: list[TableSort] = field(default_factory=list)
    filters: list[TableFilter] = field(default_factory=list)
    kind: Literal["ask_window"] = "ask_window"


@dataclass(frozen=True, kw_only=True)
class AskProfile:
    """How the values of a column are spread, among the rows that pass the filters."""

    request_id: str
    column: int
    filters: list[TableFilter] = field(default_factory=list)
    kind: Literal["ask_profile"] = "ask_profile"


@dataclass(frozen=True, kw_only=True)
class AskExport:
    """The rows that pass, as a file."""

    request_id: str
    format: Literal["csv", "parquet"]
    sort: list[TableSort] = field(default_factory=list)
    filters: list[TableFilter] = field(default_factory=list)
    kind: Literal["ask_export"] = "ask_export"


TableRequest = AskWindow | AskProfile | AskExport


@dataclass(frozen=True, kw_only=True)
class TableWindow:
    """Answers AskWindow; `total` counts the rows that pass the filters."""

    request_id: str
    offset: int
    rows: list[list[Json]]
    total: int
    kind: Literal["table_window"] = "table_window"


@dataclass(frozen=True, kw_only=True)
class ProfileBin:
    """One bar: the values from `least` to `most` (of numbers and times), or one value (`least`)."""

    least: Json
    most: Json
    count: int


@dataclass(frozen=True, kw_only=True)
class TableProfile:
    """Answers AskProfile. Bins of numbers and times are equally wide; else the most frequent."""

    request_id: str
    column: int
    rows: int
    missing: int
    distinct: int
    least: Json
    most: Json
    mean: float | None
    bins: list[ProfileBin]
    kind: Literal["table_profile"] = "table_profile"


@dataclass(frozen=True, kw_only=True)
class TableExport:
    """Answers AskExport; the file is the message's one buffer."""

    request_id: str
    file_name: str
    kind: Literal["table_export"] = "table_export"


@dataclass(frozen=True, kw_only=True)
class TableRefusal:
    """The request could not be carried out: what was expected, and what to do."""

    request_id: str
    message: str
    hint: str = ""
    kind: Literal["table_refusal"] = "table_refusal"


TableAnswer = TableWindow | TableProfile | TableExport | TableRefusal
