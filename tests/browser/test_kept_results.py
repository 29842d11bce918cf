"""Results that are kept: asked for by their age, and without the relay."""

from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.accounts import ask_to_sign_out, close_dialog, share
from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.sharing import Person, browser_profile

CITIES = "select hex(randomblob(4)) as mark, name, country from cities order by name"
COUNT = "print(len(query('demo', 'select name from cities')))"
IMPORT = "from wasm_runtime.data import query\n"
CELLS = (
    f"%%sql demo cities <<\n{CITIES}",
    f"%%sql demo --max-age 10m\n{CITIES}",
    "%%sql demo\nselect 1 as never_asked",
    IMPORT + COUNT,
)
DATABASE = "wasm-runtime-results"


def open_and_allow(page: Page, base: str, *cells: str) -> NotebookPage:
    """A notebook whose first cell has run, and which may always query the demo."""
    notebook = NotebookPage(page, base).open(*cells, environment="data")
    notebook.start(0)
    question = page.get_by_role("alertdialog", name="Network permission")
    question.get_by_role("button", name="Always in this notebook").click()
    notebook.finished(0)
    return notebook


@pytest.fixture
def asked(context: BrowserContext, page: Page, own_relay: Relay) -> NotebookPage:
    return open_and_allow(page, own_relay.url, *CELLS)


def mark(notebook: NotebookPage, index: int) -> str:
    """What the database made up for this answer."""
    cell = notebook.outputs(index).get_by_role("gridcell").first
    return cell.inner_text()


def test_a_cell_says_how_old_a_result_may_be_and_is_told_how_old_it_is(asked: NotebookPage) -> None:
    line = asked.run(1).locator(".source-line")
    expect(line).not_to_contain_text("kept result")
    first = mark(asked, 1)
    expect(asked.run(1).locator(".source-line")).to_contain_text("kept result, just now")
    assert mark(asked, 1) == first
    asked.run(0)
    assert mark(asked, 0) != first, "who does not ask for what was kept is not given it"


def test_without_the_relay_what_was_kept_answers_and_the_rest_says_why_not(
    asked: NotebookPage, own_relay: Relay
) -> None:
    page = asked.page
    expect(asked.run(3)).to_contain_text("8")
    before = mark(asked, 0)
    expect(page.locator("[data-offline=ready]").first).to_be_attached()
    own_relay.stop()
    page.reload()
    expect(asked.cells.first).to_be_visible()

    line = asked.run(0).locator(".source-line")
    expect(line).to_contain_text("kept result")
    expect(line).to_contain_text("the relay could not be reached")
    assert mark(asked, 0) == before
    printed = asked.run(3)
    expect(printed).to_contain_text("8")
    expect(printed).to_contain_text("demo: kept result, less than a minute old; the relay cannot")
    refused = asked.run(2)
    expect(refused).to_contain_text("cannot be reached, and this browser has kept no result of")
    expect(refused).to_contain_text("hint: Python and its DataFrames go on")


def test_whoever_signs_out_leaves_no_result(browser: Browser, accounts_relay: Relay) -> None:
    with browser_profile(browser) as context:
        ada = Person(context, accounts_relay)
        share(ada, "x = 1")
        close_dialog(ada)
        kept = "indexedDB.databases().then((all) => all.map(({ name }) => name))"
        ada.page.evaluate(
            "(name) => new Promise((done) => (indexedDB.open(name, 1).onsuccess = (event) => "
            "{ event.target.result.close(); done(); }))",
            DATABASE,
        )
        assert DATABASE in ada.page.evaluate(kept)
        ask_to_sign_out(ada)
        ada.button("Sign out").click()
        expect(ada.notices).to_contain_text("You are signed out.")
        ada.page.wait_for_function(
            f"async () => !(await {kept}).includes({DATABASE!r})",
        )


def test_a_table_is_downloaded_as_parquet_as_it_is_sorted_and_filtered(
    page: Page, relay: Relay
) -> None:
    notebook = open_and_allow(
        page,
        relay.url,
        "%%sql demo sold <<\nselect amount, city, ordered from sales",
        "print('figures:', sold[sold.city == 'Osaka'].amount.sum().round(2), len(sold))",
    )
    total, rows = notebook.run(1).inner_text().split("figures:")[1].split()[:2]
    grid = page.get_by_role("grid", name="Table sold")
    grid.get_by_role("columnheader", name="amount").click()
    table = notebook.outputs(0)
    with page.expect_download() as download:
        table.get_by_role("button", name="Download as Parquet").click()
    expect(table).to_contain_text("sold.parquet is downloaded.")
    assert download.value.suggested_filename == "sold.parquet"
    path = Path(download.value.path())
    with duckdb.connect() as database:
        read = database.execute(
            "select count(*), round(sum(amount) filter (city = 'Osaka'), 2), "
            "first(amount) = min(amount), last(amount) = max(amount) "
            f"from read_parquet('{path}')"
        ).fetchone()
    assert read == (int(rows), float(total), True, True)
