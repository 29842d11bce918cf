"""Jupyter's two modes: keys on a cell are commands, keys in its editor are text."""

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage


def test_enter_goes_into_the_editor_and_escape_back_to_the_cell(notebook: NotebookPage) -> None:
    notebook.open("a = 1", "b = 2")
    notebook.edit(0)
    notebook.page.keyboard.type("0")
    notebook.press("Escape")
    expect(notebook.cell(0)).to_be_focused()
    notebook.sources("a = 10", "b = 2")


def test_letters_on_a_cell_are_commands_and_in_its_editor_text(notebook: NotebookPage) -> None:
    notebook.open("x")
    notebook.edit(0)
    notebook.page.keyboard.type("ab")
    notebook.press("Escape", "b")
    notebook.sources("xab", "")
    notebook.selected(1)


def test_j_and_k_and_the_arrows_move_between_cells(notebook: NotebookPage) -> None:
    notebook.open("0", "1", "2")
    notebook.select(0)
    notebook.press("j", "ArrowDown")
    notebook.selected(2)
    notebook.press("k", "ArrowUp")
    notebook.selected(0)
    notebook.press("End")
    notebook.selected(2)
    notebook.press("Home")
    notebook.selected(0)


def test_shift_extends_the_selection_and_control_a_takes_all(notebook: NotebookPage) -> None:
    notebook.open("0", "1", "2")
    notebook.select(0)
    notebook.press("Shift+j")
    notebook.selected(0, 1)
    notebook.press("Shift+ArrowDown", "Shift+K")
    notebook.selected(0, 1)
    notebook.press("Control+a")
    notebook.selected(0, 1, 2)


def test_a_click_with_shift_selects_the_range(notebook: NotebookPage) -> None:
    notebook.open("0", "1", "2")
    notebook.select(0)
    notebook.cell(2).locator(".cell-margin").click(position={"x": 4, "y": 2}, modifiers=["Shift"])
    notebook.selected(0, 1, 2)


def test_arrows_at_the_edges_of_an_editor_lead_to_the_next_cell(notebook: NotebookPage) -> None:
    notebook.open("first", "second")
    notebook.edit(0)
    notebook.press("ArrowDown")
    expect(notebook.cell(1).locator(".cm-content")).to_be_focused()
    notebook.press("Home", "ArrowUp")
    expect(notebook.cell(0).locator(".cm-content")).to_be_focused()


def test_a_and_b_insert_and_d_d_deletes(notebook: NotebookPage) -> None:
    notebook.open("old")
    notebook.select(0)
    notebook.press("a")
    notebook.sources("", "old")
    notebook.select(1)
    notebook.press("b")
    notebook.sources("", "old", "")
    notebook.press("d", "d")
    notebook.sources("", "old")
    notebook.select(0)
    notebook.press("d", "d")
    notebook.sources("old")


def test_m_y_r_and_digits_change_the_type(notebook: NotebookPage) -> None:
    notebook.open("words")
    notebook.select(0)
    cell = notebook.cell(0)
    notebook.press("m")
    expect(cell).to_have_attribute("data-type", "markdown")
    notebook.press("r")
    expect(cell).to_have_attribute("data-type", "raw")
    notebook.press("y")
    expect(cell).to_have_attribute("data-type", "code")
    notebook.press("2")
    expect(cell).to_have_attribute("data-type", "markdown")
    notebook.press("Shift+Enter")
    expect(cell.get_by_role("heading", level=2, name="words")).to_be_visible()


@pytest.mark.parametrize("keys", ["Alt+Arrow", "Control+Shift+Arrow"])
def test_cells_move_with_the_arrows(notebook: NotebookPage, keys: str) -> None:
    notebook.open("0", "1", "2")
    notebook.select(0)
    notebook.press(f"{keys}Down")
    notebook.sources("1", "0", "2")
    notebook.press(f"{keys}Down")
    notebook.sources("1", "2", "0")
    notebook.press(f"{keys}Up")
    notebook.sources("1", "0", "2")
    notebook.selected(1)


def test_control_shift_minus_splits_at_the_cursor_and_shift_m_merges(
    notebook: NotebookPage,
) -> None:
    notebook.open("left right")
    notebook.edit(0)
    for _ in range(5):
        notebook.press("ArrowLeft")
    notebook.press("Control+Shift+Minus")
    notebook.sources("left ", "right")
    notebook.select(0)
    notebook.press("Shift+j", "Shift+M")
    notebook.sources("left right")


def test_c_x_and_v_copy_cut_and_paste_cells(notebook: NotebookPage) -> None:
    notebook.open("0", "1")
    notebook.select(0)
    notebook.press("c", "v")
    notebook.sources("0", "0", "1")
    notebook.select(2)
    notebook.press("x")
    notebook.sources("0", "0")
    notebook.select(0)
    notebook.press("Shift+V")
    notebook.sources("1", "0", "0")


def test_z_takes_cell_operations_back_and_shift_z_does_them_again(notebook: NotebookPage) -> None:
    notebook.open("0", "1")
    notebook.select(0)
    notebook.press("d", "d")
    notebook.sources("1")
    notebook.press("z")
    notebook.sources("0", "1")
    notebook.press("Shift+Z")
    notebook.sources("1")


def test_undo_in_an_editor_takes_back_typing_only(notebook: NotebookPage) -> None:
    notebook.open("x = 1", "y")
    notebook.edit(0)
    notebook.page.keyboard.type("23")
    notebook.press("Control+z")
    notebook.sources("x = 1", "y")
    notebook.press("Control+Shift+Z")
    notebook.sources("x = 123", "y")


def test_s_and_o_fold_source_and_output(notebook: NotebookPage) -> None:
    notebook.open("print('shown')").run(0)
    notebook.select(0)
    notebook.press("s")
    expect(notebook.cell(0).locator(".cell-source")).to_be_hidden()
    notebook.press("s", "o")
    expect(notebook.outputs(0)).to_be_hidden()
    expect(notebook.cell(0).get_by_role("button", name="Output hidden")).to_be_visible()
    notebook.press("o")
    expect(notebook.outputs(0)).to_contain_text("shown")


def test_l_shows_line_numbers_and_shift_l_those_of_all_cells(notebook: NotebookPage) -> None:
    notebook.open("a", "b")
    numbered = notebook.page.locator(".cm-lineNumbers, .cm-still.numbered")
    notebook.select(0)
    notebook.press("l")
    expect(numbered).to_have_count(1)
    notebook.press("Shift+L")
    expect(numbered).to_have_count(2)
    notebook.page.reload()
    expect(numbered).to_have_count(2)


def test_h_lists_every_shortcut_and_the_palette_runs_a_command(notebook: NotebookPage) -> None:
    notebook.open("x")
    notebook.select(0)
    notebook.press("h")
    dialog = notebook.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Run and go to the next cell")
    notebook.press("Escape")
    expect(dialog).to_be_hidden()
    notebook.press("p")
    notebook.palette("insert a cell above", "Insert a cell above")
    notebook.sources("", "x")
