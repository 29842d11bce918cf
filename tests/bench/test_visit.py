"""What a first visit costs: bytes, requests, memory; and the size of the client itself."""

import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Request, Route

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.line import line_to
from tests.bench.pages import first_output, wait_until_kept, write_notebook
from tests.bench.processes import memory_bytes
from tests.bench.work import DATA
from tests.browser.conftest import Relay
from wasm_runtime.environments.cache import Cache

ENVIRONMENT = re.compile(r"/environments/data\.json")
# The browser gives garbage back a few seconds after the page is quiet.
SETTLING_SECONDS = 6 if RUNS > 1 else 0
# Memory varies less than time does.
MEMORY_RUNS = min(RUNS, 3)


def test_bytes_and_requests_of_a_first_visit(
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "visit", DATA.code, environment="data")
    requests: dict[str, list[Request]] = {"ours": [], "plain": []}
    megabytes: dict[str, list[float]] = {"ours": [], "plain": []}
    for who, address in {"ours": relay.url, "plain": plain}.items():
        with line_to(address) as line, open_browser(profile()) as context:
            # A lambda: the driver cannot call what has no signature.
            context.on("requestfinished", lambda each, who=who: requests[who].append(each))
            opened = line.address + (query if who == "ours" else "")
            first_output(context, opened, DATA, plain=who == "plain")
            megabytes[who].append(line.bytes_through / 1e6)
    figures.add("first visit: transferred", "MB", *megabytes.values())
    figures.add("first visit: requests", "", *([len(each)] for each in requests.values()))


def test_memory_after_pandas(
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "memory", DATA.code, environment="data")
    used: dict[str, list[float]] = {"restored": [], "booted": [], "plain": []}
    name = "memory of the browser after pandas"
    figures.add(f"{name}: restored", "MB", used["restored"], used["plain"])
    figures.add(
        f"{name}: restored beside booted",
        "MB",
        used["restored"],
        used["booted"],
        baseline_is="booted",
        ratio_limit=1.0,
    )
    for _ in range(MEMORY_RUNS):
        for how, memory in used.items():
            folder = profile()
            address = plain if how == "plain" else relay.url + query
            with open_browser(folder) as context:
                if how == "booted":
                    context.route(ENVIRONMENT, _leave_the_snapshot_out)
                _, page = first_output(context, address, DATA, plain=how == "plain")
                if how == "booted":
                    assert "heap" not in page.evaluate("bench.startTimings()")
                if how != "plain":
                    wait_until_kept(page)
                memory.append(_settled_memory(page, folder) / 1e6)


def _leave_the_snapshot_out(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"snapshot": None})


def _settled_memory(page: Page, folder: Path) -> float:
    """Once garbage is gone, so that what counts is what is needed."""
    deadline = time.monotonic() + SETTLING_SECONDS
    memory = [memory_bytes(folder)]
    while time.monotonic() < deadline:
        page.wait_for_timeout(500)
        memory.append(memory_bytes(folder))
    return min(memory)


def test_size_of_the_client(client: Path, figures: Figures) -> None:
    scripts = json.loads((client / "client.json").read_bytes())["scripts"]

    def packed(names: list[str]) -> float:
        return sum(len(gzip.compress((client / name).read_bytes())) for name in names) / 1000

    figures.add(
        "client: scripts of a notebook of one's own, gzip",
        "kB",
        [packed(scripts["own"])],
        limit=350,
    )
    figures.add("client: what sharing adds, gzip", "kB", [packed(scripts["sharing"])], limit=60)
    figures.add("client: what an older browser adds, gzip", "kB", [packed(scripts["standIns"])])


def test_size_of_the_snapshot(figures: Figures) -> None:
    snapshot = Cache.locate().environment("data").snapshot
    assert snapshot is not None
    size = (snapshot.heap.transfer_bytes + snapshot.layout.transfer_bytes) / 1e6
    figures.add("snapshot of data, compressed", "MB", [size], limit=20)
