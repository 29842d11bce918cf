"""Python reads what the browser may not: through the relay, from hosts that its operator allows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context
from tests.relay.net.gateway import toml
from tests.relay.net.upstream import Upstream, echo, running_upstream
from tests.support.canaries import canary

KEY = canary("team")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """Lets no page read it."""
    with running_upstream() as upstream:
        upstream.answers["/echo"] = echo
        yield upstream


@pytest.fixture(scope="module")
def scratch(
    browser: Browser, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scratch]:
    """At a relay that reaches `upstream`, and sends it a key."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    host = {"http": True, "methods": ["GET", "POST"], "headers": {"x-key": 'secret("TEAM")'}}
    (folder / "gateway.toml").write_text(toml({upstream.name: host}, allow_private=[upstream.name]))
    relay = Relay(
        environment={
            "WASM_RUNTIME_GATEWAY": str(folder / "gateway.toml"),
            "WASM_RUNTIME_SECRET_TEAM": KEY,
            "WASM_RUNTIME_DATA_FOLDER": str(folder / "data"),
            "WASM_RUNTIME_DOCUMENTS": str(folder / "documents.sqlite"),
        }
    )
    with open_context(browser) as context:
        page = context.new_page()
        page.route(
            "https://closed.example/**",
            lambda route: route.fulfill(
                body="never read",
                headers={"access-control-allow-origin": "https://another-page.example"},
            ),
        )
        yield Scratch(page, relay.url, "data")
    relay.stop()


def test_a_site_that_no_page_may_read_is_read_through_the_relay(
    scratch: Scratch, upstream: Upstream
) -> None:
    bar = scratch.page.get_by_role("alertdialog", name="Network permission")
    index = scratch.start(
        f"import requests\nURL = '{upstream.url}/echo'\n"
        "got = requests.post(URL, data='sent', headers={'X-Mine': 'kept'}, timeout=30)\n"
        "print(got.status_code, got.text.upper())"
    )
    expect(bar).to_contain_text(f"{upstream.name} through the relay")
    assert upstream.received == []
    bar.get_by_role("button", name="Always in this notebook").click()
    scratch.printed(index, "200 POST /ECHO")
    scratch.printed(index, "X-MINE: KEPT")
    scratch.printed(index, "SENT")
    # The operator's key went to the host, and what the host made of it came back masked.
    assert upstream.received[0].headers["x-key"] == KEY
    scratch.printed(index, "X-KEY: ***")


@pytest.mark.parametrize(
    "read",
    [
        "import urllib3; print(urllib3.request('GET', URL, timeout=30).data.decode().lower())",
        "import httpx; print(httpx.get(URL, timeout=30).text.lower())",
        "from pyodide.http import pyfetch; print((await (await pyfetch(URL)).string()).lower())",
    ],
    ids=["urllib3", "httpx", "pyfetch"],
)
def test_whatever_the_library(scratch: Scratch, upstream: Upstream, read: str) -> None:
    index = scratch.start(f"URL = '{upstream.url}/echo'\n{read}")
    scratch.printed(index, "get /echo")


def test_a_site_that_the_operator_did_not_allow_says_who_could(scratch: Scratch) -> None:
    index = scratch.start(
        "import requests\n"
        "try: requests.get('https://closed.example/', timeout=30)\n"
        "except requests.RequestException as error: print('refused:', error)"
    )
    scratch.page.get_by_role("button", name="Allow once").click()
    scratch.printed(index, "refused:")
    scratch.printed(index, "A relay whose operator allows closed.example can (setting gateway)")


def test_a_method_that_the_operator_did_not_allow_is_refused_in_the_relays_words(
    scratch: Scratch, upstream: Upstream
) -> None:
    index = scratch.start(
        f"import requests\n"
        f"try: requests.delete('{upstream.url}/echo', timeout=30)\n"
        "except requests.RequestException as error: print('refused:', error)"
    )
    scratch.printed(index, f"This relay sends {upstream.name} no DELETE, only GET, POST.")
