"""Ours and the control in a browser: open, work, measure."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.bench.work import Work
from tests.browser.notebook_page import notebook_of


def write_notebook(client: Path, name: str, *sources: str, environment: str = "core") -> str:
    """Put a notebook among the client's examples; returns what to open below the address.

    Real files on the relay: letting the test answer for them would switch the HTTP cache off.
    """
    text = notebook_of(*sources, wasm_runtime={"environment": environment})
    (client / "examples" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return f"?example={name}.ipynb"


def open_page(context: BrowserContext, address: str, work: dict[str, Any] | None = None) -> Page:
    """A page at `address`; `work` is run as soon as the page lets it."""
    page = context.pages[0] if context.pages else context.new_page()
    if work:
        # Before the script that looks for it, so that no time is lost between page and test.
        page.goto("about:blank")
        context.add_init_script(f"window.benchWork = {json.dumps(work)}")
        context.add_init_script(path=Path(__file__).parent / "watch.js")
    page.goto(address)
    return page


def first_output(
    context: BrowserContext, address: str, work: Work, *, plain: bool
) -> tuple[float, Page]:
    """Seconds from the navigation's start until the work's output is on the screen."""
    task = {"plain": plain, "text": work.text, "code": work.code, "packages": list(work.packages)}
    page = open_page(context, address, task)
    return page.evaluate("window.benchResult.then(({ shown }) => shown / 1000)"), page


def wait_until_kept(page: Page) -> None:
    """Until the service worker keeps everything for the next visit."""
    kept = page.evaluate("bench.kept")
    assert kept["failure"] is None


def open_ours(context: BrowserContext, address: str) -> Page:
    """Our page with its kernel ready."""
    page = open_page(context, address)
    page.locator(".kernel-pill[data-tone=ready]").wait_for()
    return page


def heap_bytes(session: CDPSession) -> float:
    """The page's JavaScript heap after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
