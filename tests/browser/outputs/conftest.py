"""Outputs on a page of their own, without kernel or relay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.output_pages import OutputPages, build_output_page
from tests.browser.outputs.harness import open_page


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("outputs")
    build_output_page(folder)
    return folder


@pytest.fixture
def outputs(built: Path, page: Page) -> Iterator[Page]:
    """The page with its policy, as the relay sends it."""
    server = OutputPages(built)
    open_page(page, server)
    yield page
    server.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[OutputPages]:
    """A foreign host that remembers who called."""
    server = OutputPages(tmp_path)
    yield server
    server.close()
