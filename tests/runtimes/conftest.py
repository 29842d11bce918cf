"""Notebooks run in the real headless worker, with the built `core` environment."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wasm_runtime.cell import Cell, CellContent
from wasm_runtime.cli import main
from wasm_runtime.ipynb import read_ipynb, write_ipynb
from wasm_runtime.notebook import Notebook


@dataclass(frozen=True)
class Ran:
    """What `wasm-runtime run` left: its exit status, what it printed, and the written notebook."""

    status: int
    printed: str
    notebook: Notebook

    @property
    def cells(self) -> list[Cell]:
        return self.notebook.cells

    def text_of(self, index: int) -> str:
        """All that a cell printed."""
        outputs = self.cells[index].outputs
        return "".join(o["text"] for o in outputs if o["output_type"] == "stream")


RunNotebook = Callable[..., Ran]


@pytest.fixture
def run_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> RunNotebook:
    """Run cells given as sources (or whole contents) the way the command line does."""

    def run(*cells: str | CellContent, arguments: tuple[str, ...] = ()) -> Ran:
        notebook = Notebook.create()
        notebook.append_cells(
            [CellContent(source=cell) if isinstance(cell, str) else cell for cell in cells]
        )
        source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
        source.write_text(write_ipynb(notebook), encoding="utf-8")
        status = main(["run", str(source), "-o", str(target), "--env", "core", *arguments])
        printed = capsys.readouterr()
        written = read_ipynb(target.read_text(encoding="utf-8"))
        return Ran(status, printed.out + printed.err, written)

    return run
