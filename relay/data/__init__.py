"""SQL through the relay: the operator's connections, rows as Arrow, no secret in the browser."""

from .access import DataAccess, DeclaredUsers
from .connections import Connections
from .routes import data_routes
from .service import DataService, open_data

__all__ = [
    "Connections",
    "DataAccess",
    "DataService",
    "DeclaredUsers",
    "data_routes",
    "open_data",
]
