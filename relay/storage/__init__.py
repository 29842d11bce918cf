"""Folders and object stores for notebooks: what the operator declared, and no key in the browser."""

from .opening import declared_storages, open_storage
from .routes import FILE_PATHS, answer_outside_file, storage_routes
from .service import StorageService

__all__ = [
    "FILE_PATHS",
    "StorageService",
    "answer_outside_file",
    "declared_storages",
    "open_storage",
    "storage_routes",
]
