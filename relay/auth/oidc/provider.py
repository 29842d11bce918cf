"""The identity provider as a client of it: what it publishes, and the exchange of a code.

OpenID Connect Core 1.0 section 3.1, Discovery 1.0, and PKCE (RFC 7636).
"""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt

from relay.errors import NotSignedIn, UpstreamFailed
from relay.loopback import is_loopback

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""With a key pair alone: with a shared secret, whoever knows our secret could write tokens."""
_SCOPES = "openid profile email"
_TIMEOUT_SECONDS = 10
_MAX_ANSWER_BYTES = 1024 * 1024
_KEPT_SECONDS = 3600
_KEYS_AGAIN_SECONDS = 60
"""How often at most the keys are fetched anew because one is unknown."""
_CLOCK_SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one sign-in is bound to; it stays in the browser that began it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Published:
    """What discovery told."""

    authorization: str
    token: str
    keys: str
    person: str | None
    """Where it tells more of somebody than the token does."""
    with_basic: bool
    """Whether the secret goes into a header; else into the body."""
    until: float


class Provider:
    """Every method that asks the provider raises UpstreamFailed."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._published: _Published | None = None
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keys_fetched = float("-inf")

    async def address(self, attempt: Attempt, challenge: str, redirect_uri: str) -> str:
        """Where to send the browser."""
        published = await self._discover()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": _SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        separator = "&" if urlsplit(published.authorization).query else "?"
        return f"{published.authorization}{separator}{urlencode(query)}"

    async def claims(self, code: str, attempt: Attempt, redirect_uri: str) -> dict[str, Any]:
        """Who came back with this code. Raises NotSignedIn for a token that is not for us."""
        published = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        basic = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif published.with_basic:
            basic = httpx2.BasicAuth(_quoted(self._client_id), _quoted(self._client_secret))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        async with self._client() as client:
            tokens = await _answer(client, "POST", published.token, data=form, auth=basic)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise UpstreamFailed("The identity provider sent no ID token.")
        claims = await self._verified(id_token, attempt.nonce)
        return claims | await self._more(published, tokens.get("access_token"), claims)

    async def _more(
        self, published: _Published, access_token: object, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """Name and address, from a provider that does not write them into the token."""
        if "email" in claims or published.person is None or not isinstance(access_token, str):
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        async with self._client() as client:
            person = await _answer(client, "GET", published.person, headers=headers)
        if person.get("sub") != claims["sub"]:
            raise NotSignedIn("The identity provider tells of somebody else.")
        names = ("name", "preferred_username", "email", "email_verified")
        return {name: person[name] for name in names if name in person}

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            key = await self._key(str(jwt.get_unverified_header(id_token).get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                audience=self._client_id,
                issuer=self.issuer,
                leeway=_CLOCK_SKEW_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise NotSignedIn(f"The identity provider's token is not valid: {error}.") from error
        if claims.get("nonce") != nonce:
            raise NotSignedIn("The identity provider's token belongs to another sign-in.")
        if claims.get("azp", self._client_id) != self._client_id:
            raise NotSignedIn("The identity provider's token is for another application.")
        return claims

    async def _key(self, key_id: str) -> jwt.PyJWK:
        known = self._known_key(key_id)
        if known is not None:
            return known
        if time.monotonic() - self._keys_fetched > _KEYS_AGAIN_SECONDS:
            published = await self._discover()
            async with self._client() as client:
                answer = await _answer(client, "GET", published.keys)
            self._keys_fetched = time.monotonic()
            try:
                found = jwt.PyJWKSet.from_dict(answer).keys
            except jwt.PyJWTError as error:
                raise UpstreamFailed("The identity provider's keys cannot be read.") from error
            self._keys = {str(each.key_id or ""): each for each in found}
        known = self._known_key(key_id)
        if known is None:
            raise NotSignedIn("The identity provider's token is signed with an unknown key.")
        return known

    def _known_key(self, key_id: str) -> jwt.PyJWK | None:
        if not key_id and len(self._keys) == 1:  # a provider with one key need not name it
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    async def _discover(self) -> _Published:
        if self._published is not None and self._published.until > time.monotonic():
            return self._published
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        async with self._client() as client:
            found = await _answer(client, "GET", address)
        if found.get("issuer") != self.issuer:
            raise UpstreamFailed(
                f"The identity provider calls itself {found.get('issuer')!r}, "
                f"the setting oidc_issuer says {self.issuer!r}."
            )
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        self._published = _Published(
            authorization=self._endpoint(found, "authorization_endpoint"),
            token=self._endpoint(found, "token_endpoint"),
            keys=self._endpoint(found, "jwks_uri"),
            person=(
                self._endpoint(found, "userinfo_endpoint") if "userinfo_endpoint" in found else None
            ),
            with_basic="client_secret_basic" in methods,
            until=time.monotonic() + _KEPT_SECONDS,
        )
        return self._published

    def _endpoint(self, found: dict[str, Any], name: str) -> str:
        """Over TLS, unless the issuer itself is at this machine."""
        value = found.get(name)
        scheme = urlsplit(self.issuer).scheme
        if not isinstance(value, str) or urlsplit(value).scheme not in {"https", scheme}:
            raise UpstreamFailed(f"The identity provider's {name} is {value!r}.")
        return value

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx2.AsyncClient]:
        # A proxy of the environment has no way to this machine.
        is_elsewhere = not is_loopback(urlsplit(self.issuer).hostname or "")
        async with httpx2.AsyncClient(
            timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=is_elsewhere
        ) as client:
            yield client


async def _answer(
    client: httpx2.AsyncClient, method: str, address: str, **options: Any
) -> dict[str, Any]:
    """A JSON object that came with status 200, of a bounded size."""
    body = b""
    try:
        async with client.stream(method, address, **options) as response:
            status = response.status_code
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _MAX_ANSWER_BYTES:
                    raise UpstreamFailed("The identity provider's answer is too large.")
        value = json.loads(body)
    except (httpx2.HTTPError, ValueError, RecursionError) as error:
        raise UpstreamFailed("The identity provider does not answer as it should.") from error
    if status != 200 or not isinstance(value, dict):
        raise UpstreamFailed(f"The identity provider answered with status {status}.")
    return value


def _quoted(value: str) -> str:
    """RFC 6749 section 2.3.1: form-encoded before it goes into the header."""
    return urlencode({"": value})[1:]
