"""%%sql: rows shown as a table, kept as a DataFrame, errors that point into the SQL."""

import itertools
from typing import Any

import pytest

from relay.data.arrow import RowWriter
from relay.data.engine import END_OF_STREAM
from tests.kernel.conftest import Notebook
from tests.kernel.data.conftest import SHOP
from tests.kernel.seen import plain_traceback, seen
from tests.kernel.test_waiting import nested_loop
from wasm_runtime.contracts.codec import decode
from wasm_runtime.contracts.everything import CONTRACT
from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.sql_cell import SQL_PARAMETERS_TARGET
from wasm_runtime.contracts.table import TABLE_TYPE, TableColumn, TableOutput
from wasm_runtime.contracts.worker import OpenComm
from wasm_runtime.kernel.data import frames_sql
from wasm_runtime.kernel.host import QueryRefused

pytestmark = nested_loop
SQL = "select * from cities"


def table_of(messages: list[Any]) -> TableOutput:
    (shown,) = [each for each in messages if each.kind == "display_data"]
    assert set(shown.data) == {TABLE_TYPE, "text/html", "text/plain"}
    output: TableOutput = decode(shown.data[TABLE_TYPE], "TableOutput", CONTRACT)
    return output


def error_of(messages: list[Any]) -> str:
    (error,) = [each for each in messages if each.kind == "error"]
    return plain_traceback(error)


def test_rows_are_shown_as_a_table_and_kept_in_a_variable(shop: Notebook) -> None:
    output = table_of(shop.run(f"%%sql demo big <<\n{SQL}"))
    assert output.columns == [
        TableColumn(name="city", kind="text", type="str"),
        TableColumn(name="orders", kind="integer", type="Int64"),
    ]
    assert output.preview == [["Osaka", 3], ["Zürich", None], [None, -1]]
    assert (output.rows, output.variable) == (3, "big")
    assert output.source is not None
    assert output.source.connection == "demo"
    assert seen(shop.run("len(big)"))[0] == ("execute_result", {"text/plain": "3"})


def test_variables_are_bound_as_parameters(shop: Notebook) -> None:
    sql = "select * from cities where city = :city and note <> ':this' -- :that"
    shop.host.results[sql] = shop.host.results.pop(SQL)
    shop.run("city = 'Osaka'")
    table_of(shop.run(f"%%sql demo\n{sql}\n"))
    assert shop.host.queries[0].request.parameters == {"city": "Osaka"}


def test_a_variable_that_is_not_there_is_pointed_at(shop: Notebook) -> None:
    assert error_of(shop.run("%%sql demo\nselect :nothing")) == (
        "ProgrammingError: The SQL names :nothing, but there is no variable nothing.\n"
        "line 1: select :nothing\n"
        "               ^\n"
        "hint: Run the cell that sets nothing first."
    )


def test_the_databases_error_stands_below_its_place_without_a_traceback(shop: Notebook) -> None:
    body = ErrorBody(code="bad_request", message="No such column: x.", hint="")
    shop.host.results["select x"] = [QueryRefused(body, 7)]
    assert error_of(shop.run("%%sql demo\nselect x\n")) == (
        "ProgrammingError: No such column: x.\nline 1: select x\n               ^"
    )


def test_without_a_connection_the_notebooks_dataframes_are_asked(notebook: Notebook) -> None:
    notebook.run(
        "import pandas as pd\nleast = 2\n"
        "sales = pd.DataFrame({'city': ['Bern', 'Osaka', 'Bern'], 'n': [1, 2, 4]})"
    )
    sql = "select city, sum(n) as n from sales where n >= :least group by city order by city"
    for line in ("%%sql", "%%sql --on-frames total <<"):
        assert table_of(notebook.run(f"{line}\n{sql}")).preview == [["Bern", 4], ["Osaka", 2]]
    assert seen(notebook.run("total.n.sum()"))[0][1]["text/plain"].endswith("(6)")


def test_sql_over_frames_that_is_wrong_says_what_there_is(notebook: Notebook) -> None:
    notebook.run("import pandas as pd\nsales = pd.DataFrame({'n': [1]})")
    text = error_of(notebook.run("%%sql\nselect * from slaes"))
    assert text.startswith("ProgrammingError: No such table: slaes.")
    assert "DataFrames here: sales" in text


