"""Blocking Python where WebAssembly cannot suspend its stack (no JSPI)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.conftest import Relay
from tests.browser.scratch_notebook import Scratch, open_context
from tests.browser.test_interrupt import without_isolation

NO_STACK_SWITCHING = "".join(
    f"delete WebAssembly.{name};\n" for name in ("Suspending", "promising", "SuspendError")
)


def without_stack_switching(context: BrowserContext) -> None:
    """Take it from the page, the frames and the kernel's worker, as an older browser lacks it."""

    def older(route: Route) -> None:
        response = route.fetch()
        worker = 'id="worker">'
        body = response.text().replace(worker, worker + NO_STACK_SWITCHING, 1)
        route.fulfill(response=response, body=body)

    context.add_init_script(NO_STACK_SWITCHING)
    context.route("**/frames/kernel.html", older)


@pytest.fixture(scope="module")
def scratch(browser: Browser, relay: Relay) -> Iterator[Scratch]:
    with open_context(browser, service_workers="block") as context:
        without_stack_switching(context)
        scratch = Scratch(context.new_page(), relay.url, "core")
        assert scratch.page.evaluate("[crossOriginIsolated, 'Suspending' in WebAssembly]") == [
            True,
            False,
        ]
        yield scratch


def test_the_kernel_starts_without_its_snapshot_and_says_so(scratch: Scratch) -> None:
    expect(scratch.run("'Suspending' in dir(__import__('js').WebAssembly)")).to_contain_text(
        "False"
    )
    scratch.page.locator(".kernel-pill").click()
    note = scratch.page.get_by_text("needs WebAssembly stack switching (JSPI)")
    expect(note).to_be_visible()
    scratch.page.keyboard.press("Escape")


def test_input_blocks_until_the_person_answers(scratch: Scratch) -> None:
    index = scratch.start("print('asked')\nname = input('Name? ')\nprint('Hello', name)")
    scratch.printed(index, "asked")
    field = scratch.cell(index).get_by_role("textbox", name="Name?")
    field.fill("Ada 😀")
    field.press("Enter")
    expect(scratch.finished(index)).to_contain_text("Hello Ada 😀")


def test_a_long_line_arrives_whole(scratch: Scratch) -> None:
    index = scratch.start("import hashlib\nline = input('Long: ')\nprint(len(line), set(line))")
    field = scratch.cell(index).get_by_role("textbox", name="Long:")
    field.fill("x" * 3_000_000)
    field.press("Enter")
    expect(scratch.finished(index)).to_contain_text("3000000 {'x'}")


def test_a_password_is_asked_for(scratch: Scratch) -> None:
    index = scratch.start("from getpass import getpass\nprint(len(getpass('Key: ')))")
    field = scratch.cell(index).locator("input[type=password]")
    field.fill("opensesame")
    field.press("Enter")
    expect(scratch.finished(index)).to_contain_text("10")


@pytest.mark.parametrize("wait", ["time.sleep(600)", "input('Wait: ')"], ids=["sleep", "input"])
def test_stop_ends_a_wait_and_keeps_the_variables(scratch: Scratch, wait: str) -> None:
    scratch.run("kept = 41")
    index = scratch.start(f"import time\nprint('started')\n{wait}")
    scratch.printed(index, "started")
    scratch.notebook.button("Stop").click()
    expect(scratch.finished(index)).to_contain_text("KeyboardInterrupt")
    expect(scratch.run("kept + 1")).to_contain_text("42")


def test_sleep_lasts_as_long_as_asked(scratch: Scratch) -> None:
    output = scratch.run(
        "import time\nstarted = time.monotonic()\ntime.sleep(0.3)\n"
        "print(0.3 <= time.monotonic() - started < 20)"
    )
    expect(output).to_contain_text("True")


def test_urllib_reads_through_the_page(scratch: Scratch) -> None:
    body = "a,b\n" + "1,2\n" * 700_000

    def answer(route: Route) -> None:
        route.fulfill(body=body, headers={"access-control-allow-origin": "*"})

    scratch.page.context.route("https://data.example/table.csv", answer)
    index = scratch.start(
        "from urllib.request import urlopen\n"
        "print(len(urlopen('https://data.example/table.csv').read()))"
    )
    scratch.page.get_by_role("button", name="Allow once").click()
    expect(scratch.finished(index)).to_contain_text(str(len(body)))


def test_awaited_answers_arrive_as_well(scratch: Scratch) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body="fetched", headers={"access-control-allow-origin": "*"})

    scratch.page.context.route("https://awaited.example/", answer)
    index = scratch.start(
        "from pyodide.http import pyfetch\n"
        "print(await (await pyfetch('https://awaited.example/')).string())"
    )
    scratch.page.get_by_role("button", name="Allow once").click()
    expect(scratch.finished(index)).to_contain_text("fetched")


def test_without_shared_memory_input_says_what_to_do(browser: Browser, relay: Relay) -> None:
    with open_context(browser, service_workers="block") as context:
        without_stack_switching(context)
        without_isolation(context)
        scratch = Scratch(context.new_page(), relay.url, "core")
        assert scratch.page.evaluate("crossOriginIsolated") is False
        output = scratch.run("input('Name? ')")
        expect(output).to_contain_text("neither WebAssembly stack switching nor shared memory")
        expect(output).to_contain_text("hint: use a current browser")
