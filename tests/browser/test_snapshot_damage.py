"""A damaged snapshot in the browser: the kernel boots, the page says why, the relay counts it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import PATIENCE_MS, Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import open_context
from wasm_runtime.contracts import codec
from wasm_runtime.contracts.environments import Environment
from wasm_runtime.environments.cache import Cache

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a flipped byte": lambda body: body[:40] + bytes([body[40] ^ 1]) + body[41:],
    "a truncated file": lambda body: body[:-4096],
}


@pytest.mark.parametrize(
    ("part", "damage"),
    [("heap", "a flipped byte"), ("layout", "a truncated file"), ("modules", "a flipped byte")],
)
def test_a_kernel_boots_without_a_damaged_snapshot(
    browser: Browser, relay: Relay, part: str, damage: str
) -> None:
    cache = Cache.locate()
    snapshot = cache.environment("core").snapshot
    assert snapshot is not None, "the environment was built without a snapshot"
    sha256 = getattr(snapshot, part).sha256
    damaged = DAMAGE[damage](cache.store.path(sha256).read_bytes())
    boots_the_normal_way(browser, relay, {f"**/store/{sha256}/**": damaged}, "its hash differs")


def test_the_snapshot_of_another_environment_is_refused(browser: Browser, relay: Relay) -> None:
    cache = Cache.locate()
    swapped = replace(cache.environment("core"), snapshot=cache.environment("data").snapshot)
    answers = {"**/environments/core.json": encoded(swapped)}
    boots_the_normal_way(browser, relay, answers, "made from another set of packages")


def test_the_snapshot_of_another_pyodide_is_refused(browser: Browser, relay: Relay) -> None:
    cache = Cache.locate()
    environment = cache.environment("core")
    (loader,) = (file for file in environment.runtime if file.name == "pyodide.mjs")
    body = cache.store.path(loader.sha256).read_bytes() + b"\n"
    other = replace(
        loader,
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        transfer_bytes=len(body),
    )
    rest = [file for file in environment.runtime if file is not loader]
    answers = {
        "**/environments/core.json": encoded(replace(environment, runtime=[*rest, other])),
        f"**/store/{other.sha256}/**": body,
    }
    boots_the_normal_way(browser, relay, answers, "made from another runtime (pyodide.mjs)")


def test_a_browser_without_room_runs_what_it_cannot_keep(browser: Browser, relay: Relay) -> None:
    with open_context(browser) as context:
        notebook = NotebookPage(context.new_page(), relay.url)
        expect(notebook.result("print(6 * 7)")).to_contain_text("42")
        page = notebook.page
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        page.evaluate("caches.delete('store').then(() => caches.delete('environments'))")
        full = {"origin": page.evaluate("location.origin"), "quotaSize": 1}
        context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", full)
        page.reload()
        assert page.evaluate("navigator.serviceWorker.controller !== null")
        expect(notebook.run(0)).to_contain_text("42")
        assert page.evaluate("caches.open('store').then((kept) => kept.keys())") == []


def encoded(environment: Environment) -> bytes:
    return json.dumps(codec.encode(environment)).encode()


def boots_the_normal_way(
    browser: Browser, relay: Relay, answers: dict[str, bytes], reason: str
) -> None:
    """With these bodies in place of the relay's, a cell runs and the page tells the reason."""
    # The service worker's own requests cannot be answered here.
    with open_context(browser, service_workers="block") as context:
        for pattern, body in answers.items():
            context.route(pattern, answer_with(body))
        notebook = NotebookPage(context.new_page(), relay.url)
        # A whole heap goes through the test's own hands, which takes a busy machine a while.
        late = 3 * PATIENCE_MS
        expect.set_options(timeout=late)
        with notebook.page.expect_response("**/snapshot-refusals/core", timeout=late) as counted:
            expect(notebook.result("print(6 * 7)")).to_contain_text("42")
        assert counted.value.status == 204
        notebook.page.locator(".kernel-pill").click()
        said = notebook.page.get_by_text("started without its snapshot")
        expect(said).to_contain_text(reason)


def answer_with(body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type="application/octet-stream")
