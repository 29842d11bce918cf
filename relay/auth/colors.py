"""The colour in which others see somebody."""

import hashlib

_COLORS = (
    "#c2410c", "#b45309", "#4d7c0f", "#15803d", "#0f766e", "#0e7490",
    "#0369a1", "#1d4ed8", "#6d28d9", "#a21caf", "#be185d", "#be123c",
)  # fmt: skip
"""Middle tones: with the page's own mixing they are legible on light and on dark."""


def color_of(user_id: str) -> str:
    """Always the same for the same person."""
    return _COLORS[hashlib.blake2b(user_id.encode(), digest_size=1).digest()[0] % len(_COLORS)]
