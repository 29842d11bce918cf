"""Packages that a person keeps: the next start has them imported, without a network too."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import open_context

NO_SPARE = json.dumps(json.dumps({"spareKernel": "never"}))
IMPORTED = "import sys; print('cowsay' in sys.modules)"
MOO = "import cowsay; print(cowsay.get_output_string('cow', 'moo'))"
STORED = "caches.open('store').then((store) => store.keys()).then((keys) => keys.length)"
NOTE = "document.querySelector('notebook-page').controller.session.kernel.note"
ENVIRONMENT = "document.querySelector('notebook-page').controller.session.kernel.environment.id"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_context(browser) as context:
        page = context.new_page()
        page.add_init_script(f"localStorage['wasm-runtime:settings'] ??= {NO_SPARE}")
        page.on("console", lambda message: print(f"console.{message.type}: {message.text}"))
        yield page


@pytest.fixture
def notebook(page: Page, own_relay: Relay) -> NotebookPage:
    """A notebook with a package installed by a cell, at a relay that may be stopped."""
    notebook = NotebookPage(page, own_relay.url)
    notebook.open("%pip install cowsay", IMPORTED, MOO)
    expect(notebook.run(0)).to_contain_text("Installed cowsay")
    expect(page.locator('notebook-app[data-offline="ready"]')).to_be_attached()
    return notebook


def dialog(notebook: NotebookPage) -> Locator:
    if not notebook.page.get_by_role("dialog", name="Packages").is_visible():
        notebook.command("Packages…")
    return notebook.page.get_by_role("dialog", name="Packages")


def keep(notebook: NotebookPage) -> None:
    """As the notice after the install offers it."""
    notebook.notices.get_by_role("button", name="Keep for the next start").click()
    done = dialog(notebook).get_by_role("status")
    expect(done).to_contain_text("Kept for the next start: cowsay==", timeout=4 * PATIENCE_MS)
    dialog(notebook).get_by_role("button", name="Done").click()


def reload(notebook: NotebookPage) -> None:
    expect(notebook.saved).to_be_visible()
    notebook.page.reload()
    expect(notebook.cells.first).to_be_visible()
    notebook.ready()


def test_kept_packages_are_imported_after_a_reload_without_a_network(
    notebook: NotebookPage, own_relay: Relay
) -> None:
    keep(notebook)
    own_relay.stop()
    reload(notebook)
    expect(notebook.run(1)).to_contain_text("True")
    expect(notebook.run(2)).to_contain_text("moo")
    assert notebook.page.evaluate(NOTE) == ""
    own_relay.start()


def test_deleted_packages_are_installed_again_at_the_next_start(notebook: NotebookPage) -> None:
    keep(notebook)
    before = notebook.page.evaluate(STORED)
    delete = dialog(notebook).get_by_role("button", name="Delete cowsay==")
    delete.press("Enter")
    expect(delete).to_have_count(0)
    notebook.page.wait_for_function(f"before => {STORED}.then((now) => now < before)", arg=before)
    dialog(notebook).get_by_role("button", name="Done").click()
    reload(notebook)
    assert not notebook.page.evaluate(ENVIRONMENT).startswith("kept-")
    expect(notebook.run(1)).to_contain_text("False")
    expect(notebook.run(2)).to_contain_text("moo")


def test_damaged_memory_is_noticed_and_the_packages_are_there_all_the_same(
    notebook: NotebookPage,
) -> None:
    keep(notebook)
    notebook.page.evaluate(
        """async () => {
            const store = await caches.open("store");
            for (const request of await store.keys()) {
                if (!/kept-.*heap/.test(request.url)) continue;
                const body = new Uint8Array(await (await store.match(request)).arrayBuffer());
                for (let at = 0; at < body.length; at += 4096) body[at] ^= 1;
                await store.put(request, new Response(body));
            }
        }"""
    )
    reload(notebook)
    assert "without its snapshot" in notebook.page.evaluate(NOTE)
    expect(notebook.run(2)).to_contain_text("moo")


def test_files_that_are_gone_lead_back_to_the_usual_way_with_a_word(notebook: NotebookPage) -> None:
    keep(notebook)
    notebook.page.evaluate(
        """async () => {
            const store = await caches.open("store");
            for (const request of await store.keys())
                if (/cowsay/.test(request.url)) await store.delete(request);
        }"""
    )
    reload(notebook)
    expect(notebook.notices).to_contain_text("not whole any more")
    expect(notebook.run(2)).to_contain_text("moo")


def test_a_full_browser_says_how_much_is_needed_and_goes_on(notebook: NotebookPage) -> None:
    session = notebook.page.context.new_cdp_session(notebook.page)
    usage = notebook.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    origin = notebook.page.evaluate("location.origin")
    session.send(
        "Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": usage + 5_000_000}
    )
    dialog(notebook).get_by_role("button", name="Keep for the next start").click()
    words = dialog(notebook).get_by_role("status")
    # Which of the two depends on whether the browser's own estimate knows the quota.
    limit = r"(the browser offers [345]\.\d MB|and the browser takes no more of this page)"
    refusal = re.compile(rf"Keeping these packages needs [\d.]+ MB, {limit}")
    expect(words).to_contain_text(refusal, timeout=2 * PATIENCE_MS)
    dialog(notebook).get_by_role("button", name="Done").click()
    expect(notebook.run(2)).to_contain_text("moo")


def test_keeping_can_be_given_up(notebook: NotebookPage) -> None:
    dialog(notebook).get_by_role("button", name="Keep for the next start").press("Enter")
    dialog(notebook).get_by_role("button", name="Cancel").press("Enter")
    expect(dialog(notebook).get_by_role("button", name="Keep for the next start")).to_be_visible()
    expect(dialog(notebook).get_by_role("button", name="Delete cowsay==")).to_have_count(0)
    frames = notebook.page.locator('iframe[title="Python kernel"]')
    expect(frames).to_have_count(1)
