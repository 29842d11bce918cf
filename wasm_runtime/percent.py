"""Scripts in the percent format: a comment `# %%` begins a cell, `# %% [markdown]` one of text."""

import re

from wasm_runtime.cell import CellContent
from wasm_runtime.notebook import Notebook

_MARK = re.compile(r"^# ?%%(?P<rest>.*)$")
# Lines that only IPython understands are comments in a script that is to be valid Python.
_COMMENTED_MAGIC = re.compile(r"^# ?(%(?!%)\w.*|!.*)$")
_TAGS = re.compile(r"""tags=\[(?P<tags>[^\]]*)\]""")


def read_percent(text: str) -> Notebook:
    """The notebook in a .py file; one without marks is a single code cell."""
    notebook = Notebook.create()
    cells: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        mark = _MARK.match(line)
        if mark:
            cells.append((mark["rest"], []))
        else:
            cells[-1][1].append(line)
    if not "".join(cells[0][1]).strip():
        del cells[0]  # nothing but blank lines before the first mark
    notebook.append_cells([_content(rest, lines) for rest, lines in cells])
    return notebook


def _content(rest: str, lines: list[str]) -> CellContent:
    source = "\n".join(lines).strip("\n")
    tags = _TAGS.search(rest)
    names = [tag.strip(" \"'") for tag in tags["tags"].split(",")] if tags else []
    metadata = {"tags": names} if names else {}
    if "[markdown]" in rest or "[md]" in rest:
        text = "\n".join(_uncommented(line) for line in source.split("\n"))
        return CellContent(cell_type="markdown", source=text, metadata=metadata)
    code = "\n".join(_COMMENTED_MAGIC.sub(r"\1", line) for line in source.split("\n"))
    return CellContent(source=code, metadata=metadata)


def _uncommented(line: str) -> str:
    return line.removeprefix("#").removeprefix(" ") if line.startswith("#") else line
