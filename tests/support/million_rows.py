"""A PostgreSQL with a table of a million rows, and how a relay reaches it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.relay.data.servers import READER_PASSWORD, Server, postgres_server

ROWS = 1_000_000
COLUMNS = 8
SQL = "select * from million"
_TABLE = f"""
create table million as select n::int as id, n::bigint * 7 as account, n * 1.5::float8 as amount,
    case when n % 10 = 0 then null else n % 1000 end as shop, n % 2 = 0 as paid,
    'customer ' || n as customer, date '2020-01-01' + n % 2000 as day,
    timestamptz '2026-01-01' + n * interval '1 second' as at
from generate_series(1, {ROWS}) n;
grant select on million to reader;
"""


@contextmanager
def million_rows() -> Iterator[Server]:
    with postgres_server() as server:
        with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
            admin.execute(_TABLE)
            admin.execute("analyze million")
        yield server


def warehouse_file(server: Server, folder: Path, **limits: int) -> dict[str, str]:
    """The variables by which a relay has it as `warehouse`."""
    file = folder / "connections.toml"
    fields = {
        "engine": "postgresql",
        "host": str(server.folder),
        "database": "postgres",
        "user": "reader",
        "password": 'secret("READER")',
        **limits,
    }
    # A JSON string is a TOML string too.
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    file.write_text("\n".join(["[connections.warehouse]", *lines]))
    return {"WASM_RUNTIME_CONNECTIONS": str(file), "WASM_RUNTIME_SECRET_READER": READER_PASSWORD}
