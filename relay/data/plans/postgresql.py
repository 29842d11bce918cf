"""PostgreSQL's EXPLAIN (FORMAT JSON) as steps."""

import re
from collections.abc import Iterator
from typing import Any

from .step import Step, number, text

_CONDITIONS = [
    "Hash Cond",
    "Merge Cond",
    "Index Cond",
    "Recheck Cond",
    "Join Filter",
    "Filter",
    "One-Time Filter",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Function Call",
]
_SETTING = re.compile(r"(?:pg_catalog\.)?current_setting\('wasm_runtime\.(\w+)'::text\)")


def steps_of(plan: Any) -> list[Step]:
    """`plan` is the JSON as it was read."""
    return [_step(each["Plan"]) for each in plan if isinstance(each, dict) and "Plan" in each]


def as_asked(plan: str) -> str:
    """A plan's text with `:city` where the statement had it: parameters are bound as settings."""
    return _SETTING.sub(r":\1", plan)


def _step(node: dict[str, Any]) -> Step:
    return Step(
        name=_name(node),
        detail="; ".join(_details(node)),
        rows=number(node.get("Plan Rows")),
        cost=number(node.get("Total Cost")),
        below=[_step(each) for each in node.get("Plans", [])],
    )


def _name(node: dict[str, Any]) -> str:
    """As the plan's text has it: Hash Left Join, Parallel Seq Scan, HashAggregate."""
    kind = str(node.get("Node Type", "?"))
    join = node.get("Join Type")
    if join not in (None, "Inner"):
        kind = f"Nested Loop {join} Join" if kind == "Nested Loop" else _joined(kind, str(join))
    if kind == "Aggregate":
        strategy = {"Hashed": "Hash", "Sorted": "Group", "Mixed": "Mixed"}
        kind = f"{strategy.get(str(node.get('Strategy')), '')}Aggregate"
    mode = node.get("Partial Mode")
    if mode not in (None, "Simple"):
        kind = f"{mode} {kind}"
    if node.get("Scan Direction") == "Backward":
        kind += " Backward"
    return f"Parallel {kind}" if node.get("Parallel Aware") else kind


def _joined(kind: str, join: str) -> str:
    return f"{kind.removesuffix(' Join')} {join} Join"


def _details(node: dict[str, Any]) -> Iterator[str]:
    if name := node.get("Subplan Name"):
        yield str(name)
    if index := node.get("Index Name"):
        yield f"using {index}"
    if source := node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name"):
        alias = node.get("Alias", source)
        yield f"on {source}" + (f" as {alias}" if alias != source else "")
    for condition in _CONDITIONS:
        if condition in node:
            yield f"{condition}: {text(node[condition])}"
