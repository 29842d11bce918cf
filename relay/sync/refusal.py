"""With which words somebody is turned away."""

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.auth.roles import Verb
from relay.errors import NotSignedIn

from .errors import Deleted, NotPermitted, SignInNeeded, StoreUnavailable, SyncError
from .store import DocumentDeleted, StoreFault

_WHAT: dict[Verb, str] = {
    "read": "see this notebook",
    "run": "run this notebook",
    "write": "change this notebook",
    "reopen": "reopen this notebook",
    "delete": "delete this notebook",
    "manage": "decide who may use this notebook",
}


def refusal(access: Access, actor: Actor, verb: Verb, document_id: str) -> SyncError:
    """Why the actor may not; it fits into a close frame."""
    role = access.role(actor, document_id)
    if role is not None:
        return NotPermitted(f"Your role here is {role}: you may not {_WHAT[verb]}.")
    error = access.refusal(actor)
    kind = SignInNeeded if isinstance(error, NotSignedIn) else NotPermitted
    return kind(error.message, error.hint)


def permit(access: Access, actor: Actor, verb: Verb, document_id: str) -> None:
    """Raises NotPermitted and SignInNeeded."""
    if not access.allows(actor, verb, document_id):
        raise refusal(access, actor, verb, document_id)


def refusal_of(fault: StoreFault) -> SyncError:
    """What a client is told of a fault."""
    if isinstance(fault, DocumentDeleted):
        return Deleted(fault.document_id)
    return StoreUnavailable(str(fault))
