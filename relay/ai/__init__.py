"""Models of AI providers, asked in the place of notebooks, which have no keys."""

from .opening import declared_ai, open_ai
from .routes import ASK_PATHS, ai_routes
from .service import AiService

__all__ = ["ASK_PATHS", "AiService", "ai_routes", "declared_ai", "open_ai"]
