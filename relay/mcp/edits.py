"""What an agent changed in a notebook, each step with its way back."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TypeAlias

from wasm_runtime.cell import Cell, CellContent
from wasm_runtime.notebook import Notebook

from .errors import NothingToUndo, StaleCell
from .source_hash import source_hash

MAX_STEPS = 50
_MAX_NOTEBOOKS = 200
"""In each of which an agent's last steps are remembered: what it deleted is held whole."""


@dataclass(frozen=True)
class Inserted:
    cell_id: str
    hash: str


@dataclass(frozen=True)
class Edited:
    cell_id: str
    before: str
    edited_by: str | None
    hash: str


@dataclass(frozen=True)
class Moved:
    cell_id: str
    before: str
    order: str


@dataclass(frozen=True)
class Deleted:
    content: CellContent
    order: str
    edited_by: str | None


Step: TypeAlias = Inserted | Edited | Moved | Deleted


class Edits:
    """The last steps of each agent in each notebook, as long as the relay runs."""

    def __init__(self) -> None:
        self._steps: OrderedDict[tuple[str, str], deque[Step]] = OrderedDict()

    def add(self, agent_id: str, document_id: str, step: Step) -> None:
        key = (agent_id, document_id)
        self._steps.setdefault(key, deque(maxlen=MAX_STEPS)).append(step)
        self._steps.move_to_end(key)
        if len(self._steps) > _MAX_NOTEBOOKS:
            self._steps.popitem(last=False)

    def undo(self, agent_id: str, document_id: str, notebook: Notebook) -> str:
        """Takes the last step back, and says what that was.

        Raises NothingToUndo, and StaleCell when somebody has changed the cell since.
        """
        steps = self._steps.get((agent_id, document_id))
        if not steps:
            raise NothingToUndo("There is nothing (more) of yours to undo in this notebook.")
        said = _undo(steps[-1], agent_id, notebook)
        steps.pop()
        return said


def _undo(step: Step, agent_id: str, notebook: Notebook) -> str:
    match step:
        case Inserted(cell_id, hash):
            _unchanged(notebook, cell_id, hash)
            notebook.delete_cell(cell_id)
            return f"inserting {cell_id}"
        case Edited(cell_id, before, edited_by, hash):
            _unchanged(notebook, cell_id, hash).edit(before, edited_by or agent_id)
            return f"editing {cell_id}"
        case Moved(cell_id, before, order):
            if _cell(notebook, cell_id).order != order:
                raise _stale(cell_id)
            notebook.place_cell(cell_id, before)
            return f"moving {cell_id}"
        case Deleted(content, order, edited_by):
            with notebook.transaction():
                notebook.put_cell(order, content).edited_by = edited_by or agent_id
            return f"deleting {content.id}"


def _unchanged(notebook: Notebook, cell_id: str, hash: str) -> Cell:
    cell = _cell(notebook, cell_id)
    if source_hash(cell.source) != hash:
        raise _stale(cell_id)
    return cell


def _cell(notebook: Notebook, cell_id: str) -> Cell:
    cell = next((cell for cell in notebook.cells if cell.id == cell_id), None)
    if cell is None:
        raise _stale(cell_id)
    return cell


def _stale(cell_id: str) -> StaleCell:
    return StaleCell(
        f"Cell {cell_id} was changed by somebody else since: your step is not undone.",
        hint="Read the cell and edit it; people find its past in the notebook's history.",
    )
