"""How each engine is asked for a plan, and what its answer says.

Only EXPLAIN is asked, never EXPLAIN ANALYZE, which runs the statement. That nothing is written or
read that may not be is, as for every statement, the business of the engine and of its role.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from wasm_runtime.contracts.data import EngineName, QueryPlan

from ..errors import DataError, QueryFailed
from ..statements import statements_in
from . import duckdb, mysql, postgresql, sqlite
from .step import Step, flattened

_log = structlog.stdlib.get_logger("relay.data")

_AS_TREE: dict[EngineName, str] = {
    "postgresql": "EXPLAIN (FORMAT JSON) ",
    "mysql": "EXPLAIN FORMAT=JSON ",
    "sqlite": "EXPLAIN QUERY PLAN ",
    "duckdb": "EXPLAIN (FORMAT JSON) ",
}
_AS_TEXT: dict[EngineName, str] = {"postgresql": "EXPLAIN ", "duckdb": "EXPLAIN "}
"""Where the first is no text for people."""

_OPTION = r"analy[sz]e|verbose|costs|settings|generic_plan|buffers|serialize|wal|timing|summary"
_EXPLAIN = re.compile(
    rf"""(?:\s|--[^\n]*\n|/\*.*?\*/)*
    explain\b
    (?:\s+query\s+plan\b | \s+(?:analy[sz]e|verbose|extended|partitions)\b
        | \s+format\s*=\s*'?\w+'? | \s*\(\s*(?:{_OPTION}|memory|format)\b[^)]*\))*
    \s*
    (?=\(|\b(?:select|with|values|table|from|insert|update|delete|replace|merge)\b)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A request for the plan of one statement, for one engine."""

    engine: EngineName
    sql: str
    """As it was asked for."""
    start: int
    """Where in it the statement begins, behind an EXPLAIN of its own."""

    @classmethod
    def of(cls, engine: EngineName, sql: str) -> "Explanation":
        """Raises QueryFailed for several statements, and for an engine whose plans are not read."""
        if engine not in _AS_TREE:
            raise QueryFailed(
                "Plans are shown of PostgreSQL, MySQL, MariaDB, SQLite and DuckDB alone.",
                hint="Where the database knows EXPLAIN, a query may begin with it.",
            )
        starts = list(statements_in(sql, engine))
        if len(starts) > 1:
            raise QueryFailed(
                f"A plan is of one statement, and these are {len(starts)}.",
                hint="Put each into a cell of its own.",
                position=starts[1],
            )
        own = _EXPLAIN.match(sql)
        return cls(engine, sql, own.end() if own else 0)

    def questions(self) -> list[str]:
        """What the database is asked, in this order; `plan` takes the answers."""
        asked = [_AS_TREE[self.engine], _AS_TEXT.get(self.engine)]
        return [head + self.sql[self.start :] for head in asked if head is not None]

    @contextmanager
    def pointing_at_the_request(self, question: str) -> Iterator[None]:
        """What fails inside points into the SQL that was asked for, not into the question."""
        try:
            yield
        except DataError as error:
            if error.position is not None:
                moved = error.position + len(self.sql) - len(question)
                error.position = min(max(moved, self.start), len(self.sql))
            raise

    def plan(self, connection: str, answers: Sequence[Sequence[Mapping[str, Any]]]) -> QueryPlan:
        """Of the rows that came for each question."""
        first = answers[0]
        if self.engine == "sqlite":
            return QueryPlan(
                connection=connection,
                text=sqlite.text_of(first),
                steps=flattened(sqlite.steps_of(first)),
            )
        tree, plain = _last_column(first), _last_column(answers[-1])
        if self.engine == "postgresql":
            tree, plain = postgresql.as_asked(tree), postgresql.as_asked(plain)
        return QueryPlan(connection=connection, text=plain, steps=flattened(self._steps(tree)))

    def _steps(self, tree: str) -> list[Step]:
        """None where a server writes something that is not known here: its text is there."""
        readers: dict[EngineName, Any] = {
            "postgresql": postgresql,
            "mysql": mysql,
            "duckdb": duckdb,
        }
        read = readers[self.engine]
        try:
            return list(read.steps_of(json.loads(tree)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            _log.warning("plan not understood", engine=self.engine, error=repr(error))
            return []


def _last_column(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(str(list(row.values())[-1]) for row in rows)
