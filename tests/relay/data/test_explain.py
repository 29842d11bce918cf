"""Plans over HTTP, on a whole relay with all four databases behind it."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.relay.data.conftest import ENGINES, Declarations
from tests.relay.data.relay_with_data import DataRelay, data_relay
from tests.relay.data.servers import READER_PASSWORD

JOIN = """select c.name, count(*) as people
from people p join cities c on c.id = p.city
where p.id < :most
group by c.name
order by people desc"""


@pytest.fixture(scope="module")
def relay(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DataRelay]:
    folder = tmp_path_factory.mktemp("relay")
    declarations = Declarations(request, folder)
    declared = {n: dataclasses.replace(declarations.of(n), max_seconds=5) for n in ENGINES}
    with data_relay(folder, declared, READER_PASSWORD) as started:
        yield started


def explained(relay: DataRelay, name: str, sql: str, **more: Any) -> dict[str, Any]:
    answer = relay.http.post(f"data/{name}/explain", json={"sql": sql, **more})
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


@pytest.mark.parametrize("name", ENGINES)
def test_a_join_is_a_tree_of_steps(relay: DataRelay, name: str) -> None:
    plan = explained(relay, name, JOIN, parameters={"most": 3})
    steps = plan["steps"]
    assert plan["connection"] == name
    assert steps[0]["depth"] == 0
    jumps = [after["depth"] - before["depth"] for before, after in itertools.pairwise(steps)]
    assert max(jumps) == (0 if name == "sqlite" else 1)
    said = " ".join(f"{step['name']} {step.get('detail', '')}" for step in steps)
    for table in ("people", "cities"):
        aliases = (table, f" {table[0]} ", f" {table[0]};")
        assert any(alias in f"{said} " for alias in aliases), said
    assert len(plan["text"].splitlines()) > 3


def test_postgresql_states_rows_and_costs_of_each_step_and_the_parameters_by_name(
    relay: DataRelay,
) -> None:
    plan = explained(relay, "postgresql", JOIN, parameters={"most": 3})
    assert all(step["rows"] > 0 and step["cost"] > 0 for step in plan["steps"])
    assert plan["steps"][0]["name"] == "Sort"
    assert plan["steps"][0]["cost"] == max(step["cost"] for step in plan["steps"])
    assert "on people as p" in " ".join(step["detail"] for step in plan["steps"])
    assert ":most" in plan["text"]
    assert "wasm_runtime" not in str(plan)
    assert "cost=" in plan["text"]


def test_duckdb_states_rows_and_sqlite_says_which_index(relay: DataRelay) -> None:
    rows = [
        step.get("rows") for step in explained(relay, "duckdb", "select * from people")["steps"]
    ]
    assert rows[-1] == 3
    plan = explained(relay, "sqlite", JOIN, parameters={"most": 3})
    assert ("SEARCH", "p USING INTEGER PRIMARY KEY (rowid<?)") in [
        (step["name"], step["detail"]) for step in plan["steps"]
    ]
    assert plan["text"].startswith("QUERY PLAN\n|--SEARCH p")


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "head",
    ["explain ", "EXPLAIN ANALYZE ", "explain (analyze, costs) ", "-- mine\nexplain query plan "],
)
def test_a_statement_that_is_explained_already_is_explained_once(
    relay: DataRelay, name: str, head: str
) -> None:
    bare = explained(relay, name, "select * from people where id = 2")
    assert explained(relay, name, f"{head}select * from people where id = 2;") == bare


_SLOW = {
    "postgresql": "select pg_sleep(30)",
    "mysql": "select sleep(30)",
    "sqlite": "with recursive s (n) as (select 1 union all select n + 1 from s) select sum(n) "
    "from s",
    "duckdb": "select sum(a.range + b.range) from range(10000000) a, range(10000000) b",
}


@pytest.mark.parametrize("name", ENGINES)
def test_the_statement_is_not_run(relay: DataRelay, name: str) -> None:
    for head in ("", "explain analyze "):
        assert explained(relay, name, head + _SLOW[name], max_seconds=4)["steps"]


@pytest.mark.parametrize("name", ENGINES)
def test_no_spelling_has_it_analyzed(relay: DataRelay, name: str) -> None:
    for head in ("analyze ", "(analyze) ", "/**/analyze format=json "):
        answer = relay.http.post(f"data/{name}/explain", json={"sql": head + _SLOW[name]})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), answer.text


@pytest.mark.parametrize("name", ENGINES)
def test_an_error_points_into_the_sql_that_was_asked_for(relay: DataRelay, name: str) -> None:
    for number, head in enumerate(("", "explain ")):
        sql = f"{head}select 1 as a\nfrom people\nwhere nmae frm 2"
        query_id = f"bad-{name}-{number}"
        answer = relay.http.post(f"data/{name}/explain", json={"sql": sql, "query_id": query_id})
        assert answer.status_code == 400
        assert relay.status(query_id)["position"] in (sql.index("nmae"), sql.index("frm"))


@pytest.mark.parametrize("name", ENGINES)
def test_a_plan_is_of_one_statement(relay: DataRelay, name: str) -> None:
    answer = relay.http.post(
        f"data/{name}/explain", json={"sql": "select ';' -- ;\n; delete from people"}
    )
    assert answer.status_code == 400
    assert answer.json()["message"] == "A plan is of one statement, and these are 2."
    assert explained(relay, name, "select ';' as a; -- that is all;")["steps"] is not None


@pytest.mark.parametrize("name", ENGINES)
def test_limits_hold_and_every_question_is_audited(relay: DataRelay, name: str) -> None:
    for wrong in ({"max_seconds": 0}, {"query_id": "no"}, {"sql": " "}):
        answer = relay.http.post(f"data/{name}/explain", json={"sql": "select 1", **wrong})
        assert answer.status_code == 400
    answer = relay.http.post(
        f"data/{name}/explain", json={"sql": JOIN, "parameters": {"most": 3}, "max_bytes": 10}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    asked = [
        record["details"]["sql"]
        for record in relay.http.get("operator/audit", params={"connection": name}).json()[
            "records"
        ]
        if record["action"] == "query"
    ]
    assert any(sql.startswith("EXPLAIN ") and "order by people" in sql for sql in asked)


def test_a_connection_that_one_may_not_use_has_no_plan(relay: DataRelay) -> None:
    assert relay.http.post("data/nowhere/explain", json={"sql": "select 1"}).status_code == 404
