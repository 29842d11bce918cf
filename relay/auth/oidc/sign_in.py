"""To the identity provider and back."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from relay.audit import audit
from relay.errors import BadRequest, NotSignedIn
from wasm_runtime.contracts.access import OIDC_RETURN_PATH

from ..actor import actor_of
from ..attempts import Attempts
from ..cookies import Cookies
from ..live import Live
from ..sessions import Sessions
from ..store.access_store import AccessStore
from .people import check_domain, find_or_add
from .provider import Attempt, Provider

_COOKIE = "oidc"
_SECONDS = 600
_ATTEMPTS_PER_ADDRESS = 30
_NOT_STORED = {"cache-control": "no-store"}


class OidcSignIn:
    """What binds the way there to the way back is a cookie: only the browser that began a sign-in
    can end it, and no process has to remember it."""

    def __init__(
        self,
        provider: Provider,
        store: AccessStore,
        live: Live,
        sessions: Sessions,
        cookies: Cookies,
        origin: str | None,
        domains: Collection[str],
    ) -> None:
        self._provider = provider
        self._store = store
        self._live = live
        self._sessions = sessions
        self._cookies = cookies
        self._origin = origin
        self._domains = domains
        self._per_address = Attempts(_ATTEMPTS_PER_ADDRESS)

    async def begin(self, request: Request) -> Response:
        self._per_address.count(actor_of(request).address)
        back = request.query_params.get("return", "/")
        if not is_own_path(back):
            raise BadRequest("`return` is a path of this relay.")
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = _text(hashlib.sha256(attempt.verifier.encode()).digest())
        address = await self._provider.address(attempt, challenge, self._redirect_uri(request))
        response = RedirectResponse(address, status_code=303, headers=_NOT_STORED)
        kept = [attempt.state, attempt.nonce, attempt.verifier, back]
        value = _text(json.dumps(kept).encode())
        self._cookies.write(request, response, _COOKIE, value, _SECONDS)
        return response

    async def end(self, request: Request) -> Response:
        attempt, back = self._attempt(request)
        query = request.query_params
        if not hmac.compare_digest(query.get("state", "").encode(), attempt.state.encode()):
            raise NotSignedIn("This sign-in was begun elsewhere.", hint="Begin again.")
        if query.get("iss", self._provider.issuer) != self._provider.issuer:
            raise NotSignedIn("Another identity provider has answered.", hint="Begin again.")
        if "code" not in query:
            audit("sign-in refused", actor="nobody", address=actor_of(request).address)
            raise NotSignedIn("The identity provider did not sign you in.", hint="Begin again.")
        claims = await self._provider.claims(query["code"], attempt, self._redirect_uri(request))
        check_domain(claims, self._domains)
        issuer, now = self._provider.issuer, self._live.now()
        account = await self._store.write(lambda found: find_or_add(found, issuer, claims, now))
        before = actor_of(request)
        begun = await self._sessions.begin(before, account.user)
        audit("signed in", actor=account.id, address=before.address)
        response = RedirectResponse(back, status_code=303, headers=_NOT_STORED)
        self._cookies.remove(request, response, _COOKIE)
        return self._sessions.put(request, response, begun)

    def _attempt(self, request: Request) -> tuple[Attempt, str]:
        try:
            kept = json.loads(_bytes(self._cookies.read(request, _COOKIE) or ""))
            state, nonce, verifier, back = map(str, kept)
        except (ValueError, TypeError, RecursionError):
            raise NotSignedIn(
                "This sign-in took too long, or was begun in another browser.", hint="Begin again."
            ) from None
        return Attempt(state, nonce, verifier), back if is_own_path(back) else "/"

    def _redirect_uri(self, connection: HTTPConnection) -> str:
        # The guard has made sure that the Host is one of ours.
        url = connection.url
        return f"{self._origin or f'{url.scheme}://{url.netloc}'}/{OIDC_RETURN_PATH}"


def is_own_path(path: str) -> bool:
    """Whether a browser that is sent there stays at this relay: `//host` and `/\\host` do not."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
    )


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
