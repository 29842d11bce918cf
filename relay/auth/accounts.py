"""The mode with accounts: people sign in, and each document has its members and links."""

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection

from relay.audit import audit
from relay.errors import NotAllowed, NotSignedIn, RelayError
from wasm_runtime.contracts.access import AccessMode, Role, Session

from .actor import Actor, address_of
from .agents import agent_may, agent_refusal, agent_role
from .cookies import Cookies
from .live import Live
from .roles import Verb, may
from .store.access_store import AccessStore
from .store.rights import claim, remove_rights
from .store.sessions import hashed
from .store.tokens import StoredToken

SESSION_COOKIE = "session"


class Accounts:
    """Whoever has no role has no access, and learns nothing of what there is."""

    mode: AccessMode = "accounts"

    def __init__(
        self,
        store: AccessStore,
        live: Live,
        cookies: Cookies,
        passwords: bool,
        provider: str | None,
    ) -> None:
        self._store = store
        self._live = live
        self._cookies = cookies
        self._passwords = passwords
        self._provider = provider

    async def identify(self, connection: HTTPConnection) -> Actor:
        address = address_of(connection)
        token = self._cookies.read(connection, SESSION_COOKIE)
        found = await self._live.login(hashed(token)) if token else None
        if found is None:
            return Actor(address=address)
        session, login = found
        return Actor(session.user, session.guest, address, login)

    def session(self, actor: Actor) -> Session:
        return Session(
            mode=self.mode,
            rooms=actor.user is not None,
            user=actor.user,
            guest=actor.guest,
            passwords=self._passwords,
            provider=self._provider,
        )

    async def look_up(self, document_id: str) -> object:
        return await self._live.document(document_id)

    def owner_of(self, token: StoredToken, connection: HTTPConnection) -> str | None:
        return token.owner

    def role(self, actor: Actor, document_id: str) -> Role | None:
        if actor.grant is not None:
            owner = self._live.member_role(document_id, actor.grant.user_id)
            return agent_role(actor.grant, document_id, owner)
        if actor.user is None or actor.login is None:
            return None
        return self._live.role(document_id, actor.user.id, actor.login)

    def allows(self, actor: Actor, verb: Verb, document_id: str) -> bool:
        if actor.grant is not None:
            owner = self._live.member_role(document_id, actor.grant.user_id)
            return agent_may(actor.grant, verb, document_id, owner)
        return may(self.role(actor, document_id), verb)

    def refusal(self, actor: Actor) -> RelayError:
        if actor.grant is not None:
            return agent_refusal()
        if actor.login is None or not self._live.is_open(actor.login):
            return NotSignedIn("Sign in to open this notebook.", hint="Or ask for a link to it.")
        return NotAllowed("You have no access to this notebook.", hint="Ask an owner of it.")

    async def claim(
        self, actor: Actor, document_id: str, is_new: Callable[[], Awaitable[bool]]
    ) -> None:
        if actor.user is None or actor.guest or self._live.has_members(document_id):
            return
        user_id = actor.user.id
        if await is_new() and await self._store.write(
            lambda found: claim(found, document_id, user_id)
        ):
            audit("document claimed", actor=user_id, document_id=document_id)
            await self._live.changed()

    async def forget(self, document_id: str) -> None:
        await self._store.write(lambda found: remove_rights(found, document_id))
        await self._live.changed()
