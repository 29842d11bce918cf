"""The page for everybody: small and wide screens, light and dark, keyboard alone, screen reader."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.notebook_page import NotebookPage


@pytest.mark.parametrize("width", [360, 768, 2000])
def test_nothing_is_wider_than_the_screen(notebook: NotebookPage, width: int) -> None:
    notebook.page.set_viewport_size({"width": width, "height": 760})
    notebook.open("x" * 300, ("markdown", "# A title\n\n" + "word " * 100))
    expect(notebook.button("Run all cells")).to_be_in_viewport()
    expect(notebook.page.get_by_label("Menu", exact=True)).to_be_in_viewport()
    expect(notebook.cell(0).locator(".cell-run")).to_be_in_viewport()
    expect(notebook.cell(1).get_by_role("heading", name="A title")).to_be_visible()
    assert notebook.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_is_dark_when_the_system_is_and_can_be_switched(notebook: NotebookPage) -> None:
    notebook.page.emulate_media(color_scheme="dark")
    notebook.open("x")
    body = notebook.page.locator("body")
    dark = body.evaluate("body => getComputedStyle(body).backgroundColor")
    notebook.select(0)
    notebook.press("p")
    notebook.palette("light and dark", "Switch between light and dark")
    expect(notebook.page.locator("html")).to_have_attribute("data-theme", "light")
    expect(body).not_to_have_css("background-color", dark)
    notebook.page.reload()
    expect(notebook.page.locator("html")).to_have_attribute("data-theme", "light")


def test_the_keyboard_alone_reaches_everything(notebook: NotebookPage) -> None:
    notebook.open("print('run')")
    expect(notebook.cell(0)).to_be_focused()
    notebook.press("Shift+Tab")
    expect(notebook.page.get_by_label("Menu", exact=True)).to_be_focused()
    notebook.press("Enter")
    expect(notebook.page.get_by_role("menuitem", name="New notebook")).to_be_focused()
    notebook.press("End")
    expect(notebook.page.get_by_role("menuitem", name="Keyboard shortcuts")).to_be_focused()
    notebook.press("Escape", "Tab", "Control+Enter")
    expect(notebook.finished(0)).to_contain_text("run")


def test_a_screen_reader_hears_names_states_and_places(notebook: NotebookPage) -> None:
    notebook.open("print('out')", ("markdown", "# Title"))
    notebook.run(0)
    expect(notebook.page.locator("#run-status")).to_have_text("Finished running")
    expect(notebook.page.locator("notebook-page")).to_match_aria_snapshot("""
      - banner:
        - button "All notebooks"
        - textbox "Title of the notebook": test
        - toolbar "Notebook":
          - button "Run"
          - button "Run all cells"
          - button "Stop" [disabled]
          - button "Restart the kernel…"
          - button /Kernel. Ready/
          - button "Find and replace"
          - button "Files panel"
          - button "Menu"
      - status: Finished running
      - feed "Cells":
        - article /Code cell 1 of 2/:
          - button "Run this cell"
          - text: /print/
        - article /Markdown cell 2 of 2/:
          - heading "Title" [level=1]
    """)
    notebook.edit(0)
    expect(notebook.page.get_by_role("textbox", name="Code cell 1 of 2")).to_be_focused()


def test_without_a_connection_the_page_says_so(
    notebook: NotebookPage, context: BrowserContext
) -> None:
    notebook.open("x")
    context.set_offline(True)
    expect(notebook.page.get_by_text("Offline", exact=True)).to_be_visible()
    context.set_offline(False)
    expect(notebook.page.get_by_text("Offline", exact=True)).to_be_hidden()


def test_the_page_says_when_it_works_offline(notebook: NotebookPage) -> None:
    notebook.open("x")
    expect(notebook.page.locator('notebook-app[data-offline="ready"]')).to_be_attached()
    notebook.page.locator(".kernel-pill").click()
    expect(notebook.page.get_by_role("dialog", name="Kernel")).to_contain_text("Available offline")


def test_packages_of_a_notebook_are_pinned_in_it(notebook: NotebookPage) -> None:
    notebook.open("x")
    notebook.command("Packages")
    dialog = notebook.page.get_by_role("dialog", name="Packages")
    dialog.get_by_label("Add a package").fill("colorama==0.4.6")
    notebook.press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_text(["colorama==0.4.6"])
    expect(notebook.saved).to_be_visible()
    notebook.page.reload()
    notebook.command("Packages")
    dialog.get_by_role("button", name="Remove colorama==0.4.6").click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)


def test_a_granted_host_is_listed_and_can_be_taken_back(notebook: NotebookPage) -> None:
    source = (
        "from pyodide.http import pyfetch\nawait (await pyfetch('https://data.example/a')).text()"
    )
    notebook.page.route(
        "https://data.example/**",
        lambda route: route.fulfill(body="data", headers={"access-control-allow-origin": "*"}),
    )
    notebook.open(source)
    notebook.start(0)
    notebook.button("Always in this notebook").click()
    expect(notebook.finished(0)).to_contain_text("data")
    notebook.command("Settings")
    dialog = notebook.page.get_by_role("dialog", name="Settings")
    dialog.get_by_role("button", name="Take back data.example").click()
    expect(dialog).not_to_contain_text("data.example")
    notebook.press("Escape")
    notebook.start(0)
    expect(notebook.button("Allow once")).to_be_visible()


# What a person uses or enters, which a screen reader must be able to name.
NAMED_ROLES = frozenset(
    ["button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "switch",
     "menuitem", "option", "tab", "listbox", "menu", "dialog", "alertdialog", "toolbar", "feed",
     "article", "image", "progressbar", "Iframe"]
)  # fmt: skip


def nameless(page: Page) -> list[str]:
    """Roles of what the accessibility tree shows without a name."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        role
        for node in nodes
        if not node["ignored"]
        and (role := node["role"]["value"]) in NAMED_ROLES
        and not node.get("name", {}).get("value", "").strip()
    ]


