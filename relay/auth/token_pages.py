"""A person's own tokens over HTTP."""

import re

from starlette.requests import Request
from starlette.responses import Response

from relay.audit import audit
from relay.errors import BadRequest, NotAllowed, NotFound
from wasm_runtime.contracts.agents import (
    AGENTS_CONTRACT,
    MadeToken,
    NewToken,
    Token,
    TokenList,
)
from wasm_runtime.contracts.relay_api import DOCUMENT_ID_PATTERN

from .actor import Actor, actor_of
from .bodies import answer, body_of
from .live import Live
from .new_token import add_token
from .store.access_store import AccessStore
from .store.database import Connection
from .store.tokens import StoredToken, all_tokens, remove_token, token_with_id


class TokenPages:
    """Everybody with an account has tokens of their own, and sees no others."""

    def __init__(self, store: AccessStore, live: Live) -> None:
        self._store = store
        self._live = live

    async def tokens(self, request: Request) -> Response:
        actor = _person(request)
        return answer(await self._store.read(lambda found: self._list(found, actor)))

    async def make(self, request: Request) -> Response:
        actor = _person(request)
        new = await body_of(request, NewToken, AGENTS_CONTRACT)
        if new.document_id is not None and not re.fullmatch(DOCUMENT_ID_PATTERN, new.document_id):
            raise BadRequest(f"A document id matches {DOCUMENT_ID_PATTERN}.")

        def change(found: Connection) -> tuple[StoredToken | None, str]:
            now = self._live.now()
            id, secret = add_token(
                found,
                actor.id,
                name=new.name,
                scopes=new.scopes,
                document_id=new.document_id,
                seconds=new.expires_in_seconds,
                now=now,
            )
            return token_with_id(found, id, now), secret

        made, secret = await self._store.write(change)
        assert made is not None
        audit(
            "token made",
            actor=actor.id,
            address=actor.address,
            document_id=made.document_id,
            token_id=made.id,
            scopes=" ".join(sorted(made.scopes)),
        )
        return answer(MadeToken(token=_shown(made), secret=secret))

    async def revoke(self, request: Request) -> Response:
        actor, id = _person(request), request.path_params["token_id"]

        def change(found: Connection) -> TokenList:
            if not remove_token(found, id, actor.id):
                raise NotFound("You have no such token.")
            return self._list(found, actor)

        left = await self._store.write(change)
        audit("token revoked", actor=actor.id, address=actor.address, token_id=id)
        await self._live.changed()
        return answer(left)

    def _list(self, connection: Connection, actor: Actor) -> TokenList:
        own = all_tokens(connection, self._live.now(), actor.id)
        return TokenList(tokens=[_shown(token) for token in own])


def _person(request: Request) -> Actor:
    actor = actor_of(request)
    if actor.guest:
        raise NotAllowed("Guests have no tokens.", hint="Sign in with an account of your own.")
    return actor


def _shown(token: StoredToken) -> Token:
    return Token(
        id=token.id,
        name=token.name,
        scopes=sorted(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        document_id=token.document_id,
    )
