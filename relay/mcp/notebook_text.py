"""A whole notebook as text: cells with their ids and hashes, outputs in short."""

from wasm_runtime.cell import Cell

from .bounded_text import bounded
from .notebooks import OpenNotebook
from .output_summary import Bounds, summary_of
from .source_hash import source_hash

_MAX_CHARACTERS = 400_000
_MAX_SOURCE = 20_000
_OUTPUTS = Bounds(characters=2_000)


def text_of(opened: OpenNotebook) -> str:
    """In Markdown, bounded."""
    notebook = opened.notebook
    title = notebook.metadata.get("title")
    parts = [
        f"# {bounded(title, 200) if isinstance(title, str) and title else 'Untitled notebook'}"
    ]
    room = _MAX_CHARACTERS
    for number, cell in enumerate(notebook.cells, start=1):
        part = _cell_text(number, cell)
        room -= len(part)
        if room < 0:
            parts.append("[… more cells left out: read_notebook gives them …]")
            break
        parts.append(part)
    return "\n\n".join(parts) + "\n"


def _cell_text(number: int, cell: Cell) -> str:
    source = cell.source
    head = f"## Cell {number} ({cell.cell_type}, id {cell.id}, source_hash {source_hash(source)})"
    shown = bounded(source, _MAX_SOURCE)
    if cell.cell_type != "code":
        return f"{head}\n\n{shown}"
    fence = _fence(shown)
    text = f"{head}\n\n{fence}python\n{shown}\n{fence}"
    outputs = [_output_text(output) for output in summary_of(cell.outputs, _OUTPUTS).outputs]
    if not outputs:
        return text
    printed = "\n".join(outputs)
    fence = _fence(printed)
    return f"{text}\n\nOutputs:\n\n{fence}text\n{printed}\n{fence}"


def _output_text(output: dict[str, str]) -> str:
    if output["type"] == "error":
        return f"{output['name']}: {output['message']}"
    image = f"[{output['image']}]" if "image" in output else ""
    return "\n".join(part for part in (output.get("text", "").rstrip("\n"), image) if part)


def _fence(text: str) -> str:
    """Longer than any run of backticks in the text, so that nothing gets out of it."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return "`" * max(3, longest + 1)
