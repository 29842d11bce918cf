"""EXPLAIN FORMAT=JSON of MySQL (both versions of it) and MariaDB as steps.

The first version is nested objects, a step below the key that names it: `query_block`,
`nested_loop`, `table`, `filesort` (MariaDB) or `ordering_operation` (MySQL). The second, MySQL's
from 9 on, is a tree of `operation`s with `inputs`.
"""

from collections.abc import Iterator
from typing import Any

from .step import Step, cost_of, number, text

_NAMES = {
    "query_block": "Query block",
    "union_result": "Union",
    "ordering_operation": "Sort",
    "grouping_operation": "Group",
    "duplicates_removal": "Remove duplicates",
    "buffer_result": "Buffer",
    "windowing": "Window functions",
    "window_functions_computation": "Window functions",
    "filesort": "Filesort",
    "read_sorted_file": "Read sorted rows",
    "temporary_table": "Temporary table",
    "materialized": "Materialize",
    "materialized_from_subquery": "Materialize",
    "expression_cache": "Expression cache",
    "recursive_union": "Recursive union",
    "subquery": "Subquery",
    "insert_from": "Insert from",
}
"""What is a step; lists and other objects only hold steps."""
_ACCESS = {
    "ALL": "Table scan",
    "index": "Index scan",
    "range": "Index range scan",
    "ref": "Index lookup",
    "ref_or_null": "Index lookup",
    "eq_ref": "Unique lookup",
    "unique_subquery": "Unique lookup",
    "index_subquery": "Index lookup",
    "const": "One row",
    "system": "One row",
    "fulltext": "Full-text lookup",
    "hash_ALL": "Hash join scan",
    "hash_index": "Hash join scan",
}
_CONDITIONS = {
    "attached_condition": "where",
    "index_condition": "index condition",
    "having_condition": "having",
    "sort_key": "by",
    "message": "",
}


def steps_of(plan: Any) -> list[Step]:
    """`plan` is the JSON as it was read."""
    if not isinstance(plan, dict):
        return []
    root = plan.get("query_plan", plan)
    if isinstance(root, dict) and "operation" in root:
        return [_operation(root)]
    return list(_found(plan))


def _operation(node: dict[str, Any]) -> Step:
    name, _, detail = str(node["operation"]).partition(": ")
    return Step(
        name=name,
        detail=detail,
        rows=number(node.get("estimated_rows")),
        cost=number(node.get("estimated_total_cost")),
        below=[_operation(each) for each in node.get("inputs", []) if "operation" in each],
    )


def _found(node: Any) -> Iterator[Step]:
    """The steps that are nearest below an object or a list."""
    if isinstance(node, list):
        for each in node:
            yield from _found(each)
        return
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "table" and isinstance(value, dict):
            yield _table(value)
        elif key in _NAMES and isinstance(value, dict):
            yield _step(_NAMES[key], value)
        else:
            yield from _found(value)


def _step(name: str, node: dict[str, Any]) -> Step:
    below = list(_found(node))
    stated = _stated_cost(node)
    own = number(_costs(node).get("sort_cost"))
    total = cost_of(below)
    if stated is None and (total is not None or own is not None):
        stated = (total or 0.0) + (own or 0.0)
    select = f"{node['select_id']}" if "select_id" in node else ""
    details = [select, *_conditions(node)]
    return Step(name=name, detail="; ".join(filter(None, details)), cost=stated, below=below)


def _table(node: dict[str, Any]) -> Step:
    below = list(_found(node))
    costs = _costs(node)
    read, evaluated = number(costs.get("read_cost")), number(costs.get("eval_cost"))
    own = number(node.get("cost"))
    if own is None and (read is not None or evaluated is not None):
        own = (read or 0.0) + (evaluated or 0.0)
    if own is not None:
        own += cost_of(below) or 0.0
    access = str(node.get("access_type", ""))
    table = f"on {node['table_name']}" if "table_name" in node else ""
    key = f"using {node['key']}" if node.get("key") else ""
    rows = node.get("rows_examined_per_scan", node.get("rows"))
    return Step(
        name=_ACCESS.get(access, access or "Table"),
        detail="; ".join(filter(None, [" ".join(filter(None, [table, key])), *_conditions(node)])),
        rows=number(rows),
        cost=own,
        below=below,
    )


def _stated_cost(node: dict[str, Any]) -> float | None:
    stated = _costs(node).get("query_cost", node.get("cost"))
    return number(stated)


def _costs(node: dict[str, Any]) -> dict[str, Any]:
    costs = node.get("cost_info")
    return costs if isinstance(costs, dict) else {}


def _conditions(node: dict[str, Any]) -> Iterator[str]:
    for key, words in _CONDITIONS.items():
        if key in node:
            yield f"{words} {text(node[key])}".strip()
