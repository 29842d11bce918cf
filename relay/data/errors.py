"""Why a query did not give its whole result.

WasmRuntimeError
└── DataError
    ├── BadParameter
    ├── NoSuchConnection
    ├── NotForNotebook      the owners of the notebook did not choose the connection
    ├── NoSuchTable
    ├── ConnectionRefused   wrong password, unreachable, a role that may do too much
    ├── QueryFailed         the database says what is wrong with the SQL
    │   └── NoRows
    ├── QueryInterrupted    the database went away in the middle
    ├── QueryCancelled
    ├── QueryTimeout
    ├── ResultTooLarge
    ├── Busy                all of a connection's places are taken
    └── DriverMissing
"""

# Not from relay.errors: the child process would load a web framework for it.
from wasm_runtime.errors import WasmRuntimeError


class DataError(WasmRuntimeError):
    """`position` is the character of the SQL, from 0, that the database points at."""

    position: int | None = None


class BadParameter(DataError):
    code = "bad_request"


class NoSuchConnection(DataError):
    code = "not_found"

    @classmethod
    def for_you(cls, name: str) -> "NoSuchConnection":
        return cls(
            f"There is no connection {name[:64]!r} that you may use.",
            hint="Whoever runs this relay declares them: wasm-runtime connection add.",
        )


class NotForNotebook(DataError):
    code = "not_allowed"

    def __init__(self, connection: str) -> None:
        super().__init__(
            f"This notebook may not use {connection}.",
            hint="An owner of the notebook can choose the connection for it, in the Databases "
            "panel.",
        )


class NoSuchTable(DataError):
    code = "not_found"

    def __init__(self, connection: str, table: str) -> None:
        super().__init__(
            f"{connection} has no table {table!r} that its role may read.",
            hint="Refresh the schema: it may have changed.",
        )


ROLE_HINT = (
    "Connect with a role that has SELECT and nothing else; or declare accept_powerful_role = true."
)


class ConnectionRefused(DataError):
    code = "upstream_failed"

    def __init__(self, name: str, reason: str, hint: str = "") -> None:
        test = f"The operator can try: wasm-runtime connection test {name}"
        super().__init__(f"{name}: {reason}.", hint or test)


class QueryFailed(DataError):
    code = "bad_request"

    def __init__(self, message: str, hint: str = "", position: int | None = None) -> None:
        super().__init__(message, hint)
        self.position = position


class NoRows(QueryFailed):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: the statement gives no rows.", hint="Connections only read: ask for rows."
        )


class QueryInterrupted(DataError):
    code = "upstream_failed"


class QueryCancelled(DataError):
    code = "unavailable"


class QueryTimeout(DataError):
    code = "timeout"


class ResultTooLarge(DataError):
    code = "too_large"


class Busy(DataError):
    code = "too_many_requests"


class DriverMissing(DataError):
    code = "unavailable"


def connection_lost(name: str) -> QueryInterrupted:
    return QueryInterrupted(
        f"{name}: the database ended the connection in the middle of the query.",
        hint="Run it again; when it happens again, the database's log says why.",
    )


def out_of_time(name: str, seconds: float | None = None) -> QueryTimeout:
    limit = "the limit" if seconds is None else f"the limit of {seconds:g} seconds"
    return QueryTimeout(
        f"{name}: the query was stopped at {limit}.",
        hint="Ask for less, or have the operator raise the connection's max_seconds.",
    )


def out_of_memory(max_bytes: int) -> QueryFailed:
    return QueryFailed(
        f"The query needs more memory than the {max_bytes // 2**20} MiB it may have.",
        hint="Ask for less at a time: filter, aggregate, or LIMIT.",
    )


def sentence(text: str) -> str:
    """A database's message as a sentence."""
    return text[:1].upper() + text[1:].rstrip(". \n") + "."
