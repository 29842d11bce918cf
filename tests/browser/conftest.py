"""A real relay and a real Chromium; every test gets a fresh profile."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import schema_panel
from tests.browser.notebook_page import NotebookPage
from tests.support.accounts import add_accounts
from tests.support.canaries import PLANTED
from tests.support.find_chromium import FLAGS, chromium_path

ROOT = Path(__file__).parents[2]

# A test fails sooner than this only by asserting; the limit is for a page that hangs.
PATIENCE_MS = int(os.environ.get("PATIENCE_MS", "30000"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = chromium_path()
    return {"args": FLAGS} | ({"executable_path": path} if path else {})


class Relay:
    """`wasm-runtime serve` as a process; `stop` and `start` keep its port.

    The net over what it lets out costs time, so a relay that is measured goes without it.
    """

    def __init__(
        self,
        port: int = 0,
        environment: dict[str, str] | None = None,
        *,
        is_measured: bool = False,
    ) -> None:
        self.port = port
        self._environment = (environment or {}) if is_measured else PLANTED | (environment or {})
        self._module = "wasm_runtime" if is_measured else "tests.support.watched_relay"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", self._module, "serve", "--port", str(self.port)]
        variables = os.environ | self._environment | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=variables,
        )
        assert self._process.stdout is not None
        seen = []
        for line in self._process.stdout:
            seen.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(found[1])
                return
        raise RuntimeError("the relay did not start:\n" + "".join(seen))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As a machine that loses its power; `start` comes back at the same port."""
        self._process.kill()
        self._process.communicate(timeout=20)

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)


@pytest.fixture(scope="session")
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.stop()


@pytest.fixture
def own_relay() -> Iterator[Relay]:
    """A relay that the test may stop."""
    relay = Relay()
    yield relay
    relay.stop()


@pytest.fixture
def room_relay(tmp_path: Path) -> Iterator[Relay]:
    """A relay with documents of its own, which the test may kill."""
    relay = Relay(environment={"WASM_RUNTIME_DOCUMENTS": str(tmp_path / "documents.sqlite")})
    yield relay
    relay.stop()


@pytest.fixture
def accounts_relay(tmp_path: Path) -> Iterator[Relay]:
    """A relay where ada and bob have accounts."""
    documents = str(tmp_path / "documents.sqlite")
    add_accounts(documents, "ada", "bob")
    relay = Relay(
        environment={"WASM_RUNTIME_DOCUMENTS": documents, "WASM_RUNTIME_ACCESS": "accounts"}
    )
    yield relay
    relay.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"page error: {error}"))
    page.on("console", lambda message: print(f"console.{message.type}: {message.text}"))
    return page


@pytest.fixture
def notebook(page: Page, relay: Relay) -> NotebookPage:
    """The page at the shared relay, nothing open yet."""
    return NotebookPage(page, relay.url)


@pytest.fixture
def data_relay(tmp_path: Path) -> Iterator[Relay]:
    """A relay with connections and an audit log of its own."""
    relay = Relay(environment={"WASM_RUNTIME_DATA_FOLDER": str(tmp_path / "data")})
    yield relay
    relay.stop()


@pytest.fixture
def databases(page: Page, data_relay: Relay) -> NotebookPage:
    """A notebook of one empty cell, with the schema browser open."""
    notebook = NotebookPage(page, data_relay.url).open("")
    notebook.button("Databases panel").click()
    expect(schema_panel.item(page, "sales")).to_be_visible()
    return notebook
