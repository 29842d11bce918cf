"""Large values kept beside a document, by their hash: which stay, and which go."""

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

GRACE_SECONDS = 3600.0
"""A blob is put before the document refers to it, perhaps from a bad line: so long it waits."""
_REFERENCE = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob without its content."""

    sha256: str
    size: int
    """Bytes."""
    put_at: float
    """Seconds since 1970; putting it again renews it."""


class BlobStore(Protocol):
    """Called from any thread. Every method raises StoreFault."""

    def put(self, document_id: str, sha256: str, content: bytes, now: float) -> None:
        """It is on disk when this returns."""

    def get(self, document_id: str, sha256: str) -> bytes | None:
        """The content as it is stored, which may be damaged."""

    def blobs(self, document_id: str) -> Sequence[Blob]:
        """All of a document's."""

    def drop(self, document_id: str, hashes: Collection[str], put_before: float) -> None:
        """Delete those of them that were not put again since."""

    def forget(self, document_id: str) -> None:
        """Delete all of a document's."""

    def close(self) -> None:
        """Let go of files and connections."""


def references(contents: Iterable[bytes]) -> set[str]:
    """The hashes that stand in encoded documents.

    A string value is encoded whole and in UTF-8, so a hash that is referred to is found; what looks
    like one only keeps a blob for longer.
    """
    return {found.decode() for content in contents for found in _REFERENCE.findall(content)}


def unneeded(blobs: Iterable[Blob], needed: Collection[str], put_before: float) -> list[Blob]:
    """What may go, the oldest first."""
    free = [blob for blob in blobs if blob.sha256 not in needed and blob.put_at < put_before]
    return sorted(free, key=lambda blob: blob.put_at)


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class MemoryBlobs:
    """The blob store without a disk."""

    def __init__(self) -> None:
        self._blobs: dict[tuple[str, str], tuple[bytes, float]] = {}

    def put(self, document_id: str, sha256: str, content: bytes, now: float) -> None:
        self._blobs[document_id, sha256] = content, now

    def get(self, document_id: str, sha256: str) -> bytes | None:
        return self._blobs.get((document_id, sha256), (None,))[0]

    def blobs(self, document_id: str) -> Sequence[Blob]:
        return [
            Blob(sha256, len(content), put_at)
            for (name, sha256), (content, put_at) in list(self._blobs.items())
            if name == document_id
        ]

    def drop(self, document_id: str, hashes: Collection[str], put_before: float) -> None:
        for blob in self.blobs(document_id):
            if blob.sha256 in hashes and blob.put_at < put_before:
                del self._blobs[document_id, blob.sha256]

    def forget(self, document_id: str) -> None:
        for blob in self.blobs(document_id):
            del self._blobs[document_id, blob.sha256]

    def close(self) -> None:
        """Nothing is held open."""
