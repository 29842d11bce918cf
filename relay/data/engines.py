"""Which engine a declaration names. Drivers are imported when one is first used."""

from collections.abc import Callable
from pathlib import Path

from relay.storage.for_databases import DatabaseFiles
from wasm_runtime.contracts.data import EngineName

from . import demo
from .declaration import Declaration
from .engine import Engine
from .errors import DriverMissing

_OWN_EXTRAS: frozenset[EngineName] = frozenset({"redshift", "flightsql", "snowflake", "bigquery"})

OpenEngine = Callable[[Declaration, str], Engine]
"""Of a declaration and the password it refers to."""


def open_engine(
    declaration: Declaration, password: str, stored: DatabaseFiles | None = None
) -> Engine:
    """Raises DriverMissing when its driver is not installed."""
    try:
        match declaration.engine:
            case "postgresql":
                from .postgres import PostgresEngine

                return PostgresEngine(declaration, password)
            case "mysql":
                from .mysql import MysqlEngine

                return MysqlEngine(declaration, password)
            case "sqlite" | "duckdb":
                from .child_engine import ChildEngine

                if declaration.name == demo.NAME:
                    demo.ensure_demo(Path(declaration.path))
                return ChildEngine(declaration, stored)
            case "redshift":
                from .redshift import RedshiftEngine

                return RedshiftEngine(declaration, password)
            case "flightsql" | "snowflake" | "bigquery" | "adbc":
                from .adbc import AdbcEngine

                return AdbcEngine(declaration, password)
    except ImportError as error:
        raise DriverMissing(
            f"{declaration.name}: the driver for {declaration.engine} is not installed.",
            hint=f'Install it: pip install "wasm-runtime[{_extra(declaration.engine)}]".',
        ) from error


def _extra(engine: EngineName) -> str:
    return f"data,{engine}" if engine in _OWN_EXTRAS else "data"
