"""Who may what, as people see it: signing in, links, a page that is read-only, and their end."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accounts import SEEN_WITHIN_MS, close_dialog, come_in, make_link, share, sign_in
from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile


@pytest.fixture
def ada(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


@pytest.fixture
def bob(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


def test_a_viewers_link_shows_and_does_not_let_edit_until_it_is_revoked(
    ada: Person, bob: Person
) -> None:
    share(ada, "x = 1")
    link = make_link(ada, "viewer")
    assert "#share=" in link
    come_in(bob, link, "Eve")
    assert "share=" not in bob.page.url
    bob.shows("x = 1")
    expect(bob.page.locator(".role-chip")).to_have_text("Read only")
    bob.type(0, "forged")
    bob.select(0)
    bob.press("b")
    expect(
        bob.page.get_by_text("You may read this notebook, not change or run it.")
    ).to_be_visible()
    bob.shows("x = 1")
    ada.button("Revoke").click()
    gone = bob.page.get_by_text("You may not open or change this notebook on the server.")
    expect(gone).to_be_visible(timeout=SEEN_WITHIN_MS)
    close_dialog(ada)
    ada.type(0, "0")
    ada.is_saved()
    bob.shows("x = 1")


def test_an_editors_link_lets_edit_and_the_guest_is_seen_by_name(ada: Person, bob: Person) -> None:
    share(ada, "x = 1")
    come_in(bob, make_link(ada, "editor"), "Eve")
    bob.type(0, "0")
    ada.shows("x = 10")
    close_dialog(ada)
    expect(ada.people).to_have_attribute("aria-label", re.compile("^Eve, "))


def test_somebody_with_an_account_gets_a_role_and_signs_in(ada: Person, bob: Person) -> None:
    address = share(ada, "x = 1")
    ada.page.get_by_label("Name of a person").fill("bob")
    ada.page.get_by_role("dialog").get_by_label("Role", exact=True).select_option("runner")
    ada.button("Add").click()
    expect(ada.page.get_by_label("Role of bob")).to_have_value("runner")
    bob.page.goto(address)
    sign_in(bob.page, "bob", "a wrong password")
    expect(bob.page.get_by_text("The name or the password is wrong.")).to_be_visible()
    sign_in(bob.page, "bob")
    bob.is_saved()
    expect(bob.page.locator(".role-chip")).to_have_text("Read and run")
    ada.page.get_by_label("Role of bob").select_option("editor")
    expect(bob.page.locator(".role-chip")).to_have_count(0)
    bob.type(0, "0")
    ada.shows("x = 10")


def test_a_stranger_is_told_that_there_is_nothing(ada: Person, bob: Person) -> None:
    address = share(ada, "x = 1")
    bob.page.goto(address)
    sign_in(bob.page, "bob")
    expect(bob.page.get_by_role("alert")).to_contain_text("There is no shared notebook")


def test_alone_at_this_machine_the_dialog_says_how_to_invite_others(
    browser: Browser, room_relay: Relay
) -> None:
    with browser_profile(browser) as context:
        me = Person(context, room_relay)
        me.open("x = 1")
        me.button("Share…").click()
        expect(me.page.get_by_role("dialog")).to_contain_text(
            "Only you, at this machine, can open it. To invite others, start the server with "
            'access = "accounts" and add people with wasm-runtime users add.'
        )
