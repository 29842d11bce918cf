"""A table's first rows and its figures, the same way for every engine."""

from collections.abc import Sequence
from typing import Any

import pytest

from relay.data.arrow import rows_of
from relay.data.declaration import Declaration
from relay.data.engine import END_OF_STREAM, End, Engine, Statement
from relay.data.errors import NoSuchTable
from relay.data.schema import introspection, schema_of
from relay.data.table_look import Look
from wasm_runtime.contracts.data import (
    ColumnFigures,
    ColumnInfo,
    DatabaseSchema,
    TableFigures,
    TableReference,
)

pytestmark = pytest.mark.anyio


async def _content(engine: Engine, statement: Statement) -> bytes:
    async with engine.run(statement) as parts:
        chunks = [part.content async for part in parts if not isinstance(part, End)]
    return b"".join(chunks) + END_OF_STREAM


async def _rows(engine: Engine, statement: Statement) -> list[dict[str, Any]]:
    return list(rows_of(await _content(engine, statement)))


async def _look(engine: Engine, declared: Declaration, table: str) -> Look:
    schema = schema_of("warehouse", await _content(engine, introspection(declared)), False)
    found = next(each for each in schema.tables if each.name == table)
    return Look.into(declared.engine, schema, TableReference(schema=found.schema, table=table))


async def _profile(engine: Engine, look: Look) -> TableFigures:
    (figures,) = await _rows(engine, look.figures())
    histograms = look.histograms(figures)
    assert histograms is not None
    return look.profile_of(figures, (await _rows(engine, histograms))[0])


async def test_first_rows_are_text(engine: Engine, declaration: Declaration) -> None:
    look = await _look(engine, declaration, "people")
    sample = look.sample_of(await _rows(engine, look.sample()))
    assert sample.columns == ["id", "name", "city"]
    assert sorted(sample.rows, key=str) == [
        ["1", "Ada", "1"],
        ["2", None, "2"],
        ["3", "O'Brien", "2"],
    ]


async def test_figures_of_each_column(engine: Engine, declaration: Declaration) -> None:
    look = await _look(engine, declaration, "people")
    profile = await _profile(engine, look)
    identity, name, city = profile.columns
    assert (profile.rows, profile.more) == (3, False)
    assert (identity.nulls, identity.distinct) == (0, 3)
    assert (identity.minimum, identity.maximum) == ("1", "3")
    assert name == ColumnFigures(name="name", nulls=1, distinct=2, minimum="Ada", maximum="O'Brien")
    assert [bar.count for bar in city.histogram] == [1, *[0] * 10, 2]
    assert city.histogram[0].start == 1


def test_a_column_of_a_structured_type_is_counted_and_no_more() -> None:
    look = _table("postgresql", ("a", "jsonb"), ("b", "integer[]"))
    profile = look.profile_of({"total": 5, "n0": 1, "n1": 5}, {})
    assert profile.columns == [ColumnFigures(name="a", nulls=1), ColumnFigures(name="b", nulls=5)]
    assert "DISTINCT" not in look.figures().sql


def test_a_name_is_quoted_whatever_is_in_it() -> None:
    for engine, quoted in (("postgresql", '"a""; drop"'), ("mysql", '`a"; drop`')):
        assert quoted in _table(engine, ('a"; drop', "int")).sample().sql


def test_times_have_a_histogram_and_an_infinite_number_has_none() -> None:
    look = _table("postgresql", ("at", "timestamp with time zone"), ("n", "double precision"))
    figures = {"total": 2, "lo0": 0.0, "hi0": 86400.0, "lo1": 1.0, "hi1": float("inf")}
    histograms = look.histograms(figures)
    assert histograms is not None
    assert "b0_11" in histograms.sql
    assert "b1_" not in histograms.sql


def test_a_table_that_the_role_does_not_see_is_refused() -> None:
    schema = DatabaseSchema(connection="warehouse", tables=[])
    with pytest.raises(NoSuchTable, match="warehouse has no table"):
        Look.into("sqlite", schema, TableReference(schema="main", table="secrets"))


def _table(engine: Any, *columns: Sequence[str]) -> Look:
    infos = [ColumnInfo(name=name, type=kind, nullable=True) for name, kind in columns]
    return Look(engine, TableReference(schema="public", table="t"), infos)
