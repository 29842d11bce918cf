"""A kernel's end, asked for or not, and what outlives it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage, notebook_of
from tests.browser.scratch_notebook import Scratch, open_context

CRASHES = {
    "a trap in WebAssembly": "import ctypes; ctypes.string_at(2**32 - 8, 100)",
    "abort": "import os; os.abort()",
    "exit": "import os; os._exit(0)",
}


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser) as context:
        yield Scratch(context.new_page(), relay.url, "core")


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_is_told_and_the_next_run_gets_a_fresh_kernel(scratch: Scratch, crash: str) -> None:
    scratch.run("x = 1")
    expect(scratch.run(CRASHES[crash])).to_contain_text("Python crashed")
    expect(scratch.page.get_by_role("alert")).to_contain_text("variables are gone")
    expect(scratch.run("'x' in globals()")).to_contain_text("False")


def test_a_crashed_kernel_is_started_again_by_hand(scratch: Scratch) -> None:
    scratch.run("import os; os.abort()")
    scratch.notebook.button("Start it again").click()
    scratch.notebook.ready()


def test_a_cell_cannot_end_the_worker_behind_the_pages_back(scratch: Scratch) -> None:
    scratch.run("import js; js.self.close()")
    expect(scratch.run("'alive'")).to_contain_text("alive")


def test_endless_recursion_is_an_error_of_the_cell(scratch: Scratch) -> None:
    output = scratch.run("def again(n): return again(n + 1)\n\nagain(0)")
    expect(output).to_contain_text("RecursionError")
    expect(scratch.run("'alive'")).to_contain_text("alive")


def test_recursion_with_a_limit_that_is_too_high_is_an_error_of_the_cell(scratch: Scratch) -> None:
    output = scratch.run(
        "import sys\nsys.setrecursionlimit(10**6)\ndef again(n): return again(n + 1)\n"
        "try: again(0)\nexcept RecursionError: print('caught')\nagain(0)"
    )
    expect(output).to_contain_text("caught")
    expect(output).to_contain_text("skipping similar frames: again")
    # Another error takes the place of the last one, whose frames are freed now.
    expect(scratch.run("1 / 0")).to_contain_text("ZeroDivisionError")
    expect(scratch.run("'alive'")).to_contain_text("alive")


def test_exit_keeps_the_notebook_running(scratch: Scratch) -> None:
    expect(scratch.run("import sys; x = 1; sys.exit()")).to_contain_text(
        "to start afresh, use Restart"
    )
    expect(scratch.run("x")).to_contain_text("1")


def test_files_survive_a_reload(notebook: NotebookPage) -> None:
    notebook.open("_ = open('kept.txt', 'w').write('still here')", "print(open('kept.txt').read())")
    notebook.run(0)
    expect(notebook.saved).to_be_visible()
    notebook.page.reload()
    expect(notebook.cells.first).to_be_visible()
    expect(notebook.run(1)).to_contain_text("still here")


def test_two_pages_have_two_kernels(context: BrowserContext, relay: Relay) -> None:
    pages = [NotebookPage(context.new_page(), relay.url) for _ in range(2)]
    for number, page in enumerate(pages):
        url = f"https://notebooks.example/{number}.ipynb"
        page.open_text(notebook_of(f"x = {number}", "x"), url).run(0)
    for number, page in enumerate(pages):
        page.page.bring_to_front()
        expect(page.run(1)).to_contain_text(str(number))
