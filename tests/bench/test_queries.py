"""A million rows from PostgreSQL into a DataFrame, and completion of SQL in a large schema.

The rows' baseline is pandas.read_sql over psycopg alone; SQLAlchemy, the usual layer, adds to it.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import psycopg
import pytest
from playwright.sync_api import expect

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import open_page
from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.relay.data.servers import READER_PASSWORD, Server, postgres_server

WATCH = Path(__file__).parent / "watch.js"
ROWS = 1_000_000
SQL = "select * from million"
_TABLE = f"""
create table million as select n::int as id, n::bigint * 7 as account, n * 1.5::float8 as amount,
    case when n % 10 = 0 then null else n % 1000 end as shop, n % 2 = 0 as paid,
    'customer ' || n as customer, date '2020-01-01' + n % 2000 as day,
    timestamptz '2026-01-01' + n * interval '1 second' as at
from generate_series(1, {ROWS}) n;
grant select on million to reader;
"""
_TIMED = f"""
import time
from wasm_runtime.data import query
query("warehouse", "select 1 as one")
started = time.perf_counter()
frame = query("warehouse", "{SQL}")
print("took", time.perf_counter() - started, "s for", frame.shape)
del frame
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with postgres_server() as server:
        with psycopg.connect(server.postgres_url(), autocommit=True) as admin:
            admin.execute(_TABLE)
        yield server


@pytest.fixture
def data_relay(client: Path, postgres: Server) -> Iterator[Relay]:
    password = quote(READER_PASSWORD, safe="")
    url = f"postgresql://reader:{password}@/postgres?host={quote(str(postgres.folder))}"
    relay = Relay(
        environment={
            "WASM_RUNTIME_CLIENT": str(client),
            "WASM_RUNTIME_CONNECTION_WAREHOUSE": url,
        }
    )
    yield relay
    relay.stop()


def _native_seconds(server: Server) -> float:
    with psycopg.connect(
        host=str(server.folder), dbname="postgres", user="reader", password=READER_PASSWORD
    ) as connection:
        started = time.perf_counter()
        frame = pd.read_sql(SQL, connection)
        spent = time.perf_counter() - started
    assert frame.shape == (ROWS, 8)
    return spent


@pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")
def test_a_million_rows_become_a_dataframe(
    data_relay: Relay,
    postgres: Server,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    ours: list[float] = []
    native: list[float] = []
    with open_browser(profile()) as context:
        page = context.new_page()
        expect.set_options(timeout=120_000)
        notebook = NotebookPage(page, data_relay.url)
        notebook.open("%%sql warehouse\nselect 1", *[_TIMED] * RUNS, environment="data")
        notebook.start(0)
        notebook.button("Always in this notebook").click()
        notebook.finished(0)
        for index in range(1, RUNS + 1):
            native.append(_native_seconds(postgres))
            notebook.start(index)
            notebook.printed(index, f"s for ({ROWS}, 8)")
            text = notebook.outputs(index).text_content() or ""
            found = re.search(r"took ([\d.]+) s", text)
            assert found is not None
            ours.append(float(found[1]))
    figures.add(
        "1,000,000 rows x 8 columns of PostgreSQL to pandas",
        "s",
        ours,
        native,
        baseline_is="pandas.read_sql over psycopg",
        ratio_limit=1,
    )


TABLES, COLUMNS = 500, 20
PLACES = {
    "of all tables": ("t", "select |"),
    "of two tables' columns": ("c", "select | from table_250 t join table_251 u using (column_1)"),
    "of tables behind FROM": ("t", "select * from |"),
}
"""What is typed at the mark."""


@pytest.fixture
def large_relay(client: Path, tmp_path: Path) -> Iterator[Relay]:
    """A relay whose connection `large` has 500 tables of 20 columns."""
    columns = ", ".join(f"column_{number} INTEGER" for number in range(COLUMNS))
    file = tmp_path / "large.sqlite"
    with closing(sqlite3.connect(file)) as database:
        for number in range(TABLES):
            database.execute(f"CREATE TABLE table_{number} ({columns})")
    relay = Relay(
        environment={
            "WASM_RUNTIME_CLIENT": str(client),
            "WASM_RUNTIME_CONNECTION_LARGE": f"sqlite://{file}",
        }
    )
    yield relay
    relay.stop()


def test_names_of_a_large_schema_are_completed(
    large_relay: Relay,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    with open_browser(profile()) as context:
        page = open_page(context, large_relay.url)
        notebook = NotebookPage(page, large_relay.url)
        notebook.open(*(f"%%sql large\n{sql.replace('|', '')}" for _, sql in PLACES.values()))
        page.evaluate(WATCH.read_text(encoding="utf-8"))
        for index, (where, (key, sql)) in enumerate(PLACES.items()):
            notebook.edit(index)
            notebook.press("Home", *["ArrowRight"] * sql.index("|"))
            milliseconds = []
            # The first also waits for the schema, which is read once.
            for _ in range(10 * RUNS + 1):
                listed = page.evaluate_handle("() => bench.completion()")
                notebook.press(key)
                milliseconds.append(listed.evaluate("(listed) => listed()"))
                notebook.press("Escape", "Backspace")
                expect(page.locator(".nb-completions")).to_have_count(0)
            name = f"SQL: key press to names, {where} ({TABLES} tables x {COLUMNS} columns)"
            figures.add(name, "ms", milliseconds[1:], limit=50)
