"""input(), sleep and Stop."""

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest

from wasm_runtime.contracts.worker import InputRequested
from wasm_runtime.kernel.interrupt import may_interrupt, uninterrupted

from .conftest import Notebook
from .seen import seen

nested_loop = pytest.mark.skipif(
    sys.platform == "emscripten", reason="the fake host blocks by running CPython's loop inside"
)


def stop_when(notebook: Notebook, kind: str) -> None:
    """Press Stop soon after the first message of this kind."""

    def on_post(message: Any) -> None:
        if message.kind == kind:
            asyncio.get_running_loop().call_soon(notebook.kernel.interrupt)

    notebook.host.on_post = on_post


@nested_loop
def test_input_asks_the_page_and_returns_the_line(notebook: Notebook) -> None:
    notebook.host.inputs = ["Ada"]
    _, asked, *rest = notebook.run("name = input('Who? ')\nprint('Hello', name)")
    assert asked == InputRequested(
        run_id="run-1", input_id="run-1/input-1", prompt="Who? ", password=False
    )
    assert seen(rest) == [("stdout", "Hello Ada\n"), ("finished", "ok")]


@nested_loop
def test_getpass_asks_for_a_password(notebook: Notebook) -> None:
    notebook.host.inputs = ["secret"]
    _, asked, result, _ = notebook.run("import getpass; getpass.getpass()")
    assert (asked.prompt, asked.password) == ("Password: ", True)
    assert result.data == {"text/plain": "'secret'"}


@nested_loop
def test_a_cancelled_input_is_the_end_of_file(notebook: Notebook) -> None:
    notebook.host.inputs = [None]
    assert seen(notebook.run("input()"))[1:] == [
        ("error", "EOFError", "input() was cancelled"),
        ("finished", "error"),
    ]


def test_input_without_stack_switching_or_shared_memory_says_what_to_do(
    make_notebook: Callable[..., Notebook],
) -> None:
    error, finished = make_notebook(blocks=False).run("input()")[1:]
    assert error.ename == "InputUnavailable"
    assert "hint: use a current browser" in error.evalue
    assert finished.status == "error"


def test_a_run_that_nobody_watches_takes_no_input(notebook: Notebook) -> None:
    error = notebook.run("input()", allow_input=False)[1]
    assert error.evalue == "input() is not available in this run: nobody can answer it"


@nested_loop
@pytest.mark.parametrize(
    "wait",
    ["import time; time.sleep(60)", "import asyncio; await asyncio.sleep(60)", "input()"],
)
def test_stop_ends_a_wait_with_keyboard_interrupt(notebook: Notebook, wait: str) -> None:
    stop_when(notebook, "stream")
    messages = notebook.run(f"kept = 1\nprint('go')\ndisplay(1)\n{wait}")
    assert seen(messages)[-2:] == [
        ("error", "KeyboardInterrupt", ""),
        ("finished", "interrupted"),
    ]
    assert seen(notebook.run("kept"))[0] == ("execute_result", {"text/plain": "1"})


@nested_loop
def test_stop_in_a_loop_of_short_sleeps_is_not_lost(notebook: Notebook) -> None:
    stop_when(notebook, "stream")
    source = "import time\nprint('go')\ndisplay(1)\nwhile True:\n    time.sleep(0)"
    assert seen(notebook.run(source))[-1] == ("finished", "interrupted")


def test_stop_with_nothing_running_stops_nothing(notebook: Notebook) -> None:
    notebook.run("1")
    assert notebook.kernel.interrupt() is False


def test_sigint_in_the_cells_code_stops_it(notebook: Notebook) -> None:
    source = "import signal\nsignal.raise_signal(signal.SIGINT)\nprint('not reached')"
    assert seen(notebook.run(source)) == [
        ("error", "KeyboardInterrupt", ""),
        ("finished", "interrupted"),
    ]


def test_sigint_outside_a_cell_is_asked_for_again(notebook: Notebook) -> None:
    notebook.run("1")
    signal.raise_signal(signal.SIGINT)
    assert notebook.host.rearmed == 1


def test_plumbing_called_by_a_cell_is_not_interrupted() -> None:
    @uninterrupted
    def plumbing() -> bool:
        return may_interrupt(sys._getframe())

    assert plumbing() is False


def test_the_host_hears_when_a_cells_code_begins_and_ends(notebook: Notebook) -> None:
    notebook.run_all(["1", "2"])
    assert notebook.host.running == [True, False, True, False]
