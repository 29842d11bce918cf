"""DuckDB's EXPLAIN (FORMAT JSON) as steps. It says how many rows it expects, and no costs."""

from typing import Any

from .step import Step, number, text

_ROWS = "Estimated Cardinality"


def steps_of(plan: Any) -> list[Step]:
    """`plan` is the JSON as it was read."""
    return [_step(node) for node in plan]


def _step(node: dict[str, Any]) -> Step:
    more: dict[str, Any] = node.get("extra_info") or {}
    said = (f"{name}: {text(value)}" for name, value in more.items() if name != _ROWS and value)
    return Step(
        name=str(node["name"]).strip(),
        detail="; ".join(said),
        rows=number(more.get(_ROWS)),
        below=[_step(each) for each in node.get("children", [])],
    )
