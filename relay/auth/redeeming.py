"""Coming in by a link."""

from starlette.requests import Request
from starlette.responses import Response

from relay.audit import audit
from relay.errors import NotFound
from wasm_runtime.contracts.access import RedeemedLink, RedeemLink
from wasm_runtime.contracts.document import User

from .actor import actor_of
from .attempts import Attempts
from .bodies import answer, body_of
from .colors import color_of
from .live import Live
from .names import shown_name
from .sessions import Sessions
from .store.access_store import AccessStore
from .store.rights import link_with_token
from .store.sessions import add_links, guest_id

ATTEMPTS_PER_ADDRESS = 30
"""In a minute: a class behind one address; guessing 256 bits takes more."""


class Redeeming:
    """A link adds to the session one has; who has none becomes a guest, for as long as it works."""

    def __init__(self, store: AccessStore, live: Live, sessions: Sessions) -> None:
        self._store = store
        self._live = live
        self._sessions = sessions
        self._per_address = Attempts(ATTEMPTS_PER_ADDRESS)

    async def answer(self, request: Request) -> Response:
        given = await body_of(request, RedeemLink)
        actor = actor_of(request)
        self._per_address.count(actor.address)
        link = await self._store.read(
            lambda found: link_with_token(found, given.token, self._live.now())
        )
        if link is None:
            audit("link refused", actor=actor.id, address=actor.address)
            raise NotFound(
                "This link does not work any more.", hint="Ask whoever sent it for a new one."
            )
        held = await self._live.document(link.document_id)
        begun = None
        if actor.login is None:
            user_id = guest_id()
            guest = User(id=user_id, name=shown_name(given.name), color=color_of(user_id))
            begun = await self._sessions.begin(actor, guest, True, link.id, link.expires_at)
            actor = begun.actor
        else:
            session_id = actor.login.id
            await self._store.write(lambda found: add_links(found, session_id, [link.id]))
            await self._live.changed()
        audit(
            "link redeemed",
            actor=actor.id,
            address=actor.address,
            link_id=link.id,
            document_id=link.document_id,
            role=link.role,
        )
        assert actor.login is not None
        role = self._live.role(link.document_id, actor.id, actor.login)
        del held  # until here the role could be told
        response = answer(
            RedeemedLink(
                document_id=link.document_id,
                role=role or link.role,
                session=self._sessions.describe(actor),
            )
        )
        return self._sessions.put(request, response, begun) if begun else response
