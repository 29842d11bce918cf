"""Which engine a declaration names. Drivers are imported when one is first used."""

from collections.abc import Callable
from pathlib import Path

from relay.storage.for_databases import DatabaseFiles

from . import demo
from .declaration import Declaration
from .engine import Engine
from .errors import DriverMissing

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
    except ImportError as error:
        raise DriverMissing(
            f"{declaration.name}: the driver for {declaration.engine} is not installed.",
            hint='Install it: pip install "wasm-runtime[data]".',
        ) from error
