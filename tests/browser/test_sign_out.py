"""Signing out on the page: what is only here stays, and what is safe elsewhere may go."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accounts import SEEN_WITHIN_MS, ask_to_sign_out, close_dialog, share, sign_in
from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile

REMOVE = "Remove this notebook from this browser"


@pytest.fixture
def ada(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


@pytest.fixture
def laptop(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    """Another machine, where ada signs in too."""
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


def test_who_signs_out_is_told_so_and_what_they_write_waits_until_they_are_back(
    ada: Person,
) -> None:
    share(ada, "x = 1")
    close_dialog(ada)
    ask_to_sign_out(ada)
    ada.button("Sign out").click()
    expect(ada.notices).to_contain_text("You are signed out.")
    expect(ada.status).to_have_text("Not connected")
    ada.type(0, "0")
    expect(ada.status).to_have_text(re.compile("wait"))
    ada.page.locator("sharing-bar").get_by_role("button", name="Sign in").click()
    sign_in(ada.page, "ada")
    ada.is_saved()
    ada.shows("x = 10")


def test_a_notebook_can_be_removed_from_the_browser_that_is_left(ada: Person) -> None:
    address = share(ada, "x = 1")
    close_dialog(ada)
    ada.is_saved()
    ask_to_sign_out(ada)
    ada.page.get_by_label(REMOVE).check()
    ada.button("Sign out").click()
    expect(ada.notices).to_contain_text("is not in this browser any more")
    expect(ada.page.get_by_role("heading", name="Notebooks")).to_be_visible()
    expect(ada.page.locator("home-view")).not_to_contain_text("test")
    ada.page.goto(address)
    sign_in(ada.page, "ada")
    ada.shows("x = 1")


def test_what_the_server_does_not_have_cannot_be_removed(ada: Person) -> None:
    share(ada, "x = 1")
    close_dialog(ada)
    ada.is_saved()
    ada.go_offline()
    ada.type(0, "0")
    ask_to_sign_out(ada)
    expect(ada.page.get_by_label(REMOVE)).to_be_disabled()
    expect(ada.page.get_by_role("dialog", name="Sign out")).to_contain_text(
        "not on the server yet, so it stays here."
    )
    ada.button("Sign out").click()
    expect(ada.notices).to_contain_text("You are still signed in.")


def test_signing_out_everywhere_ends_the_other_machines_sessions(
    ada: Person, laptop: Person
) -> None:
    address = share(ada, "x = 1")
    close_dialog(ada)
    laptop.page.goto(address)
    sign_in(laptop.page, "ada")
    laptop.is_saved()
    ask_to_sign_out(laptop)
    laptop.page.get_by_label("Sign out everywhere").check()
    laptop.button("Sign out").click()
    expect(laptop.notices).to_contain_text("You are signed out.")
    expect(ada.notices).to_contain_text(
        "The server does not know who you are, or not any more.", timeout=SEEN_WITHIN_MS
    )
    expect(ada.page.locator("sharing-bar").get_by_role("button", name="Sign in")).to_be_visible()
