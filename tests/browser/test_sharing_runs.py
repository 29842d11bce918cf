"""A run is in the document: whoever asks for it, one kernel runs it and all see it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile


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
