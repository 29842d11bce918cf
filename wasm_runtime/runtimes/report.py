"""What a person sees of a run: progress while it goes, and a readable account of a failed cell."""

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from wasm_runtime.cell import Cell
from wasm_runtime.contracts.worker import RunError

from .execute import CellResult
from .terminal import plain

_TITLE_CHARACTERS = 48


class ConsoleProgress:
    """One line per cell; on a terminal the line of the running cell is there while it runs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("") if console.is_terminal else None
        self._at = ""

    def started(self, number: int, cell: Cell, position: int, total: int) -> None:
        self._at = f"cell {position}/{total}"
        self._title = _title(cell.source)
        if self._status is not None:
            self._status.update(f"{self._at}  [dim]{escape(self._title)}[/dim]")
            self._status.start()

    def finished(self, result: CellResult) -> None:
        if self._status is not None:
            self._status.stop()
        mark = "[green]ok[/green]" if result.status == "ok" else f"[red]{result.status}[/red]"
        took = f"{result.duration_seconds:.2f} s"
        self._console.print(
            f"{self._at}  {mark}  {took}  [dim]{escape(self._title)}[/dim]",
            highlight=False,
            soft_wrap=True,
        )

    def close(self) -> None:
        if self._status is not None:
            self._status.stop()


def describe_failure(result: CellResult, *, colours: bool) -> Text:
    """The failed cell: its number, its first line, and the traceback."""
    text = Text(f"Cell {result.number} failed: {_title(result.cell.source)}\n")
    if result.error is not None:
        text.append_text(_traceback(result.error, colours=colours))
    return text


def _traceback(error: RunError, *, colours: bool) -> Text:
    whole = "\n".join(error.traceback) or f"{error.ename}: {error.evalue}"
    if colours:
        return Text.from_ansi(whole)  # colours only: everything else in it is dropped
    return Text(plain(whole))


def _title(source: str) -> str:
    lines = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
    first = plain(lines[0]).strip() if lines else ""
    return first if len(first) <= _TITLE_CHARACTERS else first[: _TITLE_CHARACTERS - 1] + "…"
