"""Which headers go to a host, and which come back."""

import re
from collections.abc import Iterable, Sequence

from .decoding import ACCEPTED
from .errors import BadExchange, HostFailed

MAX_SENT = 64
MAX_RECEIVED = 128
"""Of a flood of headers each costs more than its bytes, here and in the page."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
# About the connection, which is the relay's, or about who is behind it, which is nobody's business.
_NOT_SENT = _OF_THE_CONNECTION | {
    "host", "expect", "accept-encoding", "user-agent", "cookie", "cookie2", "origin", "referer",
    "from", "forwarded", "via", "x-real-ip", "true-client-ip", "x-client-ip",
}  # fmt: skip
_NOT_SENT_PREFIXES = ("proxy-", "sec-", "x-forwarded-", "cf-")
_NOT_RETURNED = _OF_THE_CONNECTION | {
    "set-cookie", "set-cookie2", "content-encoding", "alt-svc", "clear-site-data",
    "proxy-authenticate", "proxy-connection", "strict-transport-security",
}  # fmt: skip
_KEPT_ELSEWHERE = frozenset({"accept", "accept-language", "range", "if-none-match"})
_OURS = [("user-agent", "wasm-runtime"), ("accept-encoding", ACCEPTED)]

Pairs = list[tuple[str, str]]


def sent_headers(asked: Sequence[Sequence[str]]) -> Pairs:
    """What a notebook asked for, without what is not its own to say. Raises BadExchange."""
    if len(asked) > MAX_SENT:
        raise BadExchange(f"Expected at most {MAX_SENT} headers, got {len(asked)}.")
    kept = []
    for pair in asked:
        if len(pair) != 2 or not _NAME.fullmatch(pair[0]) or not _VALUE.fullmatch(pair[1]):
            raise BadExchange("A header is a name and a value of one line.")
        name = pair[0].lower()
        if name not in _NOT_SENT and not name.startswith(_NOT_SENT_PREFIXES):
            kept.append((name, pair[1]))
    return kept + _OURS


def with_credentials(headers: Pairs, added: Pairs) -> Pairs:
    """`added` in place of a notebook's own of the same name."""
    names = {name.lower() for name, _ in added}
    return [pair for pair in headers if pair[0] not in names] + added


def for_another_host(headers: Pairs) -> Pairs:
    """What goes along when a host sends on to another one: nothing that could be a credential."""
    return [pair for pair in headers if pair[0] in _KEPT_ELSEWHERE] + _OURS


def returned_headers(received: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """Raises HostFailed for a flood."""
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in received]
    if len(pairs) > MAX_RECEIVED:
        raise HostFailed(f"The host answered with more than {MAX_RECEIVED} headers.")
    named = {each for name, value in pairs if name == "connection"
             for each in value.lower().replace(" ", "").split(",")}  # fmt: skip
    return [pair for pair in pairs if pair[0] not in _NOT_RETURNED | named]


def value_of(name: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """All values of a header in one, empty when there is none."""
    values = (value.decode("latin-1") for each, value in headers if each.lower() == name.encode())
    return ", ".join(values)
