"""Beginning and ending sessions."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from relay.audit import audit
from wasm_runtime.contracts.access import Session
from wasm_runtime.contracts.document import User

from .accounts import SESSION_COOKIE, Accounts
from .actor import Actor, actor_of
from .bodies import answer
from .cookies import Cookies
from .live import Live
from .store.access_store import AccessStore
from .store.database import Connection
from .store.sessions import add_links, begin_session, end_session, end_sessions_of, hashed


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that was just begun: the answer must carry its cookie."""

    actor: Actor
    token: str
    seconds: float


class Sessions:
    """Each is a cookie; whoever had one before has it replaced."""

    def __init__(
        self, store: AccessStore, live: Live, cookies: Cookies, access: Accounts, seconds: float
    ) -> None:
        self._store = store
        self._live = live
        self._cookies = cookies
        self._access = access
        self._seconds = seconds

    async def begin(
        self,
        before: Actor,
        user: User,
        guest: bool = False,
        link_id: str | None = None,
        expires_at: float | None = None,
    ) -> Begun:
        """Sign somebody in. The links of the session before come along."""
        now = self._live.now()
        until = min(now + self._seconds, expires_at or float("inf"))

        def change(found: Connection) -> str:
            token = begin_session(found, user.id, now, until, user.name if guest else None)
            links = {link_id} if link_id is not None else set()
            if before.login is not None:
                links |= set(before.login.links)
                end_session(found, before.login.id)
            add_links(found, hashed(token), links)
            return token

        token = await self._store.write(change)
        await self._live.changed()
        opened = await self._live.login(hashed(token))
        login = opened[1] if opened else None
        return Begun(Actor(user, guest, before.address, login), token, until - now)

    def put(self, connection: HTTPConnection, response: Response, begun: Begun) -> Response:
        """The response with the session's cookie."""
        self._cookies.write(connection, response, SESSION_COOKIE, begun.token, begun.seconds)
        return response

    def describe(self, actor: Actor) -> Session:
        return self._access.session(actor)

    async def end(self, request: Request) -> Response:
        """This session alone."""
        actor = actor_of(request)
        if actor.login is not None:
            session_id = actor.login.id
            await self._store.write(lambda found: end_session(found, session_id))
            await self._live.changed()
            audit("signed out", actor=actor.id, address=actor.address)
        return self._signed_out(request)

    async def end_all(self, request: Request) -> Response:
        """Everywhere: on all machines and in all browsers."""
        actor = actor_of(request)
        await self._store.write(lambda found: end_sessions_of(found, actor.id))
        await self._live.changed()
        audit("signed out everywhere", actor=actor.id, address=actor.address)
        return self._signed_out(request)

    def _signed_out(self, request: Request) -> Response:
        response = answer(self._access.session(Actor()))
        self._cookies.remove(request, response, SESSION_COOKIE)
        return response
