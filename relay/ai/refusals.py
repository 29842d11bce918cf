"""What a provider's error means, in words that repeat no secret."""

import json
import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

from .declaration import Provider
from .errors import AiError, ModelBusy, ProviderFailed, ProviderRefused

_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|key|AIza)[-_A-Za-z0-9*.]{6,}")
"""Providers repeat a wrong key in part, as its owner would recognise it."""
_MAX_WORDS = 1000
_DEFAULT_WAIT_SECONDS = 5
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_OURS = frozenset({400, 404, 413, 422})
"""Statuses that are about the request, and for whoever sent it to mend."""


def failure_of(
    provider: Provider,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    mask: Callable[[str], str],
) -> AiError:
    """The error to tell for an answer that is none."""
    if status == 429:
        wait = retry_after_seconds(headers)
        return ModelBusy(
            f"{provider.name} has had too many requests.",
            max(1, round(_DEFAULT_WAIT_SECONDS if wait is None else wait)),
        )
    if status in (401, 403):
        return ProviderFailed(
            f"{provider.name} does not take the relay's key for this.",
            hint="Whoever runs the relay can see why in its audit log, and renew the key.",
        )
    if 300 <= status < 400:
        return ProviderFailed(f"{provider.name} sends on to another address, which is not asked.")
    if status in _OURS:
        words = _words_in(body)
        shown = _KEY_LIKE.sub("***", mask(words))[:_MAX_WORDS]
        return ProviderRefused(f"{provider.name}: {shown or 'the request is wrong'}", status)
    return ProviderFailed(f"{provider.name} failed (status {status}).", hint="Try again later.")


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long a provider asks to wait; None when it does not say."""
    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"\d{1,9}(\.\d+)?", milliseconds):
        return float(milliseconds) / 1000
    text = headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _words_in(body: bytes) -> str:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    # Gemini's door answers with a list of one.
    found = found[0] if isinstance(found, list) and found else found
    error = found.get("error") if isinstance(found, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    return words if isinstance(words, str) else ""
