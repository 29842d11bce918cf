"""The notebook as a CRDT document, laid out as `contracts/document.py` says."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fractional_indexing import FIError, generate_key_between, generate_n_keys_between
from pycrdt import Array, Doc, Map, Text

from wasm_runtime.cell import Cell, CellContent, stored_output
from wasm_runtime.contracts import document as names
from wasm_runtime.json_values import plain, storable, well_formed
from wasm_runtime.migrate import migrate
from wasm_runtime.runs import Runs


class Notebook:
    """Cells in order, their outputs and the notebook's metadata, over one document."""

    def __init__(self, doc: "Doc[Any]") -> None:
        self.doc = doc
        self._meta: Map[Any] = doc.get(names.ROOT_META, type=Map)
        self._cells: Map[Any] = doc.get(names.ROOT_CELLS, type=Map)
        self._outputs: Map[Any] = doc.get(names.ROOT_OUTPUTS, type=Map)
        self._counts: Map[Any] = doc.get(names.ROOT_EXECUTION_COUNTS, type=Map)
        migrate(doc)

    @classmethod
    def create(cls, document_id: str | None = None) -> "Notebook":
        """A notebook without cells; its id and epoch are minted here, once."""
        doc: Doc[Any] = Doc()
        meta: Map[Any] = doc.get(names.ROOT_META, type=Map)
        with doc.transaction():
            meta["schema_version"] = names.SCHEMA_VERSION
            meta["document_id"] = document_id or str(uuid.uuid4())
            meta["epoch"] = str(uuid.uuid4())
            meta["nbformat"] = 4
            meta["nbformat_minor"] = 5
            meta["metadata"] = Map({})
        return cls(doc)

    @property
    def runs(self) -> Runs:
        """Who asked for which cell, which runtime has it, and how it ended."""
        return Runs(self.doc)

    @property
    def id(self) -> str:
        return str(self._meta["document_id"])

    @property
    def metadata(self) -> dict[str, Any]:
        metadata = self._meta.get("metadata")
        return plain(metadata.to_py()) if isinstance(metadata, Map) else {}

    def set_metadata(self, key: str, value: Any) -> None:
        self._meta["metadata"][key] = storable(value)

    @property
    def nbformat_minor(self) -> int:
        """5, or the newer one of the file that the notebook was read from."""
        minor = plain(self._meta.get("nbformat_minor"))
        return minor if isinstance(minor, int) else 5

    @nbformat_minor.setter
    def nbformat_minor(self, minor: int) -> None:
        self._meta["nbformat_minor"] = minor

    @property
    def unknown(self) -> dict[str, Any]:
        """Top-level keys of the file that nbformat does not name."""
        unknown = plain(self._meta.get("unknown"))
        return unknown if isinstance(unknown, dict) else {}

    def set_unknown(self, unknown: dict[str, Any]) -> None:
        self._meta["unknown"] = storable(unknown)

    @property
    def environment(self) -> str | None:
        """The environment this notebook asks for; None means the default."""
        ours = self.metadata.get(names.METADATA_NAMESPACE)
        name = ours.get("environment") if isinstance(ours, dict) else None
        return name if isinstance(name, str) else None

    @property
    def cells(self) -> list[Cell]:
        """Sorted by order key; equal keys (two editors, one place) by id."""
        cells = [
            Cell(id, fields, self._outputs, self._counts)
            for id, fields in self._cells.items()
            if isinstance(fields, Map) and isinstance(fields.get(names.CELL_SOURCE), Text)
        ]
        return sorted(cells, key=lambda cell: (cell.order, cell.id))

    def insert_cell(self, index: int, content: CellContent) -> Cell:
        """Puts a new cell before the one now at `index`."""
        return self._add(self._key_at(self.cells, index), content)

    def move_cell(self, id: str, index: int) -> None:
        """Puts a cell before the one that is at `index` of all others."""
        others = [cell for cell in self.cells if cell.id != id]
        self.place_cell(id, self._key_at(others, index))

    def place_cell(self, id: str, order: str) -> None:
        """Gives a cell this order key."""
        self._cells[id][names.CELL_ORDER] = order

    def put_cell(self, order: str, content: CellContent) -> Cell:
        """Adds a cell with this order key, as when it had been deleted."""
        return self._add(order, content)

    def append_cells(self, contents: list[CellContent]) -> list[Cell]:
        """Adds cells at the end, in one transaction."""
        cells = self.cells
        last = cells[-1].order if cells else None
        with self.doc.transaction():
            keys = generate_n_keys_between(last, None, len(contents))
            return [self._add(key, content) for key, content in zip(keys, contents, strict=True)]

    def delete_cell(self, id: str) -> None:
        with self.doc.transaction():
            del self._cells[id]
            for results in (self._outputs, self._counts):
                if id in results:
                    del results[id]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.doc.transaction():
            yield

    def _key_at(self, cells: list[Cell], index: int) -> str:
        """An order key before the one of these cells that is at `index`."""
        before = cells[index - 1].order if index > 0 else None
        after = cells[index].order if index < len(cells) else None
        try:
            return str(generate_key_between(before, after))
        except FIError:  # equal or damaged neighbours, which any peer may have written
            keys = generate_n_keys_between(None, None, len(cells) + 1)
            key = keys.pop(index)
            for cell, fresh in zip(cells, keys, strict=True):
                self.place_cell(cell.id, fresh)
            return str(key)

    def _add(self, order: str, content: CellContent) -> Cell:
        id = content.id if content.id and content.id not in self._cells else str(uuid.uuid4())
        metadata = {key: storable(value) for key, value in content.metadata.items()}
        fields: dict[str, Any] = {
            names.CELL_ID: id,
            names.CELL_TYPE: content.cell_type,
            names.CELL_ORDER: order,
            names.CELL_SOURCE: Text(well_formed(content.source)),
            names.CELL_METADATA: Map(metadata),
        }
        if content.attachments is not None:
            fields[names.CELL_ATTACHMENTS] = storable(content.attachments)
        if content.unknown:
            fields[names.CELL_UNKNOWN] = storable(content.unknown)
        if content.cell_type == "code":
            if content.execution_count is not None:
                self._counts[id] = content.execution_count
            self._outputs[id] = Array([stored_output(output) for output in content.outputs])
        self._cells[id] = Map(fields)
        return Cell(id, self._cells[id], self._outputs, self._counts)
