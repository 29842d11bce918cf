"""Sign-in with a name and a password."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from relay.audit import audit
from relay.errors import NotSignedIn
from wasm_runtime.contracts.access import MAX_NAME_CHARACTERS, SignIn

from .actor import actor_of
from .attempts import Attempts
from .bodies import answer, body_of
from .passwords import is_outdated, matches, password_hash
from .sessions import Sessions
from .store.access_store import AccessStore
from .store.users import Account, account_named, login_name, set_password

ATTEMPTS_PER_NAME, ATTEMPTS_PER_ADDRESS = 5, 30
"""In a minute: enough for typing errors, and for a class behind one address."""


class PasswordSignIn:
    """By name and password; who has no account is answered like one with a wrong password."""

    def __init__(self, store: AccessStore, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions
        self._per_name = Attempts(ATTEMPTS_PER_NAME)
        self._per_address = Attempts(ATTEMPTS_PER_ADDRESS)

    async def answer(self, request: Request) -> Response:
        given = await body_of(request, SignIn)
        address = actor_of(request).address
        self._per_address.count(address)
        self._per_name.count(f"{address} {login_name(given.name)[:MAX_NAME_CHARACTERS]}")
        account = await self._store.read(lambda found: account_named(found, given.name))
        kept = account.password if account is not None else None
        if not await asyncio.to_thread(matches, given.password, kept) or account is None:
            # Not the name that was typed: now and then it is a password.
            who = account.id if account is not None else "nobody"
            audit("sign-in refused", actor=who, address=address)
            raise NotSignedIn("The name or the password is wrong.")
        await self._renew(account, given.password)
        begun = await self._sessions.begin(actor_of(request), account.user)
        audit("signed in", actor=account.id, address=address)
        return self._sessions.put(request, answer(self._sessions.describe(begun.actor)), begun)

    async def _renew(self, account: Account, password: str) -> None:
        if account.password is not None and is_outdated(account.password):
            new = await asyncio.to_thread(password_hash, password)
            await self._store.write(lambda found: set_password(found, account.id, new))
