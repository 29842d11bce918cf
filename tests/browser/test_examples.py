"""The bundled examples run from top to bottom in a fresh profile."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage


def run_all(notebook: NotebookPage) -> None:
    notebook.page.get_by_role("button", name="Run all cells").click()
    last_code_cell = notebook.page.locator("notebook-cell[data-type=code]").last
    expect(last_code_cell).to_have_attribute("data-state", re.compile("^(ok|error|cancelled)$"))


@pytest.mark.parametrize("name", ["welcome.ipynb", "python-basics.ipynb"])
def test_every_cell_of_an_example_runs(notebook: NotebookPage, name: str) -> None:
    notebook.page.goto(f"{notebook.base}?example={name}")
    expect(notebook.cells.first).to_be_visible()
    run_all(notebook)
    states = notebook.page.locator("notebook-cell[data-type=code]").evaluate_all(
        "cells => [...new Set(cells.map((cell) => cell.dataset.state))]"
    )
    assert states == ["ok"]


def test_the_welcome_example_shows_a_formula_a_table_and_a_plot(notebook: NotebookPage) -> None:
    notebook.page.goto(f"{notebook.base}?example=welcome.ipynb")
    expect(notebook.page.locator(".cell-rendered .katex").first).to_be_visible()
    run_all(notebook)
    expect(notebook.page.locator(".cell-outputs table").first).to_be_visible()
    expect(notebook.page.locator(".cell-outputs img").first).to_be_visible()
