"""Databases from a notebook's cells: the relay's demo shop, asked through the page."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import Scratch, open_context

ENDLESS = (
    "with recursive numbers (n) as (select 1 union all select n + 1 from numbers) "
    "select count(*) as n from numbers"
)


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser) as context:
        scratch = Scratch(context.new_page(), relay.url, "data")
        allow(scratch, "demo")
        yield scratch


def asked_about(scratch: Scratch, connection: str) -> Locator:
    """The page's question, whether this notebook may query the connection."""
    question = scratch.page.get_by_role("alertdialog", name="Network permission")
    expect(question).to_contain_text(f"wants to query the database {connection} with your rights")
    return question


def allow(scratch: Scratch, connection: str) -> None:
    """Query the connection once, and answer the page's question with always."""
    index = scratch.start(f"%%sql {connection}\nselect 1")
    always = asked_about(scratch, connection).get_by_role("button", name="Always in this notebook")
    always.click()
    scratch.finished(index)


def test_a_database_that_the_person_denies_is_not_asked(browser: Browser, relay: Relay) -> None:
    with open_context(browser) as context:
        scratch = Scratch(context.new_page(), relay.url, "data")
        sent: list[str] = []
        scratch.page.on("request", lambda request: sent.append(request.url))
        index = scratch.start("%%sql demo\nselect 1")
        asked_about(scratch, "demo").get_by_role("button", name="Deny").click()
        denied = "You did not allow this notebook to query the database demo."
        expect(scratch.finished(index)).to_contain_text(denied)
        assert not [url for url in sent if "/data/demo/query" in url]


def test_a_sql_cell_shows_its_rows_and_keeps_a_dataframe(scratch: Scratch) -> None:
    scratch.run("least = 4")
    shown = scratch.run(
        "%%sql demo towns <<\nselect name, country from cities where city_id >= :least order by 1"
    )
    expect(shown).to_contain_text("Wellington")
    expect(scratch.run("print(len(towns), towns.name[0])")).to_contain_text("5 Osaka")


def test_rows_come_to_python_by_query_await_and_cursor(scratch: Scratch) -> None:
    printed = scratch.run(
        "from wasm_runtime.data import connect, query, query_async\n"
        "import pandas\n"
        "frame = query('demo', 'select * from sales')\n"
        "print(frame.shape, frame.amount.dtype)\n"
        "awaited = await query_async('demo', 'select count(*) as n from orders')\n"
        "print('orders', awaited.n[0])\n"
        "with connect('demo') as connection:\n"
        "    print(connection.execute('select name from cities order by 1').fetchone())\n"
        "    print(pandas.read_sql('select 1 + :x as y', connection, params={'x': 41}).y[0])\n"
    )
    for text in ("float64", "orders 2000", "('Amsterdam',)", "42"):
        expect(printed).to_contain_text(text)


def test_an_error_is_the_databases_own_without_a_traceback(scratch: Scratch) -> None:
    shown = scratch.run("%%sql demo\nselect nmae from cities")
    expect(shown).to_contain_text("No such column: nmae")
    expect(shown).not_to_contain_text("Traceback")


def test_an_error_is_underlined_at_its_place(browser: Browser, relay: Relay) -> None:
    with open_context(browser) as context:
        notebook = NotebookPage(context.new_page(), relay.url)
        notebook.open("%%sql demo\nselect name,\n  nmae\nfrom cities", environment="data")
        notebook.edit(0)
        notebook.start(0)
        notebook.button("Always in this notebook").click()
        expect(notebook.finished(0)).to_contain_text("line 2:   nmae\n          ^")
        expect(notebook.cell(0).locator(".nb-sql-error")).to_have_text("nmae")
        notebook.write(0, "select name from cities")
        expect(notebook.cell(0).locator(".nb-sql-error")).to_have_count(0)


def test_a_connection_that_is_not_there_is_named(scratch: Scratch) -> None:
    index = scratch.start("%%sql warehouse\nselect 1")
    asked_about(scratch, "warehouse").get_by_role("button", name="Allow once").click()
    expect(scratch.finished(index)).to_contain_text("There is no connection 'warehouse'")


def test_stop_ends_the_query_in_the_database(scratch: Scratch, relay: Relay) -> None:
    with scratch.page.expect_request("**/data/demo/query") as asked:
        index = scratch.start(f"%%sql demo\n{ENDLESS}")
    query_id = json.loads(asked.value.post_data or "{}")["query_id"]
    with scratch.page.expect_request(f"**/data/queries/{query_id}") as stopped:
        scratch.notebook.button("Stop").click()
    assert stopped.value.method == "DELETE"
    expect(scratch.finished(index)).to_contain_text("KeyboardInterrupt")
    scratch.page.wait_for_function(
        "async (url) => (await (await fetch(url)).json()).state === 'failed'",
        arg=f"{relay.url}data/queries/{query_id}",
    )
    expect(scratch.run("%%sql demo\nselect 6 * 7 as answer")).to_contain_text("42")


def test_sql_over_dataframes_needs_no_database(scratch: Scratch) -> None:
    scratch.run(
        "import pandas as pd; sold = pd.DataFrame({'city': ['A', 'B', 'A'], 'n': [1, 2, 41]})"
    )
    shown = scratch.run("%%sql\nselect city, sum(n) as total from sold group by city")
    expect(shown).to_contain_text("42")


def test_without_the_relay_a_sentence_says_so(browser: Browser, own_relay: Relay) -> None:
    with open_context(browser) as context:
        scratch = Scratch(context.new_page(), own_relay.url, "data")
        allow(scratch, "demo")
        expect(scratch.run("%%sql demo\nselect 6 * 7 as answer")).to_contain_text("42")
        own_relay.stop()
        expect(scratch.run("%%sql demo\nselect 2")).to_contain_text("cannot be reached")
