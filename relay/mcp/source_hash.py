"""The hash by which an agent says which source of a cell it has read."""

import hashlib

LENGTH = 16
"""64 bits: against mistakes, not against somebody who looks for two sources with one hash."""


def source_hash(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
