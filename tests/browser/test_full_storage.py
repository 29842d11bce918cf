"""A browser without room: the page says what cannot be kept and what to do, and cells run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import open_context

# Enough for the page itself, not for Python and its heap.
PAGE_ONLY = 12_000_000
NOT_EVEN_THE_PAGE = 200_000
SAID = "This browser has no room left to keep Python"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_context(browser) as context:
        yield context.new_page()


def set_quota(page: Page, relay: Relay, quota: int | None) -> None:
    """Of the relay's pages; None gives back the browser's own."""
    given = {"origin": relay.url.rstrip("/")} | ({} if quota is None else {"quotaSize": quota})
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", given)


@pytest.mark.parametrize("quota", [PAGE_ONLY, NOT_EVEN_THE_PAGE])
def test_a_full_browser_says_so_and_runs_cells(page: Page, relay: Relay, quota: int) -> None:
    set_quota(page, relay, quota)
    notebook = NotebookPage(page, relay.url)
    expect(notebook.result("print(6 * 7)")).to_contain_text("42")
    expect(notebook.notices).to_contain_text(SAID)
    expect(notebook.notices).to_contain_text("each visit fetches Python again")
    expect(page.locator("notebook-app[data-offline=failed]")).to_be_attached()


def test_with_room_again_the_next_visit_is_kept(page: Page, relay: Relay) -> None:
    set_quota(page, relay, PAGE_ONLY)
    notebook = NotebookPage(page, relay.url)
    expect(notebook.result("print(6 * 7)")).to_contain_text("42")
    expect(notebook.notices).to_contain_text(SAID)
    set_quota(page, relay, None)
    expect(notebook.saved).to_be_visible()
    page.reload()
    expect(notebook.run(0)).to_contain_text("42")
    expect(page.locator("notebook-app[data-offline=ready]")).to_be_attached()
    expect(notebook.notices).not_to_contain_text(SAID)
