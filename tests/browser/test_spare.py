"""A spare kernel waits in the background: restarts and other notebooks are quick with it."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.scratch_notebook import open_context

SPARE = 'html[data-spare-kernel="ready"]'
FRAMES = 'iframe[title="Python kernel"]'
RANDOM = "import random, secrets, uuid; print(random.random(), uuid.uuid4())"


def choose(page: Page, choice: str) -> None:
    """Settle in advance what the settings say of spares."""
    settings = json.dumps({"spareKernel": choice})
    page.add_init_script(f"localStorage['wasm-runtime:settings'] ??= {json.dumps(settings)}")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_context(browser) as context:
        yield context.new_page()


@pytest.fixture
def notebook(page: Page, relay: Relay) -> NotebookPage:
    """A notebook whose page keeps a spare."""
    choose(page, "always")
    return NotebookPage(page, relay.url)


def has_spare(notebook: NotebookPage) -> None:
    expect(notebook.page.locator(SPARE)).to_be_attached(timeout=2 * PATIENCE_MS)


def spares_frame(notebook: NotebookPage) -> str:
    """Marks the spare's frame; what finds it."""
    notebook.page.locator(FRAMES).last.evaluate("frame => frame.dataset.mark = 'spare'")
    return f"{FRAMES}[data-mark]"


def restart(notebook: NotebookPage) -> None:
    notebook.select(0)
    notebook.press("0", "0", "Enter")


def test_a_restart_takes_the_spare_which_is_clean_and_has_random_numbers_of_its_own(
    notebook: NotebookPage,
) -> None:
    notebook.open(
        "mine = 1; _ = open('kept.txt', 'w').write('kept')",
        RANDOM,
        "import os; print('mine' in globals(), open('kept.txt').read(), os.getcwd())",
    )
    notebook.run(0)
    seen = {notebook.run(1).inner_text()}
    for _ in range(2):
        has_spare(notebook)
        frame = spares_frame(notebook)
        restart(notebook)
        seen.add(notebook.run(1).inner_text())
        expect(notebook.page.locator(frame)).to_have_count(1)
        expect(notebook.run(2)).to_contain_text("False kept /home/notebook")
        notebook.page.locator(frame).evaluate("frame => delete frame.dataset.mark")
    assert len(seen) == 3


def test_another_notebook_takes_the_spare_and_finds_nothing_of_the_first(
    notebook: NotebookPage,
) -> None:
    notebook.open(
        "secret = 1; import os; os.environ['SECRET'] = '1'; open('secret.txt', 'w').close()"
    )
    notebook.run(0)
    has_spare(notebook)
    frame = spares_frame(notebook)
    notebook.command("New notebook")
    expect(notebook.cells).to_have_count(1)
    notebook.write(
        0, "import os; print('secret' in globals(), os.environ.get('SECRET'), os.listdir())"
    )
    expect(notebook.run(0)).to_contain_text("False None []")
    expect(notebook.page.locator(frame)).to_have_count(1)


def test_a_cell_that_heeds_no_stop_is_ended_and_the_spare_takes_over(
    notebook: NotebookPage,
) -> None:
    notebook.open("kept = 41", "print('started'); sum(range(10**15))", "'kept' in globals()")
    notebook.run(0)
    has_spare(notebook)
    frame = spares_frame(notebook)
    notebook.start(1)
    notebook.printed(1, "started")
    notebook.button("Stop").click()
    expect(notebook.notices).to_contain_text("Variables")
    expect(notebook.run(2)).to_contain_text("False")
    expect(notebook.page.locator(frame)).to_have_count(1)


def test_no_spare_is_kept_once_the_settings_say_never(notebook: NotebookPage) -> None:
    notebook.open("1")
    notebook.run(0)
    has_spare(notebook)
    notebook.command("Settings")
    notebook.page.get_by_role("radio", name="Never").check()
    expect(notebook.page.locator(FRAMES)).to_have_count(1)
    expect(notebook.page.locator(SPARE)).to_have_count(0)


def test_a_spare_that_is_gone_is_made_up_for(notebook: NotebookPage) -> None:
    notebook.open("1")
    notebook.run(0)
    has_spare(notebook)
    # What a browser short of memory does: the frame's process ends, and nobody is told.
    notebook.page.locator(FRAMES).last.evaluate("frame => frame.src = 'about:blank'")
    restart(notebook)
    expect(notebook.run(0)).to_contain_text("1")
