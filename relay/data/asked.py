"""What a request asks for, within what it may."""

from wasm_runtime.contracts.data import QueryRequest

from .declaration import Declaration
from .errors import BadParameter
from .query import Limits

_MAX_SQL = 256 * 1024


def check_sql(sql: str) -> None:
    """Raises BadParameter for what no engine takes as a statement."""
    if not sql.strip() or len(sql) > _MAX_SQL or "\0" in sql:
        raise BadParameter(f"Expected SQL of 1 to {_MAX_SQL} characters, without NUL.")


def limits_of(declared: Declaration, request: QueryRequest) -> Limits:
    """What the request asks for, never more than the operator allows. Raises BadParameter."""
    asked = (request.max_seconds, request.max_rows, request.max_bytes)
    if any(value is not None and not value > 0 for value in asked):
        raise BadParameter("max_seconds, max_rows and max_bytes must be greater than 0.")
    return Limits(
        seconds=min(declared.max_seconds, request.max_seconds or declared.max_seconds),
        rows=min(declared.max_rows, request.max_rows or declared.max_rows),
        bytes=min(declared.max_bytes, request.max_bytes or declared.max_bytes),
    )
