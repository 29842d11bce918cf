"""Without a connection, without a relay, or with a killed one: nothing written is lost."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile, room_of
from tests.browser.stock_notebook import put_notebook
from wasm_runtime.runtimes.hosts import find_node

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ada(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


@pytest.fixture
def bob(browser: Browser, room_relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, room_relay)


def test_both_edit_while_one_is_offline_and_come_together(ada: Person, bob: Person) -> None:
    bob.join(ada.open("x", "y").share())
    ada.go_offline()
    ada.type(0, "A")
    expect(ada.status).to_have_text(re.compile("waits|waiting"))
    ada.edit(1)
    bob.type(0, "B")
    bob.select(1)
    bob.press("b")
    bob.is_saved()
    ada.go_online()
    ada.is_saved()
    for person in (ada, bob):
        person.has_all_of(0, "xAB")
        expect(person.cells).to_have_count(3)
    assert ada.sources_now() == bob.sources_now()


def test_the_words_count_what_waits_and_a_reader_hears_that_it_does(ada: Person) -> None:
    ada.open("x").share()
    spoken = ada.page.locator("#room-status")
    expect(spoken).to_have_text("Saved on the server")
    ada.go_offline()
    expect(ada.status).to_have_text("Offline")
    ada.edit(0)
    ada.press("1")
    expect(spoken).to_have_text("Not connected. Changes are waiting.")
    ada.press("2")
    expect(ada.status).to_have_text(re.compile(r"^\s*\d changes waiting\s*$"))
    ada.go_online()
    ada.is_saved()
    expect(spoken).to_have_text("Saved on the server")


def test_edits_of_a_tab_closed_offline_are_sent_when_it_is_opened_again(
    ada: Person, bob: Person
) -> None:
    address = ada.open("x").share()
    expect(ada.page.locator("[data-offline=ready]").first).to_be_attached()
    bob.join(address)
    ada.go_offline()
    ada.type(0, "1")
    waiting = ada.status.inner_text()
    assert "wait" in waiting
    ada.kept_here()
    ada.close_tab()
    ada.new_tab(address)
    ada.shows("x1")
    expect(ada.status).to_have_text(waiting)
    bob.shows("x")
    ada.go_online()
    bob.shows("x1")
    ada.is_saved()


def test_a_relay_killed_while_both_type_loses_nothing(
    ada: Person, bob: Person, room_relay: Relay
) -> None:
    bob.join(ada.open("x").share())
    ada.edit(0)
    bob.edit(0)
    ada.page.keyboard.type("abc")
    room_relay.kill()
    ada.page.keyboard.type("def")
    bob.page.keyboard.type("uvw")
    expect(ada.status).to_have_text(re.compile("waiting"))
    room_relay.start()
    ada.page.keyboard.type("ghi")
    for person in (ada, bob):
        person.has_all_of(0, "xabcdefghiuvw")
        person.is_saved()
    assert ada.sources_now() == bob.sources_now()


def test_what_is_shown_as_saved_survives_kill_9_at_once(
    ada: Person, bob: Person, room_relay: Relay
) -> None:
    address = ada.open("x").share()
    ada.edit(0)
    for letter in "abcdefgh":
        ada.press(letter)
    ada.is_saved()
    room_relay.kill()
    ada.context.close()
    room_relay.start()
    bob.join(address)
    bob.shows("xabcdefgh")


def test_another_document_at_the_address_becomes_a_visible_fork(
    ada: Person, room_relay: Relay, tmp_path: Path
) -> None:
    address = ada.open("x").share()
    ada.go_offline()
    ada.type(0, " is mine")
    room_relay.kill()
    for file in tmp_path.glob("documents.sqlite*"):
        file.unlink()
    room_relay.start()
    put_notebook(room_relay, room_of(address), "theirs")
    ada.go_online()
    expect(ada.notices).to_contain_text("The server has another notebook at this address")
    ada.shows("theirs")
    ada.button("Open my copy").click()
    ada.shows("x is mine")
    ada.button("All notebooks").click()
    expect(ada.page.locator(".notebook-link")).to_have_count(2)


def test_a_notebook_that_a_stock_client_made_is_joined_and_no_fork(
    ada: Person, room_relay: Relay
) -> None:
    put_notebook(room_relay, "made-elsewhere", "x = 1")
    ada.join(f"{room_relay.url}?room=made-elsewhere")
    ada.shows("x = 1")
    ada.type(0, "2")
    ada.is_saved()
    expect(ada.notices).not_to_contain_text("copy")


def test_a_stock_client_edits_together_with_the_page(ada: Person, room_relay: Relay) -> None:
    address = ada.open("x").share()
    node = find_node()
    assert node, "Node is missing; `make build` installs it."
    script = Path(__file__).with_name("stock-editor.mjs")
    rooms = f"ws://127.0.0.1:{room_relay.port}/rooms"
    command = [node, script, ROOT / "static" / "package.json", rooms, room_of(address)]
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as stock:
        assert stock.stdin is not None
        assert stock.stdout is not None
        assert stock.stdout.readline() == '"x"\n'
        stock.stdin.write(" = 1\n")
        stock.stdin.flush()
        ada.shows("x = 1")
        ada.type(0, "23")
        assert any(line == '"x = 123"\n' for line in stock.stdout)
        stock.stdin.close()
