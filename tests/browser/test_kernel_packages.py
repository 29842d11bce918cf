"""Packages that are not in the environment: from the relay's index into the running kernel."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Relay
from tests.browser.notebook_page import NotebookPage, notebook_of
from tests.browser.scratch_notebook import Scratch, open_context


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser) as context:
        yield Scratch(context.new_page(), relay.url, "data")


def test_pip_installs_a_pure_package_from_the_relays_index(scratch: Scratch) -> None:
    expect(scratch.run("%pip install cowsay")).to_contain_text("Installed cowsay")
    expect(
        scratch.run("import cowsay; print(cowsay.get_output_string('cow', 'moo'))")
    ).to_contain_text("moo")


def test_pip_says_which_package_it_does_not_find(scratch: Scratch) -> None:
    output = scratch.run("%pip install no-such-package-anywhere")
    expect(output).to_contain_text("no-such-package-anywhere was not installed")


def test_a_missing_import_is_installed_and_said(scratch: Scratch) -> None:
    output = scratch.run("import humanize\nhumanize.intcomma(1234567)")
    expect(output).to_contain_text("1,234,567")
    expect(scratch.page.get_by_text(re.compile("humanize")).first).to_be_visible()


def test_a_missing_import_with_compiled_code_is_installed(scratch: Scratch) -> None:
    output = scratch.run("import scipy.special\nscipy.special.comb(5, 2)")
    expect(output).to_contain_text("10.0")


def test_plotly_shows_a_figure(scratch: Scratch) -> None:
    output = scratch.run("import plotly.graph_objects as go\ngo.Figure(data=[go.Bar(y=[2, 1, 3])])")
    expect(output.locator("iframe")).to_be_visible()
    expect(output).not_to_contain_text("Figure(")


def test_a_widget_moves_python_and_python_moves_it(scratch: Scratch) -> None:
    output = scratch.run(
        "import ipywidgets\nslider = ipywidgets.IntSlider(description='Amount', value=3)\nslider"
    )
    output.get_by_role("slider").focus()
    scratch.page.keyboard.press("ArrowRight")
    expect(output).to_contain_text("4")
    expect(scratch.run("slider.value")).to_contain_text("4")
    scratch.run("slider.value = 9")
    expect(output).to_contain_text("9")


def test_pinned_packages_are_installed_from_the_relays_index_when_the_kernel_starts(
    notebook: NotebookPage, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(notebook.base)))
    metadata = {"environment": "core", "packages": ["cowsay==6.1"]}
    source = "import importlib.metadata as m\nm.version('cowsay')"
    notebook.open_text(notebook_of(source, wasm_runtime=metadata))
    expect(notebook.run(0)).to_contain_text("6.1")
    assert "index/simple/cowsay/" in asked
    # Asked for by the notebook, not by a cell: nothing about it is in the output.
    expect(notebook.outputs(0)).not_to_contain_text("Installed")


def test_a_pinned_package_that_cannot_be_installed_is_told(notebook: NotebookPage) -> None:
    metadata = {"environment": "core", "packages": ["no-such-package-anywhere==1"]}
    notebook.open_text(notebook_of("6 * 7", wasm_runtime=metadata))
    expect(notebook.run(0)).to_contain_text("42")
    expect(notebook.notices).to_contain_text("no-such-package-anywhere")
    expect(notebook.notices).to_contain_text("Change them in the menu, Packages.")
