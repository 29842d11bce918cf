"""The kernel, as a person meets it in the page: what a cell can do, and what is shown of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser) as context:
        yield Scratch(context.new_page(), relay.url, "data")


def test_stdout_and_stderr_keep_their_order(scratch: Scratch) -> None:
    output = scratch.run("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')")
    expect(output).to_have_text(re.compile(r"one\s*two\s*three"))


def test_the_last_value_is_shown_and_numbered(scratch: Scratch) -> None:
    index = scratch.start("6 * 7")
    expect(scratch.finished(index)).to_contain_text("42")
    expect(scratch.cell(index).locator(".cell-count")).to_have_text(re.compile(r"^\d+$"))


def test_a_display_is_updated_in_place(scratch: Scratch) -> None:
    output = scratch.run(
        "h = display('before', display_id=True)\nprint('between')\nh.update('after')"
    )
    expect(output).to_have_text(re.compile("after.*between", re.S))
    expect(output).not_to_contain_text("before")


def test_a_later_cell_updates_an_earlier_ones_display(scratch: Scratch) -> None:
    first = scratch.run("handle = display('then', display_id=True)")
    scratch.run("handle.update('now')")
    expect(first).to_contain_text("now")


def test_clear_output_with_wait_replaces_what_was_there(scratch: Scratch) -> None:
    output = scratch.run(
        "from IPython.display import clear_output\n"
        "for i in range(5): clear_output(wait=True); print('step', i)"
    )
    expect(output).to_contain_text("step 4")
    expect(output).not_to_contain_text("step 3")


def test_top_level_await(scratch: Scratch) -> None:
    output = scratch.run("import asyncio\nawait asyncio.sleep(0.01)\n'awaited'")
    expect(output).to_contain_text("awaited")


def test_a_traceback_shows_the_users_frames_and_the_cells_lines(scratch: Scratch) -> None:
    output = scratch.run("def divide(a): return a / 0\n\ndivide(1)")
    expect(output).to_contain_text("ZeroDivisionError")
    expect(output).to_contain_text("line 3")
    expect(output).not_to_contain_text("wasm_runtime")
    expect(output).not_to_contain_text("pyodide")


def test_history_is_kept_in_in_and_out(scratch: Scratch) -> None:
    scratch.run("1 + 1")
    scratch.run("_ + 1")
    expect(scratch.run("In[-3:-1], _, __")).to_contain_text("(['1 + 1', '_ + 1'], 3, 2)")


@pytest.mark.parametrize(
    ("bundle", "selector"),
    [
        ("Markdown('**bold** $x^2$')", "strong"),
        ("Latex(r'$\\frac{1}{2}$')", ".katex"),
        ('SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\')', "img"),
        ("HTML('<b>bold</b>')", "b"),
        ("JSON({'a': [1, 2]})", "[role=tree], details, .json"),
        (
            "Image(data=bytes.fromhex('474946383961010001000000002c00000000010001000002003b'))",
            "img",
        ),
    ],
    ids=["markdown", "latex", "svg", "html", "json", "image"],
)
def test_rich_outputs(scratch: Scratch, bundle: str, selector: str) -> None:
    output = scratch.run(f"from IPython.display import *\ndisplay({bundle})")
    expect(output.locator(selector).first).to_be_attached()


@pytest.mark.parametrize(
    ("bundle", "tag"),
    [
        ("Audio(data=[0.0, 1.0] * 4000, rate=8000)", "audio"),
        ("Video(data=b'1234', mimetype='video/mp4', embed=True)", "video"),
    ],
    ids=["audio", "video"],
)
def test_sound_and_film_play(scratch: Scratch, bundle: str, tag: str) -> None:
    output = scratch.run(f"from IPython.display import *\ndisplay({bundle})")
    expect(output.frame_locator("iframe").locator(tag)).to_be_visible()


def test_matplotlib_draws_inline_in_high_density(scratch: Scratch) -> None:
    output = scratch.run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    image = output.locator("img")
    expect(image).to_be_visible()
    density = image.evaluate("image => image.decode().then(() => image.naturalWidth / image.width)")
    assert density >= 1.9


def test_matplotlib_draws_svg_when_asked(scratch: Scratch) -> None:
    output = scratch.run(
        "%config InlineBackend.figure_formats = ['svg']\n"
        "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    )
    image = output.locator("img")
    expect(image).to_be_visible()
    kind = image.evaluate(
        "image => fetch(image.src).then(answer => answer.blob()).then(blob => blob.type)"
    )
    assert kind.startswith("image/svg+xml")


def test_a_data_frame_is_a_table(scratch: Scratch) -> None:
    output = scratch.run("import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})")
    expect(output.locator("table th", has_text="a").first).to_be_visible()
    expect(output.locator("table td")).to_have_text(["1", "x", "2", "y"])


def test_completion_comes_from_the_kernel(scratch: Scratch) -> None:
    scratch.run("word = 'abc'")
    cell = scratch.cell(scratch.write(""))
    scratch.page.keyboard.type("word.upp")
    scratch.page.keyboard.press("Tab")
    expect(
        cell.page.locator(".cm-tooltip-autocomplete").or_(cell).get_by_text("upper").first
    ).to_be_visible()


def test_signature_help_shows_the_docstring(scratch: Scratch) -> None:
    scratch.run("def area(width, height): 'Width times height.'")
    scratch.write("")
    scratch.page.keyboard.type("area(")
    scratch.page.keyboard.press("Shift+Tab")
    expect(scratch.page.get_by_text("Width times height.").last).to_be_visible()
    scratch.page.keyboard.press("Escape")


def test_input_blocks_until_the_person_answers(scratch: Scratch) -> None:
    index = scratch.start("name = input('Name? ')\nprint('Hello', name)")
    field = scratch.cell(index).get_by_role("textbox", name="Name?")
    field.fill("Ada")
    field.press("Enter")
    expect(scratch.finished(index)).to_contain_text("Hello Ada")


def test_a_password_is_not_shown(scratch: Scratch) -> None:
    index = scratch.start(
        "from getpass import getpass\nsecret = getpass('Key: ')\nprint(len(secret))"
    )
    field = scratch.cell(index).locator("input[type=password]")
    field.fill("opensesame")
    field.press("Enter")
    output = scratch.finished(index)
    expect(output).to_contain_text("10")
    expect(output).not_to_contain_text("opensesame")


def test_magics_time_write_and_run(scratch: Scratch) -> None:
    expect(scratch.run("%time sum(range(10))")).to_contain_text("Wall time")
    expect(scratch.run("%%timeit -n 10 -r 1\nsum(range(10))")).to_contain_text("per loop")
    expect(scratch.run("%%writefile hello.py\nprint('from a file')")).to_contain_text(
        "Writing hello.py"
    )
    expect(scratch.run("%run hello.py")).to_contain_text("from a file")
    expect(scratch.run("%%html\n<i>slanted</i>").locator("i")).to_have_text("slanted")


def test_a_shell_command_is_refused_with_the_way_python_does_it(scratch: Scratch) -> None:
    expect(scratch.run("!ls")).to_contain_text("os.listdir")
    expect(scratch.run("!apt install vim")).to_contain_text("look for a Python package with %pip")
    expect(scratch.run("%%bash\nmake")).to_contain_text("no other programs")


def test_javascript_runs_in_the_outputs_own_frame(scratch: Scratch) -> None:
    output = scratch.run("%%javascript\nelement.textContent = 'from ' + self.origin")
    expect(output.frame_locator("iframe").get_by_text("from null")).to_be_visible()


def test_tqdm_draws_one_bar_that_moves(scratch: Scratch) -> None:
    output = scratch.run("from tqdm import tqdm\nfor _ in tqdm(range(50)): pass")
    expect(output).to_contain_text("50/50")
    expect(output).not_to_contain_text(re.compile(r"\b0/50"))


def test_files_sqlite_and_zip(scratch: Scratch) -> None:
    output = scratch.run(
        "import sqlite3, zipfile\n"
        "_ = open('note.txt', 'w').write('written')\n"
        "z = zipfile.ZipFile('note.zip', 'w'); z.write('note.txt'); z.close()\n"
        "c = sqlite3.connect('numbers.db'); _ = c.execute('create table if not exists t (n)')\n"
        "_ = c.execute('insert into t values (7)'); c.commit()\n"
        "print(zipfile.ZipFile('note.zip').read('note.txt'),"
        " c.execute('select n from t').fetchone())"
    )
    expect(output).to_contain_text("b'written' (7,)")


def test_an_error_that_crosses_javascript_keeps_its_type(scratch: Scratch) -> None:
    output = scratch.run(
        "from pyodide.ffi import run_sync\n"
        "async def fail(): raise ValueError('v')\n"
        "\n"
        "try: run_sync(fail())\n"
        "except ValueError as error: print('caught', repr(error))"
    )
    expect(output).to_contain_text("caught ValueError('v')")
    expect(output).not_to_contain_text("Traceback")


def test_what_a_task_prints_after_its_cell_goes_to_that_cell(scratch: Scratch) -> None:
    first = scratch.run(
        "import asyncio\nasync def later(): await asyncio.sleep(0.2); print('late words')\n"
        "\ntask = asyncio.create_task(later())"
    )
    second = scratch.run("await task; print('second')")
    expect(first).to_contain_text("late words")
    expect(second).to_contain_text("second")
    expect(second).not_to_contain_text("late words")


def test_the_error_of_a_task_that_nobody_awaits_is_told(scratch: Scratch) -> None:
    output = scratch.run(
        "import asyncio\nasync def fail(): raise ValueError('unseen')\n"
        "\n_ = asyncio.create_task(fail()); del _"
    )
    expect(output).to_contain_text("ValueError: unseen")


def test_running_out_of_memory_is_an_error_that_leaves_the_kernel_alive(scratch: Scratch) -> None:
    # Asked for but never touched: the browser commits none of it.
    output = scratch.run(
        "import numpy as np\nblocks = [np.empty(2**31 - 1, 'u1') for _ in range(3)]"
    )
    expect(output).to_contain_text("MemoryError")
    expect(scratch.run("6 * 7")).to_contain_text("42")


def test_twenty_thousand_lines_do_not_fill_the_page(scratch: Scratch) -> None:
    output = scratch.run("for i in range(20_000): print('line', i)")
    expect(output).to_contain_text("line 19999")
    assert output.evaluate("host => host.querySelectorAll('*').length") < 5_000
