"""query() and connect() in a notebook, over results as the relay writes them."""

import base64
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tests.kernel.conftest import Notebook
from tests.kernel.seen import seen
from tests.kernel.test_waiting import nested_loop, stop_when
from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.worker import CloseQuery
from wasm_runtime.kernel.data.errors import Error, InterfaceError
from wasm_runtime.kernel.data.parameters import parameters_json
from wasm_runtime.kernel.host import QueryRefused

from .conftest import stream_of

IMPORT = "from wasm_runtime.data import *\n"
SQL = "select * from cities"
pytestmark = nested_loop


def printed(notebook: Notebook, source: str) -> str:
    lines = seen(notebook.run(IMPORT + source))
    assert lines[-1] == ("finished", "ok"), lines
    return "".join(text for name, text, *_ in lines if name == "stdout")


def test_a_query_gives_a_dataframe(shop: Notebook) -> None:
    text = printed(shop, f"frame = query('demo', '{SQL}', least=3)\nprint(frame.to_dict('list'))")
    assert text == "{'city': ['Osaka', 'Zürich', nan], 'orders': [3, None, -1]}\n"
    (asked,) = shop.host.queries
    assert (asked.connection, asked.request.parameters) == ("demo", {"least": 3})
    assert not [each for each in shop.host.messages if isinstance(each, CloseQuery)]


def test_a_query_is_awaited_where_nothing_can_block(
    make_notebook: Callable[..., Notebook],
) -> None:
    notebook = make_notebook(blocks=False)
    notebook.host.results[SQL] = [stream_of(("Osaka", 3))]
    assert printed(notebook, f"print(len(await query_async('demo', '{SQL}')))") == "1\n"
    error = notebook.run(f"{IMPORT}query('demo', '{SQL}')")[1]
    assert "await query_async" in error.evalue


def test_a_query_waits_in_shared_memory(make_notebook: Callable[..., Notebook]) -> None:
    notebook = make_notebook(blocks=False, shared=True)
    notebook.host.results[SQL] = [stream_of(("Osaka", 3))]
    assert printed(notebook, f"print(len(query('demo', '{SQL}')))") == "1\n"


def test_the_result_may_be_arrow(shop: Notebook) -> None:
    text = printed(shop, f"print(query('demo', '{SQL}', result='arrow').to_pylist()[0])")
    assert text == "{'city': 'Osaka', 'orders': 3}\n"


def test_a_cut_result_is_an_error_and_never_a_short_table(notebook: Notebook) -> None:
    whole = stream_of(("Osaka", 3), ("Zürich", 4))
    for end in (len(whole) - 8, len(whole) - 40, 90):
        notebook.host.results[SQL] = [whole[:end]]
        error = notebook.run(f"{IMPORT}query('demo', '{SQL}')")[1]
        assert error.ename == "OperationalError"
        assert error.evalue.startswith("The result was cut: its end is missing.")


def test_what_the_relay_refuses_says_where_in_the_sql(notebook: Notebook) -> None:
    body = ErrorBody(code="bad_request", message="No such column: ctiy.", hint="")
    notebook.host.results["select\n  ctiy"] = [QueryRefused(body, 9)]
    error = notebook.run(f"{IMPORT}query('demo', 'select\\n  ctiy')")[1]
    assert (error.ename, error.evalue) == (
        "ProgrammingError",
        "No such column: ctiy.\nline 2:   ctiy\n          ^",
    )


def test_stop_closes_the_query(notebook: Notebook) -> None:
    notebook.host.results[SQL] = [None]
    stop_when(notebook, "stream")
    messages = notebook.run(f"{IMPORT}print('asks', end='')\nquery('demo', '{SQL}')")
    assert seen(messages)[-1] == ("finished", "interrupted")
    (opened,) = notebook.host.queries
    assert CloseQuery(query_id=opened.query_id) in messages


def test_a_cursor_is_as_pep_249_wants_it(shop: Notebook) -> None:
    source = f"""
with connect("demo") as connection:
    cursor = connection.cursor()
    cursor.execute("{SQL}", {{"n": 1}})
    print([column[:2] for column in cursor.description], cursor.description[1][1] == NUMBER)
    print(cursor.rowcount, cursor.fetchone())
    print(cursor.fetchmany(), cursor.fetchall(), cursor.fetchone(), cursor.rowcount)
    connection.commit(); connection.rollback()
try:
    cursor.fetchone()
except connection.InterfaceError as error:
    print(error.message)
print(apilevel, threadsafety, paramstyle)
"""
    assert printed(shop, source) == (
        "[('city', 'text'), ('orders', 'number')] True\n"
        "-1 ('Osaka', 3)\n"
        "[('Zürich', None)] [(None, -1)] None 3\n"
        "The connection 'demo' is closed.\n"
        "2.0 1 named\n"
    )


def test_a_cursor_that_is_not_read_to_its_end_ends_its_query(shop: Notebook) -> None:
    messages = shop.run(f"{IMPORT}connect('demo').execute('{SQL}').close()")
    (opened,) = shop.host.queries
    assert CloseQuery(query_id=opened.query_id) in messages


def test_pandas_reads_through_a_connection(shop: Notebook) -> None:
    source = f"import pandas\nprint(pandas.read_sql('{SQL}', connect('demo')).shape)"
    assert seen(shop.run(IMPORT + source)) == [("stdout", "(3, 2)\n"), ("finished", "ok")]


def test_parameters_are_what_the_relay_takes() -> None:
    given = {
        "a": np.int64(3),
        "b": Decimal("1.20"),
        "c": b"\x00",
        "d": date(2026, 11, 21),
        "e": datetime(2026, 11, 21, 8),
        "f": pd.NA,
        "g": pd.NaT,
        "h": np.bool_(True),
        "i": 2**70,
        "j": pd.Timestamp("2026-11-21T08:00Z"),
    }
    assert parameters_json(given) == {
        "a": 3,
        "b": {"decimal": "1.20"},
        "c": {"bytes": base64.b64encode(b"\x00").decode()},
        "d": {"date": "2026-11-21"},
        "e": {"timestamp": "2026-11-21T08:00:00"},
        "f": None,
        "g": None,
        "h": True,
        "i": {"decimal": str(2**70)},
        "j": {"timestamp": "2026-11-21T08:00:00+00:00"},
    }


@pytest.mark.parametrize("value", [float("nan"), [1, 2], object(), Decimal("inf")])
def test_a_parameter_that_no_database_takes_is_named(value: object) -> None:
    with pytest.raises(InterfaceError, match="Parameter :x is"):
        parameters_json({"x": value})


def test_the_exceptions_are_one_tree() -> None:
    assert issubclass(InterfaceError, Error)
