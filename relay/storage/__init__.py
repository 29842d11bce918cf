"""Folders and object stores for notebooks: the operator declares them, no key leaves the relay."""

from .for_databases import DatabaseFiles
from .opening import OpenStores, declared_storages, open_storage
from .routes import FILE_PATHS, answer_outside_file, storage_routes
from .service import StorageService

__all__ = [
    "FILE_PATHS",
    "DatabaseFiles",
    "OpenStores",
    "StorageService",
    "answer_outside_file",
    "declared_storages",
    "open_storage",
    "storage_routes",
]
