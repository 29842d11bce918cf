"""The address that a request asks for, in one spelling, or refused."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from .errors import BadExchange

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_PORTS = {"https": 443, "http": 80}
_MAX_URL = 8192
# What two parsers could read differently; a browser has encoded them, or taken them out.
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is in lower case and ASCII, without the final dot; brackets around IPv6."""

    scheme: str
    host: str
    port: int
    path: bytes
    """With the query."""

    @property
    def name(self) -> str:
        """As a declaration names it: with its port, unless that is the scheme's own."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.name}{self.path.decode('ascii')}"

    @property
    def shown_path(self) -> str:
        """Without the query, which often holds keys."""
        return self.path.decode("ascii").partition("?")[0]


def target_of(url: str, base: Target | None = None) -> Target:
    """Of a whole address, or one that is relative to `base`. Raises BadExchange."""
    if len(url) > _MAX_URL or _UNSAFE.search(url):
        raise BadExchange(
            f"Expected an address of at most {_MAX_URL} characters, without spaces or backslashes.",
            hint="Encode what is special in it: urllib.parse.quote.",
        )
    try:
        parsed = httpx2.URL(urljoin(base.url, url) if base else url)
        host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
        port = parsed.port
    except (httpx2.InvalidURL, ValueError) as error:
        raise BadExchange("The address is not a URL.", hint="Such as https://host/path.") from error
    if parsed.scheme not in _PORTS:
        raise BadExchange(f"Addresses that begin with {parsed.scheme[:16]}: cannot be fetched.")
    if parsed.userinfo:
        raise BadExchange("The address has a user name or a password in it.",
                          hint="Send it in an Authorization header.")  # fmt: skip
    if ":" in host:
        host = f"[{host.strip('[]')}]"
    if not _HOST.fullmatch(host) or port not in (None, *range(1, 65536)):
        raise BadExchange(
            "The address has no host, or no port that can be.", hint="Such as https://host/path."
        )
    return Target(parsed.scheme, host, port or _PORTS[parsed.scheme], parsed.raw_path)


def host_of(name: str) -> str | None:
    """The name of a host as a declaration must spell it, or None when it is none."""
    try:
        target = target_of(f"https://{name}/")
    except BadExchange:
        return None
    return target.name if target.path == b"/" else None
