"""The service worker: versions never mix, updates never interrupt, damaged files are never used."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.client_versions import PublishedClient
from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage

REGISTERED = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
LOOK_FOR_UPDATE = "navigator.serviceWorker.ready.then((registration) => registration.update())"


@pytest.fixture
def client(tmp_path: Path) -> PublishedClient:
    return PublishedClient(tmp_path / "client")


@pytest.fixture
def deployed(client: PublishedClient) -> Iterator[Relay]:
    relay = Relay(environment={"WASM_RUNTIME_CLIENT": str(client.folder)})
    yield relay
    relay.stop()


@pytest.fixture
def notebook(page: Page, deployed: Relay) -> NotebookPage:
    notebook = NotebookPage(page, deployed.url)
    notebook.open("import time\nprint('started')\nwhile not done: time.sleep(0.05)", "1")
    page.wait_for_function(REGISTERED)
    return notebook


def title_of_page(page: Page) -> str:
    """The title in the page's HTML; the app itself shows the notebook's."""
    return str(
        page.evaluate("fetch('./').then((r) => r.text()).then((t) => /<title>(.*)</.exec(t)[1])")
    )


def test_a_new_version_waits_until_the_person_agrees(
    notebook: NotebookPage, client: PublishedClient
) -> None:
    page = notebook.page
    client.publish("Second")
    page.evaluate(LOOK_FOR_UPDATE)
    reload = page.get_by_role("button", name="Reload")
    expect(reload).to_be_visible()
    assert title_of_page(page) == "Notebook"
    with page.expect_navigation():
        reload.click()
    expect(notebook.cells).to_have_count(2)
    assert title_of_page(page) == "Second"


def test_a_version_with_a_file_that_does_not_fit_never_serves(
    notebook: NotebookPage, client: PublishedClient
) -> None:
    page = notebook.page
    client.publish("Torn", broken=True)
    page.evaluate(f"{LOOK_FOR_UPDATE}.catch(() => undefined)")
    page.wait_for_function(
        "navigator.serviceWorker.ready.then((r) => r.installing === null && r.waiting === null)"
    )
    page.reload()
    expect(notebook.cells).to_have_count(2)
    assert title_of_page(page) == "Notebook"


DAMAGE = """async (change) => {
  const cache = await caches.open("store");
  for (const request of await cache.keys()) {
    if (!request.url.includes("pyodide.asm.wasm")) continue;
    const response = await cache.match(request);
    const body = new Uint8Array(await response.arrayBuffer());
    if (change === "flip") body[5000] ^= 1;
    const damaged = change === "cut" ? body.slice(0, 100) : body;
    await cache.put(request, new Response(damaged, { headers: response.headers }));
    return true;
  }
  return false;
}"""


# Whether the kept body has the hash that its address names.
IS_GENUINE = """async () => {
  const cache = await caches.open("store");
  const isWasm = ({ url }) => url.includes("pyodide.asm.wasm");
  const request = (await cache.keys()).find(isWasm);
  if (!request) return false;
  const body = await (await cache.match(request)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return request.url.includes(`/${hash}/`);
}"""


@pytest.mark.parametrize("change", ["flip", "cut"])
def test_a_damaged_file_in_the_cache_is_fetched_again(notebook: NotebookPage, change: str) -> None:
    page = notebook.page
    notebook.open("'before'")
    expect(notebook.run(0)).to_contain_text("before")
    expect(page.locator("[data-offline=ready]")).to_be_attached()
    assert page.evaluate(DAMAGE, change)
    assert not page.evaluate(IS_GENUINE)
    page.reload()
    expect(notebook.run(0)).to_contain_text("before")
    # Kept after it was handed to the kernel, so perhaps a moment later.
    page.wait_for_function(IS_GENUINE)


def test_a_damaged_file_without_a_network_is_an_error_that_says_so(
    notebook: NotebookPage, deployed: Relay
) -> None:
    page = notebook.page
    notebook.open("'before'")
    expect(notebook.run(0)).to_contain_text("before")
    expect(page.locator("[data-offline=ready]")).to_be_attached()
    assert page.evaluate(DAMAGE, "flip")
    deployed.stop()
    page.reload()
    notebook.start(0)
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("hash|fetched|connection"))
    deployed.start()
