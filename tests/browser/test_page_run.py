"""Running cells: which, in what order, what is shown meanwhile, and how it ends."""

import re

from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage

PRINTS_LATER = """
import asyncio
async def speak():
    await asyncio.sleep(0.3)
    print('later')
task = asyncio.create_task(speak())
print('now')
"""


def test_the_three_ways_to_run_differ_in_where_they_leave_you(notebook: NotebookPage) -> None:
    notebook.open("print('a')", "print('b')")
    notebook.edit(0)
    notebook.press("Control+Enter")
    expect(notebook.finished(0)).to_contain_text("a")
    notebook.selected(0)
    notebook.press("Shift+Enter")
    notebook.selected(1)
    notebook.press("Alt+Enter")
    expect(notebook.finished(1)).to_contain_text("b")
    expect(notebook.cells).to_have_count(3)
    expect(notebook.cell(2).locator(".cm-content")).to_be_focused()


def test_shift_enter_on_the_last_cell_adds_one(notebook: NotebookPage) -> None:
    notebook.open("1")
    notebook.select(0)
    notebook.press("Shift+Enter")
    expect(notebook.cells).to_have_count(2)
    expect(notebook.cell(1).locator(".cm-content")).to_be_focused()


def test_run_all_above_and_below(notebook: NotebookPage) -> None:
    notebook.open("print('a')", "print('b')", "print('c')")
    notebook.select(1)
    notebook.command("Run all cells above")
    notebook.finished(0)
    assert [notebook.state(1), notebook.state(2)] == ["idle", "idle"]
    notebook.select(1)
    notebook.command("Run this cell and all below")
    expect(notebook.finished(2)).to_contain_text("c")
    notebook.button("Run all cells").click()
    expect(notebook.cell(2).locator(".cell-count")).to_have_text("6")


def test_each_cell_shows_its_place_in_the_queue_its_count_and_its_time(
    notebook: NotebookPage,
) -> None:
    # It runs until it is answered, so what is shown meanwhile can be looked at in peace.
    notebook.open("_ = input('Go on? ')", "2", "3").ready()
    notebook.button("Run all cells").click()
    expect(notebook.cell(0)).to_have_attribute("data-state", "running")
    expect(notebook.cell(0).locator(".cell-time")).to_have_text(re.compile(r"^\d+\.\d s$"))
    expect(notebook.cell(1).locator(".cell-time")).to_have_text("#1")
    expect(notebook.cell(2).locator(".cell-time")).to_have_text("#2")
    notebook.page.get_by_label("Go on?").press("Enter")
    notebook.finished(2)
    expect(notebook.page.locator(".cell-count")).to_have_text(["1", "2", "3"])
    expect(notebook.cell(0).locator(".cell-time")).to_have_text(re.compile(r"^\d+(\.\d s| ms)$"))


def test_stop_ends_the_running_cell_drops_the_queue_and_keeps_variables(
    notebook: NotebookPage,
) -> None:
    notebook.open("x = 7\nwhile True: pass", "print('never')", "print(x)")
    notebook.button("Run all cells").click()
    expect(notebook.cell(0)).to_have_attribute("data-state", "running")
    expect(notebook.page.locator('.kernel-pill[data-tone="busy"]')).to_be_visible()
    notebook.button("Stop").click()
    expect(notebook.cell(0)).to_have_attribute("data-state", "interrupted")
    expect(notebook.cell(1)).to_have_attribute("data-state", "cancelled")
    expect(notebook.run(2)).to_contain_text("7")


def test_i_i_stops_and_0_0_restarts_after_asking(notebook: NotebookPage) -> None:
    notebook.open("x = 1", "print('x' in globals())")
    notebook.run(0)
    notebook.select(1)
    notebook.press("0", "0")
    dialog = notebook.page.get_by_role("dialog", name="Restart the kernel?")
    dialog.get_by_role("button", name="Restart").click()
    expect(dialog).to_be_hidden()
    expect(notebook.run(1)).to_contain_text("False")
    notebook.write(0, "while True: pass")
    notebook.press("Control+Enter")
    expect(notebook.page.locator('.kernel-pill[data-tone="busy"]')).to_be_visible()
    notebook.press("i", "i")
    expect(notebook.cell(0)).to_have_attribute("data-state", "interrupted")


def test_restart_and_run_all_starts_from_nothing(notebook: NotebookPage) -> None:
    notebook.open("print('x' in globals())", "x = 1")
    notebook.button("Run all cells").click()
    notebook.finished(1)
    notebook.command("Restart and run all cells")
    notebook.page.get_by_role("button", name="Restart", exact=True).last.click()
    expect(notebook.cell(1).locator(".cell-count")).to_have_text("2")
    expect(notebook.finished(0)).to_contain_text("False")


