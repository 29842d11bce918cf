"""SQLite and DuckDB, each query in a process of its own that is killed when it is over."""

import asyncio
import base64
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog

from relay.storage.errors import StorageError
from relay.storage.for_databases import DatabaseFiles

from .arrow import rows_of
from .child.wire import CHUNK, END, HEAD, Failure, Request
from .declaration import Declaration, local_files, stored_files
from .engine import END_OF_STREAM, Chunk, End, Statement
from .errors import ConnectionRefused, DataError, NoRows, QueryFailed, QueryInterrupted, out_of_time
from .file_serving import Served, serving
from .parameters import Parameter

_MAX_MEMORY_BYTES = 512 * 1024 * 1024
_MAX_SAID_BYTES = 4096
_CHECK_SECONDS = 10.0

_log = structlog.stdlib.get_logger("relay.data")


class ChildEngine:
    """`stored` reads what the declaration names as storage://."""

    def __init__(self, declaration: Declaration, stored: DatabaseFiles | None = None) -> None:
        self._declaration = declaration
        self._stored = stored

    @asynccontextmanager
    async def run(self, statement: Statement) -> AsyncIterator[AsyncIterator[Chunk | End]]:
        self._refuse_missing_files()
        async with self._served() as (views, descriptor):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "relay.data.child.main",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={},
                cwd="/",
                pass_fds=(descriptor,) if views else (),
            )
            request = replace(self._request(statement), stored=views, stored_descriptor=descriptor)
            try:
                yield self._parts(process, request)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                # What its pipes still hold must be read, or they are never seen to end.
                await process.communicate()

    @asynccontextmanager
    async def _served(self) -> AsyncIterator[Served]:
        declared = self._declaration
        patterns = stored_files(declared)
        if not patterns:
            yield {}, -1
            return
        if self._stored is None:
            raise ConnectionRefused(declared.name, "there are no storages here")
        try:
            async with serving(self._stored, declared.name, patterns) as served:
                yield served
        except StorageError as error:
            raise ConnectionRefused(declared.name, error.message.rstrip(".")) from error

    async def check(self) -> str:
        sqlite = self._declaration.engine == "sqlite"
        sql = "select sqlite_version() as v" if sqlite else "select version() as v"
        content = b""
        async with self.run(Statement(sql=sql, seconds=_CHECK_SECONDS)) as parts:
            async for part in parts:
                content += END_OF_STREAM if isinstance(part, End) else part.content
        (row,) = rows_of(content)
        return f"{'SQLite' if sqlite else 'DuckDB'} {row['v']}"

    def _request(self, statement: Statement) -> Request:
        declared = self._declaration
        assert declared.engine in ("sqlite", "duckdb")
        return Request(
            engine=declared.engine,
            path=declared.path,
            files=local_files(declared),
            sql=statement.sql,
            parameters={name: _plain(value) for name, value in statement.parameters.items()},
            seconds=statement.seconds,
            first_rows=statement.first_rows,
            max_memory_bytes=_MAX_MEMORY_BYTES,
        )

    def _refuse_missing_files(self) -> None:
        declared = self._declaration
        for path in (declared.path, *local_files(declared).values()):
            if path and not Path(path).is_file():
                raise ConnectionRefused(declared.name, "its file does not exist")

    async def _parts(
        self, process: asyncio.subprocess.Process, request: Request
    ) -> AsyncIterator[Chunk | End]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request.to_line())
            await process.stdin.drain()
            process.stdin.close()
            while True:
                kind, rows, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
                content = await process.stdout.readexactly(length)
                if kind == CHUNK:
                    yield Chunk(content, rows)
                elif kind == END:
                    yield End(more=bool(rows))
                    return
                else:
                    raise self._failure(Failure.of_bytes(content))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._ended(process) from error

    async def _ended(self, process: asyncio.subprocess.Process) -> DataError:
        """Why the process is gone before the result was whole."""
        assert process.stderr is not None
        said = (await process.stderr.read(_MAX_SAID_BYTES)).decode(errors="replace")
        status = await process.wait()
        name = self._declaration.name
        if status == -signal.SIGXCPU:
            return out_of_time(name)
        _log.warning("query process ended", connection=name, status=status, said=said)
        if status > 0:
            return DataError(
                f"{name}: the query's process failed.", hint="The relay's log says why."
            )
        return QueryInterrupted(
            f"{name}: the query's process ended, as it does when it needs more memory than it may "
            "have.",
            hint="Ask for less at a time: filter, aggregate, or LIMIT.",
        )

    def _failure(self, failure: Failure) -> DataError:
        if failure.kind == "no_rows":
            return NoRows(self._declaration.name)
        if failure.kind == "refused":
            return ConnectionRefused(
                self._declaration.name, f"it cannot be opened: {failure.message}"
            )
        return QueryFailed(failure.message, failure.hint, failure.position)


def _plain(value: Parameter) -> Any:
    """As JSON carries it; `parameters_of` is the other way."""
    match value:
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"timestamp": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
    return value
