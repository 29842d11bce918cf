"""Waits without stack switching: the worker itself sleeps, in memory it shares with its frame."""

from collections.abc import Callable

import pytest

from wasm_runtime.contracts.capabilities import Capability
from wasm_runtime.kernel.fake_host import FakeSharedWaits
from wasm_runtime.kernel.host import HttpResponse

from .conftest import Notebook
from .seen import seen

URL = "https://example.org/a.csv"


@pytest.fixture
def notebook(make_notebook: Callable[..., Notebook]) -> Notebook:
    return make_notebook(blocks=False, shared=True)


@pytest.fixture
def waits(notebook: Notebook) -> FakeSharedWaits:
    waits = notebook.host.shared_waits
    assert waits is not None
    return waits


def test_input_returns_the_line(notebook: Notebook) -> None:
    notebook.host.inputs = ["Ada"]
    assert seen(notebook.run("print('Hello', input('Who? '))")) == [
        ("input_requested",),
        ("stdout", "Hello Ada\n"),
        ("finished", "ok"),
    ]


def test_what_was_printed_is_shown_before_the_wait(
    notebook: Notebook, waits: FakeSharedWaits
) -> None:
    shown_before: list[object] = []
    notebook.host.on_post = lambda message: shown_before.append((message.kind, list(waits.slept)))
    notebook.run("import time\nprint('now')\ntime.sleep(2.5)")
    assert ("stream", []) in shown_before
    assert waits.slept == [2.5]


def test_urllib_reads_what_the_page_fetched(notebook: Notebook) -> None:
    notebook.host.responses[URL] = HttpResponse(
        status=200, reason="OK", url=URL, headers=[], body=b"a,b\n"
    )
    source = f"from urllib.request import urlopen\nprint(urlopen({URL!r}).read())"
    assert seen(notebook.run(source))[0] == ("stdout", "b'a,b\\n'\n")


@pytest.mark.parametrize(
    "wait",
    [
        "import time; time.sleep(60)",
        "input()",
        f"from urllib.request import urlopen; urlopen({URL!r})",
    ],
)
def test_stop_ends_a_wait_with_keyboard_interrupt(
    notebook: Notebook, waits: FakeSharedWaits, wait: str
) -> None:
    waits.stopped = True
    assert seen(notebook.run(f"kept = 1\n{wait}"))[-2:] == [
        ("error", "KeyboardInterrupt", ""),
        ("finished", "interrupted"),
    ]
    assert seen(notebook.run("kept"))[0] == ("execute_result", {"text/plain": "1"})


def test_stop_during_a_background_tasks_wait_ends_the_task_and_goes_on_to_the_cell(
    notebook: Notebook, waits: FakeSharedWaits
) -> None:
    waits.stopped = True
    notebook.run(
        "import asyncio, time\n"
        "async def hold(): time.sleep(60)\n"
        "task = asyncio.create_task(hold())\n"
        "await asyncio.wait([task])"
    )
    assert notebook.host.rearmed == 1
    assert seen(notebook.run("task.cancelled()"))[0] == (
        "execute_result",
        {"text/plain": "True"},
    )


def test_the_page_is_told_that_cells_can_wait_and_how(notebook: Notebook) -> None:
    found = {c.name: c.how for c in notebook.kernel.capabilities() if isinstance(c, Capability)}
    assert found == {name: "shared_memory" for name in ("input", "blocking_wait", "blocking_http")}
