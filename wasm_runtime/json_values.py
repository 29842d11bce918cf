"""JSON values on their way into a CRDT document and out of it."""

import math
from typing import Any

from wasm_runtime.errors import NotebookFormatError

_MAX_DEPTH = 128
"""pycrdt's native code overflows the stack, and ends the process, on deeply nested values."""
_MAX_INT64 = 2**63 - 1
_MAX_EXACT_FLOAT = 2.0**53


def storable(value: Any, depth: int = 0) -> Any:
    """`value` as the document can hold it. Raises NotebookFormatError when nested too deeply."""
    if depth > _MAX_DEPTH:
        raise NotebookFormatError(f"expected JSON nested at most {_MAX_DEPTH} deep, got more")
    match value:
        case bool() | None:
            return value
        case int():
            return value if -_MAX_INT64 <= value <= _MAX_INT64 else float(value)
        case str():
            return well_formed(value)
        case list():
            return [storable(item, depth + 1) for item in value]
        case dict():
            return {well_formed(k): storable(item, depth + 1) for k, item in value.items()}
    return value


def well_formed(text: str) -> str:
    """Half a surrogate pair cannot be encoded; Yjs would replace it too."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def plain(value: Any) -> Any:
    """A value of the document as JSON: there all numbers are floats, as in JavaScript."""
    match value:
        case float() if math.isfinite(value) and value.is_integer():
            return int(value) if abs(value) <= _MAX_EXACT_FLOAT else value
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
    return value
