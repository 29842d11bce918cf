"""Why the sync service refuses a message, a client or a document.

RelayError
└── SyncError               closes a client's socket with `close_code`
    ├── Malformed           bytes that are no y-protocols message, or nested too deep
    ├── MessageTooLarge
    ├── SignInNeeded        there is no session, or not any more
    ├── NotPermitted        who may says no
    ├── RoleChanged         come back: who may says something else than before
    ├── Deleted             an owner has deleted the document
    ├── EpochDiffers        the client's document is another one of the same name
    ├── Quarantined         what is stored of the document is damaged
    ├── VersionUnknown      the client speaks a later version of this wire
    ├── TooSlow             a client does not read what it is sent
    ├── NotSaved            the store did not take an edit
    ├── StoreUnavailable    the store cannot be read
    └── Restarting          the relay stops; another one may take its place
"""

from typing import ClassVar

from relay.errors import RelayError
from wasm_runtime.contracts import relay_api


class SyncError(RelayError):
    close_code: ClassVar[int] = relay_api.CLOSE_BAD_MESSAGE


class Malformed(SyncError):
    code = "bad_request"


class MessageTooLarge(SyncError):
    code = "too_large"
    close_code = relay_api.CLOSE_TOO_LARGE


class SignInNeeded(SyncError):
    code = "not_signed_in"
    close_code = relay_api.CLOSE_NOT_SIGNED_IN


class RoleChanged(SyncError):
    code = "not_allowed"
    close_code = relay_api.CLOSE_ROLE_CHANGED


class NotPermitted(SyncError):
    code = "not_allowed"
    close_code = relay_api.CLOSE_NOT_ALLOWED


class Deleted(SyncError):
    code = "not_found"
    close_code = relay_api.CLOSE_DELETED

    def __init__(self, document_id: str) -> None:
        # Short: it fits into a close frame.
        super().__init__(
            f"An owner has deleted {document_id}.",
            hint="Keep what you have of it as a copy under a new id.",
        )


class EpochDiffers(SyncError):
    code = "contract_mismatch"
    close_code = relay_api.CLOSE_EPOCH_DIFFERS


class VersionUnknown(SyncError):
    code = "contract_mismatch"
    close_code = relay_api.CLOSE_VERSION_UNKNOWN


class Quarantined(SyncError):
    """`last_good` is the newest state that could be read, as an update."""

    code = "document_damaged"
    close_code = relay_api.CLOSE_QUARANTINED

    def __init__(self, message: str, last_good: bytes, sequence: int) -> None:
        super().__init__(message, hint="Read its last good state, then reopen it from there.")
        self.last_good = last_good
        self.sequence = sequence


class TooSlow(SyncError):
    code = "unavailable"
    close_code = relay_api.CLOSE_TRY_AGAIN


class NotSaved(SyncError):
    code = "unavailable"
    close_code = relay_api.CLOSE_NOT_SAVED


class StoreUnavailable(SyncError):
    code = "unavailable"
    close_code = relay_api.CLOSE_STORE_UNAVAILABLE


class Restarting(SyncError):
    code = "unavailable"
    close_code = relay_api.CLOSE_RESTART
