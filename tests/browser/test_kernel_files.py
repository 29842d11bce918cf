"""Where files of a kernel come from: late, kept and damaged, or from the wheels instead."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import open_context

# Part of a package that `core` has, and not imported by anything before.
IMPORT = "import IPython.lib.demo\nprint(IPython.lib.demo.__name__)"
KERNEL = 'document.querySelector("notebook-page").controller.session.kernel'


class HeldBack:
    """Requests that the server answers when the test lets it."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page = page
        self._pattern = pattern
        self._held: list[Route] = []
        page.route(pattern, lambda route: self._held.append(route))

    def release(self) -> None:
        """Let go what has come, and what comes from now on."""
        self._page.unroute(self._pattern)
        for route in self._held:
            route.continue_()


@pytest.fixture
def direct(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without a service worker: the test sees every request of the page."""
    with open_context(browser, service_workers="block") as context:
        yield context


@pytest.fixture
def first_visit(direct: BrowserContext, relay: Relay) -> NotebookPage:
    return NotebookPage(direct.new_page(), relay.url)


def test_a_kernel_is_ready_before_its_files_have_come_and_an_import_waits_for_them(
    first_visit: NotebookPage,
) -> None:
    files = HeldBack(first_visit.page, "**/store/*/*.files")
    first_visit.open("print(6 * 7)", IMPORT)
    expect(first_visit.run(0)).to_contain_text("42")
    first_visit.start(1)
    expect(first_visit.cell(1)).to_have_attribute("data-state", "running")
    files.release()
    expect(first_visit.finished(1)).to_contain_text("IPython.lib.demo")


def test_stop_ends_an_import_that_waits_and_the_next_one_works(first_visit: NotebookPage) -> None:
    files = HeldBack(first_visit.page, "**/store/*/*.files")
    first_visit.open("x = 1", IMPORT, f"{IMPORT}\nprint(x)")
    first_visit.run(0)
    first_visit.start(1)
    expect(first_visit.cell(1)).to_have_attribute("data-state", "running")
    first_visit.page.evaluate(f"{KERNEL}.interrupt()")
    expect(first_visit.finished(1)).to_contain_text("KeyboardInterrupt")
    files.release()
    expect(first_visit.run(2)).to_contain_text("1")


def test_files_that_cannot_be_fetched_are_an_error_of_the_import(
    first_visit: NotebookPage,
) -> None:
    first_visit.page.route("**/store/*/*.files", lambda route: route.abort())
    first_visit.open(IMPORT, "print(6 * 7)")
    expect(first_visit.run(0)).to_contain_text("Error")
    expect(first_visit.run(1)).to_contain_text("42")


def test_without_its_snapshot_a_kernel_asks_for_the_wheels(first_visit: NotebookPage) -> None:
    asked: list[str] = []
    first_visit.page.on("request", lambda request: asked.append(request.url))
    first_visit.page.route("**/store/*/*.layout.json", lambda route: route.fulfill(status=404))
    first_visit.open(IMPORT)
    expect(first_visit.run(0)).to_contain_text("IPython.lib.demo")
    assert "layout.json" in first_visit.page.evaluate(f"{KERNEL}.note")
    assert any(url.endswith(".whl") for url in asked)


def test_a_restored_kernel_fetches_no_wheel(first_visit: NotebookPage) -> None:
    asked: list[str] = []
    first_visit.page.on("request", lambda request: asked.append(request.url))
    first_visit.open(IMPORT)
    expect(first_visit.run(0)).to_contain_text("IPython.lib.demo")
    assert first_visit.page.evaluate(f"{KERNEL}.note") == ""
    assert [url for url in asked if url.endswith(".whl")] == []


DAMAGE = """async () => {
  const cache = await caches.open("store");
  const [request] = (await cache.keys()).filter(({ url }) => url.endsWith(".files"));
  const response = await cache.match(request);
  const body = new Uint8Array(await response.arrayBuffer()).map((byte) => byte ^ 1);
  await cache.put(request, new Response(body, { headers: response.headers }));
}"""
IS_WHOLE = """async () => {
  const cache = await caches.open("store");
  const [request] = (await cache.keys()).filter(({ url }) => url.endsWith(".files"));
  if (!request) return false;
  const body = await (await cache.match(request)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return request.url.includes(hash);
}"""


def test_damaged_files_in_the_cache_are_noticed_by_their_import_and_fetched_again(
    notebook: NotebookPage,
) -> None:
    page = notebook.page
    notebook.open(IMPORT)
    notebook.run(0)
    expect(page.locator("[data-offline=ready]")).to_be_attached()
    page.evaluate(DAMAGE)
    page.reload()
    expect(notebook.run(0)).to_contain_text("IPython.lib.demo")
    page.wait_for_function(IS_WHOLE)
