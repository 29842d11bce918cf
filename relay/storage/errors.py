"""Why a file could not be read, written or listed.

WasmRuntimeError
└── StorageError
    ├── NoSuchStorage
    ├── NotForNotebook    its owners did not choose the storage
    ├── NoSuchFile
    ├── BadPath           it is none, or a folder where a file is meant
    ├── MayNotWrite
    ├── FileChanged       it is another one than `if-match` names (412)
    ├── OutsideFile       the bytes asked for are beyond its end (416)
    ├── FileTooLarge
    ├── StorageFull
    ├── StorageTimeout
    └── StorageFailed     the store could not be reached, or refused the relay
"""

from relay.errors import RelayError

HOW_TO_DECLARE = (
    "Whoever runs this relay declares them, in the file that the setting storages names."
)


class StorageError(RelayError):
    """Carries no word that a store sent, no bucket, no folder and no secret."""


class NoSuchStorage(StorageError):
    code = "not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no storage {name[:64]!r} that you may use.", HOW_TO_DECLARE)


class NotForNotebook(StorageError):
    code = "not_allowed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"This notebook may not use the storage {name}.",
            "An owner of the notebook can choose the storage for it.",
        )


class NoSuchFile(StorageError):
    code = "not_found"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no {path[:200]!r} in this storage.")


class BadPath(StorageError):
    code = "bad_request"


class MayNotWrite(StorageError):
    code = "not_allowed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The storage {name} is only read.", "Its operator can declare may_write = true for it."
        )


class FileChanged(StorageError):
    code = "bad_request"
    status = 412

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path[:200]!r} is not as it was expected to be: it was written, made or removed "
            "meanwhile.",
            "Look at it again, then decide.",
        )


class OutsideFile(StorageError):
    code = "bad_request"
    status = 416

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes; those asked for are beyond its end.")
        self.size = size


class FileTooLarge(StorageError):
    code = "too_large"


class StorageFull(StorageError):
    code = "disk_full"


class StorageTimeout(StorageError):
    code = "timeout"


class StorageFailed(StorageError):
    code = "upstream_failed"
