"""From a database to a plot, by hand: a million rows of PostgreSQL in one notebook.

Where the variable PICTURES names a folder, it gets pictures, and a recording for
`playwright show-trace`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.support.million_rows import COLUMNS, ROWS, million_rows, warehouse_file


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with million_rows() as server:
        relay = Relay(
            environment={
                "WASM_RUNTIME_DATA_FOLDER": str(tmp_path / "data"),
                "WASM_RUNTIME_DOCUMENTS": str(tmp_path / "documents.sqlite"),
                **warehouse_file(server, tmp_path),
            }
        )
        yield relay
        relay.stop()


@pytest.fixture
def recorded(context: BrowserContext) -> Iterator[None]:
    folder = os.environ.get("PICTURES")
    if folder:
        context.tracing.start(screenshots=True, snapshots=True)
    yield
    if folder:
        context.tracing.stop(path=f"{folder}/million-rows.zip")


def look(page: Page, name: str) -> None:
    """A picture for eyes in each theme."""
    if folder := os.environ.get("PICTURES"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{theme}.png")
        page.emulate_media(color_scheme="light")


@pytest.mark.usefixtures("recorded")
def test_a_query_is_written_its_rows_are_scrolled_taken_to_python_and_plotted(
    page: Page, relay: Relay
) -> None:
    notebook = NotebookPage(page, relay.url).open("", environment="data")

    # A SQL cell of the table, from the schema.
    notebook.button("Databases panel").click()
    page.get_by_role("treeitem", name="warehouse").click()
    page.get_by_role("treeitem", name="million").click()
    notebook.button("Query 100 rows").click()
    expect(notebook.cell(1).locator(".cm-content")).to_be_focused()

    # Written with completion: the table's name, and one of its columns.
    notebook.press("Control+a")
    page.keyboard.type("select * from mil")
    notebook.take_completion("million")
    page.keyboard.type(" where sho")
    look(page, "million-completion")
    notebook.take_completion("shop")
    page.keyboard.type(" is null or true")

    # Run by a key; the first rows are seen before the last have come.
    notebook.press("Control+Enter")
    notebook.button("Databases panel").click()
    notebook.button("Always in this notebook").click()
    arriving = page.get_by_text("seen before the others had come")
    expect(arriving).to_be_visible()
    look(page, "million-arriving")
    grid = page.get_by_role("grid", name="Table _sql")
    expect(grid).to_have_attribute("aria-rowcount", f"{ROWS + 1}")
    expect(arriving).to_have_count(0)
    notebook.finished(1)

    # Scrolled: to the end by a key, to the middle by the wheel's way.
    grid.focus()
    notebook.press("Control+End")
    expect(grid.get_by_role("gridcell", name=f"customer {ROWS}", exact=True)).to_be_visible()
    grid.evaluate("grid => { grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2 }")
    expect(grid.get_by_role("gridcell", name="customer 500000", exact=True)).to_be_visible()
    look(page, "million-table")

    # A DataFrame, and a plot of it.
    notebook.select(1)
    notebook.press("b", "Enter")
    page.keyboard.insert_text(
        "print(_sql.shape, _sql.amount.dtype)\n"
        "axes = _sql.groupby(_sql.day.dt.year).amount.sum().plot.bar(title='Sales')"
    )
    notebook.press("Control+Enter")
    notebook.printed(2, f"({ROWS}, {COLUMNS}) float64")
    plot = notebook.outputs(2).get_by_role("img")
    expect(plot).to_be_visible()
    assert plot.evaluate("image => image.naturalWidth") > 300
    plot.scroll_into_view_if_needed()
    look(page, "million-plot")

    # And without Python, in the table's own chart.
    page.get_by_role("tab", name="Chart").click()
    chart = page.locator(".chart-drawing svg")
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()
    look(page, "million-chart")
