"""Documents of older versions, as both languages wrote them, and what both make of them."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map

from wasm_runtime.contracts.document import SCHEMA_VERSION
from wasm_runtime.errors import NotebookFormatError
from wasm_runtime.json_values import plain
from wasm_runtime.notebook import Notebook

VECTORS = json.loads((Path(__file__).parent / "documents.json").read_text(encoding="utf-8"))
OLD = VECTORS["from_version_1"]


def old_document(writer: str) -> "Doc[Any]":
    doc: Doc[Any] = Doc()
    doc.apply_update(base64.b64decode(OLD[writer]))
    return doc


def roots(doc: "Doc[Any]") -> dict[str, Any]:
    return {name: plain(doc.get(name, type=Map).to_py()) for name in OLD["migrated"]}


@pytest.mark.parametrize("writer", ["written_by_yjs", "written_by_pycrdt"])
def test_a_document_of_version_1_becomes_this_version_and_keeps_all_it_had(writer: str) -> None:
    notebook = Notebook(old_document(writer))
    assert roots(notebook.doc) == OLD["migrated"]
    assert [cell.execution_count for cell in notebook.cells] == [None, 7, None]


def test_two_peers_that_migrate_at_once_agree() -> None:
    here, there = (Notebook(old_document("written_by_yjs")).doc for _ in range(2))
    here.apply_update(there.get_update())
    there.apply_update(here.get_update())
    assert roots(here) == roots(there) == OLD["migrated"]


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 0, None])
def test_a_document_of_another_version_is_refused_and_left_alone(version: int | None) -> None:
    doc = old_document("written_by_yjs")
    doc.get("meta", type=Map)["schema_version"] = version
    before = doc.get_update()
    with pytest.raises(
        NotebookFormatError, match=f"expected a document of version {SCHEMA_VERSION}"
    ):
        Notebook(doc)
    assert doc.get_update() == before
