"""Notebooks in and out: nothing that is not understood is lost."""

import hashlib
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Map

from wasm_runtime.blobs import BlobsInMemory
from wasm_runtime.cell import CellContent
from wasm_runtime.contracts.document import BLOB_KEY
from wasm_runtime.errors import BlobMissing, NotebookFormatError
from wasm_runtime.ipynb import read_ipynb, split_lines, to_ipynb, write_ipynb
from wasm_runtime.notebook import Notebook
from wasm_runtime.percent import read_percent

from .support.jupyter_notebooks import jupyter_notebooks

EXAMPLE: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "future_top_key": {"a": [1, 2.5, None, True]},
    "metadata": {"kernelspec": {"name": "python3"}, "wasm_runtime": {"environment": "science"}},
    "cells": [
        {
            "id": "one",
            "cell_type": "code",
            "metadata": {"tags": ["x"], "collapsed": False},
            "execution_count": 3,
            "source": ["print('ü')\n", "1"],
            "future_cell_key": [{"deep": "value"}],
            "outputs": [
                {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"], "extra": 1},
                {
                    "output_type": "display_data",
                    "metadata": {"image/png": {"width": 10}},
                    "data": {"image/png": "aGk=", "application/x+json": {"n": 1, "f": 1.5}},
                    "future_output_key": "kept",
                },
                {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["t"]},
            ],
        },
        {
            "id": "two",
            "cell_type": "markdown",
            "metadata": {},
            "source": ["# Hi"],
            "attachments": {"a.png": {"image/png": "aGk="}},
        },
        {"id": "three", "cell_type": "raw", "metadata": {"format": "text/html"}, "source": []},
        {"id": "four", "cell_type": "future", "metadata": {}, "outputs": [1]},
    ],
}


def meaning(plain: dict[str, Any]) -> Any:
    """A notebook with its multi-line strings joined, as every reader takes them."""
    if isinstance(plain, dict):
        return {key: meaning(value) for key, value in plain.items()}
    if isinstance(plain, list):
        if plain and all(isinstance(item, str) for item in plain):
            return "".join(plain)
        return [meaning(item) for item in plain]
    return "" if plain == [] else plain


def test_a_notebook_comes_back_as_it_was() -> None:
    assert to_ipynb(read_ipynb(json.dumps(EXAMPLE))) == EXAMPLE


def test_what_is_written_is_valid_and_read_again() -> None:
    text = write_ipynb(read_ipynb(json.dumps(EXAMPLE)))
    assert write_ipynb(read_ipynb(text)) == text


def test_the_environment_is_read_from_the_metadata() -> None:
    assert read_ipynb(json.dumps(EXAMPLE)).environment == "science"


def test_the_valid_notebooks_of_jupyters_own_tests_keep_their_meaning() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in jupyter_notebooks()}
    valid = {path: text for path, text in texts.items() if _is_valid(json.loads(text))}
    assert len(valid) > 50
    assert [path.name for path, text in valid.items() if not _comes_back(text)] == []


def test_the_broken_notebooks_of_jupyters_own_tests_are_read_or_refused() -> None:
    refused = []
    for path in jupyter_notebooks():
        try:
            read_ipynb(path.read_text(encoding="utf-8"))
        except NotebookFormatError:
            refused.append(path.name)
    assert refused == ["tests__test2.ipynb"]  # nbformat 2, of 2011


def test_format_3_becomes_what_nbformat_makes_of_it() -> None:
    # The other files of format 3 there are damaged on purpose; nbformat refuses them.
    for name in ("tests__test3.ipynb", "tests__test3_no_min_version.ipynb"):
        path = next(path for path in jupyter_notebooks() if path.name == name)
        text = path.read_text(encoding="utf-8")
        ours = to_ipynb(read_ipynb(text))
        theirs = nbformat.reads(text, as_version=4)
        nbformat.validate(ours)
        assert [(cell["cell_type"], meaning(cell["source"])) for cell in ours["cells"]] == [
            (cell.cell_type, cell.source) for cell in theirs.cells
        ]
        assert [_kinds(cell) for cell in ours["cells"]] == [_kinds(c) for c in theirs.cells]


def _kinds(cell: dict[str, Any]) -> list[tuple[str, list[str]]]:
    outputs = cell.get("outputs", [])
    return [(output["output_type"], sorted(output.get("data", {}))) for output in outputs]


def _is_valid(plain: dict[str, Any]) -> bool:
    return plain.get("nbformat") == 4 and nbformat.validator.isvalid(plain)


def _comes_back(text: str) -> bool:
    before, after = json.loads(text), json.loads(write_ipynb(read_ipynb(text)))
    nbformat.validate(after)
    for old, new in zip(before["cells"], after["cells"], strict=True):
        if "id" not in old:
            del new["id"]  # minted: formats before 4.5 have none
    del before["nbformat_minor"], after["nbformat_minor"]
    return bool(meaning(before) == meaning(after))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a notebook in JSON"),
        ("{", "expected a notebook in JSON"),
        ("[]", "expected an object, got list"),
        ("{}", "nbformat: expected 3 or 4, got None"),
        ('{"nbformat": 5}', "expected 3 or 4, got 5"),
        ('{"nbformat": 4, "cells": {}}', "cells: expected a list"),
        ('{"nbformat": 4, "cells": [1]}', "cell 1: expected an object, got int"),
        ('{"nbformat": 4, "cells": [{"cell_type": 7}]}', "cell 1: expected a cell_type"),
        ('{"nbformat": 4, "cells": [], "metadata": {"a": %s}}' % ("[" * 500 + "]" * 500), "deep"),
        ("[" * 100_000, "expected a notebook in JSON"),
    ],
)
def test_what_is_no_notebook_is_refused_and_says_why(text: str, said: str) -> None:
    with pytest.raises(NotebookFormatError) as refused:
        read_ipynb(text)
    assert said in refused.value.message


