"""What each client of one document may, asked for every message: rights change while it is open."""

from relay.auth.access import Access
from relay.auth.roles import RUN_ROOTS, Verb

from .client import Client
from .errors import RoleChanged, SyncError
from .refusal import refusal
from .update import Roots


class Rights:
    def __init__(self, access: Access, document_id: str) -> None:
        self._access = access
        self._document_id = document_id

    def permit(self, client: Client, verb: Verb) -> None:
        """Raises NotPermitted and SignInNeeded."""
        if not self._access.allows(client.actor, verb, self._document_id):
            raise self.refusal(client, verb)

    def refusal(self, client: Client, verb: Verb) -> SyncError:
        return refusal(self._access, client.actor, verb, self._document_id)

    def remember(self, client: Client) -> None:
        """With which role the client is here."""
        client.role = self._access.role(client.actor, self._document_id)

    def reconsider(self, client: Client) -> None:
        """Close a client whose rights are others than when it came."""
        role = self._access.role(client.actor, self._document_id)
        if role is None:
            client.close(self.refusal(client, "read"))
        elif role != client.role:
            client.close(RoleChanged(f"Your role here is {role} now."))

    def roots(self, client: Client) -> Roots | None:
        """To which roots the client's changes are confined; None: to none. Also who may only read
        answers the relay's question for its state, and that is an edit which changes nothing."""
        if self._access.allows(client.actor, "write", self._document_id):
            return None
        if self._access.allows(client.actor, "run", self._document_id):
            return RUN_ROOTS
        return frozenset()
