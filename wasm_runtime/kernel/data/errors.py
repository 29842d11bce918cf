"""The exceptions of PEP 249, with the place in the SQL where the database names one.

Exception
├── Warning
└── Error
    ├── InterfaceError          this side was used wrongly
    └── DatabaseError
        ├── DataError
        ├── OperationalError    not reachable, too slow, too large, not allowed
        ├── IntegrityError
        ├── InternalError
        ├── ProgrammingError    the database says what is wrong with the SQL
        └── NotSupportedError
"""

import builtins

from wasm_runtime.contracts.relay_api import ErrorBody


class Warning(builtins.Warning):  # PEP 249's name
    """Shown, not raised: values were rounded on their way into a DataFrame."""


class Error(Exception):
    """`position` is the character of `sql`, from 0, that the database points at."""

    def __init__(
        self, message: str, hint: str = "", sql: str = "", position: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.sql = sql
        self.position = position

    def __str__(self) -> str:
        return "\n".join([self.message, *self.details()])

    def details(self) -> list[str]:
        """The line of the SQL with a caret below the place, and what to do."""
        lines = []
        if self.position is not None and 0 <= self.position <= len(self.sql):
            lines += _marked(self.sql, self.position)
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return lines


class InterfaceError(Error):
    pass


class DatabaseError(Error):
    pass


class DataError(DatabaseError):
    pass


class OperationalError(DatabaseError):
    pass


class IntegrityError(DatabaseError):
    pass


class InternalError(DatabaseError):
    pass


class ProgrammingError(DatabaseError):
    pass


class NotSupportedError(DatabaseError):
    pass


_CLASSES: dict[str, type[Error]] = {"bad_request": ProgrammingError, "internal": InternalError}


def error_of(body: ErrorBody, sql: str, position: int | None) -> Error:
    """What the relay, or the page, refused, as the exception of its kind."""
    kind = _CLASSES.get(body.code, OperationalError)
    return kind(body.message, body.hint, sql, position)


def _marked(sql: str, position: int) -> list[str]:
    start = sql.rfind("\n", 0, position) + 1
    end = sql.find("\n", position)
    line = sql[start : end if end >= 0 else len(sql)]
    number = sql.count("\n", 0, position) + 1
    head = f"line {number}: "
    # A tab keeps its width, so that the caret stands below its character.
    before = "".join("\t" if each == "\t" else " " for each in line[: position - start])
    return [head + line, " " * len(head) + before + "^"]
