"""Where in the SQL DuckDB's picture of an error points: its line, and a caret below the place."""

import re
import unicodedata

_PICTURE = re.compile(r"\n\nLINE (?P<number>\d+): (?P<shown>.*)\n(?P<before> *)\^")


def pictured(message: str, sql: str) -> int | None:
    """The character, from 0; None without a picture. Of a long line only a part is shown."""
    found = _PICTURE.search(message)
    lines = sql.split("\n")
    if found is None or int(found["number"]) > len(lines):
        return None
    number, shown = int(found["number"]), found["shown"]
    line = lines[number - 1]
    column = _character(shown, len(found["before"]) - len(f"LINE {number}: "))
    if shown.startswith("..."):
        start = line.find(shown.removeprefix("...").removesuffix("..."))
        if start < 0:
            return None
        column += start - len("...")
    before = sum(len(each) + 1 for each in lines[: number - 1])
    return before + min(max(column, 0), len(line))


def _character(text: str, width: int) -> int:
    """The caret stands below what is that wide on a terminal, where some characters take two
    places and some none."""
    for at, character in enumerate(text):
        if width <= 0:
            return at
        width -= _width(character)
    return len(text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
