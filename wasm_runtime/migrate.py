"""Brings a document of an older schema to this one, step by step; a newer one is refused."""

from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Map

from wasm_runtime.contracts import document as names
from wasm_runtime.errors import NotebookFormatError
from wasm_runtime.json_values import plain


def migrate(doc: "Doc[Any]") -> None:
    """Raises NotebookFormatError for a document that is newer, or is none."""
    meta: Map[Any] = doc.get(names.ROOT_META, type=Map)
    version = plain(meta.get("schema_version"))
    if version == names.SCHEMA_VERSION:
        return
    if not isinstance(version, int) or version not in _STEPS:
        raise NotebookFormatError(
            f"expected a document of version {names.SCHEMA_VERSION}, got {version!r}",
            hint="It was written by a newer version of wasm-runtime, or is no notebook.",
        )
    with doc.transaction():
        for older in range(version, names.SCHEMA_VERSION):
            _STEPS[older](doc)
            meta["schema_version"] = older + 1


def _counts_beside_outputs(doc: "Doc[Any]") -> None:
    """1 to 2: the execution counts leave the cells. Two peers that do it at once write the same."""
    cells: Map[Any] = doc.get(names.ROOT_CELLS, type=Map)
    counts: Map[Any] = doc.get(names.ROOT_EXECUTION_COUNTS, type=Map)
    for id, fields in cells.items():
        if not isinstance(fields, Map) or "execution_count" not in fields:
            continue
        count = plain(fields["execution_count"])
        if isinstance(count, int):
            counts[id] = count
        del fields["execution_count"]


_STEPS: dict[int, Callable[["Doc[Any]"], None]] = {1: _counts_beside_outputs}