def test_odd_values_survive_or_are_made_valid() -> None:
    metadata = {"big": 2**60, "huge": 2**80, "half": "\ud800", "real": 1.5, "": 0}
    text = json.dumps({"nbformat": 4, "metadata": metadata, "cells": []})
    assert read_ipynb(text).metadata == {
        "big": 2**60,
        "huge": float(2**80),
        "half": "\ufffd",
        "real": 1.5,
        "": 0,
    }


def test_two_cells_with_one_id_stay_two() -> None:
    cell = {"cell_type": "code", "id": "same", "metadata": {}, "source": "", "outputs": []}
    cells = read_ipynb(json.dumps({"nbformat": 4, "cells": [cell, cell]})).cells
    assert [cells[0].id == "same", cells[1].id == "same"] == [True, False]


@given(st.text(alphabet=st.sampled_from("ab\n\r\u2028\x0b"), max_size=12))
@settings(max_examples=200, deadline=None)
def test_lines_join_to_the_same_text(text: str) -> None:
    assert "".join(split_lines(text)) == text
    assert all("\n" not in line[:-1] for line in split_lines(text))


def test_a_cell_inserted_between_equal_keys_lands_between() -> None:
    notebook = Notebook.create()
    notebook.append_cells([CellContent(source=name, id=name) for name in "ab"])
    for cell in notebook.doc.get("cells", type=Map).values():  # two peers chose the same place
        cell["order"] = "a0"
    notebook.insert_cell(1, CellContent(source="between"))
    assert [cell.source for cell in notebook.cells] == ["a", "between", "b"]


def test_a_stream_grows_and_keeps_its_text() -> None:
    notebook = Notebook.create()
    cell = notebook.insert_cell(0, CellContent())
    for name, text in (("stdout", "a"), ("stdout", "b\n"), ("stderr", "c")):
        cell.append_stream(name, text)
    assert [(o["name"], o["text"]) for o in cell.outputs] == [("stdout", "ab\n"), ("stderr", "c")]


def test_a_cell_in_another_language_stands_below_its_magic_in_the_file() -> None:
    cell = {
        "cell_type": "code",
        "id": "q",
        "metadata": {"wasm_runtime": {"language": "sql"}},
        "source": ["%%sql sales\n", "select 1"],
        "outputs": [],
        "execution_count": None,
    }
    notebook = read_ipynb(json.dumps({"nbformat": 4, "cells": [cell]}))
    assert notebook.cells[0].source == "select 1"
    assert notebook.cells[0].metadata["wasm_runtime"]["arguments"] == "sales"
    assert to_ipynb(notebook)["cells"][0]["source"] == cell["source"]


def test_a_percent_script_becomes_cells() -> None:
    script = (
        "import this\n\n# %% [markdown]\n# # Title\n#\n# text\n"
        '# %% tags=["parameters"]\n# %pip install x\nn = 1\n'
    )
    cells = read_percent(script).cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        ("code", "import this"),
        ("markdown", "# Title\n\ntext"),
        ("code", "%pip install x\nn = 1"),
    ]
    assert cells[2].tags == ["parameters"]


def referred(content: bytes, encoding: str = "text") -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    return {BLOB_KEY: {"sha256": sha256, "size": len(content), "encoding": encoding}}


def showing(**data: Any) -> Notebook:
    """A notebook whose second cell shows this."""
    notebook = Notebook.create()
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    notebook.append_cells([CellContent(), CellContent(outputs=[output])])
    return notebook


def test_large_values_that_stand_beside_the_document_are_written_into_the_file() -> None:
    picture, table = b"aGVsbG8=", b'{"rows":[1,2.5]}'
    blobs = BlobsInMemory({hashlib.sha256(each).hexdigest(): each for each in (picture, table)})
    notebook = showing(png=referred(picture), table=referred(table, "json"), small="text")
    file = json.loads(write_ipynb(notebook, blobs))
    assert file["cells"][1]["outputs"][0]["data"] == {
        "png": "aGVsbG8=",
        "table": {"rows": [1, 2.5]},
        "small": "text",
    }


@pytest.mark.parametrize(("kept", "said"), [({}, "is not there"), (b"damaged", "is damaged")])
def test_a_file_is_whole_or_it_is_said_which_value_is_missing(kept: Any, said: str) -> None:
    reference = referred(b"picture")
    sha256 = reference[BLOB_KEY]["sha256"]
    blobs = BlobsInMemory({sha256: kept} if kept else {})
    with pytest.raises(
        BlobMissing, match=rf"cell 2, image/png: the value {sha256} \(7 bytes\) {said}"
    ):
        write_ipynb(showing(**{"image/png": reference}), blobs)


@pytest.mark.parametrize(
    "value", [{BLOB_KEY: "mine"}, {BLOB_KEY: {}, "more": 1}, {"x": {BLOB_KEY: 1}}]
)
def test_json_that_only_looks_like_a_reference_stays_as_it_is(value: Any) -> None:
    file = to_ipynb(showing(json=value))
    assert file["cells"][1]["outputs"][0]["data"] == {"json": value}
