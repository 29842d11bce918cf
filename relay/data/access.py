"""Who may use which connection: asked for every request."""

from dataclasses import dataclass
from typing import Protocol

from relay.auth.actor import Actor
from relay.auth.declared_users import is_for

from .declaration import Declaration


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody, and the shared notebook in whose name they ask; None is their own."""

    actor: Actor
    document_id: str | None = None


class DataAccess(Protocol):
    def allows(self, actor: Actor, declared: Declaration) -> bool:
        """Whether the actor may read through this connection, now."""


class DeclaredUsers:
    """Those whom the operator declared."""

    def allows(self, actor: Actor, declared: Declaration) -> bool:
        return is_for(actor, declared.users)
