"""Two browsers, one notebook, one relay: what one does the other sees."""

import getpass
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage
from tests.browser.sharing import Person, browser_profile


@pytest.fixture
def ada(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


@pytest.fixture
def bob(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


def test_a_notebook_is_private_until_it_is_shared(ada: Person, bob: Person) -> None:
    ada.open("x = 1")
    expect(ada.saved).to_have_text("Saved here")
    own = ada.page.evaluate("location.hash").removeprefix("#notebook=")
    bob.page.goto(f"{bob.base}?room={own}")
    expect(bob.page.get_by_role("alert")).to_contain_text("There is no shared notebook")
    bob.join(ada.share())
    bob.shows("x = 1")
    expect(bob.status).to_have_text("Saved on the server")


def test_two_people_type_in_the_same_cell(ada: Person, bob: Person) -> None:
    bob.join(ada.open("x = 1", "y = 2").share())
    ada.edit(0)
    bob.edit(0)
    for letter in "abcdef":
        ada.press(letter)
        bob.press(letter.upper())
    for person in (ada, bob):
        person.has_all_of(0, "x1abcdefABCDEF")
        person.is_saved()
    assert ada.sources_now() == bob.sources_now()


def test_a_cell_is_moved_while_the_other_edits_it(ada: Person, bob: Person) -> None:
    bob.join(ada.open("one", "two", "three").share())
    ada.edit(0)
    ada.page.keyboard.type(" and")
    bob.select(0)
    bob.press("Alt+ArrowDown", "Alt+ArrowDown")
    ada.page.keyboard.type(" more")
    for person in (ada, bob):
        person.shows("two", "three", "one and more")
    expect(ada.cell(2).locator(".cm-content")).to_be_focused()


def test_one_deletes_the_cell_that_the_other_edits(ada: Person, bob: Person) -> None:
    bob.join(ada.open("one", "two").share())
    ada.edit(0)
    bob.select(0)
    bob.press("d", "d")
    for person in (ada, bob):
        person.shows("two")
    ada.type(0, "!")
    bob.shows("two!")


def test_undo_takes_back_only_ones_own(ada: Person, bob: Person) -> None:
    bob.join(ada.open("x").share())
    ada.type(0, "A")
    bob.shows("xA")
    bob.type(0, "B")
    ada.shows("xAB")
    ada.press("Control+z")
    for person in (ada, bob):
        person.shows("xB")


def test_two_tabs_of_one_browser_and_another_browser_agree(ada: Person, bob: Person) -> None:
    address = ada.open("x").share()
    bob.join(address)
    tab = Person(ada.context, bob.relay).join(address)
    tab.type(0, "1")
    bob.type(0, "2")
    for person in (ada, bob, tab):
        person.has_all_of(0, "x12")
        person.is_saved()
    assert ada.sources_now() == bob.sources_now() == tab.sources_now()


def test_who_is_here_is_shown_and_leaves(ada: Person, bob: Person) -> None:
    address = ada.open("x").share()
    bob.join(address)
    other = ada.people
    expect(other).to_have_accessible_name(re.compile("^You, in another window, at cell 1"))
    bob.close_tab()
    expect(other).to_have_count(0)
    bob.new_tab(address)
    expect(other).to_be_visible()


def test_cursor_and_selection_of_the_other_are_drawn_in_the_cell(ada: Person, bob: Person) -> None:
    bob.join(ada.open("first", "second line").share())
    name = getpass.getuser()
    ada.edit(1)
    bob.edit(1)
    caret = ada.cell(1).locator(".cm-ySelectionCaret")
    expect(caret.locator(".cm-ySelectionInfo")).to_have_text(name)
    bob.press("Shift+Home")
    expect(ada.cell(1).locator(".cm-ySelection")).to_have_text("second line")
    expect(ada.cell(1).get_by_role("img", name=f"Here: {name}")).to_be_visible()
    bob.edit(0)
    expect(caret).to_have_count(0)
    expect(ada.cell(0).get_by_role("img", name=f"Here: {name}")).to_be_visible()


def test_following_somebody_goes_where_they_are_until_one_does_something(
    ada: Person, bob: Person
) -> None:
    bob.join(ada.open(*[f"line = {number}\n" * 8 for number in range(12)]).share())
    mark = ada.people
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "true")
    bob.select(11)
    expect(ada.cell(11)).to_be_in_viewport()
    ada.press("ArrowDown")
    expect(mark).to_have_attribute("aria-pressed", "false")


def test_who_edited_a_cell_last_is_told(ada: Person, bob: Person) -> None:
    bob.join(ada.open("x").share())
    bob.type(0, "1")
    ada.shows("x1")
    mark = ada.cell(0).locator(".comment-mark")
    expect(mark).to_have_accessible_name("Comment on cell 1. Last edited by you")


def test_a_thread_of_comments_is_begun_answered_and_resolved(ada: Person, bob: Person) -> None:
    bob.join(ada.open("x", "y").share())
    ada.cell(1).hover()
    ada.cell(1).locator(".comment-mark").click()
    field = ada.page.get_by_role("textbox", name="Comment on cell 2")
    expect(field).to_be_focused()
    ada.page.keyboard.type("Why y?")
    ada.press("Control+Enter")
    bob.button("Comments: 1 open").click()
    thread = bob.page.get_by_role("article", name="Comments on cell 2")
    expect(thread).to_contain_text("Why y?")
    thread.get_by_role("textbox", name="Reply").fill("Because.")
    thread.get_by_role("button", name="Reply").click()
    expect(ada.page.get_by_role("article", name="Comments on cell 2")).to_contain_text("Because.")
    thread.get_by_role("button", name="Resolve").click()
    expect(ada.page.get_by_text("No open comments.")).to_be_visible()
    ada.page.get_by_label("Show resolved (1)").check()
    expect(ada.page.get_by_role("article", name="Comments on cell 2")).to_contain_text("Resolved")


def test_a_static_page_says_that_there_is_no_relay(notebook: NotebookPage) -> None:
    """What a host without a relay answers: no capabilities."""
    notebook.page.route(
        "**/environments.json",
        lambda route: route.fulfill(json={"environments": []}),
    )
    notebook.open("x")
    expect(notebook.button("Share…")).to_have_count(0)
    notebook.command("Share…")
    expect(notebook.notices).to_contain_text("There is no relay to share by")
