"""Who is at the other end of a connection."""

from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

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


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or nobody in particular when there is no `user`."""

    user: User | None = None
    guest: bool = False
    address: str = ""
    """The peer's address; empty when it is not known."""
    login: Login | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.user.id if self.user else "nobody"


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def put_actor(connection: HTTPConnection, actor: Actor) -> None:
    connection.scope[_KEY] = actor


def actor_of(connection: HTTPConnection) -> Actor:
    """Whom the gate found; a route that no gate stands before has nobody."""
    actor = connection.scope.get(_KEY)
    return actor if isinstance(actor, Actor) else Actor(address=address_of(connection))
