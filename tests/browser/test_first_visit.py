"""What a first visit fetches: nothing twice, and nothing large before it is wanted."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import PATIENCE_MS, Relay
from tests.browser.counting_line import CountingLine, counting_line
from tests.browser.notebook_page import NotebookPage
from tests.support.find_chromium import FLAGS, chromium_path
from wasm_runtime.environments.cache import Cache

Visit = Callable[[str], NotebookPage]


@pytest.fixture
def line(relay: Relay) -> Iterator[CountingLine]:
    with counting_line(relay.url) as line:
        yield line


@pytest.fixture
def visit(playwright: Playwright, line: CountingLine, tmp_path: Path) -> Iterator[Visit]:
    """Opens a new notebook in a profile with a cache on disk, as people have."""
    with ExitStack() as opened:

        def visit(service_workers: str) -> NotebookPage:
            context = playwright.chromium.launch_persistent_context(
                tmp_path / "profile",
                executable_path=chromium_path(),
                args=FLAGS,
                service_workers="block" if service_workers == "block" else "allow",
            )
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            page: Page = context.new_page()
            page.goto(f"{line.url}?env=core")
            return NotebookPage(page, line.url)

        yield visit


def run(notebook: NotebookPage, source: str, printed: str) -> None:
    notebook.write(0, source)
    notebook.start(0)
    notebook.printed(0, printed)


def test_no_file_comes_over_the_line_twice_until_everything_is_kept(
    line: CountingLine, visit: Visit
) -> None:
    notebook = visit("allow")
    run(notebook, "print(6 * 7)", "42")
    expect(notebook.page.locator("notebook-app[data-offline=ready]")).to_be_attached()
    bodies = Counter(
        answer.path
        for answer in line.answers
        if answer.status == 200 and answer.path.startswith(("/store/", "/assets/"))
    )
    kept = notebook.page.evaluate("caches.open('store').then((store) => store.keys())")
    assert len(bodies) > len(kept) > 0
    assert [path for path, times in bodies.items() if times > 1] == []


def test_files_of_packages_are_fetched_when_the_first_of_them_is_read(
    line: CountingLine, visit: Visit
) -> None:
    snapshot = Cache.locate().environment("core").snapshot
    assert snapshot is not None
    path = f"/store/{snapshot.files.sha256}/{snapshot.files.name}"
    # A service worker keeps them too, once no cell runs.
    notebook = visit("block")
    run(notebook, "print(6 * 7)", "42")
    assert path not in {answer.path for answer in line.answers}
    run(notebook, "import tqdm\nprint(tqdm.__name__ * 2)", "tqdmtqdm")
    assert [answer.path for answer in line.answers].count(path) == 1


def test_files_that_could_not_be_fetched_come_once_the_network_is_back(visit: Visit) -> None:
    notebook = visit("block")
    run(notebook, "print(6 * 7)", "42")
    notebook.page.context.set_offline(True)
    run(notebook, "import tqdm", "OSError")
    notebook.page.context.set_offline(False)
    run(notebook, "import tqdm\nprint(tqdm.__name__ * 2)", "tqdmtqdm")
