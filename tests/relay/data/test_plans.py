"""Plans of servers that are not here to ask, as their manuals print them; and of no known shape."""

import json

import pytest

from relay.data.errors import QueryFailed
from relay.data.plans import mysql
from relay.data.plans.explanation import Explanation
from relay.data.plans.step import MAX_STEPS, Step, flattened
from wasm_runtime.contracts.data import EngineName

MYSQL_8 = {
    "query_block": {
        "select_id": 1,
        "cost_info": {"query_cost": "3.50"},
        "ordering_operation": {
            "using_filesort": True,
            "cost_info": {"sort_cost": "1.00"},
            "nested_loop": [
                {
                    "table": {
                        "table_name": "p",
                        "access_type": "ALL",
                        "rows_examined_per_scan": 3,
                        "cost_info": {"read_cost": "1.00", "eval_cost": "0.30"},
                        "attached_condition": "(`shop`.`p`.`id` < 3)",
                    }
                },
                {
                    "table": {
                        "table_name": "c",
                        "access_type": "eq_ref",
                        "key": "PRIMARY",
                        "rows_examined_per_scan": 1,
                        "cost_info": {"read_cost": "1.00", "eval_cost": "0.20"},
                    }
                },
            ],
        },
    }
}
MYSQL_9 = {
    "query": "/* select#1 */ select ...",
    "query_plan": {
        "operation": "Filter: (t1.f > 3)",
        "estimated_rows": 2.0,
        "estimated_total_cost": 1.16,
        "inputs": [
            {
                "operation": "Table scan on t1",
                "estimated_rows": 6.0,
                "estimated_total_cost": 0.85,
            }
        ],
    },
}


def test_mysql_8_is_read_with_the_costs_of_what_is_below() -> None:
    steps = flattened(mysql.steps_of(MYSQL_8))
    assert [(each.depth, each.name, each.detail, each.rows) for each in steps] == [
        (0, "Query block", "1", None),
        (1, "Sort", "", None),
        (2, "Table scan", "on p; where (`shop`.`p`.`id` < 3)", 3),
        (2, "Unique lookup", "on c using PRIMARY", 1),
    ]
    assert [each.cost for each in steps] == pytest.approx([3.5, 3.5, 1.3, 1.2])


def test_mysql_9_is_read_as_operations() -> None:
    steps = flattened(mysql.steps_of(MYSQL_9))
    assert [(each.depth, each.name, each.detail, each.cost) for each in steps] == [
        (0, "Filter", "(t1.f > 3)", 1.16),
        (1, "Table scan on t1", "", 0.85),
    ]


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "duckdb"])
@pytest.mark.parametrize("written", ["[1]", "no json", '[{"Plan": 3}]', "[" * 100_000])
def test_a_plan_of_no_known_shape_is_its_text(engine: EngineName, written: str) -> None:
    explanation = Explanation.of(engine, "select 1")
    plan = explanation.plan("w", [[{"plan": written}], [{"plan": "as text"}]])
    assert (plan.text, plan.steps) == ("as text", [])


def test_a_plan_has_so_many_steps_and_no_more() -> None:
    deep = Step(name="end")
    for _ in range(MAX_STEPS + 50):
        deep = Step(name="step", below=[deep])
    steps = flattened([deep])
    assert (len(steps), steps[-1].depth) == (MAX_STEPS, MAX_STEPS - 1)


def test_what_is_asked_never_analyzes() -> None:
    sql = "/* mine */ explain (analyze true, buffers) select 1"
    assert json.dumps(Explanation.of("postgresql", sql).questions()) == json.dumps(
        ["EXPLAIN (FORMAT JSON) select 1", "EXPLAIN select 1"]
    )


def test_an_engine_whose_plans_nobody_read_has_none() -> None:
    with pytest.raises(QueryFailed, match="Plans are shown of PostgreSQL"):
        Explanation.of("bigquery", "select 1")
