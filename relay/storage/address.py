"""How a file of a storage is named outside of it: storage://NAME/PATH."""

import re

from wasm_runtime.contracts.storage import STORAGE_NAME_PATTERN

from .path import is_path

SCHEME = "storage://"
_NAME = re.compile(STORAGE_NAME_PATTERN)


def parse_address(text: str) -> tuple[str, str] | None:
    """The storage's name and the path in it; None for what is no such address."""
    if not text.startswith(SCHEME):
        return None
    name, _, path = text.removeprefix(SCHEME).partition("/")
    return (name, path) if _NAME.fullmatch(name) and is_path(path) else None


def address_of(name: str, path: str) -> str:
    return f"{SCHEME}{name}/{path}"
