"""HTTP from Python: through the page, once the person has allowed the host."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context

CITIES = "https://data.example/cities.csv"


def serve_cities(page: Page) -> None:
    page.route(
        "https://data.example/**",
        lambda route: route.fulfill(
            body="city,people\nBern,134794\n",
            content_type="text/csv",
            headers={"access-control-allow-origin": "*"},
        ),
    )


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    """A notebook that may reach data.example."""
    with open_context(browser) as context:
        page = context.new_page()
        serve_cities(page)
        scratch = Scratch(page, relay.url, "data")
        index = scratch.start(
            f"URL = '{CITIES}'\nimport urllib.request; urllib.request.urlopen(URL).status"
        )
        page.get_by_role("button", name="Always in this notebook").click()
        expect(scratch.finished(index)).to_contain_text("200")
        yield scratch


@pytest.mark.parametrize(
    "read",
    [
        "import requests; print(requests.get(URL, timeout=5).text)",
        "import urllib.request; print(urllib.request.urlopen(URL, timeout=5).read().decode())",
        "import urllib3; print(urllib3.request('GET', URL, timeout=5).data.decode())",
        "import httpx; print(httpx.get(URL, timeout=5).text)",
        "import httpx\nasync with httpx.AsyncClient() as c: print((await c.get(URL)).text)",
        "from pyodide.http import pyfetch; print(await (await pyfetch(URL)).string())",
        "import pandas as pd; print(pd.read_csv(URL).columns.tolist())",
    ],
    ids=["requests", "urllib", "urllib3", "httpx", "httpx-async", "pyfetch", "pandas"],
)
def test_http_goes_through_the_page(scratch: Scratch, read: str) -> None:
    expect(scratch.run(read)).to_contain_text("city")


def test_a_refused_host_is_an_error_that_says_why(scratch: Scratch) -> None:
    index = scratch.start(
        "import urllib.request\nurllib.request.urlopen('https://other.example/x')"
    )
    scratch.page.get_by_role("button", name="Deny").click()
    expect(scratch.finished(index)).to_contain_text(
        "did not allow this notebook to reach other.example"
    )


def test_the_pages_own_server_is_closed_to_python(scratch: Scratch) -> None:
    output = scratch.run(f"import requests\nrequests.get('{scratch.notebook.base}health')")
    expect(output).to_contain_text(re.compile("closed to Python|cannot reach this page", re.I))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("import requests; requests.get(SILENT, timeout=0.3)", "requests.exceptions.Timeout"),
        ("import requests; requests.get(SILENT, timeout=(0.1, 0.3))", "requests.Timeout"),
        (
            "import urllib3; urllib3.request('GET', SILENT, timeout=0.3, retries=False)",
            "urllib3.exceptions.ReadTimeoutError",
        ),
        ("import httpx; httpx.get(SILENT, timeout=0.3)", "httpx.TimeoutException"),
        ("import urllib.request; urllib.request.urlopen(SILENT, timeout=0.3)", "TimeoutError"),
    ],
    ids=["requests", "requests-pair", "urllib3", "httpx", "urllib"],
)
def test_a_server_that_does_not_answer_in_time_is_a_timeout(
    scratch: Scratch, call: str, error: str
) -> None:
    scratch.page.route("https://data.example/silent", lambda route: None)
    output = scratch.run(
        f"SILENT = 'https://data.example/silent'\ntry: {call}\n"
        f"except {error} as error: print('timed out:', error)"
    )
    expect(output).to_contain_text("timed out:")
    expect(output).to_contain_text("did not answer within 0.3 seconds")


def test_a_redirect_is_not_followed_before_the_person_agrees(scratch: Scratch) -> None:
    contacted: list[str] = []

    def send_on(route: Route) -> None:
        anybody = {"access-control-allow-origin": "*"}
        route.fulfill(status=302, headers={"location": "https://elsewhere.example/", **anybody})

    def arrive(route: Route) -> None:
        contacted.append(route.request.url)
        route.fulfill(body="from elsewhere", headers={"access-control-allow-origin": "*"})

    scratch.page.route("https://data.example/moved", send_on)
    scratch.page.route("https://elsewhere.example/", arrive)
    get = "import requests; print(requests.get('https://data.example/moved').text)"
    index = scratch.start(get)
    bar = scratch.page.get_by_role("alertdialog", name="Network permission")
    expect(bar).to_contain_text("data.example sends")
    assert contacted == []
    bar.get_by_role("button", name="Deny").click()
    expect(scratch.finished(index)).to_contain_text("did not allow data.example to send")
    assert contacted == []
