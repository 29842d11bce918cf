"""Queries against PostgreSQL with a million rows, from the page: how fast, and what they take of
the relay.

The baseline of the DataFrame is pandas.read_sql over psycopg alone; SQLAlchemy, the usual layer,
adds to it.
"""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pandas as pd
import psycopg
import pytest
from playwright.sync_api import expect

from relay.data.engine import END_OF_STREAM
from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.processes import tree_memory_bytes
from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.relay.data.servers import READER_PASSWORD, Server
from tests.support.million_rows import COLUMNS, ROWS, SQL, million_rows, warehouse_file
from wasm_runtime.contracts.results import RESULT_AGE_HEADER

QUERIES_AT_ONCE = 8
MEBIBYTE = 1024**2
_TIMED = f"""
import time
from wasm_runtime.data import query
query("warehouse", "select 1 as one")
started = time.perf_counter()
frame = query("warehouse", "{SQL}")
print("took", time.perf_counter() - started, "s for", frame.shape)
del frame
"""
# From the key to the frame in which the element is painted.
_TIME_TO_PAINT = """
selector => {
  window.painted = new Promise((resolve) => {
    const find = (root) => {
      const found = root.querySelector(selector);
      if (found?.checkVisibility()) return found;
      for (const each of root.querySelectorAll("*")) {
        const inside = each.shadowRoot && find(each.shadowRoot);
        if (inside) return inside;
      }
      return null;
    };
    addEventListener("keydown", () => {
      const pressed = performance.now();
      const look = () => {
        if (!find(document)) return requestAnimationFrame(look);
        // The frame that has it is painted once the next one begins.
        requestAnimationFrame(() => resolve(performance.now() - pressed));
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with million_rows() as server:
        yield server


@pytest.fixture
def data_relay(client: Path, postgres: Server, tmp_path: Path) -> Iterator[Relay]:
    declared = warehouse_file(postgres, tmp_path, max_queries=QUERIES_AT_ONCE)
    relay = Relay(
        environment={
            "WASM_RUNTIME_CLIENT": str(client),
            "WASM_RUNTIME_DATA_FOLDER": str(tmp_path / "data"),
            "WASM_RUNTIME_DOCUMENTS": str(tmp_path / "documents.sqlite"),
            **declared,
        },
        is_measured=True,
    )
    yield relay
    relay.stop()


@contextmanager
def notebook_of(
    open_browser: OpenBrowser, profile: Path, relay: Relay, *cells: str
) -> Iterator[NotebookPage]:
    """With a cell before these that has been run: the kernel is warm, and may ask."""
    with open_browser(profile) as context:
        expect.set_options(timeout=120_000)
        notebook = NotebookPage(context.new_page(), relay.url)
        notebook.open("%%sql warehouse\nselect 1", *cells, environment="data")
        notebook.start(0)
        notebook.button("Always in this notebook").click()
        notebook.finished(0)
        yield notebook


def _native_seconds(server: Server) -> float:
    with psycopg.connect(
        host=str(server.folder), dbname="postgres", user="reader", password=READER_PASSWORD
    ) as connection:
        started = time.perf_counter()
        frame = pd.read_sql(SQL, connection)
        spent = time.perf_counter() - started
    assert frame.shape == (ROWS, COLUMNS)
    return spent


@pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")
def test_a_million_rows_become_a_dataframe(
    data_relay: Relay,
    postgres: Server,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    ours: list[float] = []
    native: list[float] = []
    with notebook_of(open_browser, profile(), data_relay, *[_TIMED] * RUNS) as notebook:
        for index in range(1, RUNS + 1):
            native.append(_native_seconds(postgres))
            notebook.start(index)
            notebook.printed(index, f"s for ({ROWS}, {COLUMNS})")
            text = notebook.outputs(index).text_content() or ""
            found = re.search(r"took ([\d.]+) s", text)
            assert found is not None
            ours.append(float(found[1]))
    figures.add(
        "1,000,000 rows x 8 columns of PostgreSQL to pandas",
        "s",
        ours,
        native,
        baseline_is="pandas.read_sql over psycopg",
        ratio_limit=1,
    )


def test_the_first_of_a_million_rows_are_seen(
    data_relay: Relay,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    spent: list[float] = []
    cells = [f"%%sql warehouse run_{number} <<\n{SQL}" for number in range(RUNS + 1)]
    with notebook_of(open_browser, profile(), data_relay, *cells) as notebook:
        page = notebook.page
        for number in range(RUNS + 1):
            index = number + 1
            notebook.select(index)
            page.evaluate(_TIME_TO_PAINT, "[role=grid] [role=gridcell]")
            notebook.press("Control+Enter")
            milliseconds = float(page.evaluate("window.painted"))
            notebook.finished(index)
            expect(page.get_by_role("grid", name=f"Table run_{number}")).to_have_attribute(
                "aria-rowcount", str(ROWS + 1)
            )
            notebook.command("Clear all outputs")
            if number > 0:  # the first loads the table's script
                spent.append(milliseconds / 1000)
    figures.add("first rows of 1,000,000 seen, from the key, warm kernel", "s", spent, limit=0.3)


def test_eight_queries_of_a_million_rows_take_little_of_the_relay(
    data_relay: Relay, figures: Figures
) -> None:
    grown: list[float] = []

    def read(address: str) -> int:
        last, size = b"", 0
        with (
            httpx2.Client(trust_env=False, timeout=120) as client,
            client.stream("POST", address, json={"sql": SQL}) as answer,
        ):
            for part in answer.iter_raw():
                last, size = (last + part)[-len(END_OF_STREAM) :], size + len(part)
        assert last == END_OF_STREAM
        return size

    address = f"{data_relay.url}data/warehouse/query"
    read(address)
    for _ in range(RUNS):
        before = tree_memory_bytes(data_relay.pid)
        highest = before
        with ThreadPoolExecutor(QUERIES_AT_ONCE) as threads:
            reading = [threads.submit(read, address) for _ in range(QUERIES_AT_ONCE)]
            while not all(each.done() for each in reading):
                highest = max(highest, tree_memory_bytes(data_relay.pid))
                time.sleep(0.02)
        assert min(each.result() for each in reading) > 40 * ROWS
        grown.append((highest - before) / MEBIBYTE)
    figures.add("relay memory for eight queries of 1,000,000 rows at once", "MiB", grown, limit=64)


def test_a_kept_result_comes_at_once(data_relay: Relay, figures: Figures) -> None:
    # Slow in the database, small on the way: what is measured is neither.
    asked = {"sql": "select count(*) from million where customer like '%7%7%'"}
    asked_again = {**asked, "max_age_seconds": 3600}
    kept: list[float] = []
    anew: list[float] = []
    with httpx2.Client(base_url=data_relay.url, trust_env=False, timeout=60) as client:
        client.post("data/warehouse/query", json=asked_again)
        for _ in range(RUNS):
            started = time.perf_counter()
            answer = client.post("data/warehouse/query", json=asked_again)
            kept.append((time.perf_counter() - started) * 1000)
            assert RESULT_AGE_HEADER in answer.headers
            started = time.perf_counter()
            client.post("data/warehouse/query", json=asked)
            anew.append((time.perf_counter() - started) * 1000)
    figures.add("kept result of a query", "ms", kept, anew, baseline_is="asked anew", limit=50)
