"""Many printed lines: time, stalls of the page, and memory that does not grow with them."""

from collections.abc import Callable
from pathlib import Path

from tests.bench.conftest import RUNS, OpenBrowser
from tests.bench.figures import Figures
from tests.bench.pages import heap_bytes, open_ours, open_page, write_notebook
from tests.browser.conftest import Relay

FEW = "for i in range(20_000):\n    print('line', i)"
MANY = "for i in range(100_000):\n    print('line', i)"


def test_twenty_thousand_lines(
    relay: Relay,
    client: Path,
    plain: str,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "printing", *[FEW] * RUNS)
    mine, theirs = [], []
    with open_browser(profile()) as ours, open_browser(profile()) as control:
        page = open_ours(ours, relay.url + query)
        other = open_page(control, plain)
        other.evaluate("window.run('1')")
        for index in range(RUNS):
            asked = {"index": index, "text": "line 19999"}
            mine.append(page.evaluate("(asked) => bench.longOutput(asked)", asked))
            other.evaluate("document.querySelector('#output').textContent = ''")
            asked |= {"code": FEW}
            theirs.append(other.evaluate("(asked) => bench.longOutput(asked)", asked))
    add = figures.add
    seconds = [each["seconds"] for each in mine], [each["seconds"] for each in theirs]
    add("20,000 printed lines", "s", *seconds, limit=1.5)
    tasks = [each["longestTask"] for each in mine], [each["longestTask"] for each in theirs]
    add("20,000 lines: longest task of the page", "ms", *tasks, limit=50)
    gaps = [each["longestGap"] for each in mine], [each["longestGap"] for each in theirs]
    add("20,000 lines: longest gap between frames", "ms", *gaps)


def test_memory_does_not_grow_with_scrolling_output(
    relay: Relay,
    client: Path,
    open_browser: OpenBrowser,
    profile: Callable[[], Path],
    figures: Figures,
) -> None:
    query = write_notebook(client, "memory-of-lines", FEW, MANY)
    with open_browser(profile()) as ours:
        page = open_ours(ours, relay.url + query)
        session = ours.new_cdp_session(page)
        session.send("Performance.enable")
        heaps = [heap_bytes(session)]
        for index, text in enumerate(["line 19999", "line 99999"]):
            page.evaluate("(asked) => bench.longOutput(asked)", {"index": index, "text": text})
            heaps.append(heap_bytes(session))
    before, few, many = (heap / 1e6 for heap in heaps)
    figures.add("page's heap before printing", "MB", [before])
    figures.add("page's heap after 20,000 lines", "MB", [few])
    figures.add("page's heap after 100,000 more", "MB", [many])
