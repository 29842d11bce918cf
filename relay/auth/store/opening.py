"""Which database a setting names."""

from pathlib import Path

from relay.data_folder import data_folder
from wasm_runtime.errors import UsageError

from .database import Database
from .sqlite import SqliteDatabase

FILE_NAME = "accounts.sqlite"


def open_database(documents: str | None) -> Database:
    """The database beside the documents: in the same PostgreSQL, or a file in the same folder.

    A file of its own, since one relay alone holds that of the documents, and the command line
    writes here while it runs. It is reached for when it is first used. Raises UsageError when the
    driver for it is not installed.
    """
    if documents is None:
        return SqliteDatabase(data_folder() / FILE_NAME)
    if not documents.startswith(("postgresql://", "postgres://")):
        return SqliteDatabase(Path(documents).with_name(FILE_NAME))
    try:
        from .postgres import PostgresDatabase
    except ImportError as error:
        raise UsageError(
            "The setting documents names PostgreSQL, whose driver is not installed.",
            hint='Install it: pip install "wasm-runtime[postgres]".',
        ) from error
    return PostgresDatabase(documents)
