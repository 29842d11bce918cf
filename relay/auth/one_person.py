"""The modes without accounts: one person at this machine, and nobody at all."""

import getpass
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.requests import HTTPConnection

from relay.client_address import is_forwarded
from relay.errors import NotAllowed, RelayError, Unavailable
from relay.guard import LOOPBACK_NAMES, host_name
from relay.loopback import is_loopback
from wasm_runtime.contracts.access import AccessMode, Role, Session
from wasm_runtime.contracts.document import User

from .actor import Actor, address_of
from .agents import agent_may, agent_refusal, agent_role
from .colors import color_of
from .roles import Verb
from .store.access_store import AccessStore
from .store.rights import claim, remove_rights, rights_to
from .store.tokens import StoredToken

LOCAL_USER_ID = "local"


class OnePerson:
    """Whoever comes from this machine owns everything; nobody else may anything."""

    mode: AccessMode = "one-person"

    def __init__(self, store: AccessStore | None = None) -> None:
        self._store = store
        self._person = User(id=LOCAL_USER_ID, name=_login_name(), color=color_of(LOCAL_USER_ID))

    async def identify(self, connection: HTTPConnection) -> Actor:
        person = self._person if _is_here(connection) else None
        return Actor(person, address=address_of(connection))

    def owner_of(self, token: StoredToken, connection: HTTPConnection) -> str | None:
        """Of this machine alone, where a process that is not the person needs a token too."""
        is_ours = token.user_id == LOCAL_USER_ID and _is_here(connection)
        return self._person.name if is_ours else None

    def session(self, actor: Actor) -> Session:
        return Session(mode=self.mode, rooms=actor.user is not None, user=actor.user)

    async def look_up(self, document_id: str) -> object:
        return None

    def role(self, actor: Actor, document_id: str) -> Role | None:
        if actor.grant is not None:
            return agent_role(actor.grant, document_id, "owner")
        return "owner" if actor.user is not None else None

    def allows(self, actor: Actor, verb: Verb, document_id: str) -> bool:
        if actor.grant is not None:
            return agent_may(actor.grant, verb, document_id, "owner")
        return actor.user is not None

    def refusal(self, actor: Actor) -> RelayError:
        if actor.grant is not None:
            return agent_refusal()
        return NotAllowed(
            "This relay keeps documents for the person at its own machine only.",
            hint='Set access = "accounts" there to let others in; docs/access.md says how.',
        )

    async def claim(
        self, actor: Actor, document_id: str, is_new: Callable[[], Awaitable[bool]]
    ) -> None:
        """Written down for the day on which there will be accounts."""
        if self._store is None or actor.user is None or actor.grant is not None:
            return
        with suppress(Unavailable):  # it is theirs all the same
            if not await self._store.read(lambda found: rights_to(found, document_id).members):
                await self._store.write(lambda found: claim(found, document_id, LOCAL_USER_ID))

    async def forget(self, document_id: str) -> None:
        if self._store is not None:
            await self._store.write(lambda found: remove_rights(found, document_id))


class Nobody(OnePerson):
    """The relay serves the page, and keeps no documents."""

    mode: AccessMode = "none"

    async def identify(self, connection: HTTPConnection) -> Actor:
        return Actor(address=address_of(connection))

    def owner_of(self, token: StoredToken, connection: HTTPConnection) -> str | None:
        return None

    def refusal(self, actor: Actor) -> RelayError:
        return NotAllowed(
            "This relay keeps no documents.",
            hint="Notebooks stay in the browser; docs/access.md says how to share them.",
        )


def _is_here(connection: HTTPConnection) -> bool:
    return (
        is_loopback(address_of(connection))
        and host_name(connection.headers.get("host", "")) in LOOPBACK_NAMES
        and not is_forwarded(connection)  # nobody of this machine comes by a proxy
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "You"
