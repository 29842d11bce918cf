"""The relay, wired: the only place where its parts meet."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from wasm_runtime.contracts.capabilities import Capability, CapabilityName
from wasm_runtime.contracts.net import MAX_HEAD_BYTES
from wasm_runtime.contracts.relay_api import HEALTH_PATH, METRICS_PATH
from wasm_runtime.environments.cache import Cache
from wasm_runtime.errors import WasmRuntimeError

from .ai import ASK_PATHS, AiService, ai_routes, declared_ai, open_ai
from .audit import keeping_lines
from .audit.opening import open_audit
from .auth.gate import put_gates
from .auth.operators import Operators
from .auth.policies import POLICIES
from .auth.service import AccessService
from .cache import CacheService, cache_routes, open_cache
from .client_address import ClientAddress
from .client_files import ClientFiles
from .data import DataService, data_routes, open_data
from .data.opening import (
    open_chosen_connections,
    open_connections,
    open_kept_results,
    open_secrets,
)
from .errors import answer_http_error, answer_known_error
from .guard import Guard, allowed_names
from .headers import SecurityHeaders
from .health import HealthReport
from .limits import BodyLimit
from .mcp.opening import open_mcp
from .mcp.routes import MAX_BODY_BYTES, MCP_PATHS, McpEndpoint
from .metrics_access import MetricsAccess
from .net import FETCH_PATHS, NetService, declared_hosts, net_routes, open_net
from .networks import Networks
from .operator import operator_routes
from .secrets import SecretMask
from .settings import Settings
from .storage import (
    FILE_PATHS,
    DatabaseFiles,
    OpenStores,
    answer_outside_file,
    declared_storages,
    open_storage,
    storage_routes,
)
from .storage.errors import OutsideFile
from .sync import (
    BLOB_PATHS,
    Limits,
    Rooms,
    SyncMetrics,
    archive_routes,
    open_blobs,
    open_bus,
    open_rooms,
    open_store,
    sync_routes,
)
from .telemetry import Metrics, Telemetry


def create_app(settings: Settings, mask: SecretMask | None = None) -> Starlette:
    """The relay as an ASGI application; what it opens, its lifespan closes.

    `mask` learns every secret that is used.
    """
    mask = mask or SecretMask([])
    metrics = Metrics()
    health = HealthReport()
    life = ExitStack()
    cache = life.enter_context(open_cache(Cache.locate(settings.cache), settings.index_url))
    store, blobs = open_store(settings.documents), open_blobs(settings.documents)
    bus = open_bus(settings.redis_url, settings.documents)
    service = AccessService(settings)
    access = service.access
    sync_metrics = SyncMetrics(metrics.registry)
    rooms: list[Rooms] = []
    connections = open_connections(settings, mask)
    audit_log = open_audit(settings, mask)
    chosen = open_chosen_connections(settings, audit_log)
    data: list[DataService] = []
    hosts = declared_hosts(settings)
    net: list[NetService] = []
    storages = declared_storages(settings)
    stores = OpenStores(open_secrets(settings, mask))
    storage = open_storage(settings, storages, stores, audit_log)
    stored_files = DatabaseFiles(storages, stores, audit_log)
    providers = declared_ai(settings)
    ai: list[AiService] = []
    is_operator = Operators(settings.operators)
    names = allowed_names(settings)
    mcp = McpEndpoint(names, settings.public_origin)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with life:
            async with open_rooms(
                store, access, _limits(settings), sync_metrics, blobs, bus
            ) as opened:
                rooms.append(opened)
                async with (
                    service.following(opened.reconsider),
                    open_kept_results(settings) as results,
                    open_data(
                        connections, chosen, audit_log, is_operator, stored_files, results
                    ) as opened_data,
                    open_net(
                        settings, hosts, open_secrets(settings, mask), audit_log
                    ) as opened_net,
                    open_ai(
                        settings, providers, open_secrets(settings, mask), audit_log
                    ) as opened_ai,
                    open_mcp(settings, opened, service, audit_log) as opened_mcp,
                    mcp.serving(opened_mcp),
                ):
                    data.append(opened_data)
                    net.append(opened_net)
                    ai.append(opened_ai)
                    with keeping_lines(audit_log):
                        yield
                health.stopping = True

    return Starlette(
        routes=_routes(
            settings,
            metrics,
            health,
            cache,
            service,
            lambda: rooms[-1],
            [
                *data_routes(lambda: data[-1]),
                *operator_routes(connections, audit_log, stored_files),
                *net_routes(lambda: net[-1]),
                *storage_routes(storage),
                *ai_routes(lambda: ai[-1]),
                mcp.route(),
            ],
            _capabilities(settings, bool(hosts.hosts), bool(providers.providers)),
            is_operator,
        ),
        lifespan=lifespan,
        # The first is the outermost: even a refusal is logged and carries the headers.
        middleware=[
            Middleware(ClientAddress, trusted=Networks(settings.trusted_proxies)),
            Middleware(SecurityHeaders),
            Middleware(Telemetry, metrics=metrics),
            Middleware(Guard, names=names, public=settings.public_origin),
            Middleware(
                BodyLimit,
                max_bytes=settings.max_body_bytes,
                larger={
                    BLOB_PATHS: settings.max_blob_bytes,
                    FETCH_PATHS: hosts.max_request_bytes + MAX_HEAD_BYTES,
                    FILE_PATHS: max(storages.max_upload_bytes, settings.max_body_bytes),
                    ASK_PATHS: providers.max_request_bytes,
                    MCP_PATHS: MAX_BODY_BYTES,
                },
            ),
        ],
        exception_handlers={
            OutsideFile: answer_outside_file,
            WasmRuntimeError: answer_known_error,
            HTTPException: answer_http_error,
        },
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_message_bytes=settings.max_message_bytes,
        max_outbox_bytes=settings.max_unread_bytes,
        max_document_bytes=settings.max_document_bytes,
        messages_per_second=settings.messages_per_second,
        idle_seconds=settings.idle_seconds,
        max_history_bytes=settings.max_history_bytes,
        max_document_blob_bytes=settings.max_document_blob_bytes,
    )


def _capabilities(settings: Settings, has_gateway: bool, has_models: bool) -> list[Capability]:
    if settings.access == "none":
        return []
    names: list[CapabilityName] = ["rooms"]
    names += ["gateway"] if has_gateway else []
    names += ["ai"] if has_models else []
    return [Capability(name=name, provider="relay") for name in names]


def _routes(
    settings: Settings,
    metrics: Metrics,
    health: HealthReport,
    cache: CacheService,
    service: AccessService,
    rooms: Callable[[], Rooms],
    services: list[BaseRoute],
    capabilities: list[Capability],
    is_operator: Operators,
) -> list[BaseRoute]:
    async def answer_health(request: Request) -> Response:
        return health.page()

    token = settings.metrics_token
    metrics_access = MetricsAccess(
        Networks(settings.metrics_addresses), token.get_secret_value() if token else None
    )

    async def answer_metrics(request: Request) -> Response:
        metrics_access.check(request)
        return metrics.page()

    routes: list[BaseRoute] = [Route(f"/{HEALTH_PATH}", answer_health)]
    if settings.metrics:
        routes.append(Route(f"/{METRICS_PATH}", answer_metrics))
    routes += cache_routes(cache, metrics.snapshot_refusals, capabilities)
    routes += service.routes()
    routes += sync_routes(rooms)
    routes += archive_routes(lambda: rooms().archive, settings.max_blob_bytes)
    routes += services
    # Last: it takes every path that nobody above it has.
    routes.append(Route("/{path:path}", ClientFiles(settings.client).answer))
    put_gates(routes, POLICIES, service.access, is_operator, service.agents.identify)
    return routes
