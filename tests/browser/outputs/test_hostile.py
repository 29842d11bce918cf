"""Hostile outputs, and what they can never reach."""

# ruff: noqa: E501 -- scripts for the page stay on the lines they were written on.

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.output_pages import STATIC, OutputPages
from tests.browser.outputs.harness import display, open_page, output_frame, wait

CORPUS: list[dict[str, str]] = json.loads((STATIC / "src/outputs/xss-corpus.json").read_text())


def _vectors(listener: OutputPages) -> list[str]:
    return [vector["html"].replace("{{HOST}}", listener.url + "hit") for vector in CORPUS]


def _settle(page: Page, listener: OutputPages) -> None:
    """Returns after the requests and tasks that were under way: this request was made after them."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    page.context.request.get(listener.url + "settled")


@pytest.mark.parametrize("sanitizer", ["sanitizeNatively", "sanitizeWithPurify"])
def test_the_sanitizer_alone_stops_every_vector(
    built: Path, page: Page, listener: OutputPages, sanitizer: str
) -> None:
    unguarded = OutputPages(built, app_policy=False)
    open_page(page, unguarded)
    left = page.evaluate(
        """async ([name, vectors]) => {
          await harness.loadPurify();
          const left = [];
          for (const html of vectors) {
            const host = document.createElement("div");
            host.append(harness[name](html, { idPrefix: "md-" }));
            document.body.append(host);
            for (const element of host.querySelectorAll("*")) {
              const names = element.getAttributeNames();
              if (names.some((n) => n.startsWith("on") || n.startsWith("data-"))) left.push(html);
              if (element.id && !element.id.startsWith("md-")) left.push(html);
              if (/^(script|iframe|object|embed|style|link|meta|base|form|input|svg|math)$/.test(element.localName)) left.push(html);
            }
            for (const anchor of host.querySelectorAll("a")) if (!/^https?:/.test(anchor.href)) anchor.click();
          }
          return left;
        }""",
        [sanitizer, _vectors(listener)],
    )
    _settle(page, listener)
    assert left == []
    assert page.evaluate("[window.__pwn, document.title]") == [None, "Outputs"]
    assert listener.requests_for("/hit") == []
    unguarded.close()


def test_html_and_markdown_outputs_stop_every_vector(
    built: Path, page: Page, listener: OutputPages
) -> None:
    unguarded = OutputPages(built, app_policy=False)
    open_page(page, unguarded)
    page.evaluate(
        """(vectors) => {
          for (const value of vectors) {
            harness.display("text/html", value, { trusted: false });
            harness.display("text/markdown", value);
            harness.display("text/markdown", `$${value}$ [x](javascript:window.__pwn=1)`);
            harness.display("image/svg+xml", `<svg>${value}</svg>`);
            harness.display("application/json", { [value]: value });
            harness.display("text/latex", `$${value} \\\\href{javascript:window.__pwn=1}{x}$`);
            harness.show({ output_type: "error", ename: value, evalue: value, traceback: [value] });
          }
        }""",
        _vectors(listener),
    )
    wait(page, "!harness.main.querySelector('.nb-loading')")
    _settle(page, listener)
    assert page.evaluate("[window.__pwn, document.title]") == [None, "Outputs"]
    assert listener.requests_for("/hit") == []
    unguarded.close()


def test_the_frame_alone_stops_every_vector(outputs: Page, listener: OutputPages) -> None:
    # Frames open when they come near the viewport: all of a batch at once in this one.
    outputs.set_viewport_size({"width": 800, "height": 4000})
    vectors = _vectors(listener)
    for start in range(0, len(vectors), 15):
        batch = vectors[start : start + 15]
        outputs.evaluate("(batch) => { for (const html of batch) harness.frame(html) }", batch)
        wait(
            outputs,
            "[...harness.main.querySelectorAll('.nb-frame')].every((f) => /shown|stopped/.test(f.dataset.state))",
        )
        _settle(outputs, listener)
        outputs.evaluate("harness.main.replaceChildren()")
    assert outputs.evaluate("[window.__pwn, document.title]") == [None, "Outputs"]
    assert listener.requests_for("/hit") == []
    assert len(outputs.context.pages) == 1


PROBES = {
    "cookies": "document.cookie",
    "local storage": "localStorage.length",
    "session storage": "sessionStorage.length",
    "indexed database": "new Promise((y, n) => { const o = indexedDB.open('x'); o.onsuccess = y; o.onerror = () => n(o.error) })",
    "caches": "caches.keys()",
    "file system": "navigator.storage.getDirectory()",
    "service worker": "navigator.serviceWorker.getRegistrations()",
    "parent's document": "parent.document.title",
    "top's document": "top.document.title",
    "parent's harness": "parent.harness",
    "frame element": "frameElement.id",
    "domain": "(document.domain = '127.0.0.1')",
    "page's own files": "fetch('../index.html')",
    "foreign host": "fetch('http://127.0.0.1:9/', { mode: 'no-cors' })",
    "synchronous request": "(() => { const r = new XMLHttpRequest(); r.open('GET', '../index.html', false); r.send() })()",
    "shared worker": "new SharedWorker(URL.createObjectURL(new Blob(['1'])))",
    "worker's fetch": "new Promise((y, n) => { const w = new Worker(URL.createObjectURL(new Blob([\"fetch('http://127.0.0.1:9/').then(() => postMessage(1), () => postMessage(0))\"]))); w.onmessage = (e) => e.data ? y() : n('refused') })",
    "peer connection": "new RTCPeerConnection()",
    "window": "open('about:blank').document",
}


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_a_frame_is_refused(outputs: Page, probe: str) -> None:
    outputs.evaluate("void harness.frame('<p>probe</p>')")
    outcome = output_frame(outputs).evaluate(
        f"async () => {{ try {{ await ({probe}); return 'reached' }} catch {{ return 'refused' }} }}"
    )
    assert outcome == "refused"


def test_a_frame_has_an_opaque_origin(outputs: Page) -> None:
    outputs.evaluate("void harness.frame('<p>probe</p>')")
    assert output_frame(outputs).evaluate("self.origin") == "null"


def test_a_frame_without_the_header_is_sandboxed_by_attribute(built: Path, page: Page) -> None:
    bare = OutputPages(built, frame_policy=False)
    open_page(page, bare)
    page.evaluate("void harness.frame('<p>probe</p><script>fetch(\"../index.html?x\")</script>')")
    frame = output_frame(page)
    expect(page.locator("iframe")).to_have_attribute("sandbox", "allow-scripts")
    assert frame.evaluate("self.origin") == "null"
    expect(frame.get_by_text("no access to the network")).to_be_visible()
    assert bare.requests_for("/index.html?x") == []
    bare.close()


def test_a_frame_that_floods_the_page_is_closed(outputs: Page) -> None:
    flood = "<script>onload = () => { for (let i = 0; i < 1e5; i++) parent.postMessage(i, '*') }</script>"
    outputs.evaluate("(html) => void harness.frame(html)", flood)
    expect(outputs.get_by_text("kept the page busy")).to_be_visible()
    expect(outputs.locator("iframe")).to_have_count(0)
    expect(outputs.get_by_role("button", name="Show again")).to_be_visible()


def test_a_frame_that_navigates_away_is_closed(outputs: Page) -> None:
    outputs.evaluate(
        "void harness.frame('<script>setTimeout(() => { location = \"../index.html\" }, 20)</script>')"
    )
    expect(outputs.get_by_text("tried to open another page")).to_be_visible()


def test_saved_scripts_wait_for_a_click(outputs: Page) -> None:
    html = "<p>still</p><script>document.querySelector('p').textContent = 'alive'</script>"
    display(outputs, "text/html", html, trusted=False)
    expect(outputs.get_by_text("still", exact=True)).to_be_visible()
    assert outputs.locator("iframe").count() == 0
    outputs.get_by_role("button", name="Show it live").click()
    expect(outputs.frame_locator("iframe").get_by_text("alive")).to_be_visible()


def test_styles_of_an_output_stay_within_it(outputs: Page) -> None:
    display(
        outputs,
        "text/html",
        "<style>body, main { display: none } td { color: rgb(1, 2, 3) }</style><table><td>cell</td></table>",
    )
    cell = outputs.get_by_text("cell", exact=True)
    expect(cell).to_be_visible()
    expect(cell).to_have_css("color", "rgb(1, 2, 3)")


def test_a_remote_picture_is_asked_for_before_it_is_loaded(outputs: Page) -> None:
    asked: list[str] = []
    outputs.route(
        "https://pictures.example/**",
        lambda route: (asked.append(route.request.url), route.abort()),
    )
    display(outputs, "text/markdown", "![a cat](https://pictures.example/cat.png)")
    button = outputs.get_by_role("button", name="Load image “a cat” from pictures.example")
    button.wait_for()
    assert asked == []
    with outputs.expect_request("https://pictures.example/cat.png"):
        button.click()
