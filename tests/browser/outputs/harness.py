"""What a test does with the page of outputs."""

from playwright.sync_api import Frame, Page

from tests.browser.output_pages import OutputPages

PATIENCE_MS = 20_000


def open_page(page: Page, server: OutputPages) -> None:
    page.goto(server.url)
    wait(page, "globalThis.harness")


def wait(page: Page, condition: str) -> None:
    """As `wait_for_function`, which the page's policy does not let evaluate text."""
    page.evaluate(
        f"""async () => {{
          for (const end = Date.now() + {PATIENCE_MS}; !({condition}); ) {{
            if (Date.now() > end) throw new Error("waited in vain");
            await new Promise((next) => setTimeout(next, 20));
          }}
        }}"""
    )


def display(page: Page, mime: str, value: object, **context: object) -> None:
    page.evaluate(
        "([mime, value, context]) => void harness.display(mime, value, context)",
        [mime, value, context],
    )


def output_frame(page: Page) -> Frame:
    page.locator(".nb-frame[data-state=shown] iframe").last.wait_for()
    return page.frames[-1]
