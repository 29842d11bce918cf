"""One notebook with many empty cells, for tests that only run something and look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.notebook_page import NotebookPage

EMPTY_CELLS = 60


@contextmanager
def open_context(
    browser: Browser, service_workers: Literal["allow", "block"] = "allow"
) -> Iterator[BrowserContext]:
    """A fresh profile for a whole module of tests."""
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, service_workers=service_workers
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context
    context.close()


class Scratch:
    """Each `run` takes the next empty cell of the same notebook and kernel."""

    def __init__(self, page: Page, base: str, environment: str) -> None:
        self.notebook = NotebookPage(page, base).open(*[""] * EMPTY_CELLS, environment=environment)
        self.page = page
        self._next = 0

    def write(self, source: str) -> int:
        """Fill the next empty cell; its index."""
        index, self._next = self._next, self._next + 1
        cell = self.notebook.cell(index)
        cell.scroll_into_view_if_needed()
        cell.locator(".cell-source").click()
        cell.locator(".cm-content").fill(source)
        return index

    def start(self, source: str) -> int:
        """Run without waiting for the end; the cell's index."""
        index = self.write(source)
        self.notebook.start(index)
        return index

    def run(self, source: str) -> Locator:
        """Run to the end; the outputs."""
        return self.finished(self.start(source))

    def finished(self, index: int) -> Locator:
        return self.notebook.finished(index)

    def printed(self, index: int, text: str) -> None:
        self.notebook.printed(index, text)

    def cell(self, index: int) -> Locator:
        return self.notebook.cell(index)
