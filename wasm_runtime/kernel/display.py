"""display(), the value of a cell's last expression, and clear_output(), as messages."""

from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from wasm_runtime.contracts.worker import (
    ClearOutput,
    DisplayData,
    ExecuteResult,
    UpdateDisplayData,
)

from .outbox import Outbox


class NotebookDisplayPublisher(DisplayPublisher):  # type: ignore[misc]  # IPython is untyped
    """Sends what `display` shows."""

    outbox: Outbox | None = None

    def publish(  # type: ignore[no-untyped-def]  # IPython's open-ended signature
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_,
    ) -> None:
        if self.outbox is None:
            return
        message = UpdateDisplayData if update else DisplayData
        self.outbox.send(
            message(
                run_id=self.outbox.run_id,
                data=data,
                metadata=metadata or {},
                transient=transient or {},
            )
        )

    def clear_output(self, wait: bool = False) -> None:
        if self.outbox is not None:
            self.outbox.send(ClearOutput(run_id=self.outbox.run_id, wait=wait))


class NotebookDisplayHook(DisplayHook):  # type: ignore[misc]  # IPython is untyped
    """Sends the value of the last expression."""

    outbox: Outbox | None = None

    def quiet(self) -> bool:
        # Tokenizing a cell costs more than running a small one; most have no semicolon.
        parsed = self.shell.history_manager.input_hist_parsed
        return bool(parsed and ";" in parsed[-1] and super().quiet())

    def write_output_prompt(self) -> None:
        """The page draws the prompt."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        if self.outbox is not None:
            self.outbox.send(
                ExecuteResult(
                    run_id=self.outbox.run_id,
                    execution_count=self.prompt_count,
                    data=format_dict,
                    metadata=md_dict or {},
                )
            )

    def log_output(self, format_dict: dict[str, Any]) -> None:
        self.shell.history_manager.output_hist_reprs[self.prompt_count] = format_dict.get(
            "text/plain", ""
        )

    def finish_displayhook(self) -> None:
        self._is_active = False
