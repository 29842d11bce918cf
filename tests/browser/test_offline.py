"""After the first load everything works with the relay stopped."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage


@pytest.fixture
def stopped(context: BrowserContext, page: Page, own_relay: Relay) -> NotebookPage:
    """A page loaded once, whose kernel ran once; then its relay was stopped and it was reloaded."""
    notebook = NotebookPage(page, own_relay.url)
    notebook.open("kept = 1\nprint('online')", environment="data")
    expect(notebook.run(0)).to_contain_text("online")
    expect(page.locator("[data-offline=ready]").first).to_be_attached()
    own_relay.stop()
    page.reload()
    expect(notebook.cells.first).to_be_visible()
    return notebook


def test_the_notebook_is_still_there_and_runs(stopped: NotebookPage) -> None:
    expect(stopped.outputs(0)).to_contain_text("online")
    expect(stopped.run(0)).to_contain_text("online")


def test_the_example_runs_with_its_table_and_plot(stopped: NotebookPage) -> None:
    page = stopped.page
    page.goto(f"{stopped.base}?example=welcome.ipynb")
    expect(stopped.cells.first).to_be_visible()
    stopped.select(0)
    page.keyboard.press("Control+Shift+P")
    stopped.palette("run all cells", "Run all cells")
    expect(page.locator("notebook-cell .cell-outputs table").first).to_be_visible()
    expect(page.locator("notebook-cell .cell-outputs img").first).to_be_visible()


def test_another_notebook_opens_and_the_kernel_restarts(stopped: NotebookPage) -> None:
    stopped.open("x = 5", "x", environment="data")
    stopped.run(0)
    expect(stopped.run(1)).to_contain_text("5")
    stopped.select(0)
    stopped.page.keyboard.press("0")
    stopped.page.keyboard.press("0")
    dialog = stopped.page.get_by_role("dialog", name="Restart the kernel?")
    dialog.get_by_role("button", name="Restart").click()
    expect(dialog).to_be_hidden()
    expect(stopped.run(1)).to_contain_text("NameError")


def test_active_outputs_still_get_their_own_frame(stopped: NotebookPage) -> None:
    stopped.open("%%html\n<p id=a></p><script>a.textContent = origin</script>", environment="data")
    frame = stopped.run(0).frame_locator("iframe")
    expect(frame.get_by_text("null")).to_be_visible()


def test_plotly_draws_without_a_network(stopped: NotebookPage) -> None:
    stopped.open(
        "figure = {'data': [{'y': [1, 3, 2]}], 'layout': {}}\n"
        "display({'application/vnd.plotly.v1+json': figure}, raw=True)",
        environment="data",
    )
    frame = stopped.run(0).frame_locator("iframe")
    expect(frame.locator(".main-svg").first).to_be_visible()


def test_the_page_says_that_it_is_offline(stopped: NotebookPage) -> None:
    stopped.page.context.set_offline(True)
    expect(stopped.page.get_by_text(re.compile("offline", re.I)).first).to_be_visible()
