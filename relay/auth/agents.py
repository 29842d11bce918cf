"""Programs that act for somebody: who they are by their token, and what of a document is theirs."""

from typing import Protocol

from starlette.requests import HTTPConnection

from relay.errors import NotAllowed, RelayError, TokenNeeded
from wasm_runtime.contracts.access import Role
from wasm_runtime.contracts.agents import Scope
from wasm_runtime.contracts.document import User

from .actor import Actor, Grant, address_of
from .colors import color_of
from .live import Live
from .roles import Verb, may
from .store.sessions import hashed
from .store.tokens import StoredToken

AGENT_PREFIX = "agent-"

SCOPE_VERBS: dict[Scope, frozenset[Verb]] = {
    "mcp:read": frozenset({"read"}),
    "mcp:write": frozenset({"read", "write"}),
    "mcp:run": frozenset({"read", "run"}),
}
_LIKE: tuple[tuple[Scope, Role], ...] = (
    ("mcp:write", "editor"),
    ("mcp:run", "runner"),
    ("mcp:read", "viewer"),
)


class Owners(Protocol):
    """Of one of the access modes: for whom tokens work here."""

    def owner_of(self, token: StoredToken, connection: HTTPConnection) -> str | None:
        """The owner's name; None when the token is nothing here, or not from there."""


class Agents:
    """Finds out which agent asks; called for every request, so a token ends with its revocation."""

    def __init__(self, owners: Owners, live: Live) -> None:
        self._owners = owners
        self._live = live

    async def identify(self, connection: HTTPConnection) -> Actor:
        """Raises TokenNeeded: there is no nobody here."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            found = await self._live.grant(hashed(token.strip()))
            if found is not None and not found[1].ended:
                owner = self._owners.owner_of(found[0], connection)
                if owner is not None:
                    return _actor(*found, owner, address_of(connection))
        raise TokenNeeded(
            "No token was brought, or one that does not work (any more).",
            hint='Make one with "wasm-runtime token add" and send it as Authorization: Bearer.',
        )


def _actor(token: StoredToken, grant: Grant, owner: str, address: str) -> Actor:
    id = f"{AGENT_PREFIX}{token.id}"
    user = User(id=id, name=f"{token.name} (for {owner})", color=color_of(id))
    return Actor(user, guest=True, address=address, grant=grant)


def agent_may(grant: Grant, verb: Verb, document_id: str, owner: Role | None) -> bool:
    """Whether it may, when its owner has this role in the document."""
    return _reaches(grant, document_id) and may(owner, verb) and may_in_general(grant, verb)


def may_in_general(grant: Grant, verb: Verb) -> bool:
    """Whether a scope allows it, in whatever documents."""
    return not grant.ended and any(verb in SCOPE_VERBS[scope] for scope in grant.scopes)


def agent_role(grant: Grant, document_id: str, owner: Role | None) -> Role | None:
    """The role that its scopes are most like, and at most the owner's."""
    if not _reaches(grant, document_id) or owner is None:
        return None
    like = next((role for scope, role in _LIKE if scope in grant.scopes), None)
    if like is None:
        return None
    return like if may(owner, _KEY_VERB[like]) else owner


def agent_refusal() -> RelayError:
    return NotAllowed("This token gives no access to that notebook (any more).")


_KEY_VERB: dict[Role, Verb] = {"editor": "write", "runner": "run", "viewer": "read"}


def _reaches(grant: Grant, document_id: str) -> bool:
    return not grant.ended and grant.document_id in (None, document_id)
