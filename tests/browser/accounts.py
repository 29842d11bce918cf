"""People with accounts at one relay: signing in and out, sharing, links and roles on the page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.sharing import Person
from tests.support.accounts import PASSWORD

# What docs/access.md promises: what is given or taken is seen within five seconds.
SEEN_WITHIN_MS = 5_000


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Sign in").click()


def share(owner: Person, *cells: str) -> str:
    """Open a notebook, sign in as ada and share it; its address. The dialog stays open."""
    owner.open(*cells)
    owner.button("Share…").click()
    sign_in(owner.page, "ada")
    expect(owner.page.get_by_role("heading", name="Links")).to_be_visible()
    return owner.page.get_by_label("Address").input_value()


def share_with_bob(owner: Person, bob: Person, role: str, *cells: str) -> str:
    """Share, give bob this role, and let him come in; the owner's dialog stays open."""
    address = share(owner, *cells)
    owner.page.get_by_label("Name of a person").fill("bob")
    owner.page.get_by_role("dialog").get_by_label("Role", exact=True).select_option(role)
    owner.button("Add").click()
    expect(owner.page.get_by_label("Role of bob")).to_have_value(role)
    bob.page.goto(address)
    sign_in(bob.page, "bob")
    bob.is_saved()
    return address


def close_dialog(person: Person) -> None:
    person.page.get_by_role("dialog").get_by_text("Close", exact=True).click()


def make_link(owner: Person, role: str) -> str:
    owner.page.get_by_label("What the link allows").select_option(role)
    owner.page.get_by_role("button", name="Make a link").click()
    return owner.page.get_by_label("The new link").input_value()


def come_in(guest: Person, link: str, name: str) -> None:
    guest.page.goto(link)
    guest.page.get_by_role("dialog", name="Your name").get_by_role("textbox").fill(name)
    guest.button("Open the notebook").click()
    guest.is_saved()


def ask_to_sign_out(person: Person) -> None:
    """Open the dialog that asks what shall happen here."""
    person.page.get_by_role("button", name=re.compile("^Your account")).click()
    person.button("Sign out…").click()
