"""Editing a cell's shared text: the result is what was meant, and what others wrote stays."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc

from wasm_runtime.cell import CellContent
from wasm_runtime.notebook import Notebook

# Few letters, of one to four bytes of UTF-8, so that ends are often alike but for a part.
TEXTS = st.text(alphabet="aé€😀😁\n", max_size=12)


def notebook_of(*sources: str) -> Notebook:
    notebook = Notebook.create()
    notebook.append_cells([CellContent(source=source) for source in sources])
    return notebook


@given(before=TEXTS, after=TEXTS)
def test_an_edited_cell_holds_what_was_meant(before: str, after: str) -> None:
    (cell,) = notebook_of(before).cells
    cell.edit(after, "me")
    assert (cell.source, cell.edited_by) == (after, "me")


@given(middle=TEXTS, after=TEXTS)
def test_what_another_adds_at_the_ends_stays(middle: str, after: str) -> None:
    notebook = notebook_of(f"<{middle}>")
    theirs: Doc[Any] = Doc()
    theirs.apply_update(notebook.doc.get_update())
    (their_cell,) = Notebook(theirs).cells
    their_cell.edit(f"begin <{middle}>", "another")
    their_cell.edit(f"begin <{middle}> end", "another")
    notebook.cells[0].edit(f"<{after}>", "me")
    notebook.doc.apply_update(theirs.get_update())
    assert notebook.cells[0].source == f"begin <{after}> end"


@pytest.mark.parametrize(
    ("moved", "index", "expected"),
    [(0, 0, "abc"), (0, 2, "bca"), (2, 0, "cab"), (1, 0, "bac"), (1, 2, "acb")],
)
def test_a_moved_cell_is_where_it_was_meant_to_be(moved: int, index: int, expected: str) -> None:
    notebook = notebook_of("a", "b", "c")
    notebook.move_cell(notebook.cells[moved].id, index)
    assert "".join(cell.source for cell in notebook.cells) == expected


def test_a_cell_moves_among_others_with_one_order_key() -> None:
    notebook = notebook_of("a", "b", "c")
    first = notebook.cells[0].order
    for cell in notebook.cells:
        notebook.place_cell(cell.id, first)
    last = notebook.cells[2]
    notebook.move_cell(last.id, 1)
    assert notebook.cells[1].id == last.id
