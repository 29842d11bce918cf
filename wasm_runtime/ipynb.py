""".ipynb in and out (nbformat 4; 3 is read), losing nothing that is not understood here."""

import json
from typing import Any

from wasm_runtime.blobs import NO_BLOBS, Blobs, whole
from wasm_runtime.cell import Cell, CellContent, joined
from wasm_runtime.contracts.document import STREAM_OMITTED
from wasm_runtime.errors import NotebookFormatError
from wasm_runtime.magics import source_to_run, without_magic
from wasm_runtime.nbformat3 import upgrade_from_3
from wasm_runtime.notebook import Notebook

_TOP_KEYS = frozenset({"cells", "metadata", "nbformat", "nbformat_minor"})
_CELL_KEYS = frozenset(
    {"id", "cell_type", "source", "metadata", "attachments", "outputs", "execution_count"}
)
_KNOWN_TYPES = frozenset({"code", "markdown", "raw"})
_SPLIT_MIME_TYPES = frozenset({"application/javascript", "image/svg+xml"})


def read_ipynb(text: str) -> Notebook:
    """The notebook in an .ipynb file. Raises NotebookFormatError."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookFormatError(
            f"expected a notebook in JSON: {error}", hint="Is it an .ipynb file, and whole?"
        ) from error
    plain = _as_version_4(plain)
    notebook = Notebook.create()
    cells = plain.get("cells", [])
    if not isinstance(cells, list):
        raise NotebookFormatError(f"cells: expected a list, got {type(cells).__name__}")
    metadata = _object(plain.get("metadata", {}), "metadata")
    minor = plain.get("nbformat_minor")
    with notebook.transaction():
        if isinstance(minor, int) and minor > notebook.nbformat_minor:
            notebook.nbformat_minor = minor  # its cells may hold what 4.5 does not allow
        for key, value in metadata.items():
            notebook.set_metadata(key, value)
        if unknown := {k: v for k, v in plain.items() if k not in _TOP_KEYS}:
            notebook.set_unknown(unknown)
        notebook.append_cells([_content(cell, i) for i, cell in enumerate(cells)])
    return notebook


def write_ipynb(notebook: Notebook, blobs: Blobs = NO_BLOBS) -> str:
    """The text of the .ipynb file: nbformat 4, laid out as Jupyter does it.

    Large values that stand beside the document are read from `blobs`. Raises BlobMissing.
    """
    plain = to_ipynb(notebook, blobs)
    return json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def to_ipynb(notebook: Notebook, blobs: Blobs = NO_BLOBS) -> dict[str, Any]:
    """The whole notebook as nbformat 4. Raises BlobMissing."""
    return {
        **notebook.unknown,
        "cells": [
            _file_cell(cell, f"cell {number}", blobs)
            for number, cell in enumerate(notebook.cells, start=1)
        ],
        "metadata": notebook.metadata,
        "nbformat": 4,
        "nbformat_minor": notebook.nbformat_minor,
    }


def _as_version_4(plain: Any) -> dict[str, Any]:
    whole = _object(plain, "notebook")
    version = whole.get("nbformat")
    if version == 3:
        return upgrade_from_3(whole)
    if version != 4:
        raise NotebookFormatError(
            f"nbformat: expected 3 or 4, got {version!r}",
            hint="Open it in Jupyter and save it again, which writes format 4.",
        )
    return whole


def _content(cell: Any, index: int) -> CellContent:
    where = f"cell {index + 1}"
    cell = _object(cell, where)
    kind = cell.get("cell_type")
    if kind == "heading":  # nbformat 3's, which some files of 4.0 still have
        kind = "markdown"
    if not isinstance(kind, str):
        raise NotebookFormatError(f"{where}: expected a cell_type, got {kind!r}")
    outputs = cell.get("outputs", []) if kind == "code" else []
    if not isinstance(outputs, list):
        raise NotebookFormatError(f"{where}: outputs must be a list")
    attachments = cell.get("attachments")
    id, count = cell.get("id"), cell.get("execution_count")
    known = _CELL_KEYS if kind == "code" else _CELL_KEYS - {"outputs", "execution_count"}
    source = joined(cell.get("source"))
    metadata = _object(cell.get("metadata", {}), f"{where}: metadata")
    if kind == "code":
        source, metadata = without_magic(source, metadata)
    return CellContent(
        cell_type=kind,
        source=source,
        id=id if isinstance(id, str) else None,
        metadata=metadata,
        attachments=_object(attachments, f"{where}: attachments") if attachments else None,
        outputs=[_object(output, f"{where}: output") for output in outputs],
        execution_count=count if isinstance(count, int) else None,
        unknown={key: value for key, value in cell.items() if key not in known},
    )


def _file_cell(cell: Cell, where: str, blobs: Blobs) -> dict[str, Any]:
    if cell.stored_type not in _KNOWN_TYPES:
        # Of a future format: written as it came, with no field that it may not have.
        source = {"source": split_lines(cell.source)} if cell.source else {}
        return {
            "metadata": cell.metadata,
            **source,
            **cell.unknown,
            "id": cell.id,
            "cell_type": cell.stored_type,
        }
    written: dict[str, Any] = {
        **cell.unknown,
        "id": cell.id,
        "cell_type": cell.stored_type,
        "metadata": cell.metadata,
        "source": split_lines(source_to_run(cell)),
    }
    if cell.attachments is not None:
        written["attachments"] = cell.attachments
    if cell.cell_type == "code":
        written["execution_count"] = cell.execution_count
        written["outputs"] = [_file_output(output, where, blobs) for output in cell.outputs]
    return written


def _file_output(output: dict[str, Any], where: str, blobs: Blobs) -> dict[str, Any]:
    kept = {key: value for key, value in output.items() if key != "transient"}
    if kept.get("output_type") == "stream":
        kept.pop(STREAM_OMITTED, None)
        kept["text"] = split_lines(joined(kept.get("text")))
    if isinstance(kept.get("data"), dict):
        kept["data"] = {
            mime: _file_value(mime, whole(value, blobs, f"{where}, {mime}"))
            for mime, value in kept["data"].items()
        }
    return kept


def _file_value(mime: str, value: Any) -> Any:
    is_text = mime.startswith("text/") or mime in _SPLIT_MIME_TYPES
    return split_lines(value) if is_text and isinstance(value, str) else value


def split_lines(text: str) -> list[str]:
    """`text` cut after each line feed, as nbformat stores text on disk."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotebookFormatError(f"{where}: expected an object, got {type(value).__name__}")
    return value
