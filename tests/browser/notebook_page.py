"""What a person does with the notebook page, in their words."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

NOTEBOOK_URL = "https://notebooks.example/test.ipynb"
FINISHED = re.compile("^(ok|error|interrupted)$")

Cell = str | tuple[str, str]


def notebook_of(*cells: Cell, **metadata: object) -> str:
    """An `.ipynb` of code cells (strings) and other cells ((type, source) pairs)."""
    plain = []
    for number, cell in enumerate(cells):
        kind, source = ("code", cell) if isinstance(cell, str) else cell
        one: dict[str, object] = {
            "id": f"cell-{number}",
            "cell_type": kind,
            "metadata": {},
            "source": source,
        }
        if kind == "code":
            one |= {"outputs": [], "execution_count": None}
        plain.append(one)
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": plain})


class NotebookPage:
    """One browser page with a notebook in it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self._opened = 0

    def open(self, *cells: Cell, environment: str = "core") -> "NotebookPage":
        """Open a notebook of these cells from a web address, as a shared link does."""
        return self.open_text(notebook_of(*cells, wasm_runtime={"environment": environment}))

    def open_text(self, ipynb: str, url: str | None = None) -> "NotebookPage":
        """Open this text from an address of its own: the page offers to keep a copy it knows."""
        self._opened += 1
        url = url or f"https://notebooks.example/{self._opened}/test.ipynb"

        def answer(route: Route) -> None:
            route.fulfill(
                body=ipynb,
                content_type="application/json",
                headers={"access-control-allow-origin": "*"},
            )

        self.page.route(url, answer)
        self.page.goto(f"{self.base}?url={url}")
        expect(self.cells.first).to_be_visible()
        return self

    def open_file(self, path: Path) -> "NotebookPage":
        return self.open_text(path.read_text(encoding="utf-8"))

    @property
    def cells(self) -> Locator:
        return self.page.locator("notebook-cell")

    def cell(self, index: int) -> Locator:
        return self.cells.nth(index)

    def select(self, index: int) -> None:
        """Select a cell in command mode."""
        self.page.keyboard.press("Escape")
        self.cell(index).locator(".cell-margin").click(position={"x": 4, "y": 2})

    def start(self, index: int) -> None:
        """Run a cell without waiting for its end."""
        self.cell(index).locator(".cell-run").click()

    def run(self, index: int) -> Locator:
        """Run a cell to its end; its outputs."""
        self.start(index)
        return self.finished(index)

    def finished(self, index: int) -> Locator:
        expect(self.cell(index)).to_have_attribute("data-state", FINISHED)
        return self.outputs(index)

    def outputs(self, index: int) -> Locator:
        return self.cell(index).locator(".cell-outputs")

    def printed(self, index: int, text: str) -> None:
        """Wait until a cell's outputs, not its source, hold this text: until then it may wait."""
        expect(self.outputs(index)).to_contain_text(text)

    def sources(self, *expected: str) -> None:
        """Wait until the shown sources are these, in this order."""
        expect(self.page.locator("notebook-cell .cell-source")).to_have_text(list(expected))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def edit(self, index: int) -> Locator:
        """Put the cursor at the end of a cell's source, in edit mode; its editor."""
        self.select(index)
        self.press("Enter")
        editor = self.cell(index).locator(".cm-content")
        expect(editor).to_be_focused()
        self.press("Control+End")
        return editor

    def write(self, index: int, source: str) -> None:
        """Replace a cell's source as typing does."""
        self.edit(index)
        self.press("Control+a")
        self.page.keyboard.insert_text(source)

    def command(self, title: str) -> None:
        """Choose a command by its words in the notebook's menu."""
        self.page.get_by_label("Menu", exact=True).click()
        self.page.get_by_role("menuitem", name=title).click()

    def palette(self, words: str, title: str) -> None:
        """Find a command by words in the open palette, and run the one with this title."""
        dialog = self.page.get_by_role("dialog", name="Command palette")
        field = dialog.get_by_role("combobox", name="Search commands")
        expect(field).to_be_focused()
        field.fill(words)
        expect(dialog.get_by_role("option", selected=True)).to_contain_text(title)
        self.press("Enter")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def saved(self) -> Locator:
        return self.page.locator('.save-state[data-state="saved"]')

    @property
    def notices(self) -> Locator:
        return self.page.get_by_role("status", name="Notices")

    def selected(self, *indexes: int) -> None:
        """Wait until exactly these cells are selected."""
        expected = [
            re.compile(r"\bselected\b" if i in indexes else r"^((?!\bselected\b).)*$")
            for i in range(self.cells.count())
        ]
        expect(self.cells).to_have_class(expected)

    def take_completion(self, name: str) -> None:
        """Take the popup's first candidate with Enter, which must be this one.

        An Enter in the popup's first 75 ms is meant for the text (CodeMirror's
        `interactionDelay`), so the key waits for the page's own clock to pass it.
        """
        option = self.page.locator(".nb-completions [aria-selected=true]")
        expect(option).to_have_accessible_name(re.compile(rf"^{re.escape(name)}"))
        shown = self.page.evaluate("Date.now()")
        self.page.wait_for_function("shown => Date.now() - shown > 75", arg=shown)
        self.press("Enter")

    def ready(self) -> "NotebookPage":
        expect(self.page.locator('.kernel-pill[data-tone="ready"]')).to_be_visible()
        return self

    def drop(self, name: str, body: str, media_type: str = "text/plain") -> None:
        """Drop a file from outside onto the page."""
        data = self.page.evaluate_handle(
            """([name, body, type]) => {
                const data = new DataTransfer();
                data.items.add(new File([body], name, { type }));
                return data;
            }""",
            [name, body, media_type],
        )
        self.page.dispatch_event("body", "dragover", {"dataTransfer": data})
        expect(self.page.locator(".drop-target")).to_be_visible()
        self.page.dispatch_event("body", "drop", {"dataTransfer": data})

    def state(self, index: int) -> str | None:
        return self.cell(index).get_attribute("data-state")

    def result(self, source: str, environment: str = "core") -> Locator:
        """Open a notebook of one cell, run it, and give its outputs."""
        return self.open(source, environment=environment).run(0)
