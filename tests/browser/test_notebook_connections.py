"""What a shared notebook may query: its owner chooses, and the relay holds everybody to it."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accounts import close_dialog, share_with_bob, sign_in
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


def open_panel(person: Person) -> None:
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


def test_an_owner_chooses_by_keyboard_and_queries_are_held_to_it(ada: Person) -> None:
    ada.open(CELL, environment="data")
    ada.button("Share…").click()
    sign_in(ada.page, "ada")
    expect(ada.page.get_by_role("heading", name="Links")).to_be_visible()
    close_dialog(ada)
    ada.is_saved()
    open_panel(ada)
    sent: list[str] = []
    ada.page.on("request", lambda request: sent.append(urlsplit(request.url).path))

    dialog = choice(ada)
    dialog.get_by_role("radio", name="What each person may use").focus()
    ada.press("ArrowDown", "Tab")
    expect(dialog.get_by_role("checkbox", name="demo")).to_be_focused()
    look(ada.page, "choice-owner")
    ada.press("Enter")
    expect(ada.page.get_by_text("This notebook may use none of your connections.")).to_be_visible()
    look(ada.page, "choice-none")

    ada.start(0)
    question = ada.page.get_by_role("alertdialog", name="Network permission")
    question.get_by_role("button", name="Always in this notebook").click()
    expect(ada.finished(0)).to_contain_text("This notebook may not use demo.")
    asked = [path for path in sent if path.endswith("/data/demo/query")]
    assert [path.split("/")[1] for path in asked] == ["rooms"]

    dialog = choice(ada)
    dialog.get_by_role("checkbox", name="demo").focus()
    ada.press("Space", "Enter")
    expect(ada.page.get_by_text("Its owners chose 1 connection")).to_be_visible()
    expect(ada.page.get_by_role("treeitem", name="demo")).to_be_visible()
    expect(ada.run(0)).to_contain_text("Amsterdam")


def test_who_is_no_owner_reads_the_choice_and_changes_nothing(ada: Person, bob: Person) -> None:
    share_with_bob(ada, bob, "editor", "x = 1")
    open_panel(bob)
    expect(bob.page.get_by_text("What each person may use")).to_be_visible()
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
