"""Secrets are masked by their value, wherever they turn up in a log line or an error."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_KEPT_IN_PATHS = "/!$&()*+,;=:@"
"""Of the characters that RFC 3986 leaves as they are; an apostrophe is escaped by browsers."""
SHORTEST = 8
"""A shorter value is no secret, and masking it would blank half the log."""

MASK = "***"


class SecretMask:
    """Replaces known secret values, in the spellings they take on the way into a message, and the
    user part of any URL."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.learn(values)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> "SecretMask":
        """Masks the values of variables whose names say that they are secret."""
        return cls(value for name, value in environment.items() if _NAME.search(name))

    def learn(self, values: Iterable[str]) -> None:
        """Mask these from now on as well: a secret that was decrypted, or has come to be."""
        new = {value for value in values if len(value) >= SHORTEST} - self._values
        if not new:
            return
        self._values |= new
        spelled = {spelling for value in self._values for spelling in spellings(value)}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(spelling) for spelling in longest_first))

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _IN_URL.sub(MASK, text)


def spellings(value: str) -> Iterator[str]:
    """The value as it is, as a URL, JSON and Python write it, and as hex and base64."""
    raw = value.encode()
    yield value
    yield quote(value, safe="")
    yield quote(value)
    yield quote(value, safe=_KEPT_IN_PATHS)
    yield json.dumps(value)[1:-1]
    yield repr(value)[1:-1]
    yield raw.hex()
    yield raw.hex().upper()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            # Within a longer text: the characters that also hold a neighbour's bits are left out.
            encoded = encode(bytes(offset) + raw).decode()
            yield encoded[(0, 2, 3)[offset] : len(encoded) - (0, 3, 2)[(offset + len(raw)) % 3]]
