"""What a sandbox says of a run, as nbformat outputs: bounded, whatever the code in it prints."""

from typing import Any

from wasm_runtime.contracts.worker import (
    ClearOutput,
    DisplayData,
    ExecuteResult,
    RunError,
    RunStarted,
    Stream,
    UpdateDisplayData,
)
from wasm_runtime.runtimes.runtime import RunEvent

from .bounded_text import BoundedText, bounded

_MAX_OUTPUTS = 100
_MAX_BUNDLE_CHARACTERS = 4 * 1024 * 1024
_MAX_ERROR_CHARACTERS = 10_000
_MAX_TRACEBACK_LINES = 100


class CollectedOutputs:
    """Of one cell, in the order in which they came; a stream goes on where it was interrupted."""

    def __init__(self, stream_characters: int) -> None:
        self.execution_count: int | None = None
        self.was_cut = False
        self._stream_characters = stream_characters
        self._outputs: list[dict[str, Any] | tuple[str, BoundedText]] = []
        self._clear_before_next = False

    @property
    def outputs(self) -> list[dict[str, Any]]:
        return [
            {"output_type": "stream", "name": output[0], "text": str(output[1])}
            if isinstance(output, tuple)
            else output
            for output in self._outputs
        ]

    @property
    def streams(self) -> dict[str, str]:
        """All that went to stdout, and to stderr."""
        found = {"stdout": "", "stderr": ""}
        for output in self._outputs:
            if isinstance(output, tuple):
                found[output[0]] = found.get(output[0], "") + str(output[1])
        return found

    @property
    def is_cut(self) -> bool:
        texts = (output[1] for output in self._outputs if isinstance(output, tuple))
        return self.was_cut or any(text.is_cut for text in texts)

    def take(self, event: RunEvent) -> None:
        match event:
            case RunStarted(execution_count=count):
                self.execution_count = count
            case Stream(name=name, text=text):
                self._stream(name, text)
            case DisplayData(data=data, metadata=metadata, transient=transient):
                output = {"output_type": "display_data", "data": data, "metadata": metadata}
                self._add({**output, "transient": transient} if transient else output)
            case ExecuteResult(execution_count=count, data=data, metadata=metadata):
                self._add(
                    {
                        "output_type": "execute_result",
                        "execution_count": count,
                        "data": data,
                        "metadata": metadata,
                    }
                )
            case RunError(ename=ename, evalue=evalue, traceback=traceback):
                self._add(
                    {
                        "output_type": "error",
                        "ename": ename,
                        "evalue": bounded(evalue, _MAX_ERROR_CHARACTERS),
                        "traceback": [
                            bounded(line, _MAX_ERROR_CHARACTERS)
                            for line in traceback[-_MAX_TRACEBACK_LINES:]
                        ],
                    }
                )
            case UpdateDisplayData():
                self._update(event)
            case ClearOutput(wait=wait):
                self._clear_before_next = wait
                if not wait:
                    self._outputs.clear()

    def add_error(self, name: str, message: str) -> None:
        """What ended the run from outside."""
        self._outputs.append(
            {"output_type": "error", "ename": name, "evalue": message, "traceback": []}
        )

    def _stream(self, name: str, text: str) -> None:
        self._clear_if_due()
        last = self._outputs[-1] if self._outputs else None
        if not (isinstance(last, tuple) and last[0] == name):
            if len(self._outputs) >= _MAX_OUTPUTS:
                self.was_cut = True
                return
            last = (name, BoundedText(self._stream_characters))
            self._outputs.append(last)
        last[1].add(text)

    def _add(self, output: dict[str, Any]) -> None:
        self._clear_if_due()
        if len(self._outputs) >= _MAX_OUTPUTS or _is_too_large(output):
            self.was_cut = True
        else:
            self._outputs.append(output)

    def _clear_if_due(self) -> None:
        if self._clear_before_next:
            self._clear_before_next = False
            self._outputs.clear()

    def _update(self, event: UpdateDisplayData) -> None:
        display_id = event.transient.get("display_id")
        for index, output in enumerate(self._outputs):
            if isinstance(output, dict):
                transient = output.get("transient")
                if isinstance(transient, dict) and transient.get("display_id") == display_id:
                    updated = {**output, "data": event.data, "metadata": event.metadata}
                    if not _is_too_large(updated):
                        self._outputs[index] = updated


def _is_too_large(output: dict[str, Any]) -> bool:
    data = output.get("data")
    if not isinstance(data, dict):
        return False
    texts = (value if isinstance(value, str) else repr(value) for value in data.values())
    return sum(map(len, texts)) > _MAX_BUNDLE_CHARACTERS
