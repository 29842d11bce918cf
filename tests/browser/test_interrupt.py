"""Stop: with shared memory, without it, and for programs that nothing but a restart can end."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context

BUSY = {
    "loop": "while True: pass",
    "sleep": "import time; time.sleep(600)",
    "numpy": "import numpy as np; a = np.ones((200, 200))\nwhile True: a = a @ a / 200",
    "await": "import asyncio; await asyncio.sleep(600)",
    "blocking await": "import asyncio; asyncio.run(asyncio.sleep(600))",
    "input": "input('Wait: ')",
    "printing": "import itertools\nfor i in itertools.count(): print(i)",
    "import": "import json\nwhile True: json.loads(json.dumps(list(range(1000))))",
}
ENDLESS_IN_C = "sum(range(10**10))"


def without_isolation(context: BrowserContext) -> None:
    """Serve the page as a plain static host does: no headers that isolate it."""

    def strip(route: Route) -> None:
        response = route.fetch()
        headers = {
            name: value
            for name, value in response.headers.items()
            if not name.startswith("cross-origin-")
        }
        route.fulfill(response=response, headers=headers)

    context.route(lambda url: url.split("?")[0].endswith("/"), strip)


@pytest.fixture(scope="module", params=["shared memory", "tick"])
def scratch(request: pytest.FixtureRequest, browser: Browser, relay: Relay) -> Iterator[Scratch]:
    isolated = request.param == "shared memory"
    with open_context(browser, service_workers="allow" if isolated else "block") as context:
        if not isolated:
            without_isolation(context)
        scratch = Scratch(context.new_page(), relay.url, "data")
        assert scratch.page.evaluate("crossOriginIsolated") is isolated
        yield scratch


@pytest.mark.parametrize("work", BUSY)
def test_stop_ends_a_run_and_keeps_the_variables(scratch: Scratch, work: str) -> None:
    scratch.run("kept = 41")
    index = scratch.start("print('started')\n" + BUSY[work])
    scratch.printed(index, "started")
    scratch.notebook.button("Stop").click()
    expect(scratch.finished(index)).to_contain_text("KeyboardInterrupt")
    expect(scratch.run("kept + 1")).to_contain_text("42")


def test_stop_ends_sql_over_dataframes_and_keeps_the_variables(scratch: Scratch) -> None:
    scratch.run("import pandas as pd\nkept = pd.DataFrame({'n': [41]})")
    expect(scratch.run("%%sql\nselect n + 1 as answer from kept")).to_contain_text("42")
    endless = "with recursive s (n) as (select 1 union all select n + 1 from s) select count(*) "
    index = scratch.start(
        f"print('started')\nget_ipython().run_cell_magic('sql', '', '{endless} from s')"
    )
    scratch.printed(index, "started")
    scratch.notebook.button("Stop").click()
    expect(scratch.finished(index)).to_contain_text("KeyboardInterrupt")
    expect(scratch.run("%%sql\nselect n + 2 as answer from kept")).to_contain_text("43")


def test_a_cell_may_catch_stop_and_clean_up(scratch: Scratch) -> None:
    index = scratch.start(
        "print('started')\ntry:\n    while True: pass\n"
        "except KeyboardInterrupt: print('cleaned up')"
    )
    scratch.printed(index, "started")
    scratch.notebook.button("Stop").click()
    expect(scratch.finished(index)).to_contain_text("cleaned up")


def test_stop_drops_what_waits_for_its_turn(scratch: Scratch) -> None:
    index = scratch.start("while True: pass")
    waiting = scratch.start("print('must not run')")
    expect(scratch.cell(waiting)).to_have_attribute("data-state", "queued")
    scratch.notebook.button("Stop").click()
    scratch.finished(index)
    expect(scratch.cell(waiting)).to_have_attribute("data-state", "cancelled")


def test_what_cannot_be_stopped_in_place_is_ended_by_a_restart_that_says_so(
    scratch: Scratch,
) -> None:
    scratch.run("kept = 41")
    index = scratch.start(f"print('started')\n{ENDLESS_IN_C}")
    scratch.printed(index, "started")
    scratch.notebook.button("Stop").click()
    notice = scratch.page.get_by_text("could not be stopped in place, so the kernel was restarted")
    expect(notice).to_be_visible()
    expect(scratch.run("'kept' in globals()")).to_contain_text("False")
