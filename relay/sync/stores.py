"""Which stores, and which bus between relays, the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeGuard

from relay.data_folder import data_folder
from wasm_runtime.errors import UsageError

from .blob_files import BlobFiles
from .blobs import BlobStore
from .bus import Bus, NoBus
from .sqlite_store import SqliteStore
from .store import Store

FILE_NAME = "documents.sqlite"


def open_store(documents: str | None) -> Store:
    """The store at a path or a postgresql:// URL; it is reached for when it is first used.

    Raises UsageError when the driver for it is not installed.
    """
    if not _is_postgres(documents):
        return SqliteStore(_path(documents))
    with _driver("documents", "postgres"):
        from .postgres_store import PostgresStore
    return PostgresStore(documents)


def open_blobs(documents: str | None) -> BlobStore:
    """Where the blobs of the documents in that store are kept. Raises UsageError."""
    if not _is_postgres(documents):
        return BlobFiles(_path(documents).with_suffix(".blobs"))
    with _driver("documents", "postgres"):
        from .postgres_blobs import PostgresBlobs
    return PostgresBlobs(documents)


def open_bus(redis_url: str | None, documents: str | None) -> Bus:
    """How relays that share the store hear of each other. Raises UsageError."""
    if redis_url is None:
        return NoBus()
    if not _is_postgres(documents):
        raise UsageError(
            "The setting redis_url is for relays that share documents, and these are in a file "
            "that one relay holds.",
            hint="Set documents to a postgresql:// URL, or leave redis_url out.",
        )
    with _driver("redis_url", "redis"):
        from .redis_bus import RedisBus
    return RedisBus(redis_url)


def _is_postgres(documents: str | None) -> TypeGuard[str]:
    return documents is not None and documents.startswith(("postgresql://", "postgres://"))


@contextmanager
def _driver(setting: str, extra: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"The setting {setting} needs a driver that is not installed.",
            hint=f'Install it: pip install "wasm-runtime[{extra}]".',
        ) from error


def _path(documents: str | None) -> Path:
    return Path(documents) if documents else data_folder() / "documents.sqlite"
