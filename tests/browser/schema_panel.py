"""The schema browser beside a notebook, for the tests that begin there."""

import os

from playwright.sync_api import Locator, Page


def item(page: Page, name: str) -> Locator:
    """A row of the tree by the name it shows."""
    return page.get_by_role("treeitem").filter(
        has=page.locator(".schema-label", has_text=name).and_(page.get_by_text(name, exact=True))
    )


def look(page: Page, name: str) -> None:
    """A picture for eyes, where the variable PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def look_everywhere(page: Page, name: str) -> None:
    """Pictures of both themes, wide and narrow."""
    if not os.environ.get("PICTURES"):
        return
    size = page.viewport_size
    assert size is not None
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 900})
            look(page, f"{name}-{scheme}-{width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
