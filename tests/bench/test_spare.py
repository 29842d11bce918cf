"""The next kernel: a restart and a new notebook, with a spare in the background and without one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import open_ours, write_notebook
from tests.bench.work import DATA
from tests.browser.conftest import Relay

# Seconds until the kernel is ready, by whether a spare waits.
LIMITS = {"always": 0.15, "never": 1.0}

RESTART = """async () => {
    const { session } = document.querySelector("notebook-page").controller;
    const cell = session.notebook.cells()[0].id;
    const from = performance.now();
    await session.restart();
    const ready = performance.now();
    await session.runCells([cell]);
    return [ready, performance.now()].map((at) => (at - from) / 1000);
}"""

NEW_NOTEBOOK = """async () => {
    const old = document.querySelector("notebook-page");
    const items = [...document.querySelectorAll('[role="menuitem"]')];
    const from = performance.now();
    items.find((item) => item.textContent.includes("New notebook")).click();
    const frame = () => new Promise(requestAnimationFrame);
    while ((document.querySelector("notebook-page") ?? old) === old) await frame();
    const { kernel } = document.querySelector("notebook-page").controller.session;
    await kernel.start();
    return (performance.now() - from) / 1000;
}"""

PLAIN_RESTART = """async ([code, packages]) => {
    const from = performance.now();
    const worker = new Worker("./worker.mjs", { type: "module" });
    await new Promise((resolve) => {
        worker.onmessage = ({ data }) => data.done && resolve();
        worker.postMessage({ id: 1, code, packages });
    });
    const seconds = (performance.now() - from) / 1000;
    worker.terminate();
    return seconds;
}"""


def _open(context: BrowserContext, address: str, choice: str) -> Page:
    settings = json.dumps({"spareKernel": choice, "defaultEnvironment": DATA.environment})
    context.add_init_script(f"localStorage['wasm-runtime:settings'] = {json.dumps(settings)}")
    page = open_ours(context, address)
    page.evaluate("bench.kept")
    return page


def _settle(page: Page, choice: str) -> None:
    if choice == "always":
        page.locator('html[data-spare-kernel="ready"]').wait_for(state="attached")


@pytest.mark.parametrize("choice", LIMITS)
def test_restart_and_new_notebook(
    choice: str,
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "spare", DATA.code, environment=DATA.environment)
    ready: list[float] = []
    output: list[float] = []
    control: list[float] = []
    new: list[float] = []
    stages: list[dict[str, float]] = []
    words = "with a spare" if choice == "always" else "without a spare"
    limit = LIMITS[choice]
    figures.add(f"restart to ready, data, {words}", "s", ready, limit=limit)
    figures.add(f"restart to the groupby, {words}", "s", output, control)
    figures.add(f"new notebook to ready, data, {words}", "s", new, limit=limit)
    figures.add_stages(f"data, restart {words}", stages)
    with open_browser(profile()) as ours, open_browser(profile()) as theirs:
        page = _open(ours, relay.url + query, choice)
        other = theirs.new_page()
        other.goto(plain)
        for _ in range(RUNS):
            _settle(page, choice)
            until_ready, until_output = page.evaluate(RESTART)
            ready.append(until_ready)
            output.append(until_output)
            stages.append(page.evaluate("bench.startTimings()"))
            control.append(other.evaluate(PLAIN_RESTART, [DATA.code, list(DATA.packages)]))
        for _ in range(RUNS):
            _settle(page, choice)
            new.append(page.evaluate(NEW_NOTEBOOK))
