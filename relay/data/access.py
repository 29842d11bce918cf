"""Who may use which connection: asked for every request."""

from dataclasses import dataclass
from typing import Protocol

from relay.auth.actor import Actor
from relay.auth.one_person import LOCAL_USER_ID

from .declaration import Declaration

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody, and the shared notebook in whose name they ask; None is their own."""

    actor: Actor
    document_id: str | None = None


class DataAccess(Protocol):
    def allows(self, actor: Actor, declared: Declaration) -> bool:
        """Whether the actor may read through this connection, now."""


class DeclaredUsers:
    """The person at this machine may use every connection; whoever has an account, those that are
    declared for them; a guest and nobody, none."""

    def allows(self, actor: Actor, declared: Declaration) -> bool:
        if actor.user is None or actor.guest:
            return False
        if actor.user.id == LOCAL_USER_ID:
            return True
        return EVERYBODY in declared.users or actor.user.id in declared.users
