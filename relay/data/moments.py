"""Infinity, which databases have among their times and Arrow has not."""

from collections.abc import Mapping
from typing import Any

from .errors import QueryFailed

Finite = Mapping[str, tuple[int, int]]
"""The first and the last number that is a time, by Arrow's format of its column."""


def check_moments(batch: Any, finite: Finite) -> None:
    """Raises QueryFailed for infinity, which would be read as some other time."""
    for number in range(batch.n_children):
        if _has_other(batch.child(number), finite):
            name = batch.schema.child(number).name
            raise QueryFailed(
                f"Column {name!r} holds infinity, or a time that far away: "
                "there is no such value in Python.",
                hint=f"Ask for nullif({name}, 'infinity'), or for {name}::text.",
            )


def _has_other(column: Any, finite: Finite) -> bool:
    kind = column.schema.format
    if kind == "+l":
        return _has_other(column.child(0), finite)
    between = finite.get(kind.partition(":")[0])
    if between is None or len(column) == 0:
        return False
    (first, last), view = between, column.view()
    stored = memoryview(view.buffer(1))[column.offset : column.offset + len(column)]
    if first <= min(stored) and max(stored) <= last:
        return False
    # What lies where nothing is may be anything.
    present = bytes(view.buffer(0))
    return any(
        not first <= value <= last and _is_there(present, column.offset + index)
        for index, value in enumerate(stored)
    )


def _is_there(present: bytes, index: int) -> bool:
    return not present or bool(present[index // 8] >> index % 8 & 1)
