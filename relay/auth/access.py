"""The seam between who may what and those who must ask it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import HTTPConnection

from relay.errors import RelayError
from wasm_runtime.contracts.access import AccessMode, Role, Session

from .actor import Actor
from .roles import Verb


class Access(Protocol):
    """One of the modes. `role` and `allows` answer at once, so that they can be asked for every
    message: of a document that nobody holds (`look_up`) they know nothing, and that means no."""

    mode: AccessMode

    async def identify(self, connection: HTTPConnection) -> Actor:
        """Who asks. Whoever cannot be told is nobody, which is no error."""

    def session(self, actor: Actor) -> Session: ...

    async def look_up(self, document_id: str) -> object:
        """Know who may what with a document, for as long as the answer is held."""

    def role(self, actor: Actor, document_id: str) -> Role | None: ...

    def allows(self, actor: Actor, verb: Verb, document_id: str) -> bool: ...

    def refusal(self, actor: Actor) -> RelayError:
        """What somebody is told who has no role at all."""

    async def claim(
        self, actor: Actor, document_id: str, is_new: Callable[[], Awaitable[bool]]
    ) -> None:
        """Make the actor the owner of a document that is nobody's, if that may be."""

    async def forget(self, document_id: str) -> None:
        """Nobody has a role in this document any more, nor a link to it."""
