"""Nothing a notebook contains is trusted: every probe is refused, and opening runs nothing."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import Scratch, open_context

# JavaScript, run by Python in the kernel's worker. Each must throw, or answer one of REFUSED.
WORKER_PROBES = {
    "the page's cookies": "document.cookie",
    "local storage": "localStorage.length",
    "IndexedDB": "await new Promise((ok, no) => {"
    " const r = indexedDB.open('x'); r.onsuccess = () => ok('open');"
    " r.onerror = () => no(r.error) })",
    "the origin's files": "await navigator.storage.getDirectory()",
    "the offline caches": "await caches.keys()",
    "the service worker": "await navigator.serviceWorker.getRegistrations()",
    "a network request": "await (await realFetch(ADDRESS)).text()",
    "a request without CORS": "await realFetch(ADDRESS, {mode: 'no-cors'})",
    "a synchronous request": "(() => { const x = new XMLHttpRequest();"
    " x.open('GET', ADDRESS, false); x.send(); return x.responseText })()",
    "a socket": "await new Promise((ok, no) => {"
    " const s = new WebSocket(ADDRESS.replace('http', 'ws'));"
    " s.onopen = () => ok('open'); s.onerror = () => no(new Error('refused')) })",
    "an event stream": "await new Promise((ok, no) => { const s = new EventSource(ADDRESS);"
    " s.onopen = () => ok('open'); s.onerror = () => no(new Error('refused')) })",
    "a script from the network": "importScripts(ADDRESS)",
    "a module from the network": "await import(ADDRESS)",
    "a shared worker": "new SharedWorker(ADDRESS)",
    "another worker from the network": "await new Promise((ok, no) => {"
    " const w = new Worker(ADDRESS);"
    " w.onmessage = ok; w.onerror = () => no(new Error('refused')) })",
    "the window above": "parent.document.title",
    "the topmost window": "top.document.title",
}

PROBE = """
import js
from pyodide.code import run_js
# `fetch` is the kernel's own bridge to the page; the browser's is on the prototype.
probe = run_js('''async (body, ADDRESS) => {
  const realFetch = WorkerGlobalScope.prototype.fetch?.bind(self) ?? Object.getPrototypeOf(
    Object.getPrototypeOf(self)).fetch?.bind(self) ?? self.fetch;
  try {
    const run = Object.getPrototypeOf(async function(){}).constructor('ADDRESS', 'realFetch',
      'return ' + body);
    return 'REACHED ' + String(await run(ADDRESS, realFetch));
  } catch (error) { return 'refused: ' + error }
}''')
print(await probe(%r, %r))
"""


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser) as context:
        yield Scratch(context.new_page(), relay.url, "core")


class Listener:
    """A server on this machine that answers anybody, and remembers who came."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        visits = self.visits

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                visits.append(self.path)
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()

            do_POST = do_OPTIONS = do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                """The visits are the log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    Thread(target=listener.server.serve_forever, daemon=True).start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def test_the_listener_hears_who_comes(listener: Listener) -> None:
    urlopen(f"{listener.address}/itself").close()
    assert listener.visits.pop() == "/itself"


@pytest.mark.parametrize("name", WORKER_PROBES)
def test_a_cell_cannot_reach(scratch: Scratch, listener: Listener, name: str) -> None:
    output = scratch.run(PROBE % (WORKER_PROBES[name], listener.address))
    expect(output).to_contain_text("refused:")
    expect(output).not_to_contain_text("REACHED")
    assert listener.visits == []


FRAME_PROBES = {
    "cookies": "document.cookie",
    "local storage": "localStorage.length",
    "caches": "caches.keys()",
    "the service worker": "navigator.serviceWorker.controller.scriptURL",
    "the parent's document": "parent.document.title",
    "the top window's document": "top.document.title",
    "navigating the top window": "top.location.href = ADDRESS",
    "a request": "fetch(ADDRESS)",
    "a popup": "open(ADDRESS).document",
}


@pytest.mark.parametrize("name", FRAME_PROBES)
def test_an_outputs_script_cannot_reach(scratch: Scratch, listener: Listener, name: str) -> None:
    probe = FRAME_PROBES[name].replace("ADDRESS", repr(listener.address))
    output = scratch.run(
        "%%html\n<p id=verdict>waiting</p><script>"
        f"(async () => {{ try {{ const value = await ({probe});"
        " verdict.textContent = 'REACHED ' + value } catch (error) {"
        " verdict.textContent = 'refused' } })()</script>"
    )
    frame = output.frame_locator("iframe")
    expect(frame.locator("#verdict")).to_have_text("refused")
    assert listener.visits == []
    assert scratch.page.url.startswith(scratch.notebook.base)


def test_images_and_styles_of_an_output_make_no_request(
    scratch: Scratch, listener: Listener
) -> None:
    markup = (
        "%%html\n<img src='https://evil.example/a.png'>"
        "<div style='background: url(https://evil.example/b.png)'>styled</div>"
        "<link rel=stylesheet href='https://evil.example/c.css'>"
        "<link rel=preconnect href='https://evil.example'>"
        "<script>new Image().src = 'https://evil.example/d.png';"
        "navigator.sendBeacon('https://evil.example/e')</script><p>done</p>"
    )
    output = scratch.run(markup.replace("https://evil.example", listener.address))
    expect(output.frame_locator("iframe").get_by_text("done")).to_be_visible()
    assert listener.visits == []


def test_nothing_runs_when_a_notebook_is_opened(notebook: NotebookPage) -> None:
    active = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "id": "a",
                "cell_type": "code",
                "metadata": {},
                "source": "print('ran')",
                "execution_count": 1,
                "outputs": [
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {
                            "text/html": "<img src=x onerror='window.__pwned = 1'><b>saved</b>"
                        },
                    }
                ],
            },
            {
                "id": "b",
                "cell_type": "markdown",
                "metadata": {},
                "source": "<img src=x onerror='window.__pwned = 1'> text "
                "<script>window.__pwned=1</script>",
            },
        ],
    }
    notebook.open_text(json.dumps(active))
    expect(notebook.cell(1).locator(".cell-rendered")).to_contain_text("text")
    assert notebook.page.evaluate("window.__pwned") is None
    assert notebook.state(0) == "idle"
    expect(notebook.outputs(0)).not_to_contain_text(re.compile("^ran"))


TAKE_THE_PORT = """
from pyodide.code import run_js
run_js('''
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (message?.kind === "stream") self.port = this;
    return post.call(this, message, ...rest);
  };
''')
print('to the port')
"""
FORGE = """
run_js('''
  for (const forged of [
    null, 'text', {kind: 'toString'}, {kind: '__proto__'}, {kind: 'stream'},
    {kind: 'run_finished', run_id: 'of nobody'},
    {kind: 'stream', run_id: 1, name: 'stdout', text: 'x'},
    {kind: 'kernel_ready', capabilities: [], python_version: '3', restored: false},
    {kind: 'request_done', request_id: 'never asked'},
    {kind: 'file_changed', path: '../../above', body: new Uint8Array(1)},
  ]) self.port.postMessage(forged);
''')
print('still', 'here')
"""


def test_forged_messages_are_dropped_at_the_pages_door(scratch: Scratch) -> None:
    warned: list[str] = []
    scratch.page.on("console", lambda message: warned.append(message.text))
    scratch.run(TAKE_THE_PORT)
    expect(scratch.run(FORGE)).to_contain_text("still here")
    expect(scratch.run("1 + 1")).to_contain_text("2")
    assert len([text for text in warned if "was dropped" in text]) >= 9


def test_the_kernels_frame_is_opaque(scratch: Scratch) -> None:
    expect(scratch.run("import js; print(js.self.origin)")).to_contain_text("null")
