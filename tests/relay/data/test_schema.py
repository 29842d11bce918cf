"""What there is in a database, the same way for every engine."""

import pytest

from relay.data.declaration import Declaration
from relay.data.engine import END_OF_STREAM, End, Engine
from relay.data.schema import introspection, schema_of
from wasm_runtime.contracts.data import DatabaseSchema, TableInfo

pytestmark = pytest.mark.anyio


async def _schema(engine: Engine, declared: Declaration) -> DatabaseSchema:
    content = b""
    async with engine.run(introspection(declared)) as parts:
        async for part in parts:
            if isinstance(part, End):
                return schema_of("warehouse", content + END_OF_STREAM, part.more)
            content += part.content
    raise AssertionError


async def test_tables_columns_and_keys(engine: Engine, declaration: Declaration) -> None:
    found = await _schema(engine, declaration)
    tables: dict[str, TableInfo] = {table.name: table for table in found.tables}
    assert {name: tables[name].kind for name in ("cities", "people", "names")} == {
        "cities": "table",
        "people": "table",
        "names": "view",
    }
    people = tables["people"]
    assert [(c.name, c.nullable, c.primary_key) for c in people.columns] == [
        ("id", False, True),
        ("name", True, False),
        ("city", False, False),
    ]
    assert people.columns[2].references == f"{people.schema}.cities.id"
    assert people.columns[1].type.lower().startswith(("varchar", "character varying"))
    if declaration.engine == "postgresql":
        assert tables["cities"].columns[1].comment == "As it is called there"
    if declaration.engine in ("mysql", "duckdb"):
        assert people.row_estimate == 3
