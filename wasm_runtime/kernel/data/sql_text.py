"""What the kernel reads from SQL: the parameters it names, and the words that may be tables."""

import re
from collections.abc import Iterator

# The engines differ in detail; a value is bound, or not, by the relay, which knows them.
_SKIPPED = r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?|::"""
_PARAMETER = re.compile(rf"{_SKIPPED}|(?<![\w:]):(?P<name>[A-Za-z_]\w*)", re.DOTALL)
_WORD = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'?|"(?P<quoted>(?:[^"]|"")*)"|(?P<word>[^\W\d]\w*)""",
    re.DOTALL,
)


def parameter_names(sql: str) -> dict[str, int]:
    """Each `:name` outside of strings, comments and quoted names, and where it first is."""
    names: dict[str, int] = {}
    for found in _PARAMETER.finditer(sql):
        if found["name"]:
            names.setdefault(found["name"], found.start())
    return names


def words(sql: str) -> Iterator[str]:
    """The names in the SQL, keywords among them."""
    for found in _WORD.finditer(sql):
        name = found["word"] or found["quoted"]
        if name:
            yield name.replace('""', '"')
