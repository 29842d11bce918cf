"""Who is at the other end of a connection."""

from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from wasm_runtime.contracts.agents import Scope
from wasm_runtime.contracts.document import User

_KEY = "wasm_runtime.actor"


@dataclass(slots=True, weakref_slot=True, eq=False)
class Login:
    """A session for as long as anybody is connected by it; what changes, changes here too."""

    id: str
    expires_at: float
    """Seconds since 1970."""
    links: Collection[str] = ()
    """Ids of the links by which it came in."""
    ended: bool = False


@dataclass(slots=True, weakref_slot=True, eq=False)
class Grant:
    """A token for as long as anybody acts by it; what changes, changes here too."""

    id: str
    user_id: str
    """On whose behalf."""
    scopes: frozenset[Scope]
    document_id: str | None
    """The one document that it is for; None: all of its owner's."""
    expires_at: float
    """Seconds since 1970."""
    ended: bool = False
    """Revoked or expired."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or nobody in particular when there is no `user`."""

    user: User | None = None
    guest: bool = False
    address: str = ""
    """The peer's address; empty when it is not known."""
    login: Login | None = field(default=None, repr=False)
    grant: Grant | None = field(default=None, repr=False)
    """Of an agent: it is somebody of its own, who acts for another."""

    @property
    def id(self) -> str:
        return self.user.id if self.user else "nobody"

    @property
    def on_behalf_of(self) -> str:
        """The id of whom an agent acts for; empty for everybody else."""
        return self.grant.user_id if self.grant else ""


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def put_actor(connection: HTTPConnection, actor: Actor) -> None:
    connection.scope[_KEY] = actor


def actor_of(connection: HTTPConnection) -> Actor:
    """Whom the gate found; a route that no gate stands before has nobody."""
    actor = connection.scope.get(_KEY)
    return actor if isinstance(actor, Actor) else Actor(address=address_of(connection))
