"""`%%sql`: a cell whose text is SQL."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class

from .age import max_age_seconds
from .errors import Error, InterfaceError, OperationalError, ProgrammingError

DEFAULT_VARIABLE = "_sql"
_USAGE = (
    "%%sql [CONNECTION] [NAME <<] [--on-frames] [--first ROWS] [--decimals auto|exact|float] "
    "[--max-age 10m]"
)
_INTO = re.compile(r"(?P<name>\S+)\s*<<")


@dataclass(frozen=True, kw_only=True)
class SqlLine:
    """What stands behind `%%sql`."""

    connection: str = ""
    """Empty: the notebook's own DataFrames."""
    variable: str = DEFAULT_VARIABLE
    first_rows: int | None = None
    decimals: Literal["auto", "exact", "float"] = "auto"
    max_age: float | None = None
    """In seconds; None: the database is asked."""


@magics_class
class SqlMagics(Magics):  # type: ignore[misc]  # IPython is untyped
    """Runs SQL with the notebook's variables as parameters; shows the rows and keeps them."""

    @cell_magic  # type: ignore[untyped-decorator]
    def sql(self, line: str, cell: str) -> None:
        """Query a connection of the relay; without one, the notebook's DataFrames.

        `:name` is the Python variable of that name. The result is a DataFrame, in `_sql` or in
        NAME.
        """
        asked = parse_line(line)
        try:
            self._show(asked, cell)
        except Error as error:
            # The traceback would be of this file; what helps is the SQL.
            lines = _lines(error)
            error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]
            raise

    def _show(self, asked: SqlLine, sql: str) -> None:
        try:
            from .sql_cell import run_sql
        except ModuleNotFoundError as missing:
            raise OperationalError(
                f"SQL needs {missing.name}, which this environment does not have.",
                'Choose the environment "data", or: %pip install pandas nanoarrow',
            ) from missing
        if not sql.strip():
            raise ProgrammingError("The cell holds no SQL.", _USAGE)
        run_sql(asked, sql.rstrip(), self.shell.user_ns)


def parse_line(line: str) -> SqlLine:
    """Raises UsageError."""
    rest = line
    variable = DEFAULT_VARIABLE
    if found := _INTO.search(rest):
        variable = found["name"]
        rest = rest[: found.start()] + rest[found.end() :]
        if not variable.isidentifier():
            raise UsageError(f"{_USAGE}: {variable!r} is no name of a variable.")
    words = iter(rest.split())
    given: dict[str, Any] = {"variable": variable}
    on_frames = False
    for word in words:
        match word:
            case "--on-frames":
                on_frames = True
            case "--first":
                given["first_rows"] = _count(next(words, ""))
            case "--decimals":
                given["decimals"] = _decimals(next(words, ""))
            case "--max-age":
                given["max_age"] = _age(next(words, ""))
            case _ if word.startswith("-") or "connection" in given:
                raise UsageError(f"{_USAGE}: {word!r} was not expected.")
            case _:
                given["connection"] = word
    if "max_age" in given and "connection" not in given:
        raise UsageError(f"{_USAGE}: --max-age is for a connection; DataFrames are never kept.")
    if on_frames and "connection" in given:
        raise UsageError(f"{_USAGE}: either a connection or --on-frames.")
    return SqlLine(**given)


def _count(text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"{_USAGE}: --first takes a number of rows, not {text!r}.")
    return int(text)


def _decimals(text: str) -> str:
    if text not in ("auto", "exact", "float"):
        raise UsageError(f"{_USAGE}: --decimals takes auto, exact or float, not {text!r}.")
    return text


def _age(text: str) -> float | None:
    try:
        return max_age_seconds(text)
    except InterfaceError:
        raise UsageError(
            f"{_USAGE}: --max-age takes a length of time such as 90s, 10m, 2h or 1d, not {text!r}."
        ) from None


def _lines(error: Error) -> list[str]:
    return [f"\x1b[31m{type(error).__name__}\x1b[39m: {error.message}", *error.details()]
