"""SQLite's EXPLAIN QUERY PLAN as steps. It says neither costs nor how many rows it expects."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .step import Step

_VERB = re.compile(r"(SCAN|SEARCH|MATERIALIZE|CO-ROUTINE) (.+)", re.S)


def steps_of(rows: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Rows of id, parent and detail."""
    below: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        below.setdefault(int(row["parent"]), []).append(row)

    def step(row: Mapping[str, Any]) -> Step:
        said = str(row["detail"])
        verb = _VERB.fullmatch(said)
        name, detail = (verb[1], verb[2]) if verb else (said, "")
        return Step(name=name, detail=detail, below=[step(each) for each in _children(row)])

    def _children(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        # A step comes before those below it, so that no row is above itself.
        return [each for each in below.get(int(row["id"]), []) if each["id"] > row["id"]]

    return [step(row) for row in below.get(0, [])]


def text_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """As SQLite's own shell draws it."""
    depths = {0: 0}
    lines = ["QUERY PLAN"]
    for row in rows:
        depth = depths.get(int(row["parent"]), 0)
        depths[int(row["id"])] = depth + 1
        lines.append("   " * depth + "|--" + str(row["detail"]))
    return "\n".join(lines)
