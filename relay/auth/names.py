"""What people may call themselves."""

import unicodedata

from wasm_runtime.contracts.access import MAX_NAME_CHARACTERS


def shown_name(name: str) -> str:
    """A name as others may see it: printable, in one line, not too long."""
    printable = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS] or "Guest"
