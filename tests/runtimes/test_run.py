"""`wasm-runtime run` from end to end, in the real worker under Deno."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wasm_runtime.cell import CellContent

from .conftest import RunNotebook


def test_a_notebook_runs_from_top_to_bottom(run_notebook: RunNotebook) -> None:
    ran = run_notebook("x = 6 * 7\nprint('x is', x)", "x", "await __import__('asyncio').sleep(0)")
    assert ran.status == 0
    assert ran.text_of(0) == "x is 42\n"
    assert ran.cells[1].outputs == [
        {
            "output_type": "execute_result",
            "execution_count": 2,
            "data": {"text/plain": ["42"]},
            "metadata": {},
        }
    ]
    assert "cell 3/3  ok" in ran.printed


def test_a_failing_cell_ends_the_run_and_is_explained(run_notebook: RunNotebook) -> None:
    text = CellContent(cell_type="markdown", source="# Title")
    ran = run_notebook(text, "def halve(n):\n    return n / 0", "halve(3)", "print('never')")
    assert ran.status == 1
    assert "Cell 3 failed: halve(3)" in ran.printed
    assert "return n / 0" in ran.printed
    assert "ZeroDivisionError: division by zero" in ran.printed
    assert "\x1b" not in ran.printed
    assert ran.cells[2].outputs[0]["ename"] == "ZeroDivisionError"
    assert ran.cells[3].outputs == []


def test_tags_allow_a_cell_to_fail_or_to_be_skipped(run_notebook: RunNotebook) -> None:
    fails = CellContent(source="1/0", metadata={"tags": ["raises-exception"]})
    skipped = CellContent(source="1/0", metadata={"tags": ["skip-execution"]})
    ran = run_notebook(fails, skipped, "print('reached')")
    assert (ran.status, ran.text_of(2)) == (0, "reached\n")
    assert ran.cells[1].outputs == []


def test_parameters_are_injected_after_their_cell(run_notebook: RunNotebook) -> None:
    defaults = CellContent(source="n = 1; name = 'x'", metadata={"tags": ["parameters"]})
    arguments = ("-p", "n=5", 'name=O\'Hara "q"; import os', "flags=[1, 2]")
    ran = run_notebook(defaults, "print(n, name, flags)", arguments=arguments)
    assert ran.text_of(2) == '5 O\'Hara "q"; import os [1, 2]\n'
    assert ran.cells[1].tags == ["injected-parameters"]


def test_displays_can_be_updated_and_output_cleared(run_notebook: RunNotebook) -> None:
    ran = run_notebook(
        "from IPython.display import display, clear_output\nhandle = display('a', display_id=True)",
        "handle.update('b')\nprint('gone')\nclear_output(wait=True)\nprint('stays')",
    )
    assert ran.status == 0
    assert ran.cells[0].outputs[0]["data"]["text/plain"] == ["'b'"]
    assert ran.text_of(1) == "stays\n"


def test_files_are_copied_in_and_out(run_notebook: RunNotebook, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "in.txt").write_text("three")
    source = "text = open('data/in.txt').read()\nopen('out.txt', 'w').write(text.upper())"
    ran = run_notebook(source, arguments=("--files", str(folder)))
    assert ran.status == 0
    assert (folder / "out.txt").read_text() == "THREE"


def test_input_says_that_nobody_can_answer(run_notebook: RunNotebook) -> None:
    ran = run_notebook("input('name? ')")
    assert ran.status == 1
    assert "nobody can answer it" in ran.printed


@pytest.fixture
def web() -> Iterator[str]:
    """The host and port of a web server that answers everything with `hello`."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    "fetch",
    [
        "from pyodide.http import pyfetch\nprint(await (await pyfetch(URL)).string())",
        "import urllib.request\nprint(urllib.request.urlopen(URL).read().decode())",
    ],
)
def test_a_host_that_is_allowed_can_be_asked(
    run_notebook: RunNotebook, web: str, fetch: str
) -> None:
    ran = run_notebook(f"URL = 'http://{web}/'\n{fetch}", arguments=("--allow-net", web))
    assert (ran.status, ran.text_of(0)) == (0, "hello\n")


def test_the_environment_must_be_built(run_notebook: RunNotebook, tmp_path: Path) -> None:
    ran = run_notebook("1", arguments=("--env", "no-such-environment"))
    assert ran.status == 5
    assert "hint: wasm-runtime env build no-such-environment" in ran.printed


@pytest.mark.parametrize("source", ["while True: pass", "import time\ntime.sleep(60)"])
def test_a_cell_that_does_not_end_is_killed_at_the_deadline(
    run_notebook: RunNotebook, source: str
) -> None:
    started = time.monotonic()
    ran = run_notebook("print('before')", source, arguments=("--timeout", "2"))
    assert ran.status == 3
    assert "did not finish within 2 s" in ran.printed
    assert ran.text_of(0) == "before\n"
    assert time.monotonic() - started < 60


def test_node_runs_the_same_worker_and_says_that_it_is_no_sandbox(
    run_notebook: RunNotebook,
) -> None:
    ran = run_notebook("print(6 * 7)", arguments=("--host", "node"))
    assert (ran.status, ran.text_of(0)) == (0, "42\n")
    assert "no sandbox" in ran.printed


def test_what_javascript_leaves_uncaught_does_not_end_the_kernel(run_notebook: RunNotebook) -> None:
    ran = run_notebook(
        "import asyncio, js\n"
        "js.eval('void Promise.reject(new Error(1)); setTimeout(() => { throw new Error(2) })')\n"
        "await asyncio.sleep(0.01)",
        "print('alive')",
    )
    assert (ran.status, ran.text_of(1)) == (0, "alive\n")
