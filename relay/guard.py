"""The door: which Host names are ours, and that another site's page neither changes nor joins."""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from .errors import NotAllowed, error_response
from .settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WEBSOCKET = "WebSocket"
"""In place of a method: a socket changes things, although it begins with a GET."""
_HTTP_SCHEME = {"ws": "http", "wss": "https"}
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def allowed_names(settings: Settings) -> frozenset[str]:
    """The Host names to answer to: loopback, the address bound to, and the configured ones."""
    names = {*LOOPBACK_NAMES, *(name.lower() for name in settings.allowed_hosts)}
    if settings.public_origin is not None:
        names.add(host_name(settings.public_origin.partition("://")[2]) or "")
    try:
        address = ipaddress.ip_address(settings.host)
    except ValueError:
        names.add(settings.host.lower())
    else:
        if not address.is_unspecified:
            names.add(f"[{address}]" if address.version == 6 else str(address))
    return frozenset(names)


def host_name(host: str) -> str | None:
    """The name within a Host header, without its port; None when it is not well formed."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "0"
    if not (port.isascii() and port.isdigit()) or not name or set(name) & set("/?#@\\ ,"):
        return None
    return name.lower()


def refusal(
    method: str, scheme: str, headers: Headers, names: frozenset[str], public: str | None = None
) -> NotAllowed | None:
    """Why this request is not answered, or None. `public` is the origin at which people see the
    relay through a proxy."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or host_name(hosts[0]) not in names:
        # A name that resolves to us but is not ours is DNS rebinding.
        return NotAllowed(
            f"This relay does not answer to the host {', '.join(hosts)!r}.",
            hint="Add the name to the setting allowed_hosts (WASM_RUNTIME_ALLOWED_HOSTS), or set "
            "public_url.",
            status=421,
        )
    if method in _SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site not in (None, "same-origin", "none") or (
        origin is not None and origin not in own_origins(scheme, hosts[0].lower(), public)
    ):
        return NotAllowed(
            f"{method} from another site was refused (origin {origin!r}).",
            hint="Open the notebook at the relay's own address. Behind a proxy with TLS, the "
            "setting public_url (WASM_RUNTIME_PUBLIC_URL) says what that is.",
        )
    return None


def own_origins(scheme: str, host: str, public: str | None) -> set[str]:
    """The origins of our own pages, for a request to `host`."""
    asked = f"{scheme}://{host}"
    if public is None:
        return {asked}
    if public.partition("://")[2] == host:
        return {public}  # over the proxy's scheme alone: another one is not encrypted
    return {asked, public}


class Guard:
    """Refuses a request for a foreign Host (421), and a change or a socket asked for by another
    site (403)."""

    def __init__(self, app: ASGIApp, names: frozenset[str], public: str | None = None) -> None:
        self.app = app
        self.names = names
        self.public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            method = scope["method"] if scope["type"] == "http" else _WEBSOCKET
            scheme = str(_HTTP_SCHEME.get(scope["scheme"], scope["scheme"]))
            error = refusal(method, scheme, Headers(scope=scope), self.names, self.public)
            if error is not None:
                response = error_response(error.body(), error.status)
                if scope["type"] == "http":
                    await response(scope, receive, send)
                else:
                    await WebSocket(scope, receive, send).send_denial_response(response)
                return
        await self.app(scope, receive, send)
