"""Which connections there are for whoever asks, and for the notebook in whose name they ask."""

import asyncio
from collections.abc import Callable

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.chosen import Chosen
from wasm_runtime.contracts.data import ConnectionInfo, ConnectionList, DocumentConnections
from wasm_runtime.errors import WasmRuntimeError

from .access import Asker, DataAccess
from .connections import Connections
from .declaration import Declaration
from .errors import NoSuchConnection, NotForNotebook

_HOW_TO_OFFER = "The operator declares whom a connection is for, in its field users."


class Grants:
    """The operator grants connections to people; the owners of a shared notebook choose which of
    them may be used in its name. `is_operator` says who may manage connections."""

    def __init__(
        self,
        connections: Connections,
        access: DataAccess,
        chosen: Chosen,
        audit: AuditLog,
        is_operator: Callable[[Actor], bool] = lambda actor: False,
    ) -> None:
        self._connections = connections
        self._access = access
        self._chosen = chosen
        self._audit = audit
        self._is_operator = is_operator

    def connections(self, actor: Actor) -> ConnectionList:
        """Those that the actor may use."""
        return ConnectionList(connections=self._offered(actor), may_manage=self._is_operator(actor))

    async def document_connections(self, actor: Actor, document_id: str) -> DocumentConnections:
        return DocumentConnections(
            offered=self._offered(actor),
            chosen=await self._chosen.of(document_id),
            may_manage=self._is_operator(actor),
        )

    async def choose(
        self, actor: Actor, document_id: str, names: list[str] | None
    ) -> DocumentConnections:
        """Raises BadRequest for a connection that the actor may not use."""
        offered = {info.name for info in self._offered(actor)}
        await self._chosen.choose(actor, document_id, names, offered, _HOW_TO_OFFER)
        return await self.document_connections(actor, document_id)

    async def declared(self, asker: Asker, name: str) -> Declaration:
        """A connection that may be used so. Raises NoSuchConnection, NotForNotebook."""
        declared = self._connections.all().get(name)
        if declared is None or not self._access.allows(asker.actor, declared):
            # Whether there is one is nobody's business who may not use it.
            raise await self._noted(asker, name, NoSuchConnection.for_you(name))
        if not await self._chosen.allows(
            asker.document_id, name, otherwise=declared.every_notebook
        ):
            raise await self._noted(asker, name, NotForNotebook(name))
        return declared

    def _offered(self, actor: Actor) -> list[ConnectionInfo]:
        return [
            declared.info
            for _, declared in sorted(self._connections.all().items())
            if self._access.allows(actor, declared)
        ]

    async def _noted(self, asker: Asker, name: str, denial: WasmRuntimeError) -> WasmRuntimeError:
        """The denial, once it is on record."""
        event = AuditEvent(
            actor=asker.actor.id,
            action="query",
            object=name[:64],
            result=denial.code,
            details={"document_id": asker.document_id},
        )
        await asyncio.to_thread(self._audit.append, event)
        return denial
