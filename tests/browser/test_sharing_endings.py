"""The relay ends a room's connection for good: the page says why, and offers the way on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile

# An older page: it offers a version of the wire that the relay does not speak, until it is renewed.
OTHER_VERSION = """
    if (!sessionStorage.getItem("is-renewed")) {
        const Real = WebSocket;
        window.WebSocket = class extends Real {
            constructor(address) { super(address, "wasm-runtime.sync.v0"); }
        };
    }
"""


@pytest.fixture
def ada(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


@pytest.fixture
def bob(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


def test_a_damaged_document_goes_on_from_its_last_good_state_and_gets_back_what_a_page_has(
    ada: Person, bob: Person, room_relay: Relay, tmp_path: Path
) -> None:
    address = ada.open("x = 1").share()
    ada.type(0, "0")
    ada.is_saved()
    room_relay.kill()
    with closing(sqlite3.connect(tmp_path / "documents.sqlite")) as database, database:
        newest = "(SELECT max(sequence) FROM records)"
        database.execute(f"UPDATE records SET content = x'00' WHERE sequence = {newest}")
    room_relay.start()
    expect(ada.notices).to_contain_text("What the server has stored of this notebook is damaged.")
    expect(ada.status).to_have_text("Not connected")
    ada.button("Go on from the last good state").click()
    ada.is_saved()
    bob.join(address)
    bob.shows("x = 10")


def test_a_page_of_another_version_is_told_to_reload_and_keeps_what_was_written(
    ada: Person,
) -> None:
    ada.page.add_init_script(OTHER_VERSION)
    ada.open("x = 1")
    ada.button("Share…").click()
    ada.page.get_by_role("dialog").get_by_text("Close", exact=True).click()
    expect(ada.notices).to_contain_text("The server speaks another version than this page.")
    ada.type(0, "0")
    ada.kept_here()
    ada.page.evaluate("sessionStorage.setItem('is-renewed', 'yes')")
    ada.button("Reload").click()
    ada.is_saved()
    ada.shows("x = 10")
