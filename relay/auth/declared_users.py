"""For whom the operator declared something: a connection, a host, a storage."""

from collections.abc import Collection

from .actor import Actor
from .one_person import LOCAL_USER_ID

EVERYBODY = "*"


def is_for(actor: Actor, users: Collection[str]) -> bool:
    """The person at this machine may use everything; whoever has an account, what names them or
    everybody; a guest and nobody, nothing."""
    if actor.user is None or actor.guest:
        return False
    if actor.user.id == LOCAL_USER_ID:
        return True
    return EVERYBODY in users or actor.user.id in users
