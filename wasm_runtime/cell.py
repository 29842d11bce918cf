"""One cell of the document: a view over its shared fields, and what a new one starts with."""

from dataclasses import dataclass, field
from typing import Any

from pycrdt import Array, Map, Text

from wasm_runtime.contracts import document as names
from wasm_runtime.json_values import plain, storable, well_formed


@dataclass(frozen=True, kw_only=True)
class CellContent:
    """What a new cell starts with; the JSON values are as in an .ipynb file."""

    cell_type: str = "code"
    """code, markdown or raw; a type of the future is kept, and treated as raw."""
    source: str = ""
    id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None
    unknown: dict[str, Any] = field(default_factory=dict)


class Cell:
    """One cell of a notebook: a view that reads and writes its shared fields."""

    def __init__(
        self, id: str, fields: "Map[Any]", outputs: "Map[Any]", counts: "Map[Any]"
    ) -> None:
        self.id = id
        self._fields = fields
        self._outputs = outputs
        self._counts = counts

    @property
    def cell_type(self) -> names.CellType:
        kind = self._fields.get(names.CELL_TYPE)
        return kind if kind in ("code", "markdown") else "raw"

    @property
    def stored_type(self) -> str:
        """The type as the file has it."""
        return str(self._fields.get(names.CELL_TYPE))

    @property
    def order(self) -> str:
        return str(self._fields.get(names.CELL_ORDER) or "")

    @property
    def source(self) -> str:
        return str(self._fields[names.CELL_SOURCE])

    def edit(self, source: str, edited_by: str) -> None:
        """Changes only what differs, so that what others type elsewhere in it stays."""
        text = self._fields[names.CELL_SOURCE]
        # pycrdt counts bytes of UTF-8.
        before, after = str(text).encode(), well_formed(source).encode()
        start, end = _common_ends(before, after)
        with text.doc.transaction():
            del text[start : len(before) - end]
            text.insert(start, after[start : len(after) - end].decode())
            self.edited_by = edited_by

    @property
    def edited_by(self) -> str | None:
        """The id of the user who last changed the source."""
        user = self._fields.get(names.CELL_EDITED_BY)
        return user if isinstance(user, str) else None

    @edited_by.setter
    def edited_by(self, user_id: str) -> None:
        self._fields[names.CELL_EDITED_BY] = user_id

    @property
    def content(self) -> CellContent:
        """All of it, as it is now."""
        return CellContent(
            cell_type=self.stored_type,
            source=self.source,
            id=self.id,
            metadata=self.metadata,
            attachments=self.attachments,
            outputs=self.outputs,
            execution_count=self.execution_count,
            unknown=self.unknown,
        )

    @property
    def metadata(self) -> dict[str, Any]:
        metadata = self._fields.get(names.CELL_METADATA)
        return plain(metadata.to_py()) if isinstance(metadata, Map) else {}

    @property
    def tags(self) -> list[str]:
        tags = self.metadata.get("tags")
        return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []

    @property
    def attachments(self) -> dict[str, Any] | None:
        attachments = plain(self._fields.get(names.CELL_ATTACHMENTS))
        return attachments if isinstance(attachments, dict) else None

    @property
    def unknown(self) -> dict[str, Any]:
        unknown = plain(self._fields.get(names.CELL_UNKNOWN))
        return unknown if isinstance(unknown, dict) else {}

    @property
    def execution_count(self) -> int | None:
        count = plain(self._counts.get(self.id))
        return count if isinstance(count, int) else None

    @execution_count.setter
    def execution_count(self, count: int | None) -> None:
        if count is not None:
            self._counts[self.id] = count
        elif self.id in self._counts:
            del self._counts[self.id]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """nbformat outputs; `transient` appears only while the document lives."""
        array = self._outputs.get(self.id)
        return [plain(output) for output in array.to_py() or []] if isinstance(array, Array) else []

    def append_stream(self, name: str, text: str) -> None:
        """Adds to the last output when it is the same stream, else begins a new one."""
        array = self._array()
        last = array[len(array) - 1] if len(array) else None
        if isinstance(last, Map) and last.get("name") == name:
            # Bound first: `last["text"] += text` would empty the text.
            shared = last["text"]
            shared += well_formed(text)
            return
        array.append(stored_output({"output_type": "stream", "name": name, "text": text}))

    def append_output(self, output: dict[str, Any]) -> None:
        self._array().append(stored_output(output))

    def replace_output(self, index: int, output: dict[str, Any]) -> None:
        array = self._array()
        del array[index]
        array.insert(index, stored_output(output))

    def clear_outputs(self) -> None:
        self._outputs[self.id] = Array([])

    def _array(self) -> "Array[Any]":
        if not isinstance(self._outputs.get(self.id), Array):
            self._outputs[self.id] = Array([])
        array: Array[Any] = self._outputs[self.id]
        return array


def _common_ends(before: bytes, after: bytes) -> tuple[int, int]:
    """How many bytes two texts have in common at the start, and then at the end; no character is
    cut in two."""
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    while start and any(_is_inside(text, start) for text in (before, after)):
        start -= 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    while end and any(_is_inside(text, len(text) - end) for text in (before, after)):
        end -= 1
    return start, end


def _is_inside(text: bytes, at: int) -> bool:
    """Whether a character of UTF-8 goes on there."""
    return at < len(text) and text[at] & 0xC0 == 0x80


def stored_output(output: dict[str, Any]) -> Any:
    """A stream as a map whose text can grow; every other output as one JSON value."""
    if output.get("output_type") != "stream":
        return storable(output)
    fields = {key: storable(value) for key, value in output.items() if key != "text"}
    return Map({"name": "stdout", **fields, "text": Text(well_formed(joined(output.get("text"))))})


def joined(value: Any) -> str:
    """nbformat's multi-line strings: one string, or a list of its parts."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
