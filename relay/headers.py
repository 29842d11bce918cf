"""The security headers of every response, by the class its path belongs to."""

from typing import Literal, get_args

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wasm_runtime.contracts import (
    access,
    agents,
    ai,
    data,
    net,
    operator,
    page_security,
    relay_api,
    storage,
)

ResponseClass = Literal["page", "frame", "script", "asset", "store", "index", "api"]
RESPONSE_CLASSES: tuple[ResponseClass, ...] = get_args(ResponseClass)

_NO_DOCUMENT = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For everything that is not meant to be looked at: if it is, it can do nothing."""

_EVERY: dict[str, str] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
        "display-capture=()"
    ),
}

_BY_CLASS: dict[ResponseClass, dict[str, str]] = {
    "page": {
        "content-security-policy": page_security.APP_CONTENT_SECURITY_POLICY,
        "cross-origin-opener-policy": page_security.CROSS_ORIGIN_OPENER_POLICY,
        "cross-origin-embedder-policy": page_security.CROSS_ORIGIN_EMBEDDER_POLICY,
        "cache-control": "no-cache",
    },
    "frame": {
        "content-security-policy": page_security.FRAME_CONTENT_SECURITY_POLICY,
        # A frame within an isolated page must ask for the same isolation itself.
        "cross-origin-embedder-policy": page_security.CROSS_ORIGIN_EMBEDDER_POLICY,
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "no-cache",
    },
    "script": {
        # A script may be started as a worker, and its own policy is then the worker's.
        "content-security-policy": page_security.APP_CONTENT_SECURITY_POLICY,
        "cross-origin-embedder-policy": page_security.CROSS_ORIGIN_EMBEDDER_POLICY,
        "cache-control": "no-cache",
    },
    "asset": {"content-security-policy": _NO_DOCUMENT, "cache-control": "no-cache"},
    "store": {"content-security-policy": _NO_DOCUMENT, "cache-control": "no-cache"},
    "index": {"content-security-policy": _NO_DOCUMENT, "cache-control": "no-cache"},
    "api": {"content-security-policy": _NO_DOCUMENT, "cache-control": "no-store"},
}


_SERVICES = frozenset(
    {
        relay_api.SNAPSHOT_REFUSALS_PATH,
        relay_api.ROOMS_PATH,
        operator.OPERATOR_PATH,
        ai.AI_PATH,
        data.DATA_PATH,
        net.NET_FETCH_PATH.split("/")[0],
        storage.STORAGES_PATH,
        access.SESSION_PATH,
        access.SESSIONS_PATH,
        access.LINKS_PATH,
        agents.MCP_PATH,
        agents.TOKENS_PATH,
        access.OIDC_PATH.split("/")[0],
    }
)


def response_class(path: str) -> ResponseClass:
    """The class of an absolute request path."""
    relative = path.lstrip("/")
    if relative in ("", "index.html"):
        return "page"
    if relative.startswith("frames/"):
        return "frame"
    if relative.startswith(f"{relay_api.STORE_PATH}/"):
        return "store"
    if relative.startswith(f"{relay_api.INDEX_PATH.split('/')[0]}/"):
        return "index"
    if relative == relay_api.ENVIRONMENTS_PATH or relative.startswith("environments/"):
        return "store"
    if relative in (relay_api.HEALTH_PATH, relay_api.METRICS_PATH):
        return "api"
    if relative.split("/")[0] in _SERVICES:
        return "api"
    if relative.endswith((".js", ".mjs")):
        return "script"
    # A page of the client that is not the app (an embed, an example) is still a page.
    return "page" if relative.endswith((".html", "/")) else "asset"


def headers_of(name: ResponseClass) -> dict[str, str]:
    """What every response of this class carries, unless it sets the header itself."""
    return {**_EVERY, **_BY_CLASS[name]}


class SecurityHeaders:
    """Adds the headers of its class to every response, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = headers_of(response_class(scope["path"]))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for name, value in headers.items():
                    present.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
