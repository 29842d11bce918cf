"""Which paths there are within a storage."""

from unicodedata import category

from .errors import BadPath

_MAX_BYTES = 1024
"""Of a key in S3, whose bound is the smallest."""
_MAX_PART_BYTES = 255
"""Of a file's name on a disk."""


def checked_path(path: str) -> str:
    """`path` itself. Raises BadPath unless it names something strictly below the root."""
    if not is_path(path):
        raise BadPath(
            f"{path[:200]!r} is no path of a file in a storage.",
            "A path such as trips/2026/may.csv has no leading /, no empty part, no . or .., no \\ "
            "and no control character.",
        )
    return path


def checked_folder(path: str) -> str:
    """As `checked_path`; the root is ''."""
    return path and checked_path(path)


def is_path(path: str) -> bool:
    try:
        length = len(path.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return length <= _MAX_BYTES and all(map(_is_part, path.split("/")))


def _is_part(part: str) -> bool:
    if part in ("", ".", "..") or len(part.encode()) > _MAX_PART_BYTES:
        return False
    # U+FFFD stands for bytes that were no UTF-8: which ones, nobody can tell any more.
    return not any(letter in "\\\ufffd" or category(letter) == "Cc" for letter in part)
