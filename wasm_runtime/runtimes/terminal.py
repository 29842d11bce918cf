"""Text from a notebook, made safe to print: it may hold anything that moves a terminal."""

import re

# CSI sequences, and the other escapes that could move a terminal's cursor or set its title.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """`text` without escape sequences and control characters; tabs and line feeds stay."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))
