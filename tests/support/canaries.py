"""Secrets that the tests give to their relays, made so that one is found wherever it comes out."""

import base64

MARK = "wrtCanary5Qz"
"""What each begins with: one search finds them all. Letters and digits, which nothing escapes."""


def canary(kind: str) -> str:
    """A secret of this kind, with what URLs, JSON and shells have to escape."""
    return f"{MARK}-{kind}-'/+"


SECRET_KEY = base64.urlsafe_b64encode(f"{MARK} of the store".encode().ljust(32, b".")).decode()
"""A key of a secret store, as the setting takes it."""

PLANTED = {
    "WASM_RUNTIME_SECRET_PLANTED": canary("secret"),
    "WASM_RUNTIME_METRICS_TOKEN": f"{MARK}-metrics-token",
    "OTHER_SERVICE_API_KEY": canary("other-service"),
}
"""In the environment of every relay that the tests start."""
