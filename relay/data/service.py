"""The data service: who may run what where, how much of it at a time, and what is noted of it."""

import asyncio
import math
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from wasm_runtime.contracts.data import (
    ConnectionInfo,
    ConnectionList,
    DatabaseSchema,
    QueryPlan,
    QueryRequest,
    QueryStatus,
    TableFigures,
    TableReference,
    TableSample,
)

from .access import DataAccess, DeclaredUsers
from .asked import check_sql, limits_of
from .connections import Connections
from .declaration import Declaration
from .engine import Engine, Statement
from .engines import OpenEngine, open_engine
from .errors import (
    BadParameter,
    Busy,
    NoSuchConnection,
    QueryCancelled,
)
from .parameters import parameters_of
from .plans.explanation import Explanation
from .query import Limits, Query
from .schema import introspection, schema_of
from .table_look import LOOK_SECONDS, Look

_WAIT_SECONDS = 5.0
"""How long a query waits for a place before it is told that there is none."""
_REMEMBERED = 500
"""Queries whose end can still be asked for."""
_ENGINE_GRACE_SECONDS = 1.0
"""The engine's own limit comes so much after ours, which has the better words."""


class DataService:
    def __init__(
        self,
        connections: Connections,
        access: DataAccess,
        audit: AuditLog,
        open_engine: OpenEngine = open_engine,
        is_operator: Callable[[Actor], bool] = lambda actor: False,
    ) -> None:
        self._connections = connections
        self._access = access
        self._audit = audit
        self._open_engine = open_engine
        self._is_operator = is_operator
        self._places: dict[str, asyncio.Semaphore] = {}
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def connections(self, actor: Actor) -> ConnectionList:
        """Those that the actor may use."""
        return ConnectionList(
            connections=[
                ConnectionInfo(
                    name=declared.name,
                    engine=declared.engine,
                    description=declared.description,
                    max_seconds=declared.max_seconds,
                    max_rows=declared.max_rows,
                    max_bytes=declared.max_bytes,
                )
                for _, declared in sorted(self._connections.all().items())
                if self._access.allows(actor, declared)
            ],
            may_manage=self._is_operator(actor),
        )

    async def query(self, actor: Actor, name: str, request: QueryRequest) -> Query:
        """Begin a query; its result is read from what is returned."""
        declared = await self._declared(actor, name)
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
        return await self._start(actor, declared, query_id, limits, statement, request.sql)

    async def explain(self, actor: Actor, name: str, request: QueryRequest) -> QueryPlan:
        """What the database would do, without doing it. The request's `query_id` is of the first
        question it is asked."""
        declared = await self._declared(actor, name)
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
            query = await self._start(actor, declared, query_id, limits, statement, sql)
            with explanation.pointing_at_the_request(sql):
                content = b"".join([chunk async for chunk in query.chunks()])
            answers.append(await asyncio.to_thread(_rows_of, content))
            query_id = self._new_id()
        return explanation.plan(name, answers)

    async def schema(self, actor: Actor, name: str) -> DatabaseSchema:
        """Tables and columns, as far as the connection's role may see them."""
        declared = await self._declared(actor, name)
        content, more = await self._read(actor, declared, introspection(declared), "(schema)")
        return await asyncio.to_thread(schema_of, name, content, more)

    async def sample(self, actor: Actor, name: str, table: TableReference) -> TableSample:
        """A table's first rows. Raises NoSuchTable."""
        declared = await self._declared(actor, name)
        look = Look.into(declared.engine, await self.schema(actor, name), table)
        return look.sample_of(await self._rows(actor, declared, look.sample()))

    async def profile(self, actor: Actor, name: str, table: TableReference) -> TableFigures:
        """Figures of a table's columns. Raises NoSuchTable."""
        declared = await self._declared(actor, name)
        look = Look.into(declared.engine, await self.schema(actor, name), table)
        (figures,) = await self._rows(actor, declared, look.figures())
        histograms = look.histograms(figures)
        below = (await self._rows(actor, declared, histograms))[0] if histograms else {}
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
        self, actor: Actor, declared: Declaration, statement: Statement
    ) -> list[dict[str, Any]]:
        content, _ = await self._read(actor, declared, statement, statement.sql, LOOK_SECONDS)
        return await asyncio.to_thread(_rows_of, content)

    async def _read(
        self,
        actor: Actor,
        declared: Declaration,
        statement: Statement,
        sql: str,
        seconds: float = math.inf,
    ) -> tuple[bytes, bool]:
        """A whole result that the relay itself reads, and whether there were more rows."""
        limits = Limits(seconds=min(seconds, declared.max_seconds), rows=10**6, bytes=256 * 2**20)
        query = await self._start(actor, declared, self._new_id(), limits, statement, sql)
        content = b"".join([chunk async for chunk in query.chunks()])
        return content, query.more

    async def _start(
        self,
        actor: Actor,
        declared: Declaration,
        query_id: str,
        limits: Limits,
        statement: Statement,
        sql: str,
    ) -> Query:
        place = await self._place(declared)
        try:
            engine = await asyncio.to_thread(self._engine, declared)
        except BaseException:
            place.release()
            raise
        query = Query(query_id, declared.name, actor.id, limits, self._recorder(sql))
        self._queries[query_id] = query
        while len(self._queries) > _REMEMBERED:
            self._queries.popitem(last=False)
        task = query.start(engine, statement)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: place.release())
        return query

    def _engine(self, declared: Declaration) -> Engine:
        return self._open_engine(declared, self._connections.password(declared))

    async def _declared(self, actor: Actor, name: str) -> Declaration:
        declared = self._connections.all().get(name)
        if declared is None or not self._access.allows(actor, declared):
            denied = AuditEvent(
                actor=actor.id, action="query", object=name[:64], result="not_found"
            )
            await asyncio.to_thread(self._audit.append, denied)
            # Whether there is one is nobody's business who may not use it.
            raise NoSuchConnection(
                f"There is no connection {name[:64]!r} that you may use.",
                hint="Whoever runs this relay declares them: wasm-runtime connection add.",
            )
        return declared

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

    async def _place(self, declared: Declaration) -> asyncio.Semaphore:
        place = self._places.setdefault(declared.name, asyncio.Semaphore(declared.max_queries))
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await place.acquire()
        except TimeoutError:
            raise Busy(
                f"{declared.name}: all {declared.max_queries} places are taken by queries under "
                f"way, and none came free in {_WAIT_SECONDS:g} seconds.",
                hint="Stop one of them, or try again; the operator can raise max_queries.",
            ) from None
        return place

    def _recorder(self, sql: str) -> Callable[[Query], Awaitable[None]]:
        async def record(query: Query) -> None:
            status = query.status
            event = AuditEvent(
                actor=query.owner,
                action="query",
                object=query.connection,
                result=status.error.code if status.error else "ok",
                details={
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
    connections: Connections, audit: AuditLog, is_operator: Callable[[Actor], bool]
) -> AsyncIterator[DataService]:
    """The service for the time of an application's life."""
    service = DataService(connections, DeclaredUsers(), audit, is_operator=is_operator)
    try:
        yield service
    finally:
        with suppress(asyncio.CancelledError):
            await service.close()
        audit.close()


def _rows_of(content: bytes) -> list[dict[str, Any]]:
    from .arrow import rows_of  # here, so that a relay without drivers starts

    return list(rows_of(content))
