"""HTTP for notebooks that a browser cannot do, to hosts that the operator named."""

from .opening import declared_hosts, open_net
from .routes import FETCH_PATHS, net_routes
from .service import NetService

__all__ = ["FETCH_PATHS", "NetService", "declared_hosts", "net_routes", "open_net"]
