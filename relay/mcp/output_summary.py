"""Outputs as a model reads them: bounded, without colours and without markup, images apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wasm_runtime.cell import joined
from wasm_runtime.contracts.document import BLOB_KEY

from .bounded_text import bounded, plain_text
from .tool import Image

IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
MAX_IMAGE_CHARACTERS = 2 * 1024 * 1024
"""Of base64: above it a model's provider would refuse it too."""
_TEXT_TYPES = ("text/plain", "text/markdown", "text/latex", "application/json", "text/html")
"""What is shown of an output that has several: the first of these."""
_MAX_OUTPUTS = 50
_TRACEBACK_LINES = 60


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Characters of one cell's outputs; images are counted over a whole answer."""

    characters: int = 4_000
    images: int = 0


@dataclass
class Summary:
    """Of the outputs of one cell."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)


def summary_of(outputs: Iterable[dict[str, Any]], bounds: Bounds) -> Summary:
    """What a model is shown of nbformat outputs; whatever peers wrote there, it raises nothing."""
    summary = Summary()
    room = bounds.characters
    for number, output in enumerate(outputs):
        if number == _MAX_OUTPUTS:
            summary.outputs.append({"type": "note", "text": "[… more outputs left out …]"})
            break
        shown = _shown(output, max(room, 200), summary.images, bounds.images)
        room -= sum(len(value) for value in shown.values() if isinstance(value, str))
        summary.outputs.append(shown)
    return summary


def _shown(
    output: dict[str, Any], most: int, images: list[Image], most_images: int
) -> dict[str, Any]:
    match output.get("output_type"):
        case "stream":
            text = plain_text(joined(output.get("text")))
            return {"type": str(output.get("name") or "stdout"), "text": bounded(text, most)}
        case "error":
            return {"type": "error", **error_of(output, most)}
        case "display_data" | "execute_result" as kind:
            data = output.get("data")
            kind = "result" if kind == "execute_result" else "display"
            return {"type": kind, **_of_bundle(data, most, images, most_images)}
    return {"type": "unknown"}


def error_of(output: dict[str, Any], most: int) -> dict[str, Any]:
    """The error's name and words, and the end of its traceback."""
    lines = output.get("traceback")
    traceback = plain_text("\n".join(map(str, lines)) if isinstance(lines, list) else "")
    end = "\n".join(traceback.splitlines()[-_TRACEBACK_LINES:])
    return {
        "name": bounded(str(output.get("ename") or ""), 200),
        "message": bounded(plain_text(str(output.get("evalue") or "")), most // 2),
        "traceback": bounded(end, most),
    }


def _of_bundle(data: Any, most: int, images: list[Image], most_images: int) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {"text": ""}
    shown: dict[str, Any] = {}
    for mime in IMAGE_TYPES:
        value = data.get(mime)
        if isinstance(value, str) and len(value) <= MAX_IMAGE_CHARACTERS:
            if len(images) < most_images:
                images.append(Image(mime=mime, base64="".join(value.split())))
                shown["image"] = f"{mime}, image {len(images)} of this cell"
            else:
                shown["image"] = f"{mime}, {len(value) * 3 // 4} bytes, not sent"
            break
        if value is not None:
            shown["image"] = f"{mime}, too large to be sent"
            break
    text = next((data[mime] for mime in _TEXT_TYPES if mime in data), None)
    if isinstance(text, list):
        text = joined(text)
    if isinstance(text, str):
        shown["text"] = bounded(plain_text(text), most)
    elif isinstance(text, dict) and BLOB_KEY in text:
        shown["text"] = "[a large value, kept beside the notebook]"
    elif text is not None:
        shown["text"] = bounded(repr(text), most)
    if "text" not in shown and "image" not in shown:
        shown["text"] = f"[{', '.join(sorted(map(str, data)))[:200]}]"
    return shown
