"""The query builder's SQL on the databases it is written for: all that it offers is valid."""

import dataclasses
import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from relay.data.declaration import Declaration
from relay.data.engine import END_OF_STREAM, End, Engine
from relay.data.errors import DataError
from relay.data.schema import introspection, schema_of
from tests.relay.data.conftest import ENGINES, Declarations, engine_of
from tests.relay.data.reading import read
from tests.relay.data.servers import Server, mariadb
from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.data import DatabaseSchema
from wasm_runtime.runtimes.hosts import find_node

pytestmark = pytest.mark.anyio

BUILDER = Path(__file__).parents[3] / "static" / "src" / "databases" / "builder"
PROGRAM = Path(__file__).with_name("build-queries.mjs")
SCHEMAS = {"postgresql": "public", "mysql": "shop", "sqlite": "main", "duckdb": "main"}
QUERIES = {"postgresql": 120, "mysql": 120, "sqlite": 30, "duckdb": 15}
"""A child process for each query of the last two."""

_TABLES = """
CREATE TABLE {schema}regions (id INTEGER PRIMARY KEY, name VARCHAR(40));
CREATE TABLE {schema}towns (
    id INTEGER PRIMARY KEY, name VARCHAR(40), region_id INTEGER, is_big BOOLEAN,
    FOREIGN KEY (region_id) REFERENCES {schema}regions (id)
);
CREATE TABLE {schema}trips (
    id INTEGER PRIMARY KEY, from_town_id INTEGER NOT NULL, to_town_id INTEGER,
    day DATE, moment TIMESTAMP, price NUMERIC(8, 2), note TEXT, {quote}Select{quote} INTEGER,
    FOREIGN KEY (from_town_id) REFERENCES {schema}towns (id),
    FOREIGN KEY (to_town_id) REFERENCES {schema}towns (id)
);
CREATE TABLE {schema}stops (trip INTEGER, seq INTEGER, PRIMARY KEY (trip, seq));
CREATE TABLE {schema}calls (
    id INTEGER PRIMARY KEY, trip INTEGER, stop INTEGER, what VARCHAR(9),
    FOREIGN KEY (trip, stop) REFERENCES {schema}stops (trip, seq)
);
INSERT INTO {schema}regions VALUES (1, 'Côte d''Azur'), (2, 'Kansai');
INSERT INTO {schema}towns VALUES (1, 'Nice', 1, TRUE), (2, 'Osaka', 2, TRUE), (3, 'Nara', 2, FALSE);
INSERT INTO {schema}trips VALUES (1, 2, 3, DATE '2026-11-21', TIMESTAMP '2026-11-21 10:00:00', 4.5,
    '50%_!', 1), (2, 1, 2, NULL, NULL, NULL, NULL, NULL);
"""
_SQLITES_OWN = "abort autoincrement glob indexed isnull notnull raise reindex vacuum virtual"


@pytest.fixture(params=ENGINES)
async def towns(request: pytest.FixtureRequest, declarations: Declarations) -> Declaration:
    """A database with keys of every sort: to the same table twice, of two columns, in a chain."""
    declared = declarations.of(request.param)
    sql = _TABLES.format(schema="", quote="`" if request.param == "mysql" else '"')
    match request.param:
        case "postgresql":
            server: Server = request.getfixturevalue("postgres")
            with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
                admin.execute("drop database if exists towns with (force)")
                admin.execute("create database towns")
            with psycopg.connect(server.postgres_url("towns"), autocommit=True) as admin:
                admin.execute("create type size as enum ('small', 'large')")
                admin.execute(sql.encode())
                admin.execute("alter table towns add size size, add key uuid, add more jsonb")
                admin.execute("grant select on all tables in schema public to reader")
            return dataclasses.replace(declared, database="towns")
        case "mysql":
            server = request.getfixturevalue("mysql")
            mariadb(
                server,
                f"CREATE OR REPLACE DATABASE towns CHARACTER SET utf8mb4; USE towns; {_mysql(sql)}",
            )
            mariadb(server, "ALTER TABLE towns.towns ADD size ENUM('small', 'large')")
            mariadb(server, "GRANT SELECT ON towns.* TO reader@localhost")
            return dataclasses.replace(declared, database="towns")
        case "sqlite":
            plain = sql.replace("DATE '", "'").replace("TIMESTAMP '", "'")
            with closing(sqlite3.connect(declared.path)) as database:
                database.executescript(plain)
            return declared
    with closing(duckdb.connect(declared.path)) as database:
        database.execute(sql)
        database.execute("alter table towns add column size enum('small', 'large')")
        database.execute("alter table towns add column tags varchar[]")
    return declared


