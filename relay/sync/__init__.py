"""The sync service: rooms in which people, tabs and runtimes edit one document together."""

from .archive_pages import BLOB_PATHS, archive_routes
from .endpoint import sync_routes
from .limits import Limits
from .metrics import SyncMetrics
from .rooms import Rooms, open_rooms
from .stores import open_blobs, open_bus, open_store

__all__ = [
    "BLOB_PATHS",
    "Limits",
    "Rooms",
    "SyncMetrics",
    "archive_routes",
    "open_blobs",
    "open_bus",
    "open_rooms",
    "open_store",
    "sync_routes",
]
