"""The MCP service as the settings say: over the relay's rooms, and with sandboxes of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from relay.audit import AuditLog
from relay.auth.service import AccessService
from relay.settings import Settings
from relay.sync import Rooms
from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.environments.cache import Cache
from wasm_runtime.runtimes.network import Gateway, NetworkPolicy
from wasm_runtime.runtimes.registry import runtime
from wasm_runtime.runtimes.spare_kernels import SpareKernels

from .editing_tools import EditingTools
from .python_tool import PythonTool
from .reading_tools import ReadingTools
from .resources import Resources
from .room_notebooks import RoomNotebooks
from .running_tools import RunningTools
from .sandboxes import SANDBOX_LIMITS, Sandboxes
from .service import McpService


@asynccontextmanager
async def open_mcp(
    settings: Settings, rooms: Rooms, access: AccessService, audit: AuditLog
) -> AsyncIterator[McpService]:
    """The service; at its end the agents have left their rooms, and no sandbox is left."""
    cache = Cache.locate(settings.cache)
    async with (
        spare_kernels(cache, frozenset(settings.sandbox_hosts)) as kernels,
        RoomNotebooks(rooms, access.access, access.documents_of) as notebooks,
    ):
        sandboxes = Sandboxes(kernels, cache.environment)
        tools = [
            *ReadingTools(notebooks).tools(),
            *EditingTools(notebooks).tools(),
            *RunningTools(notebooks, sandboxes).tools(),
            *PythonTool(sandboxes).tools(),
        ]
        yield McpService(tools, Resources(notebooks), audit)


def spare_kernels(cache: Cache, allowed_hosts: frozenset[str]) -> SpareKernels:
    """Sandboxes under Deno that reach these hosts and no others."""
    gateway = Gateway(NetworkPolicy(allowed_hosts=allowed_hosts))
    place = runtime("deno", cache.folder / "store", gateway, KernelSettings(auto_install=False))
    return SpareKernels(place, SANDBOX_LIMITS)
