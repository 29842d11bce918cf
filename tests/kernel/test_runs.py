"""Running a cell: what it sends, in order, and how it ends."""

import inspect
import re

import pytest

from wasm_runtime.contracts.worker import ExecuteResult, RunFinished, RunStarted
from wasm_runtime.kernel.outbox import PROMPT_LINES, PROMPT_LINES_PER_SECOND

from .conftest import Notebook
from .seen import plain_traceback, seen


def test_the_value_of_the_last_expression_is_the_result(notebook: Notebook) -> None:
    started, result, finished = notebook.run("1 + 1")
    assert started == RunStarted(run_id="run-1", execution_count=1)
    assert result == ExecuteResult(
        run_id="run-1", execution_count=1, data={"text/plain": "2"}, metadata={}
    )
    assert finished == RunFinished(
        run_id="run-1",
        status="ok",
        execution_count=1,
        duration_seconds=finished.duration_seconds,
    )


def test_streams_and_displays_keep_their_order(notebook: Notebook) -> None:
    source = (
        "import sys\nprint('a'); print('b'); print('c', file=sys.stderr)\n"
        "display('shown'); print('d'); 5"
    )
    assert seen(notebook.run(source)) == [
        ("stdout", "a\nb\n"),
        ("stderr", "c\n"),
        ("display_data", {"text/plain": "'shown'"}),
        ("stdout", "d\n"),
        ("execute_result", {"text/plain": "5"}),
        ("finished", "ok"),
    ]


def test_a_semicolon_hides_the_result(notebook: Notebook) -> None:
    assert seen(notebook.run("5;")) == [("finished", "ok")]


def test_await_works_at_the_top_level(notebook: Notebook) -> None:
    source = "import asyncio\nawait asyncio.sleep(0)\n'done'"
    assert seen(notebook.run(source))[0] == ("execute_result", {"text/plain": "'done'"})


def test_in_out_and_underscore_remember(notebook: Notebook) -> None:
    notebook.run("6 * 7")
    assert seen(notebook.run("print(_, Out[1], In[1])"))[0] == ("stdout", "42 42 6 * 7\n")


def test_a_silent_run_shows_no_result_and_leaves_no_history(notebook: Notebook) -> None:
    assert seen(notebook.run("6 * 7", silent=True)) == [("finished", "ok")]
    assert notebook.kernel.shell.execution_count == 1


def test_cells_handed_over_together_run_one_after_the_other(notebook: Notebook) -> None:
    cells = ["import asyncio\nawait asyncio.sleep(0)\nprint(1)", "print(2)"]
    assert seen(notebook.run_all(cells)) == [
        ("stdout", "1\n"),
        ("finished", "ok"),
        ("stdout", "2\n"),
        ("finished", "ok"),
    ]


def test_a_task_left_behind_prints_into_the_cell_that_started_it(notebook: Notebook) -> None:
    background = (
        "import asyncio\nasync def later():\n    await go.wait()\n    print('late')\n"
        "go = asyncio.Event(); task = asyncio.create_task(later())"
    )
    messages = notebook.run_all([background, "go.set()\nawait task\nprint('now')"])
    streams = [(m.run_id, m.text) for m in messages if m.kind == "stream"]
    assert streams == [("run-1", "late\n"), ("run-2", "now\n")]


def test_an_endless_recursion_is_told_in_short_and_without_searching_for_each_frame(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    stock = inspect.ismodule

    def counting(thing: object) -> bool:
        nonlocal looked_at
        looked_at += 1
        return stock(thing)

    monkeypatch.setattr(inspect, "ismodule", counting)
    error, finished = notebook.run("def f(n): return f(n + 1)\nf(0)")[1:]
    assert (error.ename, finished.status) == ("RecursionError", "error")
    assert "skipping similar frames: f at line 1" in plain_traceback(error)
    assert len(error.traceback) < 40
    # A search looks at every module there is, more than a thousand.
    assert looked_at < 20_000


def test_a_recursion_limit_that_the_engine_cannot_bear_is_bounded_and_said(
    notebook: Notebook,
) -> None:
    messages = notebook.run("import sys\nsys.setrecursionlimit(10**6)\nsys.getrecursionlimit()")
    said, result, _ = seen(messages)
    assert said[0] == "stderr"
    assert "sys.setrecursionlimit(1000000): set to 4000" in said[1]
    assert result == ("execute_result", {"text/plain": "4000"})
    assert seen(notebook.run("sys.setrecursionlimit(3000)")) == [("finished", "ok")]


def test_a_traceback_shows_the_cells_frames_and_no_others(notebook: Notebook) -> None:
    _, error, finished = notebook.run("def f(x):\n    return 1 / x\n\nf(0)")
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    text = plain_traceback(error)
    assert "Cell In[1], line 4" in text
    assert "Cell In[1], line 2, in f(x)" in text
    assert "interactiveshell" not in text
    assert finished.status == "error"


def test_a_syntax_error_points_at_the_cell(notebook: Notebook) -> None:
    _, error, finished = notebook.run("1 +")
    assert error.ename == "SyntaxError"
    assert "Cell In[1], line 1" in plain_traceback(error)
    assert finished.status == "error"


def test_an_exception_group_is_one_error(notebook: Notebook) -> None:
    assert seen(notebook.run("raise ExceptionGroup('two', [ValueError(1)])")) == [
        ("error", "ExceptionGroup", "two (1 sub-exception)"),
        ("finished", "error"),
    ]


def test_a_warning_names_the_cell_and_its_line(notebook: Notebook) -> None:
    source = "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('careful')"
    assert seen(notebook.run(source))[0] == (
        "stderr",
        "Cell In[1], line 3: UserWarning: careful\n  warnings.warn('careful')\n",
    )


def test_sys_exit_says_how_to_restart(notebook: Notebook) -> None:
    _, error, _ = notebook.run("import sys; sys.exit(3)")
    assert error.ename == "SystemExit"
    assert error.traceback[-1] == "The notebook keeps running; to start afresh, use Restart."


def test_twenty_thousand_prints_are_a_few_messages(notebook: Notebook) -> None:
    messages = notebook.run("for number in range(20_000): print(number)")
    assert messages[-1].duration_seconds < 1
    assert len(messages) < 80 + PROMPT_LINES + PROMPT_LINES_PER_SECOND
    text = "".join(m.text for m in messages if m.kind == "stream")
    assert text == "".join(f"{number}\n" for number in range(20_000))


def test_a_question_mark_opens_the_pager(notebook: Notebook) -> None:
    finished = notebook.run("print?")[-1]
    assert finished.payload[0]["source"] == "page"


def test_an_error_of_a_task_that_nobody_awaits_is_reported(notebook: Notebook) -> None:
    messages = notebook.run(
        "import asyncio\nasync def fail():\n    raise ValueError('unseen')\n"
        "task = asyncio.create_task(fail())\nawait asyncio.sleep(0)\n"
        "del task\nimport gc; gc.collect();"
    )
    text = "".join(message.text for message in messages if message.kind == "stream")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "Task exception was never retrieved" in text
    assert "ValueError: unseen" in plain
    assert "Cell In[1], line 3" in plain
