"""Databases in a notebook: the relay holds the connections, Python gets the rows.

    from wasm_runtime.data import connect, query

    frame = query("demo", "select * from sales where city = :city", city="Osaka")

It is a module as PEP 249 describes one, and `show_table` shows any DataFrame as `%%sql` does.
"""

try:
    from wasm_runtime.kernel.data.dbapi import (
        BINARY,
        DATETIME,
        NUMBER,
        ROWID,
        STRING,
        Binary,
        Connection,
        Cursor,
        Date,
        DateFromTicks,
        Time,
        TimeFromTicks,
        Timestamp,
        TimestampFromTicks,
        apilevel,
        connect,
        paramstyle,
        threadsafety,
    )
    from wasm_runtime.kernel.data.errors import (
        DatabaseError,
        DataError,
        Error,
        IntegrityError,
        InterfaceError,
        InternalError,
        NotSupportedError,
        OperationalError,
        ProgrammingError,
        Warning,  # PEP 249's name
    )
    from wasm_runtime.kernel.data.query import query, query_async
    from wasm_runtime.kernel.data.show_table import show_table
except ModuleNotFoundError as missing:
    raise ImportError(
        f"wasm_runtime.data needs {missing.name}, which this environment does not have.  "
        'hint: choose the environment "data", or: %pip install pandas nanoarrow'
    ) from missing

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "query",
    "query_async",
    "show_table",
    "threadsafety",
]
