"""The relay's HTTP: paths, bodies, and the one shape of an error."""

from dataclasses import dataclass
from typing import Literal

from .access import Role

ENVIRONMENTS_PATH = "environments.json"
STORE_PATH = "store"
INDEX_PATH = "index/simple"
INDEX_FILES_PATH = "index/files"
HEALTH_PATH = "health"
METRICS_PATH = "metrics"
SNAPSHOT_REFUSALS_PATH = "snapshot-refusals"

ROOMS_PATH = "rooms"
"""`rooms/{document_id}` is a WebSocket that speaks y-protocols 0 (sync) and 1 (awareness), and
under GET a RoomStatus; DELETE, by an owner, ends the document for everybody (204): its edits, past,
blobs, members and links go, sockets are closed with CLOSE_DELETED, and so is whoever comes with it
again. For each sync step 2 and update that a client sends, the relay sends back,
in their order and once it is on disk, an update that changes nothing (the bytes 0 2 2 0 0): a
client that counts them knows what is saved, and to any other they are nothing. Whatever else the
relay sends is on disk already. `?epoch=` names the client's document: the first to come decides,
another one is closed with CLOSE_EPOCH_DIFFERS."""
LAST_GOOD_STATE = "last-good-state"
"""`rooms/{document_id}/last-good-state`: GET is one Yjs update; POST reopens a quarantined
document from it."""
BLOBS = "blobs"
"""`rooms/{document_id}/blobs/{sha256}`: PUT keeps the body beside the document (204; 400 when its
hash is another one, 413 when it or all of them together are too large); GET is the body, which
never changes. A blob is to be put before the document refers to it."""
BLOB_ID_PATTERN = "^[0-9a-f]{64}$"
HISTORY = "history"
"""`rooms/{document_id}/history` is a History; `rooms/{document_id}/history/{sequence}` the document
as it was after that edit, one Yjs update; 404 when that point is not kept any more."""
DOCUMENT_ID_PATTERN = "^[A-Za-z0-9_-]{1,128}$"
EPOCH_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
SYNC_SUBPROTOCOL = "wasm-runtime.sync.v1"
"""Offered by our page; a client that offers none is spoken to all the same."""
UPDATE_PART_BYTES = 1024 * 1024
"""Every relay takes an update of this size in one message; our page sends a larger one in parts."""

# y-websocket does not come back after a code of 4400 to 4499; after any other it does.
CLOSE_RESTART = 1012
CLOSE_TRY_AGAIN = 1013
CLOSE_ROLE_CHANGED = 4303
"""Come back: what you may do here is another than when you came."""
CLOSE_BAD_MESSAGE = 4400
CLOSE_NOT_SIGNED_IN = 4401
"""No session, or not any more: sign in, then come back."""
CLOSE_NOT_ALLOWED = 4403
CLOSE_EPOCH_DIFFERS = 4409
CLOSE_DELETED = 4410
"""An owner has deleted the document, for good: keep what you have under a new id, or let it go."""
CLOSE_TOO_LARGE = 4413
CLOSE_QUARANTINED = 4423
CLOSE_VERSION_UNKNOWN = 4426
CLOSE_STORE_UNAVAILABLE = 4503
CLOSE_NOT_SAVED = 4507
"""The store did not take an edit: come back and send it again, as sync step 2 does by itself."""

ErrorCode = Literal[
    "bad_request",
    "not_found",
    "not_signed_in",
    "not_allowed",
    "too_large",
    "too_many_requests",
    "timeout",
    "upstream_failed",
    "unavailable",
    "internal",
    "contract_mismatch",
    "environment_missing",
    "environment_broken",
    "download_failed",
    "hash_mismatch",
    "disk_full",
    "wheel_unusable",
    "kernel_start_failed",
    "kernel_died",
    "network_refused",
    "document_damaged",
]


@dataclass(frozen=True, kw_only=True)
class ErrorBody:
    """What went wrong: what was expected, what came, and in `hint` what to do."""

    code: ErrorCode
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Health:
    """What `/health` answers."""

    status: Literal["ok", "starting", "stopping"]
    version: str
    contract_version: int
    uptime_seconds: float
    memory_bytes: int


@dataclass(frozen=True, kw_only=True)
class RoomStatus:
    """What `rooms/{document_id}` answers: which document lives there, and how far it is kept."""

    document_id: str
    epoch: str
    sequence: int
    role: Role
    """What the asker may do there."""
    damage: str | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """A stretch of edits without a long pause between them."""

    first: int
    last: int
    """Sequences; what is between them is part of the entry."""
    started_at: float
    ended_at: float
    """Seconds since 1970 on the relay's clock."""
    authors: list[str]
    """User ids, in the order in which they first wrote."""
    is_thinned: bool
    """Whether only `last` can still be read, not each edit before it."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What `rooms/{document_id}/history` answers, the oldest entry first."""

    entries: list[HistoryEntry]
