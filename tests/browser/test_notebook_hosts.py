"""What a shared notebook may reach on the web: its owner chooses, beside its databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.accounts import close_dialog, share_with_bob
from tests.browser.conftest import Relay
from tests.browser.sharing import Person, browser_profile
from tests.relay.net.gateway import toml
from tests.relay.net.upstream import Upstream, echo, running_upstream
from tests.support.accounts import add_accounts


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        upstream.answers["/echo"] = echo
        yield upstream


@pytest.fixture
def relay(tmp_path: Path, upstream: Upstream) -> Iterator[Relay]:
    """Where ada and bob have accounts, and everybody reaches two hosts."""
    documents = str(tmp_path / "documents.sqlite")
    add_accounts(documents, "ada", "bob")
    for_all = {"http": True, "users": ["*"], "description": "Orders of the shop"}
    hosts = {upstream.name: for_all, "other.example": for_all}
    (tmp_path / "gateway.toml").write_text(toml(hosts, allow_private=[upstream.name]))
    relay = Relay(
        environment={
            "WASM_RUNTIME_DOCUMENTS": documents,
            "WASM_RUNTIME_DATA_FOLDER": str(tmp_path / "data"),
            "WASM_RUNTIME_ACCESS": "accounts",
            "WASM_RUNTIME_GATEWAY": str(tmp_path / "gateway.toml"),
        }
    )
    yield relay
    relay.stop()


@pytest.fixture
def ada(browser: Browser, relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, relay)


@pytest.fixture
def bob(browser: Browser, relay: Relay) -> Iterator[Person]:
    with browser_profile(browser) as context:
        yield Person(context, relay)


def choice(person: Person) -> Locator:
    button = person.page.get_by_role("button", name="Connections of this notebook")
    button.focus()
    person.press("Enter")
    dialog = person.page.get_by_role("dialog", name="Connections of this notebook")
    hosts = dialog.get_by_role("group", name="Hosts, through the relay").first
    expect(hosts).to_be_visible()
    return hosts


def look(person: Person, name: str) -> None:
    """A picture for eyes, where the variable PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        person.page.screenshot(path=f"{folder}/{name}.png")


def test_an_owner_chooses_by_keyboard_what_the_others_reach(
    ada: Person, bob: Person, upstream: Upstream
) -> None:
    read = f"import requests\nprint(requests.get('{upstream.url}/echo', timeout=30).status_code)"
    share_with_bob(ada, bob, "editor", read)
    close_dialog(ada)
    ada.is_saved()
    for person in (ada, bob):
        person.button("Databases panel").click()

    hosts = choice(ada)
    expect(hosts.get_by_role("checkbox", name=upstream.name)).to_be_disabled()
    hosts.get_by_role("radio", name="Those that each person may ask").focus()
    ada.press("ArrowDown", "Tab")
    expect(hosts.get_by_role("checkbox").first).to_be_focused()
    hosts.get_by_role("checkbox", name="other.example").focus()
    ada.press("Space")
    look(ada, "hosts-light")
    ada.page.emulate_media(color_scheme="dark")
    look(ada, "hosts-dark")
    ada.press("Enter")
    expect(hosts).to_be_hidden()

    bob.start(0)
    bob.button("Always in this notebook").click()
    expect(bob.outputs(0)).to_contain_text(f"This notebook may not reach {upstream.name}.")
    assert upstream.received == []

    hosts = choice(ada)
    expect(hosts.get_by_role("checkbox", name="other.example")).to_be_checked()
    hosts.get_by_role("checkbox", name=upstream.name).check()
    ada.press("Enter")
    expect(hosts).to_be_hidden()
    bob.start(0)
    expect(bob.outputs(0)).to_contain_text("200")


def test_who_is_no_owner_reads_the_choice_and_changes_nothing(ada: Person, bob: Person) -> None:
    share_with_bob(ada, bob, "editor", "1")
    close_dialog(ada)
    ada.is_saved()
    bob.button("Databases panel").click()
    expect(choice(bob).get_by_role("radio").first).to_be_disabled()
