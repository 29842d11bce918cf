"""The cache service: environments, the store, and an index that fetches once for everyone."""

from .routes import CacheService, cache_routes, open_cache

__all__ = ["CacheService", "cache_routes", "open_cache"]
