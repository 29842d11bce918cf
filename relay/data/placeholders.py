"""Find `:name` in SQL, outside of strings, comments and quoted names.

This decides where a value is bound, not whether: whatever it mistakes, no value becomes SQL. Only
names that have a value are looked for, so that `'12:30'::time` and `array[1:n]` stay what they are.
"""

import re
from collections.abc import Callable, Collection

from .skipped_sql import SKIPPED

_TOKEN = {
    dialect: re.compile("|".join([*skipped, r"(?<![\w:]):(?P<parameter>[A-Za-z_]\w*)"]), re.DOTALL)
    for dialect, skipped in SKIPPED.items()
}


def bind(sql: str, names: Collection[str], dialect: str, spell: Callable[[str], str]) -> str:
    """`sql` with `spell(name)` in place of each `:name`."""
    if not names:
        return sql

    def replaced(found: re.Match[str]) -> str:
        name = found["parameter"]
        return spell(name) if name in names else found[0]

    return _TOKEN[dialect].sub(replaced, sql)


def original_position(
    sql: str, position: int, names: Collection[str], dialect: str, spell: Callable[[str], str]
) -> int:
    """Where in `sql` a position (from 0) in the bound text is."""
    if not names:
        return position
    grown = 0
    for found in _TOKEN[dialect].finditer(sql):
        name = found["parameter"]
        if name not in names:
            continue
        start = found.start() + grown
        if position < start:
            break
        spelled = len(spell(name))
        if position < start + spelled:
            return found.start()
        grown += spelled - (found.end() - found.start())
    return min(max(position - grown, 0), len(sql))
