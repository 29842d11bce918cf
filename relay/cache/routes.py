"""All routes of the cache service."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock

from prometheus_client import Counter
from starlette.routing import BaseRoute, Route

from wasm_runtime.contracts.capabilities import Capability
from wasm_runtime.contracts.relay_api import (
    ENVIRONMENTS_PATH,
    INDEX_FILES_PATH,
    INDEX_PATH,
    SNAPSHOT_REFUSALS_PATH,
    STORE_PATH,
)
from wasm_runtime.environments.cache import Cache
from wasm_runtime.environments.supplies import Supplies, open_supplies
from wasm_runtime.environments.team_index import TeamIndex

from .environments import EnvironmentPages
from .index import IndexPages
from .store import StoredFiles

OpenSupplies = Callable[[], AbstractContextManager[Supplies]]


class CacheService:
    """What the routes use; the connections upstream are opened by the first who needs them."""

    def __init__(self, cache: Cache, supplies: OpenSupplies, life: ExitStack) -> None:
        self.cache = cache
        self._open = supplies
        self._life = life
        self._lock = Lock()
        self._index: TeamIndex | None = None

    def index(self) -> TeamIndex:
        with self._lock:
            if self._index is None:
                supplies = self._life.enter_context(self._open())
                self._index = TeamIndex(self.cache, supplies.index, supplies.wheels)
            return self._index


@contextmanager
def open_cache(
    cache: Cache, index_url: str | None = None, supplies: OpenSupplies | None = None
) -> Iterator[CacheService]:
    """The service for the time of an application's life.

    `supplies` says where files come from that the cache does not have.
    """
    with ExitStack() as life:
        yield CacheService(cache, supplies or (lambda: open_supplies(cache, index=index_url)), life)


def cache_routes(
    service: CacheService, refusals: Counter, capabilities: list[Capability]
) -> list[BaseRoute]:
    """The routes; a file that the cache lacks is fetched once, whoever asks.

    `refusals` counts the snapshots that pages could not use, by environment; `capabilities` are
    the whole relay's.
    """
    environments = EnvironmentPages(service.cache, refusals, capabilities)
    index = IndexPages(service.index)
    return [
        Route(f"/{ENVIRONMENTS_PATH}", environments.all),
        Route("/environments/{name}.json", environments.one),
        Route(f"/{SNAPSHOT_REFUSALS_PATH}/{{name}}", environments.refused, methods=["POST"]),
        Route(f"/{STORE_PATH}/{{sha256}}/{{name}}", StoredFiles(service.cache.store).answer),
        Route(f"/{INDEX_PATH}/", index.projects),
        Route(f"/{INDEX_PATH}/{{project}}/", index.project),
        Route(f"/{INDEX_PATH}/{{project}}", index.to_project),
        Route(f"/{INDEX_FILES_PATH}/{{project}}/{{file_name}}", index.file),
    ]
