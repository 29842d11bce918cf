"""What a page asks of the kernel about a SQL cell: the values that its parameters would have.

The page opens a comm (target SQL_PARAMETERS_TARGET) whose data is AskSqlParameters; the kernel
answers with one SqlParameters.
"""

from dataclasses import dataclass, field

from .relay_api import ErrorBody
from .shape import Json

SQL_PARAMETERS_TARGET = "wasm_runtime.sql_parameters"


@dataclass(frozen=True, kw_only=True)
class AskSqlParameters:
    """The text of a SQL cell, which names Python's variables as `:name`."""

    sql: str


@dataclass(frozen=True, kw_only=True)
class SqlParameters:
    """The variables as a QueryRequest carries them; or why there is no value for one of them."""

    parameters: dict[str, Json] = field(default_factory=dict)
    error: ErrorBody | None = None
