"""DuckDB: read-only by its settings, which are locked, and by the process's walls."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import nanoarrow

from relay.data.arrow import BatchWriter, first
from relay.data.engine import Chunk, End
from relay.data.errors import NoRows, QueryFailed, out_of_memory, sentence
from relay.data.moments import check_moments
from relay.data.parameters import Parameter
from relay.data.placeholders import bind, original_position

from .duckdb_picture import pictured
from .wire import CannotOpen, Request

if TYPE_CHECKING:
    from .stored_files import Parent

_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}
_THREADS = 2
_CASTS = {
    # The Arrow stream writer has no dictionaries.
    "ENUM": "VARCHAR",
    # What Arrow would have of these is their inside.
    "BIT": "VARCHAR",
    "BIGNUM": "VARCHAR",
    "VARIANT": "VARCHAR",
    "UNION": "VARCHAR",
    # Arrow's has no zone.
    "TIME WITH TIME ZONE": "VARCHAR",
    # Its upper half would come out negative; the cast refuses what has more digits.
    "UHUGEINT": "DECIMAL(38, 0)",
}
_LISTS = re.compile(r"(\[\d*\])*$")
_LAST = 2**63 - 1
_FINITE = {
    "tdD": (2 - 2**31, 2**31 - 2),
    **dict.fromkeys(("tss", "tsm", "tsu", "tsn"), (1 - _LAST, _LAST - 1)),
}
"""The very first and last numbers are its infinities."""


def files_of(request: Request) -> list[str]:
    """What the process must be able to read, as far as it exists."""
    named = [request.path, f"{request.path}.wal", *request.files.values()]
    return [path for path in named if Path(path).is_file()]


def open_database(request: Request) -> "DuckDb":
    """Raises CannotOpen."""
    return DuckDb(request)


class DuckDb:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._parent: Parent | None = None
        try:
            self._open(request)
        except duckdb.Error as error:
            said = self._parent.failure if self._parent else ""
            raise CannotOpen(said or str(error).split("\n")[0]) from error

    def _open(self, request: Request) -> None:
        self._database = duckdb.connect(
            request.path or ":memory:",
            read_only=bool(request.path),
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                # SQL could otherwise read this process's variables by their names.
                "python_enable_replacements": "false",
                "memory_limit": f"{request.max_memory_bytes // 2**20}MiB",
                "temp_directory": "",
                "threads": str(_THREADS),
            },
        )
        paths = {name: [path] for name, path in request.files.items()}
        paths |= {name: [*sizes] for name, sizes in request.stored.items()}
        self._parent = _register_stored(self._database, request)
        for name, each in paths.items():
            reader = _READERS.get(Path(each[0]).suffix.lower())
            if reader is None:
                raise CannotOpen(
                    f"{Path(each[0]).suffix or name} is no kind of file that DuckDB reads"
                )
            listed = ", ".join(map(_text, each))
            self._database.execute(
                f"CREATE TEMP VIEW {_quoted(name)} AS SELECT * FROM {reader}([{listed}])"
            )
        allowed = ", ".join(_text(path) for each in paths.values() for path in each)
        self._database.execute(f"SET allowed_paths = [{allowed}]")
        self._database.execute("SET enable_external_access = false")
        self._database.execute("SET lock_configuration = true")

    def parts(self, parameters: Mapping[str, Parameter]) -> Iterator[Chunk | End]:
        sql = bind(self._request.sql, parameters, "duckdb", _spelled)
        try:
            relation = self._database.sql(sql, params=dict(parameters) or None)
            if relation is None:
                raise NoRows("DuckDB")
            yield from self._batches(_readable(relation))
        except (duckdb.Error, RuntimeError, MemoryError) as error:
            raise self._failure(error, parameters) from error

    def _batches(self, relation: Any) -> Iterator[Chunk | End]:
        left = self._request.first_rows
        stream = nanoarrow.c_array_stream(relation)
        writer = BatchWriter(stream.get_schema())
        yield writer.head()
        batches = iter(stream)
        while left != 0:
            batch = next(batches, None)
            if batch is None:
                yield End()
                return
            check_moments(batch, _FINITE)
            taken = first(batch, left)
            yield writer.batch(taken)
            if len(taken) < len(batch):
                break
            left = None if left is None else left - len(taken)
        else:
            yield End(more=next(batches, None) is not None)
            return
        yield End(more=True)

    def _failure(self, error: Exception, parameters: Mapping[str, Parameter]) -> QueryFailed:
        if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
            return out_of_memory(self._request.max_memory_bytes)
        if self._parent and self._parent.failure:
            return QueryFailed(self._parent.failure)
        message = str(error).partition("\n\nLINE ")[0]
        bound = bind(self._request.sql, parameters, "duckdb", _spelled)
        found = pictured(str(error), bound)
        if found is None:
            found = self._placed(message, bound, parameters)
        position = None
        if found is not None:
            position = original_position(self._request.sql, found, parameters, "duckdb", _spelled)
        return QueryFailed(sentence(message), position=position)

    def _placed(self, message: str, sql: str, parameters: Mapping[str, Parameter]) -> int | None:
        """Relations leave out the place of what they cannot bind; statements say it. It is
        explained, and not run, for it."""
        question = f"EXPLAIN {sql}"
        try:
            self._database.execute(question, dict(parameters) or None)
        except duckdb.Error as error:
            if str(error).startswith(message):
                found = pictured(str(error), question)
                return None if found is None else max(0, found - len("EXPLAIN "))
        return None


def _register_stored(database: Any, request: Request) -> "Parent | None":
    """Let DuckDB read the files that the parent reads for it; None when there are none."""
    if not request.stored:
        return None
    from .stored_files import Parent, StoredFiles  # fsspec takes long to import

    parent = Parent(request.stored_descriptor)
    sizes = {path: size for files in request.stored.values() for path, size in files.items()}
    database.register_filesystem(StoredFiles(parent, sizes))
    return parent


def _readable(relation: Any) -> Any:
    """The relation, with a cast of what would not come as it is."""
    casts = [_cast(str(kind)) for kind in relation.types]
    if not any(casts):
        return relation
    columns = [f"{_column(number)}{cast}" for number, cast in enumerate(casts)]
    named = ", ".join(
        f"{column} AS {_quoted(name)}"
        for column, name in zip(columns, relation.columns, strict=True)
    )
    numbered = ", ".join(_column(number) for number in range(len(columns)))
    return relation.query("q", f"SELECT {named} FROM q AS q({numbered})")


def _cast(kind: str) -> str:
    """To what a column of this type is cast, lists of it too; mostly to nothing."""
    lists = _LISTS.search(kind)
    assert lists is not None
    name = kind[: lists.start()].partition("(")[0]
    return f"::{_CASTS[name]}{lists[0]}" if name in _CASTS else ""


def _column(number: int) -> str:
    return f"c{number}"


def _spelled(name: str) -> str:
    return f"${name}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
