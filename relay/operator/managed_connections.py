"""Connections as their operator manages them; every change and every test is an audit record."""

import asyncio

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.auth.one_person import LOCAL_USER_ID
from relay.data.connections import Connections
from relay.data.declaration import Declaration, declaration_of, fields_of_url
from relay.data.engines import OpenEngine, open_engine
from relay.errors import BadRequest, NotFound
from wasm_runtime.contracts.operator import (
    ConnectionTest,
    DeclaredConnection,
    DeclaredConnections,
    NewConnection,
)
from wasm_runtime.errors import UsageError, WasmRuntimeError

_STORE = "store"
_TEST_SECONDS = 20.0


class ManagedConnections:
    """Changes what the relay itself keeps; files and variables are changed on its machine."""

    def __init__(
        self, connections: Connections, audit: AuditLog, open_engine: OpenEngine = open_engine
    ) -> None:
        self._connections = connections
        self._audit = audit
        self._open_engine = open_engine

    def all(self) -> DeclaredConnections:
        return DeclaredConnections(
            connections=[
                self._described(each) for _, each in sorted(self._connections.all().items())
            ]
        )

    def add(self, actor: Actor, new: NewConnection) -> DeclaredConnections:
        """Raises BadRequest that says which field is wrong."""
        if new.name in self._connections.all():
            raise BadRequest(
                f"There is a connection {new.name!r} already "
                f"({self._connections.origin(new.name)}).",
                hint="Choose another name, or remove that one first.",
            )
        try:
            fields, in_url = fields_of_url(new.url)
            if in_url:
                raise BadRequest(
                    "The URL has a password in it.", hint="Leave it out: it has its own field."
                )
            declared = declaration_of(
                new.name,
                fields
                | {
                    "description": new.description,
                    "users": new.users,
                    "files": new.files,
                    "every_notebook": new.every_notebook,
                    "accept_powerful_role": new.accept_powerful_role,
                },
            )
            if (declared.path or declared.files) and actor.id != LOCAL_USER_ID:
                # An account that runs the relay need not be one that may read its machine.
                raise BadRequest(
                    "A file of the relay's machine is declared there, not from the page.",
                    hint=f"On that machine: wasm-runtime connection add {new.name} {new.url}",
                )
            self._connections.add(declared, new.password)
        except UsageError as error:
            raise BadRequest(error.message, error.hint) from error
        self._note(actor, "connection add", new.name, "ok")
        return self.all()

    def remove(self, actor: Actor, name: str) -> DeclaredConnections:
        """Raises NotFound, and BadRequest for one that is declared elsewhere."""
        if name not in self._connections.all():
            raise NotFound(f"There is no connection {name[:64]!r}.")
        origin = self._connections.origin(name)
        if origin != _STORE:
            raise BadRequest(
                f"{name} is not kept by the relay, but declared elsewhere ({origin}).",
                hint="Take it out there, and start the relay again.",
            )
        self._connections.remove(name)
        self._note(actor, "connection remove", name, "ok")
        return self.all()

    async def test(self, actor: Actor, name: str) -> ConnectionTest:
        """Connect, and see that nothing can be written. Raises NotFound."""
        declared = self._connections.all().get(name)
        if declared is None:
            raise NotFound(f"There is no connection {name[:64]!r}.")
        outcome = await self._outcome(declared)
        result = outcome.error.code if outcome.error else "ok"
        await asyncio.to_thread(self._note, actor, "connection test", name, result)
        return outcome

    async def _outcome(self, declared: Declaration) -> ConnectionTest:
        try:
            async with asyncio.timeout(_TEST_SECONDS):
                password = await asyncio.to_thread(self._connections.password, declared)
                engine = await asyncio.to_thread(self._open_engine, declared, password)
                return ConnectionTest(version=await engine.check())
        except WasmRuntimeError as error:
            return ConnectionTest(error=error.body())
        except TimeoutError:
            late = WasmRuntimeError(
                f"{declared.name} did not answer within {_TEST_SECONDS:g} seconds.",
                hint="See whether the database runs, and whether a firewall is in between.",
            )
            return ConnectionTest(error=late.body())

    def _described(self, declared: Declaration) -> DeclaredConnection:
        origin = self._connections.origin(declared.name)
        return DeclaredConnection(
            info=declared.info,
            origin=origin,
            can_be_removed=origin == _STORE,
            users=list(declared.users),
            max_queries=declared.max_queries,
            accepts_powerful_role=declared.accept_powerful_role,
        )

    def _note(self, actor: Actor, action: str, name: str, result: str) -> None:
        self._audit.append(AuditEvent(actor=actor.id, action=action, object=name, result=result))
