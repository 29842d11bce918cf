"""A run is in the document: whoever asks for it, one kernel runs it and all see it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile

# Who left without a word is waited for 5 seconds, and everybody for 25 after one came oneself.
GONE_WITHIN_MS = 60_000


@pytest.fixture
def ada(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


@pytest.fixture
def bob(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


def test_a_run_is_seen_live_and_the_others_run_on_the_same_kernel(ada: Person, bob: Person) -> None:
    bob.join(ada.open("value = 41\nprint('set')", "value + 1", "answer = input('more? ')").share())
    expect(ada.run(0)).to_contain_text("set")
    expect(bob.finished(0)).to_contain_text("set")
    expect(bob.run(1)).to_contain_text("42")
    expect(ada.finished(1)).to_contain_text("42")
    ada.start(2)
    expect(bob.cell(2)).to_have_attribute("data-state", "running")
    ada.cell(2).locator(".cell-input input").fill("yes")
    ada.press("Enter")
    bob.finished(2)


def take_over(person: Person) -> None:
    """Have cells run in this person's page from now on."""
    person.page.locator(".kernel-pill").click()
    person.button("Run it here").click()
    expect(person.button("Run it here")).to_have_count(0)
    person.press("Escape")


def test_who_takes_over_runs_what_comes_next_and_it_can_be_given_back(
    ada: Person, bob: Person
) -> None:
    bob.join(ada.open("value = 41", "print('known:', 'value' in globals())").share())
    ada.run(0)
    expect(bob.page.locator(".kernel-pill")).to_have_attribute("aria-label", re.compile(": In "))
    take_over(bob)
    expect(ada.page.locator(".kernel-pill")).to_have_attribute("aria-label", re.compile(": In "))
    ada.start(1)
    for person in (ada, bob):
        person.printed(1, "known: False")
    take_over(ada)
    bob.start(1)
    for person in (ada, bob):
        person.printed(1, "known: True")


def test_a_host_that_is_reloaded_leaves_nothing_running(ada: Person, bob: Person) -> None:
    bob.join(ada.open("input('more? ')", "1").share())
    ada.start(0)
    ada.start(1)
    expect(bob.cell(0)).to_contain_text("Waits for an answer where it runs")
    expect(bob.cell(1)).to_have_attribute("data-state", "queued")
    ada.page.reload()
    for person in (ada, bob):
        expect(person.cell(0)).to_have_attribute("data-state", "lost", timeout=GONE_WITHIN_MS)
        expect(person.cell(0)).to_contain_text("its run is lost")
        expect(person.cell(1)).not_to_have_attribute("data-state", re.compile("queued|running"))
    bob.run(1)


def test_a_large_output_is_whole_in_a_web_page_that_another_browser_exports(
    ada: Person, bob: Person
) -> None:
    source = "from IPython.display import HTML\nHTML('<p>' + 'x' * 200_000 + 'the' + ' end</p>')"
    bob.join(ada.open(source).share())
    ada.run(0)
    bob.printed(0, "the end")
    with bob.page.expect_download() as download:
        bob.command("Download as web page (.html)")
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    assert "x" * 200_000 + "the end</p>" in exported
