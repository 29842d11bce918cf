"""What is known of a name, and inside a call the signature of the function called."""

from typing import Any

from IPython.utils.tokenutil import token_at_cursor

Inspection = tuple[dict[str, Any], str]


def inspect_code(shell: Any, source: str, cursor: int, detail_level: int = 0) -> Inspection:
    """A MIME bundle, empty when nothing is known, and the signature at the cursor or ""."""
    signature = call_signature(shell, source, cursor)
    name = token_at_cursor(source, cursor)
    data: dict[str, Any] = {}
    if name:
        try:
            data = shell.object_inspect_mime(name, detail_level=detail_level)
        except KeyError:
            data = {}
    if not data and signature:
        data = {"text/plain": signature}
    return data, signature


def call_signature(shell: Any, source: str, cursor: int) -> str:
    """`name(a, b=1)` of the innermost open call before the cursor, "" outside calls."""
    import jedi

    before = source[:cursor]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    namespaces = [shell.user_ns, shell.user_global_ns]
    found = jedi.Interpreter(source, namespaces).get_signatures(line, column)
    return found[0].to_string() if found else ""
