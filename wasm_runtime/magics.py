"""Cells in another language: in a file, and for the kernel, their source stands below a magic."""

import re
from typing import Any

from wasm_runtime.cell import Cell
from wasm_runtime.contracts.document import METADATA_NAMESPACE

MAGIC_LANGUAGES = ("sql", "ai", "html")
_ARGUMENTS = "arguments"
"""Key beside `language`: what stands behind the magic's name, such as a connection."""
_MAGIC = re.compile(r"%%(?P<name>\w+)[ \t]*(?P<given>[^\n]*)(?:\n(?P<body>.*))?", re.DOTALL)


def source_to_run(cell: Cell) -> str:
    """What the kernel runs, and what a file holds."""
    ours = cell.metadata.get(METADATA_NAMESPACE)
    language = ours.get("language") if isinstance(ours, dict) else None
    if cell.cell_type != "code" or language not in MAGIC_LANGUAGES:
        return cell.source
    given = ours.get(_ARGUMENTS) if isinstance(ours, dict) else None
    words = f" {given}" if isinstance(given, str) and given else ""
    return f"%%{language}{words}\n{cell.source}"


def without_magic(source: str, metadata: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A file's code cell as the document keeps it: our magic's line becomes metadata."""
    ours = metadata.get(METADATA_NAMESPACE)
    if not isinstance(ours, dict) or ours.get("language") not in MAGIC_LANGUAGES:
        return source, metadata
    rest = {key: value for key, value in ours.items() if key not in ("language", _ARGUMENTS)}
    found = _MAGIC.fullmatch(source)
    if found is None or found["name"] != ours["language"]:
        return source, {**metadata, METADATA_NAMESPACE: rest}
    kept = {**rest, "language": ours["language"]}
    if found["given"]:
        kept[_ARGUMENTS] = found["given"]
    return found["body"] or "", {**metadata, METADATA_NAMESPACE: kept}
