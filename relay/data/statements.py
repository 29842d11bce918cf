"""Where the statements of a SQL text begin."""

import re
from collections.abc import Iterator

from .skipped_sql import SKIPPED

_COMMENT = re.compile(r"--|#|/\*(?![!M])")
_PIECE = {
    dialect: re.compile("|".join([*skipped, r"(?P<end>;)", r"\S"]), re.DOTALL)
    for dialect, skipped in SKIPPED.items()
}


def statements_in(sql: str, dialect: str) -> Iterator[int]:
    """The character, from 0, at which each begins; comments and lone semicolons are none.

    It is for words that help: what a semicolon means is the engine's to decide.
    """
    is_inside = False
    for found in _PIECE[dialect].finditer(sql):
        if found["end"]:
            is_inside = False
        elif not is_inside and not (len(found[0]) > 1 and _COMMENT.match(found[0])):
            is_inside = True
            yield found.start()
