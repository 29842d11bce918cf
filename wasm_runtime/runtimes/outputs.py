"""Run events written into the notebook as outputs, as Jupyter's front ends do."""

from typing import Any

from wasm_runtime.cell import Cell
from wasm_runtime.contracts.worker import (
    ClearOutput,
    DisplayData,
    ExecuteResult,
    RunError,
    RunStarted,
    Stream,
    UpdateDisplayData,
)
from wasm_runtime.notebook import Notebook

from .runtime import RunEvent


class OutputWriter:
    """Writes the events of one cell's run; an update may reach any cell of the notebook."""

    def __init__(self, notebook: Notebook, cell: Cell) -> None:
        self._notebook = notebook
        self._cell = cell
        self._clear_before_next = False
        cell.clear_outputs()

    def write(self, event: RunEvent) -> None:
        match event:
            case RunStarted(execution_count=count):
                self._cell.execution_count = count
            case Stream(name=name, text=text):
                self._clear_if_due()
                self._cell.append_stream(name, text)
            case DisplayData(data=data, metadata=metadata, transient=transient):
                output = {"output_type": "display_data", "data": data, "metadata": metadata}
                self._append({**output, "transient": transient} if transient else output)
            case ExecuteResult(execution_count=count, data=data, metadata=metadata):
                self._append(
                    {
                        "output_type": "execute_result",
                        "execution_count": count,
                        "data": data,
                        "metadata": metadata,
                    }
                )
            case RunError(ename=ename, evalue=evalue, traceback=traceback):
                self._append(
                    {
                        "output_type": "error",
                        "ename": ename,
                        "evalue": evalue,
                        "traceback": traceback,
                    }
                )
            case UpdateDisplayData():
                self._update(event)
            case ClearOutput(wait=wait):
                self._clear_before_next = wait
                if not wait:
                    self._cell.clear_outputs()

    def _append(self, output: dict[str, Any]) -> None:
        self._clear_if_due()
        self._cell.append_output(output)

    def _clear_if_due(self) -> None:
        if self._clear_before_next:
            self._clear_before_next = False
            self._cell.clear_outputs()

    def _update(self, event: UpdateDisplayData) -> None:
        display_id = event.transient.get("display_id")
        for cell in self._notebook.cells:
            for index, output in enumerate(cell.outputs):
                transient = output.get("transient")
                if isinstance(transient, dict) and transient.get("display_id") == display_id:
                    updated = {**output, "data": event.data, "metadata": event.metadata}
                    cell.replace_output(index, updated)
