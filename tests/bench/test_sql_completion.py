"""Completion of SQL in a large schema, from the page: how soon after the key names are there."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import open_page
from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage

WATCH = Path(__file__).parent / "watch.js"
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
        },
        is_measured=True,
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
            if index == 0:
                # The schema is read once; what is typed meanwhile may find no list, or keywords.
                with page.expect_response("**/data/large/schema"):
                    notebook.press(key)
                notebook.press("Backspace")
                expect(page.locator(".nb-completions")).to_have_count(0)
            for _ in range(10 * RUNS):
                listed = page.evaluate_handle("() => bench.completion()")
                notebook.press(key)
                milliseconds.append(listed.evaluate("(listed) => listed()"))
                notebook.press("Escape", "Backspace")
                expect(page.locator(".nb-completions")).to_have_count(0)
            name = f"SQL: key press to names, {where} ({TABLES} tables x {COLUMNS} columns)"
            figures.add(name, "ms", milliseconds, limit=50)
