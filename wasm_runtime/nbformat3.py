"""nbformat 3 as nbformat 4: worksheets become one list of cells, outputs get MIME types."""

from typing import Any

_MIME_TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "pdf": "application/pdf",
}


def upgrade_from_3(plain: dict[str, Any]) -> dict[str, Any]:
    """The same notebook in format 4; keys that neither format names are kept."""
    sheets = plain.get("worksheets")
    cells = [
        cell
        for sheet in (sheets if isinstance(sheets, list) else [])
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        for cell in sheet["cells"]
    ]
    metadata = plain.get("metadata")
    rest = {k: v for k, v in plain.items() if k not in ("worksheets", "orig_nbformat")}
    return {
        **rest,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": [_cell(cell) for cell in cells],
    }


def _cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell  # the reader of format 4 says what is wrong with it
    kind = cell.get("cell_type")
    if kind == "heading":
        level = cell.get("level")
        marks = "#" * (level if isinstance(level, int) else 1)
        text = " ".join(_text(cell.get("source")).splitlines())
        rest = {k: v for k, v in cell.items() if k not in ("level", "source")}
        return {**rest, "cell_type": "markdown", "source": f"{marks} {text}"}
    if kind == "html":
        return {**cell, "cell_type": "markdown"}
    if kind != "code":
        return cell
    moved = ("input", "prompt_number", "outputs", "language", "collapsed")
    metadata = dict(cell["metadata"]) if isinstance(cell.get("metadata"), dict) else {}
    if "collapsed" in cell:
        metadata["collapsed"] = cell["collapsed"]
    outputs = cell.get("outputs")
    return {
        **{key: value for key, value in cell.items() if key not in moved},
        "metadata": metadata,
        "source": cell.get("input", ""),
        "execution_count": cell.get("prompt_number"),
        "outputs": [_output(o) for o in outputs] if isinstance(outputs, list) else [],
    }


def _output(output: Any) -> Any:
    if not isinstance(output, dict):
        return output
    kind = output.get("output_type")
    if kind == "stream":
        rest = {key: value for key, value in output.items() if key != "stream"}
        return {**rest, "name": output.get("stream", "stdout")}
    if kind == "pyerr":
        return {**output, "output_type": "error"}
    if kind not in ("pyout", "display_data"):
        return output
    bundle = {mime: output[short] for short, mime in _MIME_TYPES.items() if short in output}
    rest = {key: v for key, v in output.items() if key not in {*_MIME_TYPES, "prompt_number"}}
    metadata = output.get("metadata")
    upgraded = {**rest, "data": bundle, "metadata": metadata if isinstance(metadata, dict) else {}}
    if kind == "pyout":
        count = output.get("prompt_number")
        return {**upgraded, "output_type": "execute_result", "execution_count": count}
    return upgraded


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")
