"""An exported site on a plain host that sends no headers of ours, and then with no host at all."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.client_versions import BUILT
from tests.browser.notebook_page import NotebookPage, notebook_of
from tests.browser.test_isolation import PROBE, WORKER_PROBES
from wasm_runtime.environments.cache import Cache
from wasm_runtime.site import export_site

# Below a path, as a project's pages are.
BELOW = "course"


class PlainFiles(SimpleHTTPRequestHandler):
    """Serves a folder as the simplest static host does, and anybody may read it."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """`asked` is the log."""


class StaticHost:
    """The folder at an address, until stopped."""

    def __init__(self, folder: Path) -> None:
        handler = type("Handler", (PlainFiles,), {"asked": []})
        self.asked: list[str] = handler.asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/{BELOW}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[StaticHost]:
    source = tmp_path / "lesson one.ipynb"
    source.write_text(notebook_of("import sys\nprint('on', sys.platform)"), encoding="utf-8")
    cache = Cache.locate()
    site = tmp_path / "public" / BELOW
    export_site(site, BUILT, cache, [cache.environment("core")], [source])
    host = StaticHost(tmp_path / "public")
    yield host
    host.stop()


def test_a_cell_runs_on_a_plain_host_and_again_when_the_host_is_gone(
    page: Page, host: StaticHost
) -> None:
    notebook = NotebookPage(page, host.url)
    page.goto(f"{host.url}index.html?url=notebooks/lesson%20one.ipynb")
    expect(notebook.run(0)).to_contain_text("on emscripten")
    assert not page.evaluate("crossOriginIsolated")
    expect(page.locator("[data-offline=ready]").first).to_be_attached()
    host.stop()
    page.reload()
    expect(notebook.outputs(0)).to_contain_text("on emscripten")
    notebook.command("Clear all outputs")
    expect(notebook.outputs(0)).to_have_count(0)
    expect(notebook.run(0)).to_contain_text("on emscripten")
    assert page.evaluate("crossOriginIsolated"), "the service worker adds the headers"


NETWORK_PROBES = [name for name in WORKER_PROBES if "ADDRESS" in WORKER_PROBES[name]]


def test_a_cell_has_no_network_of_its_own_on_a_plain_host(page: Page, host: StaticHost) -> None:
    probes = [PROBE % (WORKER_PROBES[name], f"{host.url}probe") for name in NETWORK_PROBES]
    markup = (
        "<p id=verdict>waiting</p><script>fetch(%r).catch(() => verdict.textContent = 'refused')"
    )
    page.goto(f"{host.url}index.html?new")
    notebook = NotebookPage(page, host.url)
    for index, source in enumerate([*probes, f"%%html\n{markup % (host.url + 'probe')}</script>"]):
        notebook.write(index, source)
        notebook.press("Alt+Enter")
        notebook.finished(index)
    for index in range(len(probes)):
        expect(notebook.outputs(index)).to_contain_text("refused:")
    frame = notebook.outputs(len(probes)).frame_locator("iframe")
    expect(frame.locator("#verdict")).to_have_text("refused")
    assert [path for path in host.asked if "probe" in path] == []