def test_an_error_ends_the_queue_and_e_leads_to_its_line(notebook: NotebookPage) -> None:
    notebook.open("print('fine')", "a = 1\nb = a / 0", "print('never')")
    notebook.button("Run all cells").click()
    expect(notebook.finished(1)).to_contain_text("ZeroDivisionError")
    expect(notebook.cell(2)).to_have_attribute("data-state", "cancelled")
    notebook.select(0)
    notebook.press("e")
    expect(notebook.cell(1).locator(".cm-content")).to_be_focused()
    expect(notebook.cell(1).locator(".cm-activeLine")).to_have_text("b = a / 0")


def test_what_a_task_prints_after_its_cell_is_not_lost(notebook: NotebookPage) -> None:
    outputs = notebook.result(PRINTS_LATER)
    expect(outputs).to_contain_text("now")
    expect(outputs).to_contain_text("later")


def test_long_output_scrolls_and_can_be_shown_whole(notebook: NotebookPage) -> None:
    outputs = notebook.result("for i in range(3000): print('line', i)")
    expect(outputs.locator(".nb-outputs")).to_contain_class("scrolls")
    box = outputs.bounding_box()
    assert box is not None
    assert box["height"] < 900
    notebook.select(0)
    notebook.press("Shift+O")
    expect(notebook.outputs(0)).to_have_class(re.compile("scrolled"))
    show_all = notebook.cell(0).get_by_role("button", name=re.compile("Show all"))
    show_all.click()
    expect(show_all).to_be_hidden()


def test_input_is_asked_for_in_its_cell(notebook: NotebookPage) -> None:
    notebook.open("print('Hello', input('Name? '))")
    notebook.start(0)
    field = notebook.page.get_by_label("Name?")
    expect(field).to_be_focused()
    notebook.page.keyboard.type("Ada")
    notebook.press("Enter")
    expect(notebook.finished(0)).to_contain_text("Hello Ada")


def test_start_up_says_what_it_does_and_how_much(notebook: NotebookPage) -> None:
    notebook.page.route("**/pyodide.asm.wasm", lambda route: None)
    notebook.open("print(1)")
    progress = notebook.page.get_by_role("progressbar", name="Starting Python")
    expect(progress).to_have_attribute(
        "aria-valuetext", re.compile(r"Load Python and its packages: \d")
    )
    notebook.page.locator(".kernel-pill").click()
    steps = notebook.page.locator(".start-steps li")
    expect(steps.first).to_contain_text("Look up the environment")
    expect(steps.nth(1)).to_contain_text("Load Python and its packages")


def test_a_kernel_that_cannot_start_says_why_and_starts_again(notebook: NotebookPage) -> None:
    notebook.page.route("**/environments*", lambda route: route.abort())
    notebook.page.route("**/environments/**", lambda route: route.abort())
    notebook.open("print(1)")
    died = notebook.page.locator(".kernel-died")
    expect(died).to_contain_text("Python stopped.")
    notebook.page.unroute_all()
    died.get_by_role("button", name="Start it again").click()
    notebook.ready()
    expect(died).to_be_hidden()
    expect(notebook.run(0)).to_contain_text("1")


def test_a_kernel_that_dies_in_a_cell_says_so_and_comes_back(notebook: NotebookPage) -> None:
    notebook.open("import os\nos.abort()", "print('again')")
    notebook.start(0)
    died = notebook.page.locator(".kernel-died")
    expect(died).to_be_visible()
    died.get_by_role("button", name="Start it again").click()
    expect(notebook.run(1)).to_contain_text("again")


def test_the_welcome_example_runs_top_to_bottom_with_a_table_and_a_plot(
    notebook: NotebookPage,
) -> None:
    notebook.page.goto(f"{notebook.base}#home")
    notebook.page.get_by_role("button", name="Welcome").click()
    expect(notebook.page.locator(".katex").first).to_be_visible()
    notebook.button("Run all cells").click()
    expect(notebook.page.locator('notebook-cell[data-type="code"][data-state="ok"]')).to_have_count(
        6
    )
    expect(notebook.outputs(3).get_by_role("table")).to_contain_text("365")
    expect(notebook.outputs(5).get_by_role("img")).to_be_visible()
    expect(notebook.outputs(9)).to_contain_text("day,measured,predicted")


def test_the_python_example_runs_top_to_bottom(notebook: NotebookPage) -> None:
    notebook.page.goto(f"{notebook.base}#home")
    notebook.page.get_by_role("button", name="Python basics").click()
    notebook.button("Run all cells").click()
    code = notebook.page.locator('notebook-cell[data-type="code"]')
    expect(code.last).to_have_attribute("data-state", "ok")
    expect(
        notebook.page.locator('notebook-cell[data-type="code"]:not([data-state="ok"])')
    ).to_have_count(0)
