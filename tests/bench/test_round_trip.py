"""From the key press to the output of `1+1`."""

from collections.abc import Callable
from pathlib import Path

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import open_ours, open_page, write_notebook
from tests.browser.conftest import Relay

PRESSES = 10 * RUNS


def test_one_plus_one_from_key_press_to_output(
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "round-trip", *["1+1"] * (PRESSES + 1))
    with open_browser(profile()) as ours, open_browser(profile()) as control:
        page = open_ours(ours, relay.url + query)
        page.locator("notebook-cell").first.locator(".cell-margin").click(position={"x": 4, "y": 2})
        other = open_page(control, plain)
        other.evaluate("window.run('1+1')")
        mine, theirs = [], []
        for index in range(PRESSES):
            finish = page.evaluate_handle("(at) => bench.roundTrip(at, '2')", index)
            page.keyboard.press("Shift+Enter")
            mine.append(finish.evaluate("(finish) => finish()"))
            theirs.append(other.evaluate("bench.plainRoundTrip('1+1')"))
    add = figures.add
    for what, words in {"written": "output written", "shown": "next frame"}.items():
        both = [each[what] for each in mine], [each[what] for each in theirs]
        limit = 15 if what == "written" else None
        add(f"1+1: key press to {words}", "ms", *both, limit=limit)
