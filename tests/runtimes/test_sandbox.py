"""What code in the headless sandbox tries, and that each try is refused or ends at its limit."""

import contextlib
import tempfile
import threading
from pathlib import Path

import pytest

from wasm_runtime.cell import CellContent

from .conftest import Ran, RunNotebook

CANARY = "canary-5f0c9d"


def _in_js(body: str, argument: str = "None") -> str:
    """Python that runs `body` as JavaScript, past every name that was taken away."""
    return f"to_js([1]).constructor.constructor('a', {body!r})({argument})"


def _imported(module: str, use: str) -> str:
    return f"(await js.eval(\"import('{module}')\")).{use}"


# Each is an expression for what it got hold of; an empty answer is made an error.
PROBES = {
    "python environment": "__import__('os').environ['CANARY']",
    "deno environment": "js.Deno.env['get']('CANARY')",
    "process environment": "js.process.env.CANARY.length",
    "environment by constructor": _in_js("return Deno.env.toObject().CANARY.length"),
    "environment by global": _in_js("return globalThis.process.env.CANARY.length"),
    "environment by import": _imported("node:process", "env.CANARY.length"),
    "exec by os": "1 / (__import__('os').system('id') == 0)",
    "exec by subprocess": "__import__('subprocess').check_output(['id'])",
    "exec by deno": _in_js("return new Deno.Command('id').outputSync()"),
    "exec by import": _imported("node:child_process", "execSync('id')"),
    "fork": "__import__('os').fork()",
    "read a host file": "open(HOST_FILE).read()",
    "read by deno": _in_js("return Deno.readTextFileSync(a)", "HOST_FILE"),
    "read by import": _imported("node:fs", "readFileSync(HOST_FILE, 'utf8')"),
    "list a host folder": _imported("node:fs", "readdirSync('/')"),
    "write by deno": _in_js("return Deno.writeTextFileSync(a, 'x') ?? 1", "WRITE_FILE"),
    "write by import": _imported("node:fs", "writeFileSync(WRITE_FILE, 'x') or 1"),
    "network by fetch": "await js.fetch(ADDRESS)",
    "network by constructor": f"await {_in_js('return fetch(a)', 'ADDRESS')}",
    "network by deno": f"await {_in_js('return Deno.connect({port: 1})')}",
    "network by import": _imported("node:net", "connect(1)"),
    "network by python": "__import__('urllib.request').request.urlopen(ADDRESS).read()",
    "code from the network": "await js.eval(\"import('https://example.com/x.js')\")",
    "foreign code": _in_js("return Deno.dlopen('/lib/libc.so', {})"),
    "host names": "js.Deno.hostname()",
    "more rights": f"await {_in_js('return Deno.permissions.request({name: 1})')}",
}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "file.txt").write_text(CANARY)
    return folder


def _probe(expression: str, secrets: Path) -> CellContent:
    names = {
        "HOST_FILE": str(secrets / "file.txt"),
        "WRITE_FILE": str(secrets / "written.txt"),
        "ADDRESS": "http://127.0.0.1:1/",
    }
    lines = [f"{name} = {value!r}" for name, value in names.items()]
    source = "\n".join(
        [
            "import js",
            "from pyodide.ffi import to_js",
            *lines,
            f"print('GOT', repr({expression})[:200])",
        ]
    )
    return CellContent(source=source, metadata={"tags": ["raises-exception"]})


def test_no_probe_gets_out(
    run_notebook: RunNotebook, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    ran = run_notebook(*[_probe(code, secrets) for code in (*PROBES.values(), "'control'")])
    got = {
        name: ran.text_of(index)
        for index, name in enumerate(PROBES)
        if ran.text_of(index) or not ran.cells[index].outputs
    }
    assert ran.status == 0
    assert got == {}
    assert ran.text_of(len(PROBES)) == "GOT 'control'\n"
    assert CANARY not in str([cell.outputs for cell in ran.cells])
    assert not (secrets / "written.txt").exists()


@pytest.mark.parametrize(
    "source",
    [
        "kept = []\nwhile True: kept.append(bytearray(50_000_000))",
        "import js\nkept = []\nwhile True: kept.append(js.eval('new Uint8Array(5e7).fill(1)'))",
        "'x' * 2_000_000_000",
    ],
)
def test_a_memory_bomb_ends_at_the_cap(run_notebook: RunNotebook, source: str) -> None:
    ran = run_notebook("print('before')", source, arguments=("--memory", "512"))
    assert ran.status == 4
    assert ran.text_of(0) == "before\n"


def test_output_without_end_ends_the_run(run_notebook: RunNotebook) -> None:
    ran = run_notebook("while True: print('x' * 10_000_000)", arguments=("--timeout", "120"))
    assert ran.status == 1
    assert "MiB of output" in ran.printed


def test_no_process_is_left_behind(
    run_notebook: RunNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where workers have their folder
    seen: set[str] = set()
    watching = threading.Event()
    watcher = threading.Thread(target=_watch, args=(tmp_path, watching, seen))
    watcher.start()
    run_notebook("while True: pass", arguments=("--timeout", "1"))
    watching.set()
    watcher.join()
    assert len(seen) == 1
    assert _processes_below(tmp_path) == set()


def _watch(folder: Path, ended: threading.Event, seen: set[str]) -> None:
    while not ended.wait(0.05):
        seen |= _processes_below(folder)


def _processes_below(folder: Path) -> set[str]:
    """The processes whose working folder is below `folder`."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink().is_relative_to(folder):
                found.add(link.parent.name)
    return found


def test_a_run_cannot_ask_the_network_unless_it_is_allowed(run_notebook: RunNotebook) -> None:
    source = "import urllib.request\nurllib.request.urlopen('https://example.com/')"
    ran: Ran = run_notebook(source)
    assert ran.status == 1
    assert "may not reach example.com" in str(ran.cells[0].outputs)
    assert "--allow-net example.com" in str(ran.cells[0].outputs)
