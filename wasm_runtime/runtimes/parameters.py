"""Parameters given on the command line, put into the notebook as a cell of their own."""

import ast
import json
import keyword
from collections.abc import Sequence
from typing import Any

from wasm_runtime.cell import CellContent
from wasm_runtime.errors import UsageError
from wasm_runtime.notebook import Notebook

_TAG = "parameters"
_INJECTED_TAG = "injected-parameters"
# The tags are papermill's, so that a notebook works with both.


def parse_parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """`["n=3", "name=Ann"]` as values. Raises UsageError.

    A value is a Python literal or JSON where it reads as one, and a plain string otherwise.
    """
    parameters = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name.isidentifier() or keyword.iskeyword(name):
            raise UsageError(
                f"expected a parameter as name=value, got {pair!r}",
                hint="The name must be one that Python can assign to.",
            )
        parameters[name] = _value(text)
    return parameters


def inject_parameters(notebook: Notebook, parameters: dict[str, Any]) -> None:
    """Put the values after the cell tagged `parameters`, else first; an earlier injection goes."""
    if not parameters:
        return
    for cell in notebook.cells:
        if _INJECTED_TAG in cell.tags:
            notebook.delete_cell(cell.id)
    tagged = [i for i, cell in enumerate(notebook.cells) if _TAG in cell.tags]
    # repr of a literal is code for exactly that value, so no text can become code.
    lines = [f"{name} = {value!r}" for name, value in parameters.items()]
    content = CellContent(
        source="\n".join(["# Parameters", *lines]), metadata={"tags": [_INJECTED_TAG]}
    )
    notebook.insert_cell(tagged[0] + 1 if tagged else 0, content)


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
