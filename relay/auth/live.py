"""What open connections rest on: kept as long as one of them holds it, and as new as the store."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from weakref import WeakValueDictionary

from relay.errors import Unavailable
from wasm_runtime.contracts.access import Role

from .actor import Grant, Login
from .roles import higher
from .store.access_store import AccessStore
from .store.database import Connection, changes
from .store.rights import Rights, rights_to
from .store.sessions import StoredSession, find_session
from .store.tokens import StoredToken, find_token, token_with_id

POLL_SECONDS = 1.0
"""How soon another process's change, or the end of a session or link, reaches an open socket."""

Clock = Callable[[], float]


@dataclass(slots=True, weakref_slot=True, eq=False)
class DocumentRights:
    """The rights to one document; replaced whole when they change."""

    rights: Rights


@dataclass(frozen=True, slots=True)
class _News:
    changes: int
    sessions: dict[str, StoredSession | None]
    rights: dict[str, Rights]
    tokens: dict[str, StoredToken | None]


class Live:
    """Sessions and rights in use. Those who `watch` are told after each change, so that sockets
    which should not be open any more are closed."""

    def __init__(self, store: AccessStore, clock: Clock = time.time) -> None:
        self.now = clock
        self._store = store
        self._logins: WeakValueDictionary[str, Login] = WeakValueDictionary()
        self._documents: WeakValueDictionary[str, DocumentRights] = WeakValueDictionary()
        self._grants: WeakValueDictionary[str, Grant] = WeakValueDictionary()
        self._seen = -1
        # Reading and entering is one step: a change in between would be missed.
        self._turn = asyncio.Lock()
        self._watchers: list[Callable[[], None]] = []

    def watch(self, reconsider: Callable[[], None]) -> None:
        self._watchers.append(reconsider)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """While open, changes by other processes are seen."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def document(self, document_id: str) -> DocumentRights:
        """Hold on to it: `role` knows the document that long."""
        async with self._turn:
            held = self._documents.get(document_id)
            if held is None:
                rights = await self._store.read(lambda found: rights_to(found, document_id))
                held = self._documents[document_id] = DocumentRights(rights)
            return held

    async def login(self, session_id: str) -> tuple[StoredSession, Login] | None:
        """A session that is open. Hold on to it: what becomes of it is seen in it that long."""
        async with self._turn:
            session = await self._store.read(
                lambda found: find_session(found, session_id, self.now())
            )
            if session is None:
                return None
            login = self._logins.get(session_id)
            if login is None:
                login = Login(session_id, session.expires_at, session.links)
                self._logins[session_id] = login
            return session, login

    async def grant(self, secret: str) -> tuple[StoredToken, Grant] | None:
        """Of a token, by its hash. Hold on to it: what becomes of it is seen in it that long."""
        async with self._turn:
            token = await self._store.read(lambda found: find_token(found, secret, self.now()))
            if token is None:
                return None
            grant = self._grants.get(token.id)
            if grant is None:
                grant = Grant(
                    token.id, token.user_id, token.scopes, token.document_id, token.expires_at
                )
                self._grants[token.id] = grant
            return token, grant

    def member_role(self, document_id: str, user_id: str) -> Role | None:
        """By membership alone, whoever asks."""
        held = self._documents.get(document_id)
        return held.rights.members.get(user_id) if held is not None else None

    def role(self, document_id: str, user_id: str, login: Login) -> Role | None:
        """Of somebody who came by this session, at this moment."""
        held = self._documents.get(document_id)
        if held is None or not self.is_open(login):
            return None
        role = held.rights.members.get(user_id)
        for link_id in login.links:
            link = held.rights.links.get(link_id)
            if link is not None and link.works(self.now()):
                role = higher(role, link.role)
        return role

    def has_members(self, document_id: str) -> bool:
        held = self._documents.get(document_id)
        return held is not None and bool(held.rights.members)

    def is_open(self, login: Login) -> bool:
        return not login.ended and login.expires_at > self.now()

    async def changed(self) -> None:
        """This process has written: what is held is read again, and sockets are reconsidered."""
        await self._refresh()
        self._reconsider()

    def _reconsider(self) -> None:
        for reconsider in self._watchers:
            reconsider()

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            # While the store cannot be read, what is known stays in force; nobody new comes in.
            with suppress(Unavailable):
                await self._refresh()
            for grant in list(self._grants.values()):
                grant.ended = grant.ended or grant.expires_at <= self.now()
            self._reconsider()  # also since something may have expired

    async def _refresh(self) -> None:
        async with self._turn:
            logins, documents = dict(self._logins), dict(self._documents)
            grants = dict(self._grants)
            if not (logins or documents or grants):
                return
            news = await self._store.read(
                lambda found: self._news(found, logins, documents, grants)
            )
            if news is None:
                return
            self._seen = news.changes
            for session_id, login in logins.items():
                session = news.sessions[session_id]
                login.ended = session is None
                login.links = session.links if session is not None else ()
            for document_id, held in documents.items():
                held.rights = news.rights[document_id]
            for token_id, grant in grants.items():
                grant.ended = grant.ended or news.tokens[token_id] is None

    def _news(
        self,
        connection: Connection,
        logins: dict[str, Login],
        documents: dict[str, DocumentRights],
        grants: dict[str, Grant],
    ) -> _News | None:
        """None when nothing was written since the last time."""
        count = changes(connection)
        if count == self._seen:
            return None
        now = self.now()
        return _News(
            count,
            {session_id: find_session(connection, session_id, now) for session_id in logins},
            {document_id: rights_to(connection, document_id) for document_id in documents},
            {token_id: token_with_id(connection, token_id, now) for token_id in grants},
        )
