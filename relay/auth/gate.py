"""Before every route stands a gate; a route that nobody has decided about keeps the relay from
starting."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from relay.audit import audit
from relay.errors import NotAllowed, RelayError, TokenNeeded, Unavailable, no_document
from wasm_runtime.contracts.access import Role
from wasm_runtime.contracts.relay_api import CLOSE_STORE_UNAVAILABLE

from .access import Access
from .actor import Actor, put_actor
from .operators import NO_OPERATORS, IsOperator
from .roles import Verb, may

Policy = Literal["public", "anybody", "user", "operator", "agent"] | Verb
"""public: who asks is not even looked at. anybody: it is, and may be nobody. user: somebody who is
known. operator: somebody who runs the relay. agent: a program with a token, and nobody else. A
verb: somebody who may do that with the document that the path names."""
WEBSOCKET = "WEBSOCKET"
"""In place of a method. The gate lets sockets in, since a refusal before the handshake has no close
code; the room asks for every message."""

Identify: TypeAlias = Callable[[HTTPConnection], Awaitable[Actor]]
"""Who asks; raises when it is nobody who may."""
Policies = Mapping[str, Mapping[str, Policy]]
"""By path and method; HEAD goes with GET."""


def put_gates(
    routes: Sequence[BaseRoute],
    policies: Policies,
    access: Access,
    is_operator: IsOperator = NO_OPERATORS,
    identify_agent: Identify | None = None,
) -> None:
    """Put a gate before each route. Raises LookupError for one without a policy."""
    for route in routes:
        if not isinstance(route, Route | WebSocketRoute):
            raise LookupError(f"{route!r} is of a kind that has no gate.")
        decided = policies.get(route.path, {})
        undecided = methods_of(route) - set(decided)
        if undecided:
            raise LookupError(f"Nobody has decided who may {sorted(undecided)} {route.path}.")
        route.app = Gate(route.app, decided, access, is_operator, identify_agent)


def methods_of(route: Route | WebSocketRoute) -> set[str]:
    """What a route answers, HEAD left out."""
    return {WEBSOCKET} if isinstance(route, WebSocketRoute) else set(route.methods or ()) - {"HEAD"}


class Gate:
    """Finds out who asks, and whether they may."""

    def __init__(
        self,
        app: ASGIApp,
        policies: Mapping[str, Policy],
        access: Access,
        is_operator: IsOperator,
        identify_agent: Identify | None,
    ) -> None:
        self.app = app
        self._policies = policies
        self._access = access
        self._is_operator = is_operator
        self._identify_agent = identify_agent or _no_agents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        policy = self._policies["GET" if method == "HEAD" else method]
        held: object = None
        if policy != "public":
            connection = HTTPConnection(scope)
            document_id = scope["path_params"].get("document_id")
            try:
                identify = self._identify_agent if policy == "agent" else self._access.identify
                actor = await identify(connection)
                held = document_id and await self._access.look_up(document_id)
            except Unavailable as error:
                if method != WEBSOCKET:
                    raise
                socket = WebSocket(scope, receive, send)
                await socket.accept()
                await socket.close(CLOSE_STORE_UNAVAILABLE, error.message)
                return
            put_actor(connection, actor)
            if method != WEBSOCKET:
                self._check(actor, policy, document_id)
        await self.app(scope, receive, send)
        del held  # until now the access could tell who may what with it

    def _check(self, actor: Actor, policy: Policy, document_id: str | None) -> None:
        if policy == "public" or policy == "anybody" or policy == "agent":
            return
        if policy == "user":
            if actor.user is None:
                raise self._access.refusal(actor)
            return
        if policy == "operator":
            if not self._is_operator(actor):
                audit("denied", actor=actor.id, address=actor.address, verb=policy)
                raise self._access.refusal(actor) if actor.user is None else _not_an_operator()
            return
        assert document_id is not None
        role = self._access.role(actor, document_id)
        if may(role, policy):
            return
        audit_denial(actor, policy, document_id, role)
        if role is not None:
            raise not_permitted(role, policy)
        # Whether the document exists is nobody's business who may not see it.
        raise self._access.refusal(actor) if actor.user is None else no_document(document_id)


async def _no_agents(connection: HTTPConnection) -> Actor:
    raise TokenNeeded("No token opens anything here.")


def _not_an_operator() -> RelayError:
    return NotAllowed(
        "Only those who run this relay may do that.",
        hint="They are the accounts that its setting `operators` names; docs/data.md says how.",
    )


def audit_denial(actor: Actor, verb: str, document_id: str, role: Role | None) -> None:
    audit(
        "denied",
        actor=actor.id,
        address=actor.address,
        verb=verb,
        document_id=document_id,
        role=role,
    )


def not_permitted(role: Role | None, verb: Verb) -> RelayError:
    return NotAllowed(
        f"Your role here is {role}; it may not {verb}.", hint="Ask an owner of the notebook."
    )
