"""Large values that stand beside a document, put back where the document refers to them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from wasm_runtime.contracts.codec import ContractError, decode
from wasm_runtime.contracts.document import BLOB_KEY, BlobReference
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.errors import BlobMissing


class Blobs(Protocol):
    """Where a document's large values are kept, by the hash of their bytes."""

    def read(self, sha256: str) -> bytes | None:
        """None for one that is not there."""


class BlobsInMemory:
    """Those that are given; none, for a document that refers to none."""

    def __init__(self, contents: Mapping[str, bytes] | None = None) -> None:
        self._contents = contents or {}

    def read(self, sha256: str) -> bytes | None:
        return self._contents.get(sha256)


NO_BLOBS = BlobsInMemory()


def whole(value: Any, blobs: Blobs, where: str) -> Any:
    """A value of a MIME bundle itself, also where a reference stands for it.

    Raises BlobMissing for one that is not there or is another one; it says which and `where`.
    """
    reference = blob_reference(value)
    if reference is None:
        return value
    content = blobs.read(reference.sha256)
    if content is None or hashlib.sha256(content).hexdigest() != reference.sha256:
        what = "is not there" if content is None else "is damaged where it is kept"
        raise BlobMissing(
            f"{where}: the value {reference.sha256} ({reference.size} bytes) {what}.",
            hint="Run the cell again, or write the file where the notebook is open.",
        )
    return content.decode() if reference.encoding == "text" else json.loads(content)


def blob_reference(value: Any) -> BlobReference | None:
    """None for JSON of somebody's own, whatever it looks like."""
    if not isinstance(value, dict) or value.keys() != {BLOB_KEY}:
        return None
    try:
        reference: BlobReference = decode(value[BLOB_KEY], "BlobReference", CONTRACT)
    except ContractError:
        return None
    return reference