def test_stop_ends_an_endless_query_of_frames(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()

    def pressed_soon() -> int:
        if next(looks) == 3:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(frames_sql, "_look", pressed_soon)
    endless = "with recursive s (n) as (select 1 union all select n + 1 from s) select count(*) "
    messages = notebook.run(f"%%sql\n{endless} from s")
    assert "KeyboardInterrupt" in error_of(messages)
    assert messages[-1].status == "interrupted"


def asked_values(notebook: Notebook, sql: str) -> dict[str, Any]:
    """What the kernel answers a page that asks for the values of a SQL cell's parameters."""
    data: Any = {"sql": sql}
    none: Any = {}
    opened = OpenComm(
        comm_id="c1", target_name=SQL_PARAMETERS_TARGET, data=data, metadata=none, buffers=[]
    )
    (answer,) = [each for each in notebook.ask(opened) if each.kind == "comm_msg"]
    values: dict[str, Any] = answer.data
    return values


def test_a_page_is_told_the_values_that_a_query_would_bind(notebook: Notebook) -> None:
    notebook.run("import datetime\nday, least, city = datetime.date(2026, 11, 21), 4, [1]")
    sql = "select ':city', day::text where day > :day and n >= :least -- :city"
    told = asked_values(notebook, sql)
    assert told["parameters"] == {"day": {"date": "2026-11-21"}, "least": 4}
    for sql, words in ((":nothing", "there is no variable nothing"), (":city", "is list")):
        assert words in asked_values(notebook, f"select {sql}")["error"]["message"]


@pytest.mark.parametrize("line", ["demo other", "demo --on-frames", "demo --first x", "demo 1a <<"])
def test_a_line_that_is_wrong_shows_how_it_goes(notebook: Notebook, line: str) -> None:
    text = "".join(
        part for name, part, *_ in seen(notebook.run(f"%%sql {line}\nselect 1")) if name == "stderr"
    )
    assert "UsageError: %%sql [CONNECTION]" in text


def test_only_the_first_rows_are_asked_for(shop: Notebook) -> None:
    shop.run(f"%%sql demo --first 10\n{SQL}")
    assert shop.host.queries[0].request.first_rows == 10


def test_any_dataframe_is_shown_with_its_index(notebook: Notebook) -> None:
    source = (
        "import pandas as pd\nfrom wasm_runtime.data import show_table\n"
        "frame = pd.DataFrame({'n': [1.5, None]}, index=pd.Index(['a', 'b'], name='key'))\n"
        "show_table(frame)"
    )
    output = table_of(notebook.run(source))
    assert [each.name for each in output.columns] == ["key", "n"]
    assert output.preview == [["a", 1.5], ["b", None]]
    assert (output.variable, output.source) == ("frame", None)


def long_result() -> list[bytes]:
    """A first batch that fills a table, and one more."""
    writer = RowWriter(SHOP)
    batches = [[("Osaka", number) for number in range(first, first + 150)] for first in (0, 150)]
    return [writer.head().content + writer.batch(batches[0]).content,
            writer.batch(batches[1]).content + END_OF_STREAM]  # fmt: skip


def outputs_of(messages: list[Any]) -> list[tuple[str, TableOutput]]:
    return [
        (each.kind, decode(each.data[TABLE_TYPE], "TableOutput", CONTRACT))
        for each in messages
        if TABLE_TYPE in getattr(each, "data", {})
    ]


def test_the_first_rows_are_seen_before_the_others_have_come(shop: Notebook) -> None:
    shop.host.results[SQL] = long_result()
    messages = shop.run(f"%%sql demo\n{SQL}")
    (first_kind, first), (whole_kind, whole) = outputs_of(messages)
    assert (first_kind, first.is_arriving, first.rows, first.table_id) == (
        "display_data", True, 100, "",
    )  # fmt: skip
    assert first.preview == [["Osaka", number] for number in range(100)]
    # The whole table takes their place.
    assert (whole_kind, whole.is_arriving, whole.rows) == ("update_display_data", False, 300)
    shown = [each.transient for each in messages if TABLE_TYPE in getattr(each, "data", {})]
    assert shown[0] == shown[1]


def test_first_rows_of_a_result_that_was_cut_are_taken_away(shop: Notebook) -> None:
    shop.host.results[SQL] = [long_result()[0]]
    messages = shop.run(f"%%sql demo\n{SQL}")
    assert "The result was cut" in error_of(messages)
    (taken,) = [each for each in messages if each.kind == "update_display_data"]
    assert taken.data == {
        "text/plain": "The result did not come whole: its first rows are not shown."
    }
