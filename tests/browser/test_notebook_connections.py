"""What a shared notebook may query: its owner chooses, and the relay holds everybody to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accounts import close_dialog, share_with_bob
from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile
from tests.support.accounts import add_accounts

CELL = "%%sql demo\nselect name from cities order by 1"


@pytest.fixture
def accounts_relay(tmp_path: Path) -> Iterator[Relay]:
    """A relay where ada and bob have accounts, with databases and an audit log of its own."""
    documents = str(tmp_path / "documents.sqlite")
    add_accounts(documents, "ada", "bob")
    own = {"WASM_RUNTIME_DATA_FOLDER": str(tmp_path / "data"), "WASM_RUNTIME_ACCESS": "accounts"}
    relay = Relay(environment={"WASM_RUNTIME_DOCUMENTS": documents, **own})
    yield relay
    relay.stop()


@pytest.fixture
def ada(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


@pytest.fixture
def bob(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


def shared(ada: Person, bob: Person) -> None:
    """A notebook of ada's in which bob edits; both have the Databases panel open."""
    share_with_bob(ada, bob, "editor", CELL)
    close_dialog(ada)
    ada.is_saved()
    for person in (ada, bob):
        person.button("Databases panel").click()
        expect(person.page.get_by_role("treeitem").first).to_be_visible()


def choice(person: Person) -> Locator:
    """The dialog, opened by its button's name and the keyboard."""
    button = person.page.get_by_role("button", name="Connections of this notebook")
    button.focus()
    person.press("Enter")
    dialog = person.page.get_by_role("dialog", name="Connections of this notebook")
    expect(dialog.get_by_role("radio").first).to_be_visible()
    return dialog


def look(page: Page, name: str) -> None:
    """A picture for eyes, where the variable PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_an_owner_chooses_by_keyboard_and_the_others_queries_are_held_to_it(
    ada: Person, bob: Person
) -> None:
    shared(ada, bob)
    expect(ada.page.get_by_text("Each person uses what they may")).to_be_visible()
    sent: list[str] = []
    bob.page.on("request", lambda request: sent.append(request.url))

    dialog = choice(ada)
    dialog.get_by_role("radio", name="What each person may use").focus()
    ada.press("ArrowDown", "Tab")
    expect(dialog.get_by_role("checkbox", name="demo")).to_be_focused()
    look(ada.page, "choice-owner")
    ada.press("Enter")
    expect(ada.page.get_by_text("This notebook may use none of your connections.")).to_be_visible()
    look(ada.page, "choice-none")

    bob.start(0)
    bob.page.get_by_role("alertdialog").get_by_role("button", name="Allow once").click()
    refused = bob.outputs(0).filter(has_text="This notebook may not use demo.")
    expect(refused).to_be_visible()
    assert [url for url in sent if "/rooms/" in url and url.endswith("/data/demo/query")]

    dialog = choice(ada)
    dialog.get_by_role("checkbox", name="demo").focus()
    ada.press("Space", "Enter")
    expect(ada.page.get_by_text("Its owners chose 1 connection")).to_be_visible()
    expect(ada.page.get_by_role("treeitem", name="demo")).to_be_visible()


def test_who_is_no_owner_reads_the_choice_and_changes_nothing(ada: Person, bob: Person) -> None:
    shared(ada, bob)
    dialog = choice(bob)
    expect(dialog.get_by_text("An owner of the notebook can change this.")).to_be_visible()
    expect(dialog.get_by_role("radio", name="What each person may use")).to_be_disabled()
    expect(dialog.get_by_role("button", name="Save")).to_have_count(0)
    bob.page.emulate_media(color_scheme="dark")
    look(bob.page, "choice-others")


def test_a_notebook_of_ones_own_has_nothing_to_choose(ada: Person) -> None:
    ada.open("x = 1")
    ada.button("Databases panel").click()
    expect(ada.page.get_by_role("complementary", name="Databases")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Connections of this notebook")).to_have_count(0)
