"""Where in the SQL an error of SQLite is: Python's sqlite3 passes on its words and not its place.

SQLite reads from left to right and stops at the first token that cannot follow: so the place of a
`near "x"` is the first `x` up to which the SQL alone gives the same error. A name that is not known
is where it first stands.
"""

import re
from collections.abc import Callable, Iterator

from relay.data.skipped_sql import SKIPPED

MAX_TRIES = 100
"""Each reads the SQL once more."""

_NEAR = re.compile(r'near "(.*)": syntax error|unrecognized token: "(.*)"', re.S)
_NAME = re.compile(
    r"(?:no such (?:column|table|function|view|index|window|table-valued function|module)"
    r"|ambiguous column name|misuse of (?:aggregate|window function)(?: function)?"
    r"|wrong number of arguments to function|unknown function|circular reference)"
    r":? (?P<name>.+?)(?:\(\))?(?: - should this be .*)?",
    re.S,
)
_TOKEN = re.compile("|".join([*SKIPPED["sqlite"], r"[^\W\d]\w*", r"\S"]), re.S)
_MARKS = {'"': '"', "`": "`", "[": "]"}


def position_of(message: str, sql: str, error_of: Callable[[str], str]) -> int | None:
    """The character, from 0; None where the message names none.

    `error_of` has SQLite read a part of the SQL, without running it, and gives its message.
    """
    if message == "incomplete input":
        return len(sql.rstrip())
    if near := _NEAR.fullmatch(message):
        return _first_wrong(near[1] if near[1] is not None else near[2], message, sql, error_of)
    if known := _NAME.fullmatch(message):
        return _first_named(known["name"], sql)
    return None


def _first_wrong(token: str, message: str, sql: str, error_of: Callable[[str], str]) -> int | None:
    places = list(_places(token, sql))[:MAX_TRIES]
    for at in places:
        if error_of(sql[: at + len(token)]) == message:
            return at
    return None


def _places(token: str, sql: str) -> Iterator[int]:
    """Where the token stands, and is no part of a longer word."""
    before, after = (r"(?<!\w)" if token[:1].isalnum() else ""), r"(?!\w)"
    pattern = before + re.escape(token) + (after if token[-1:].isalnum() else "")
    return (found.start() for found in re.finditer(pattern, sql)) if token else iter(())


def _first_named(name: str, sql: str) -> int | None:
    """Where the parts of a name, with dots between, first stand; quoted or not, in any case."""
    wanted = [_plain(part) for part in name.split(".")]
    tokens = [
        (found.start(), found[0])
        for found in _TOKEN.finditer(sql)
        if not found[0].startswith(("--", "/*", "'"))
    ]
    words = [_plain(token) for _, token in tokens]
    # A schema that goes without saying is in the message and not in the SQL.
    for parts in (wanted, wanted[1:]):
        path = [each for part in parts for each in (part, ".")][:-1]
        for at in range(len(words) - len(path) + 1):
            if path and words[at : at + len(path)] == path:
                return tokens[at][0]
    return None


def _plain(name: str) -> str:
    mark = _MARKS.get(name[:1])
    if mark and len(name) > 1 and name.endswith(mark):
        name = name[1:-1].replace(mark * 2, mark)
    return name.lower()
