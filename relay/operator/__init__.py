"""What whoever runs the relay manages from the page: connections, and the audit log."""

from .routes import operator_routes

__all__ = ["operator_routes"]
