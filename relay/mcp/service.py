"""What an agent may call and read, whichever way it came: scopes, bounds and audit in one place."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import structlog

from relay.audit import AuditEvent, AuditRecord
from relay.auth.actor import Actor
from relay.errors import NotSignedIn, TooManyRequests
from wasm_runtime.contracts.agents import TOKEN_PREFIX
from wasm_runtime.contracts.relay_api import DOCUMENT_ID_PATTERN
from wasm_runtime.errors import WasmRuntimeError

from .errors import NoSuchTool, ScopeMissing, ToolError
from .resources import Content, Listed, Resources
from .tool import Tool, ToolResult

_log = structlog.stdlib.get_logger("relay.mcp")

_CALLS_AT_ONCE = 8
"""Of one token: each may hold a document, or a sandbox."""
_LOOK_SECONDS = 1.0
"""How often a call under way looks whether its token still works."""

T = TypeVar("T")


class Log(Protocol):
    """The audit log, as far as this needs it."""

    def append(self, event: AuditEvent) -> AuditRecord: ...


class McpService:
    """Each call asks for the token's scope, is bounded, and leaves one record."""

    def __init__(
        self, tools: Sequence[Tool], resources: Resources, audit: Log | None = None
    ) -> None:
        """Without `audit` nothing is kept: where the agent is a program of the person's own."""
        self.tools = {tool.name: tool for tool in tools}
        self._resources = resources
        self._audit = audit
        self._under_way: dict[str, int] = {}

    def tools_for(self, actor: Actor) -> list[Tool]:
        """Those that the token's scopes allow."""
        return [tool for tool in self.tools.values() if _has_scope(actor, tool)]

    async def call(self, actor: Actor, name: str, arguments: dict[str, Any]) -> ToolResult:
        """Raises WasmRuntimeError, a ToolError for what the agent can mend."""
        tool = self.tools.get(name)

        async def run() -> ToolResult:
            if tool is None:
                raise NoSuchTool(f"There is no tool {name[:80]!r}.")
            if not _has_scope(actor, tool):
                raise ScopeMissing(
                    f"{name} needs a token with the scope {tool.scope}.",
                    hint='"wasm-runtime token add" makes one.',
                )
            return await tool.run(actor, arguments)

        action = f"mcp {name}" if tool else "mcp unknown tool"
        return await self._noted(actor, action, _notebook_of(arguments), arguments, run)

    async def resources_for(self, actor: Actor) -> Sequence[Listed]:
        return await self._resources.list(actor)

    def is_of_notebook(self, uri: str) -> bool:
        return self._resources.notebook_of(uri) is not None

    async def read(self, actor: Actor, uri: str) -> Content:
        """Raises WasmRuntimeError."""
        notebook = self._resources.notebook_of(uri)
        return await self._noted(
            actor,
            "mcp read resource",
            notebook or "",
            {"uri": uri},
            lambda: self._resources.read(actor, uri),
        )

    async def _noted(
        self,
        actor: Actor,
        action: str,
        object: str,
        arguments: dict[str, Any],
        run: Callable[[], Awaitable[T]],
    ) -> T:
        """What comes of it is answered once its record is on disk."""
        started = time.monotonic()
        result = "cancelled"
        try:
            answer = await self._bounded(actor, run)
            result = "failed" if isinstance(answer, ToolResult) and answer.is_error else "ok"
        except WasmRuntimeError as error:
            result = error.reason if isinstance(error, ToolError) else error.code
            raise
        except Exception:
            result = "internal"
            raise
        finally:
            event = AuditEvent(
                actor=actor.id,
                on_behalf_of=actor.on_behalf_of,
                action=action,
                object=object,
                result=result,
                details={
                    "address": actor.address,
                    "arguments": _hash_of(arguments),
                    "seconds": round(time.monotonic() - started, 3),
                },
            )
            if self._audit is not None:
                # On a thread, and to its end even when nobody waits for the answer any more.
                await asyncio.shield(asyncio.to_thread(self._audit.append, event))
        return answer

    async def _bounded(self, actor: Actor, run: Callable[[], Awaitable[T]]) -> T:
        busy = self._under_way.get(actor.id, 0)
        if busy >= _CALLS_AT_ONCE:
            raise TooManyRequests("Too many calls at once by this token.", retry_after_seconds=1)
        self._under_way[actor.id] = busy + 1
        try:
            return await _while_granted(actor, run)
        finally:
            self._under_way[actor.id] -= 1
            if not self._under_way[actor.id]:
                del self._under_way[actor.id]


async def _while_granted(actor: Actor, run: Callable[[], Awaitable[T]]) -> T:
    """Ends the work when the token is revoked or expires. Raises NotSignedIn then."""

    async def work() -> T:
        return await run()

    task = asyncio.create_task(work())
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_LOOK_SECONDS)
            if actor.grant is None or (actor.grant.ended and not task.done()):
                raise NotSignedIn("The token does not work any more.")
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


def _has_scope(actor: Actor, tool: Tool) -> bool:
    return actor.grant is not None and not actor.grant.ended and tool.scope in actor.grant.scopes


def _notebook_of(arguments: dict[str, Any]) -> str:
    notebook = arguments.get("notebook")
    if not isinstance(notebook, str) or not re.fullmatch(DOCUMENT_ID_PATTERN, notebook):
        return ""
    # A token that was put in the wrong place is written down nowhere.
    return "" if notebook.startswith(TOKEN_PREFIX) else notebook


def _hash_of(arguments: dict[str, Any]) -> str:
    """Arguments may hold what people wrote: the record says which they were, not what."""
    text = json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
