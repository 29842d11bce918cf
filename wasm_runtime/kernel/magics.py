"""The magics that differ from IPython's: packages, and everything that needs a subprocess."""

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from .system_commands import refuse_command


@magics_class
class NotebookMagics(Magics):  # type: ignore[misc]  # IPython is untyped
    """Refusals that say what to do instead. `%pip` is turned into an await before it gets here."""

    @line_magic  # type: ignore[untyped-decorator]
    def conda(self, line: str) -> None:
        """There is no conda in WebAssembly."""
        raise UsageError("%conda is not available here.  hint: %pip install NAME")

    mamba = uv = line_magic("mamba")(conda)

    @cell_magic  # type: ignore[untyped-decorator]
    def bash(self, line: str, cell: str) -> None:
        """Refuse a shell script."""
        first = next((row for row in cell.splitlines() if row.strip()), "")
        refuse_command(first.strip())

    sh = script = system = cell_magic("sh")(bash)

    @line_magic  # type: ignore[untyped-decorator]
    def sx(self, line: str) -> Any:
        """Refuse a command whose output is wanted."""
        refuse_command(line)