async def test_whatever_is_chosen_is_valid_sql(towns: Declaration) -> None:
    engine = engine_of(towns)
    schema = await _schema(engine, towns)
    names = {table.name for table in schema.tables}
    assert {"regions", "towns", "trips", "stops", "calls"} <= names
    written = built(towns.engine, schema=encode(schema), seed=5, count=QUERIES[towns.engine])
    words = ("join", "left join", "where", "group by", "having", "order by", "limit", " as ")
    for word in words:
        assert any(word in sql for sql in written), f"chance has not chosen {word}"
    refused = [f"{sql}\n-- {error}" for sql in written if (error := await _error(engine, sql))]
    assert refused == []


@pytest.mark.parametrize("name", ENGINES)
async def test_words_that_an_engine_reserves_are_quoted(
    name: str, declarations: Declarations, postgres: Server, mysql: Server
) -> None:
    words = _words(postgres, mysql)
    declared = declarations.of(name)
    mark = "`" if name == "mysql" else '"'
    columns = ", ".join(f"{mark}{word}{mark} SMALLINT" for word in words)
    sql = f"CREATE TABLE words ({columns}); "
    match name:
        case "postgresql":
            with psycopg.connect(postgres.postgres_url(), autocommit=True) as admin:
                admin.execute(
                    f"drop table if exists words; {sql} grant select on words to reader".encode()
                )
        case "mysql":
            mariadb(mysql, f"USE shop; DROP TABLE IF EXISTS words; {sql}")
        case "sqlite":
            with closing(sqlite3.connect(declared.path)) as database:
                database.executescript(sql)
        case "duckdb":
            with closing(duckdb.connect(declared.path)) as database:
                database.execute(sql)
    fields = [{"source": 0, "column": word, "aggregate": None} for word in words]
    query = {
        "table": {"schema": SCHEMAS[name], "name": "words"},
        "joins": [],
        "fields": fields,
        "filters": [
            {"field": each, "kind": "number", "test": "is", "values": ["1"]} for each in fields[::6]
        ],
        "sorts": [{"field": each, "isDescending": True} for each in fields[::20]],
        "limit": 5,
    }
    (written,) = built(name, queries=[query])
    assert await read(engine_of(declared), written) == []
    assert "\n  name,\n" in written, "no more is quoted than must be"


def built(engine: str, **wanted: object) -> list[str]:
    """The SQL of these queries, or of some that chance puts together."""
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    given = json.dumps({"builder": str(BUILDER), "engine": engine, **wanted})
    done = subprocess.run([node, PROGRAM], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sql: list[str] = json.loads(done.stdout)
    return sql


async def _schema(engine: Engine, declared: Declaration) -> DatabaseSchema:
    content = b""
    async with engine.run(introspection(declared)) as parts:
        async for part in parts:
            content += END_OF_STREAM if isinstance(part, End) else part.content
    return schema_of("warehouse", content, False)


async def _error(engine: Engine, sql: str) -> str:
    """What the database says against it; empty when it runs."""
    try:
        await read(engine, sql)
    except DataError as error:
        return error.message
    return ""


def _words(postgres: Server, mysql: Server) -> list[str]:
    """All that one of the engines has a meaning for."""
    with closing(duckdb.connect()) as database:
        rows = database.execute("select keyword_name from duckdb_keywords()").fetchall()
    with psycopg.connect(postgres.postgres_url()) as admin:
        rows += admin.execute("select word from pg_get_keywords()").fetchall()
    words = {str(word) for (word,) in rows} | {*_SQLITES_OWN.split()}
    listed = mariadb(mysql, "SELECT LOWER(WORD) FROM information_schema.KEYWORDS")
    words |= {word for word in listed.split() if word.isidentifier()}
    # PostgreSQL's own columns of every table, and SQLite's.
    return sorted(words - {"oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid", "rowid"})


def _mysql(sql: str) -> str:
    """There a TIMESTAMP has a zone."""
    return sql.replace(" TIMESTAMP,", " DATETIME,")
