"""The editor: completion, documentation and signatures of the kernel, brackets, indentation."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage

GREET = 'def greet(name, loudly=False):\n    "Says hello to somebody."\n    return name\n'


@pytest.fixture
def editing(notebook: NotebookPage) -> NotebookPage:
    """A notebook whose kernel knows `greet`, with the cursor in an empty cell."""
    notebook.open(GREET, "")
    notebook.run(0)
    notebook.edit(1)
    return notebook


def test_completion_of_a_name_pops_up_and_enter_takes_it(editing: NotebookPage) -> None:
    editing.page.keyboard.type("gree")
    expect(editing.page.locator(".cm-completionInfo")).to_contain_text("Says hello to somebody.")
    editing.take_completion("greet")
    editing.sources(GREET.strip().replace("\n", ""), "greet")


def test_completion_after_a_dot_lists_attributes_and_escape_keeps_the_editor(
    editing: NotebookPage,
) -> None:
    editing.page.keyboard.type("''.startsw")
    popup = editing.page.get_by_role("listbox")
    expect(popup.get_by_role("option").first).to_contain_text("startswith")
    editing.press("Escape")
    expect(popup).to_be_hidden()
    expect(editing.cell(1).locator(".cm-content")).to_be_focused()


def test_tab_completes_after_a_word_and_indents_in_front_of_one(editing: NotebookPage) -> None:
    editing.press("Tab")
    # At once, so that Tab asks for the popup: one that typing had opened would be taken by it.
    editing.page.keyboard.insert_text("gre")
    editing.press("Tab")
    editing.take_completion("greet")
    expect(editing.cell(1).locator(".cm-line").first).to_have_text("    greet")


def test_a_bracket_after_a_function_shows_its_signature(editing: NotebookPage) -> None:
    editing.page.keyboard.type("greet(", delay=20)
    expect(editing.page.locator(".nb-signature")).to_contain_text("name, loudly=False")
    editing.press("Escape")
    expect(editing.page.locator(".nb-signature")).to_be_hidden()


def test_shift_tab_shows_the_documentation(editing: NotebookPage) -> None:
    editing.page.keyboard.insert_text("greet")
    editing.press("Shift+Tab")
    expect(editing.page.locator(".nb-documentation")).to_contain_text("Says hello to somebody.")


def test_hovering_a_name_shows_its_documentation(editing: NotebookPage) -> None:
    editing.page.keyboard.insert_text("greet")
    expect(editing.page.get_by_role("listbox")).to_be_visible()
    editing.press("Escape")
    editing.cell(1).locator(".cm-line").hover(position={"x": 30, "y": 10})
    expect(editing.page.locator(".nb-documentation")).to_contain_text("Says hello to somebody.")


def test_brackets_and_quotes_close_themselves_and_are_typed_over(notebook: NotebookPage) -> None:
    notebook.open("")
    notebook.edit(0)
    notebook.page.keyboard.type("f([{'a")
    notebook.sources("f([{'a'}])")
    notebook.page.keyboard.type("'}])")
    notebook.sources("f([{'a'}])")
    notebook.page.keyboard.type("(")
    notebook.press("Backspace")
    notebook.sources("f([{'a'}])")


def test_enter_indents_after_a_colon_and_backspace_takes_one_step_back(
    notebook: NotebookPage,
) -> None:
    notebook.open("")
    editor = notebook.edit(0)
    lines = editor.locator(".cm-line")
    # Digits, as nothing completes them: a popup would take the Enter.
    notebook.page.keyboard.type("if 1:\n")
    notebook.page.keyboard.type("2\n3")
    expect(lines).to_have_text([re.compile(f"^{line}$") for line in ("if 1:", "    2", "    3")])
    notebook.press("Enter", "Backspace")
    notebook.page.keyboard.type("4")
    expect(lines.last).to_have_text(re.compile("^4$"))
    expect(lines).to_have_count(4)


def test_the_bracket_at_the_cursor_and_its_partner_are_marked(notebook: NotebookPage) -> None:
    notebook.open("f(x)")
    notebook.edit(0)
    expect(notebook.cell(0).locator(".cm-matchingBracket")).to_have_count(2)


def test_control_slash_comments_lines(notebook: NotebookPage) -> None:
    notebook.open("x = 1")
    notebook.edit(0)
    notebook.press("Control+/")
    notebook.sources("# x = 1")


def test_source_is_highlighted_before_its_editor_is_there(notebook: NotebookPage) -> None:
    notebook.open(*["def f(): pass"] * 60)
    still = notebook.cell(59).locator(".cm-still .tok-keyword")
    expect(still.first).to_have_text("def")
