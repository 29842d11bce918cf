"""Two people with accounts in one notebook: what each may do, and how soon a change is seen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accounts import SEEN_WITHIN_MS, close_dialog, share_with_bob
from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile

WAITS = re.compile("wait")
READS_ONLY = "You may read this notebook, not change or run it."


@pytest.fixture
def ada(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


@pytest.fixture
def bob(browser: Browser, accounts_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, accounts_relay)


def test_a_viewers_page_shows_that_it_is_read_only(ada: Person, bob: Person) -> None:
    share_with_bob(ada, bob, "viewer", "x = 1")
    expect(bob.page.locator(".role-chip")).to_have_text("Read only")
    expect(bob.edit(0)).to_have_attribute("aria-readonly", "true")
    expect(bob.page.get_by_role("toolbar", name="Cell tools")).to_have_count(0)
    bob.press("Escape", "b")
    expect(bob.notices).to_contain_text(READS_ONLY)
    bob.start(0)
    expect(bob.notices).to_contain_text("You may read this notebook, not run it.")
    expect(bob.notices).not_to_contain_text("Something went wrong")
    expect(bob.cell(0)).to_have_attribute("data-state", "idle")
    bob.shows("x = 1")


def test_a_page_follows_the_role_that_its_person_is_given(ada: Person, bob: Person) -> None:
    share_with_bob(ada, bob, "viewer", "x = 1")
    chip = bob.page.locator(".role-chip")
    for role, words in {"runner": "Read and run", "viewer": "Read only"}.items():
        ada.page.get_by_label("Role of bob").select_option(role)
        expect(chip).to_have_text(words, timeout=SEEN_WITHIN_MS)
    ada.page.get_by_label("Role of bob").select_option("editor")
    expect(chip).to_have_count(0, timeout=SEEN_WITHIN_MS)
    close_dialog(ada)
    bob.type(0, "0")
    ada.shows("x = 10")


def test_who_is_removed_is_told_at_once_and_changes_nothing_more(ada: Person, bob: Person) -> None:
    share_with_bob(ada, bob, "editor", "x = 1")
    bob.type(0, "0")
    ada.shows("x = 10")
    ada.button("Remove bob").click()
    expect(bob.notices).to_contain_text(
        "You may not open or change this notebook on the server.", timeout=SEEN_WITHIN_MS
    )
    bob.type(0, "0")
    bob.shows("x = 100")
    expect(bob.status).to_have_text(WAITS)
    close_dialog(ada)
    ada.type(0, "#")
    ada.is_saved()
    ada.shows("x = 10#")


def test_a_runner_has_cells_run_where_somebody_who_may_edit_runs_them(
    ada: Person, bob: Person
) -> None:
    share_with_bob(ada, bob, "runner", "who = 'ada'", "print('in the kernel of ' + who)")
    close_dialog(ada)
    bob.start(1)
    expect(bob.notices).to_contain_text("Nobody who may edit this notebook runs it now.")
    ada.run(0)
    bob.start(1)
    bob.printed(1, "in the kernel of ada")
    ada.printed(1, "in the kernel of ada")


def test_an_owner_deletes_for_everybody_and_who_has_a_copy_may_keep_it_as_their_own(
    ada: Person, bob: Person
) -> None:
    share_with_bob(ada, bob, "editor", "x = 1")
    ada.button("Delete for everybody…").click()
    ada.button("Delete").click()
    for person in (ada, bob):
        expect(person.notices).to_contain_text("This notebook was deleted on the server")
    bob.button("Keep it as my own").click()
    expect(bob.page.get_by_label("Title of the notebook")).to_have_value("test (copy)")
    bob.shows("x = 1")
    expect(bob.saved).to_have_text("Saved here")
    bob.button("All notebooks").click()
    expect(bob.page.locator(".notebook-link")).to_have_count(1)