STATES: dict[str, tuple[Callable[[NotebookPage], object], str]] = {
    "the notebook": (lambda notebook: notebook.select(0), "notebook-page"),
    "the editor with a completion": (
        lambda notebook: (notebook.edit(1), notebook.page.keyboard.type("prin")),
        ".nb-completions",
    ),
    "find and replace": (lambda notebook: notebook.press("Control+f"), ".find-bar"),
    "the menu": (
        lambda notebook: notebook.page.get_by_label("Menu", exact=True).click(),
        "[role=menu]",
    ),
    "the kernel's dialog": (
        lambda notebook: notebook.page.locator(".kernel-pill").click(),
        ".kernel-details",
    ),
    "the files": (lambda notebook: notebook.button("Files panel").click(), ".file-panel"),
    "the command palette": (lambda notebook: notebook.press("p"), "dialog[open]"),
    "the shortcuts": (lambda notebook: notebook.press("h"), "dialog[open]"),
    "the settings": (lambda notebook: notebook.command("Settings"), "dialog[open]"),
    "the packages": (lambda notebook: notebook.command("Packages"), "dialog[open]"),
    "the restart question": (lambda notebook: notebook.press("0", "0"), "dialog[open]"),
    "the list of notebooks": (
        lambda notebook: notebook.button("All notebooks").click(),
        ".notebook-title",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_everything_that_can_be_used_has_a_name(notebook: NotebookPage, state: str) -> None:
    go_there, shown = STATES[state]
    notebook.open(
        "from IPython.display import *\n_ = open('a.txt', 'w').write('x')\n"
        "display(HTML('<table><tr><td>1</td></tr></table>'), JSON({'a': [1]}))\nprint('out')",
        "",
        ("markdown", "- [x] done"),
    )
    expect(notebook.run(0)).to_contain_text("out")
    notebook.select(0)
    go_there(notebook)
    expect(notebook.page.locator(shown).first).to_be_visible()
    assert nameless(notebook.page) == []


def ground(locator: Locator) -> str:
    return str(locator.first.evaluate("element => getComputedStyle(element).backgroundColor"))


def test_forced_colours_still_show_what_is_chosen_and_found(notebook: NotebookPage) -> None:
    notebook.page.emulate_media(forced_colors="active")
    notebook.open("needle = 1")
    notebook.select(0)
    notebook.press("p")
    palette = notebook.page.get_by_role("dialog", name="Command palette")
    chosen = palette.get_by_role("option", selected=True)
    expect(chosen).to_be_visible()
    assert ground(chosen) != ground(palette.get_by_role("option", selected=False))
    notebook.press("Escape")
    expect(palette).to_be_hidden()
    notebook.press("Control+f")
    notebook.page.get_by_label("Find in all cells").fill("needle")
    found = notebook.cell(0).locator(".nb-found")
    expect(found).to_be_visible()
    assert ground(found) not in ("rgba(0, 0, 0, 0)", ground(notebook.page.locator("body")))


MOVING = """() => {
  const moving = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const { animationName, animationDuration } = getComputedStyle(element);
      const seconds = parseFloat(animationDuration);
      if (animationName !== "none") moving.push([element.className.toString(), seconds]);
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return moving;
}"""


def test_nothing_moves_for_who_asked_for_less_motion(notebook: NotebookPage) -> None:
    notebook.open("_ = input('Go on? ')")
    notebook.start(0)
    expect(notebook.page.get_by_label("Go on?")).to_be_visible()
    in_motion = [name for name, seconds in notebook.page.evaluate(MOVING) if seconds > 0.1]
    assert in_motion != []
    notebook.page.emulate_media(reduced_motion="reduce")
    assert [name for name, seconds in notebook.page.evaluate(MOVING) if seconds > 0.1] == []
