"""One of each database, for the session; and an engine on each."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from relay.data.child_engine import ChildEngine
from relay.data.declaration import Declaration
from relay.data.engine import Engine
from relay.data.mysql import MysqlEngine
from relay.data.postgres import PostgresEngine
from tests.relay.data.servers import (
    READER_PASSWORD,
    Server,
    mariadb,
    mariadb_server,
    postgres_server,
)

ENGINES = ["postgresql", "mysql", "sqlite", "duckdb"]
SERVERS = ["postgresql", "mysql"]
SERIES = {
    "postgresql": "select n, 'row ' || n as text from (select generate_series(1, {rows}) as n) s",
    "mysql": "select seq as n, concat('row ', seq) as text from seq_1_to_{rows}",
    "sqlite": "with recursive s (n) as (select 1 union all select n + 1 from s where n < {rows}) "
    "select n, 'row ' || n as text from s",
    "duckdb": "select range + 1 as n, 'row ' || (range + 1) as text from range({rows})",
}
"""A result of so many rows, in each engine's own words."""

_SHOP = """
CREATE TABLE {schema}cities (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE {schema}people (
    id INTEGER PRIMARY KEY, name VARCHAR(40), city INTEGER NOT NULL,
    FOREIGN KEY (city) REFERENCES {schema}cities (id)
);
CREATE VIEW {schema}names AS SELECT name FROM {schema}people;
INSERT INTO {schema}cities VALUES (1, 'Zürich'), (2, 'Osaka');
INSERT INTO {schema}people VALUES (1, 'Ada', 1), (2, NULL, 2), (3, 'O''Brien', 2);
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with postgres_server() as server:
        with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
            admin.execute(_SHOP.format(schema="").encode())
            admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
            admin.execute("COMMENT ON COLUMN cities.name IS 'As it is called there'")
        yield server


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    with mariadb_server() as server:
        quoted = READER_PASSWORD.replace("'", "''")
        mariadb(server, "CREATE DATABASE shop CHARACTER SET utf8mb4")
        mariadb(server, "USE shop; " + _SHOP.format(schema=""))
        mariadb(server, f"CREATE USER reader@localhost IDENTIFIED BY '{quoted}'")
        mariadb(server, "GRANT SELECT ON shop.* TO reader@localhost")
        yield server


@pytest.fixture
def declarations(request: pytest.FixtureRequest, tmp_path: Path) -> "Declarations":
    return Declarations(request, tmp_path)


class Declarations:
    """How to reach each database; it is there once it was asked for."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder

    def of(self, name: str) -> Declaration:
        match name:
            case "postgresql":
                server: Server = self._request.getfixturevalue("postgres")
                return Declaration(
                    name="warehouse",
                    engine="postgresql",
                    host=str(server.folder),
                    database="postgres",
                    user="reader",
                )
            case "mysql":
                server = self._request.getfixturevalue("mysql")
                socket = str(server.folder / "socket")
                return Declaration(
                    name="warehouse", engine="mysql", host=socket, database="shop", user="reader"
                )
            case "sqlite":
                path = self._folder / "shop.sqlite"
                with closing(sqlite3.connect(path)) as database:
                    database.executescript(_SHOP.format(schema=""))
                return Declaration(name="warehouse", engine="sqlite", path=str(path))
        path = self._folder / "shop.duckdb"
        with closing(duckdb.connect(str(path))) as shop:
            shop.execute(_SHOP.format(schema=""))
        return Declaration(name="warehouse", engine="duckdb", path=str(path))


def engine_of(declaration: Declaration, password: str = READER_PASSWORD) -> Engine:
    match declaration.engine:
        case "postgresql":
            return PostgresEngine(declaration, password)
        case "mysql":
            return MysqlEngine(declaration, password)
    return ChildEngine(declaration)


@pytest.fixture(params=ENGINES)
def declaration(request: pytest.FixtureRequest, declarations: Declarations) -> Declaration:
    return declarations.of(request.param)


@pytest.fixture
def engine(declaration: Declaration) -> Engine:
    return engine_of(declaration)
