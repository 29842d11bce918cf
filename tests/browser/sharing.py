"""Two people at one notebook: each a browser of their own, at one relay."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, Relay
from tests.browser.notebook_page import NotebookPage

SERVER = '.save-state[data-state="server"]'


class Person(NotebookPage):
    """A browser profile with one page in it."""

    def __init__(self, context: BrowserContext, relay: Relay) -> None:
        super().__init__(_page_in(context), relay.url)
        self.context = context
        self.relay = relay

    def share(self) -> str:
        """Share the open notebook; its address."""
        self.button("Share…").click()
        address = self.page.get_by_label("Address").input_value()
        self.page.get_by_role("dialog").get_by_text("Close", exact=True).click()
        self.is_saved()
        return address

    def join(self, address: str) -> "Person":
        """Open a shared notebook's address, and wait until it is whole."""
        self.page.goto(address)
        self.is_saved()
        return self

    def is_saved(self) -> None:
        """Wait until everything is on the server's disk."""
        expect(self.page.locator(SERVER)).to_be_visible()

    def kept_here(self) -> None:
        """Wait until this browser has stored everything."""
        self.page.wait_for_function(
            "() => document.querySelector('notebook-page').controller.session.saveState === 'saved'"
        )

    def go_offline(self) -> None:
        self.context.set_offline(True)
        expect(self.status).to_have_attribute("data-state", re.compile("offline|waiting"))

    def go_online(self) -> None:
        self.context.set_offline(False)

    @property
    def status(self) -> Locator:
        return self.page.locator(".save-state")

    @property
    def people(self) -> Locator:
        return self.page.get_by_role("group", name="People in this notebook").get_by_role("button")

    def shows(self, *sources: str) -> None:
        """Wait until the cells hold these sources, whether they are being edited or not."""
        self.page.wait_for_function(
            """expected => {
                const root = document.querySelector("notebook-view")?.shadowRoot;
                const cells = [...(root?.querySelectorAll("notebook-cell") ?? [])];
                const shown = cells.map(({ cell }) => cell?.source);
                return JSON.stringify(shown) === JSON.stringify(expected);
            }""",
            arg=list(sources),
            timeout=PATIENCE_MS,
        )

    def has_all_of(self, index: int, letters: str) -> None:
        """Wait until a cell's source consists of these letters, in any order."""
        self.page.wait_for_function(
            """([index, letters]) => {
                const root = document.querySelector("notebook-view").shadowRoot;
                const source = root.querySelectorAll("notebook-cell")[index]?.cell?.source ?? "";
                return [...source].filter((each) => /\\w/.test(each)).sort().join("") === letters;
            }""",
            arg=[index, "".join(sorted(letters))],
            timeout=PATIENCE_MS,
        )

    def sources_now(self) -> list[str]:
        sources: list[str] = self.page.evaluate(
            """() => [...document.querySelector("notebook-view").shadowRoot
                .querySelectorAll("notebook-cell")].map(({ cell }) => cell.source)"""
        )
        return sources

    def type(self, index: int, text: str) -> None:
        """Type at the end of a cell, key by key."""
        self.edit(index)
        self.page.keyboard.type(text)

    def close_tab(self) -> None:
        self.page.close()

    def new_tab(self, address: str) -> "Person":
        """Another page of the same browser, at this address."""
        self.page = _page_in(self.context)
        self.page.goto(address)
        expect(self.cells.first).to_be_visible()
        return self


def room_of(address: str) -> str:
    return urlsplit(address).query.removeprefix("room=")


@contextmanager
def browser_profile(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context
    context.close()


def _page_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"page error: {error}"))
    page.on("console", lambda message: print(f"console.{message.type}: {message.text}"))
    return page
