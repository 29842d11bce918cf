"""The data service: who may run what where, how much of it at a time, and what is noted of it."""

import asyncio
import math
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from relay.storage.for_databases import DatabaseFiles
from wasm_runtime.contracts.data import (
    DatabaseSchema,
    QueryPlan,
    QueryRequest,
    QueryStatus,
    TableFigures,
    TableReference,
    TableSample,
)

from .access import Asker, DeclaredUsers
from .asked import check_sql, limits_of
from .connections import Connections
from .declaration import Declaration
from .engine import Engine, Source, Statement
from .engines import OpenEngine, open_engine
from .errors import (
    BadParameter,
    NoSuchConnection,
    QueryCancelled,
)
from .grants import Grants
from .keeping import Keeping
from .kept_result import KeptResult
from .kept_results import KeptResults
from .parameters import parameters_of
from .places import Places
from .plans.explanation import Explanation
from .query import Limits, Query
from .reuse import keep_seconds, reuse
from .schema import introspection, schema_of
from .table_look import LOOK_SECONDS, Look

_REMEMBERED = 500
"""Queries whose end can still be asked for."""
_ENGINE_GRACE_SECONDS = 1.0
"""The engine's own limit comes so much after ours, which has the better words."""


class DataService:
    def __init__(
        self,
        connections: Connections,
        grants: Grants,
        audit: AuditLog,
        open_engine: OpenEngine = open_engine,
        results: KeptResults | None = None,
    ) -> None:
        self.grants = grants
        self._connections = connections
        self._audit = audit
        self._open_engine = open_engine
        self._results = results
        self._places = Places()
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def query(self, asker: Asker, name: str, request: QueryRequest) -> Query:
        """Begin a query; its result is read from what is returned."""
        declared = await self.grants.declared(asker, name)
        check_sql(request.sql)
        if request.first_rows is not None and request.first_rows < 1:
            raise BadParameter(f"first_rows must be 1 or more, not {request.first_rows}.")
        limits = limits_of(declared, request)
        statement = Statement(
            sql=request.sql,
            parameters=parameters_of(request.parameters),
            seconds=limits.seconds + _ENGINE_GRACE_SECONDS,
            first_rows=request.first_rows,
        )
        query_id = self._new_id(request.query_id)
        reused = await self._reused(declared, statement, limits, request.max_age_seconds)
        return await self._start(asker, declared, query_id, limits, statement, request.sql, reused)

    async def explain(self, asker: Asker, name: str, request: QueryRequest) -> QueryPlan:
        """What the database would do, without doing it. The request's `query_id` is of the first
        question it is asked."""
        declared = await self.grants.declared(asker, name)
        check_sql(request.sql)
        limits = limits_of(declared, request)
        explanation = Explanation.of(declared.engine, request.sql)
        parameters = parameters_of(request.parameters)
        query_id = self._new_id(request.query_id)
        answers = []
        for sql in explanation.questions():
            statement = Statement(
                sql=sql, parameters=parameters, seconds=limits.seconds + _ENGINE_GRACE_SECONDS
            )
            query = await self._start(asker, declared, query_id, limits, statement, sql)
            with explanation.pointing_at_the_request(sql):
                content = b"".join([chunk async for chunk in query.chunks()])
            answers.append(await asyncio.to_thread(_rows_of, content))
            query_id = self._new_id()
        return explanation.plan(name, answers)

    async def schema(self, asker: Asker, name: str) -> DatabaseSchema:
        """Tables and columns, as far as the connection's role may see them."""
        declared = await self.grants.declared(asker, name)
        content, more = await self._read(asker, declared, introspection(declared), "(schema)")
        return await asyncio.to_thread(schema_of, name, content, more)

    async def sample(self, asker: Asker, name: str, table: TableReference) -> TableSample:
        """A table's first rows. Raises NoSuchTable."""
        declared = await self.grants.declared(asker, name)
        look = Look.into(declared.engine, await self.schema(asker, name), table)
        return look.sample_of(await self._rows(asker, declared, look.sample()))

    async def profile(self, asker: Asker, name: str, table: TableReference) -> TableFigures:
        """Figures of a table's columns. Raises NoSuchTable."""
        declared = await self.grants.declared(asker, name)
        look = Look.into(declared.engine, await self.schema(asker, name), table)
        (figures,) = await self._rows(asker, declared, look.figures())
        histograms = look.histograms(figures)
        below = (await self._rows(asker, declared, histograms))[0] if histograms else {}
        return look.profile_of(figures, below)

    def status(self, actor: Actor, query_id: str) -> QueryStatus:
        return self._own(actor, query_id).status

    def cancel(self, actor: Actor, query_id: str) -> QueryStatus:
        query = self._own(actor, query_id)
        query.stop(QueryCancelled(f"{query.connection}: the query was cancelled."))
        return query.status

    async def close(self) -> None:
        """Stop every query and wait until the databases have been told."""
        for query in self._queries.values():
            query.stop(QueryCancelled(f"{query.connection}: the relay is stopping."))
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rows(
        self, asker: Asker, declared: Declaration, statement: Statement
    ) -> list[dict[str, Any]]:
        content, _ = await self._read(asker, declared, statement, statement.sql, LOOK_SECONDS)
        return await asyncio.to_thread(_rows_of, content)

    async def _read(
        self,
        asker: Asker,
        declared: Declaration,
        statement: Statement,
        sql: str,
        seconds: float = math.inf,
    ) -> tuple[bytes, bool]:
        """A whole result that the relay itself reads, and whether there were more rows."""
        limits = Limits(seconds=min(seconds, declared.max_seconds), rows=10**6, bytes=256 * 2**20)
        query = await self._start(asker, declared, self._new_id(), limits, statement, sql)
        content = b"".join([chunk async for chunk in query.chunks()])
        return content, query.more

    async def _start(
        self,
        asker: Asker,
        declared: Declaration,
        query_id: str,
        limits: Limits,
        statement: Statement,
        sql: str,
        reused: KeptResult | Keeping | None = None,
    ) -> Query:
        kept = reused if isinstance(reused, KeptResult) else None
        with ExitStack() as opened:
            if kept is not None:
                opened.callback(kept.close)
            place = await self._places.take(declared, is_kept=kept is not None)
            opened.callback(place.release)
            source: Source
            source = kept if kept is not None else await asyncio.to_thread(self._engine, declared)
            held = opened.pop_all()
        age_seconds = None if kept is None else kept.age_seconds
        query = Query(
            query_id,
            declared.name,
            asker.actor.id,
            limits,
            self._recorder(asker, sql),
            keeping=reused if isinstance(reused, Keeping) else None,
            age_seconds=age_seconds,
            keep_seconds=keep_seconds(declared, age_seconds),
        )
        self._queries[query_id] = query
        while len(self._queries) > _REMEMBERED:
            self._queries.popitem(last=False)
        task = query.start(source, statement)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: held.close())
        return query

    async def _reused(
        self,
        declared: Declaration,
        statement: Statement,
        limits: Limits,
        max_age_seconds: float | None,
    ) -> KeptResult | Keeping | None:
        results = self._results
        if results is None or max_age_seconds is None:
            return None

        def find() -> KeptResult | Keeping | None:
            password = self._connections.password(declared)
            return reuse(results, declared, password, statement, limits, max_age_seconds)

        return await asyncio.to_thread(find)

    def _engine(self, declared: Declaration) -> Engine:
        return self._open_engine(declared, self._connections.password(declared))

    def _new_id(self, chosen: str | None = None) -> str:
        """Raises BadParameter for one that is taken."""
        if chosen in self._queries:
            raise BadParameter(f"There has been a query {chosen} already.")
        return chosen or secrets.token_urlsafe(16)

    def _own(self, actor: Actor, query_id: str) -> Query:
        query = self._queries.get(query_id)
        if query is None or query.owner != actor.id:
            raise NoSuchConnection(f"You have no query {query_id!r}.")
        return query

    def _recorder(self, asker: Asker, sql: str) -> Callable[[Query], Awaitable[None]]:
        async def record(query: Query) -> None:
            status = query.status
            good = "ok" if query.age_seconds is None else "kept"
            event = AuditEvent(
                actor=query.owner,
                action="query",
                object=query.connection,
                result=status.error.code if status.error else good,
                details={
                    "document_id": asker.document_id,
                    "query": query.id,
                    "sql": sql[:2000],
                    "rows": status.rows,
                    "bytes": status.bytes,
                    "seconds": status.seconds,
                },
            )
            await asyncio.to_thread(self._audit.append, event)

        return record


@asynccontextmanager
async def open_data(
    connections: Connections,
    chosen: Chosen,
    audit: AuditLog,
    is_operator: Callable[[Actor], bool],
    stored: DatabaseFiles | None = None,
    results: KeptResults | None = None,
) -> AsyncIterator[DataService]:
    """The service for the time of an application's life; `stored` reads files of storages."""
    grants = Grants(connections, DeclaredUsers(), chosen, audit, is_operator)
    opening = partial(open_engine, stored=stored)
    service = DataService(connections, grants, audit, opening, results)
    try:
        yield service
    finally:
        with suppress(asyncio.CancelledError):
            await service.close()
        audit.close()


def _rows_of(content: bytes) -> list[dict[str, Any]]:
    from .arrow import rows_of  # here, so that a relay without drivers starts

    return list(rows_of(content))
