"""Find and replace over all cells."""

from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage


def find(notebook: NotebookPage, text: str) -> None:
    notebook.select(0)
    notebook.press("Control+f")
    expect(notebook.page.get_by_label("Find in all cells")).to_be_focused()
    notebook.page.keyboard.insert_text(text)


def test_matches_in_all_cells_are_counted_and_walked(notebook: NotebookPage) -> None:
    notebook.open("spam = 1", "eggs = Spam", "spam")
    find(notebook, "spam")
    count = notebook.page.locator(".find-count")
    expect(count).to_have_text("1 of 3")
    notebook.press("Enter", "Enter")
    expect(count).to_have_text("3 of 3")
    notebook.press("Shift+Enter")
    expect(count).to_have_text("2 of 3")
    notebook.button("Match case").click()
    expect(count).to_have_text("1 of 2")


def test_replacing_one_and_all_is_one_step_of_undo(notebook: NotebookPage) -> None:
    notebook.open("a + a", "a")
    find(notebook, "a")
    notebook.page.get_by_label("Replace with").fill("b")
    notebook.button("Replace this match").click()
    notebook.sources("b + a", "a")
    notebook.button("Replace all").click()
    notebook.sources("b + b", "b")
    notebook.press("Escape")
    notebook.select(0)
    notebook.press("z")
    notebook.sources("b + a", "a")


def test_a_regular_expression_replaces_by_groups_and_a_wrong_one_says_so(
    notebook: NotebookPage,
) -> None:
    notebook.open("x1 = y2")
    find(notebook, r"([a-z])(\d)")
    notebook.button("Regular expression").click()
    notebook.page.get_by_label("Replace with").fill("$2$1")
    notebook.button("Replace all").click()
    notebook.sources("1x = 2y")
    notebook.page.get_by_label("Find in all cells").fill("(")
    expect(notebook.page.get_by_label("Find in all cells")).to_have_attribute(
        "aria-invalid", "true"
    )
