"""The command line: its words, its exit statuses, and that no traceback reaches a person."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

import wasm_runtime
from wasm_runtime.cell import CellContent
from wasm_runtime.cli import main
from wasm_runtime.doctor import Finding, examine, print_table
from wasm_runtime.environments.cache import Cache
from wasm_runtime.errors import UsageError
from wasm_runtime.notebook import Notebook
from wasm_runtime.runtimes.parameters import inject_parameters, parse_parameters
from wasm_runtime.runtimes.terminal import plain
from wasm_runtime.runtimes.working_folder import copy_out
from wasm_runtime.site import export_site

COMMANDS = [
    "serve",
    "run",
    "env",
    "export-site",
    "users",
    "token",
    "mcp",
    "connection",
    "secret",
    "audit",
    "doctor",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "usage: wasm-runtime" in capsys.readouterr().out


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"wasm-runtime {wasm_runtime.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "missing.ipynb"], "Cannot read missing.ipynb"),
        (["run", "empty.ipynb"], "expected a notebook in JSON"),
        (["run", "good.ipynb", "--timeout", "0"], "--timeout"),
        (["run", "good.ipynb", "--memory", "9999"], "--memory"),
        (["run", "good.ipynb", "-p", "a b=1"], "expected a parameter as name=value"),
        (["run", "good.ipynb", "-p", "class=1"], "expected a parameter as name=value"),
        (["run", "good.ipynb", "--files", "nowhere"], "nowhere is not a folder"),
        (["run", "good.ipynb", "-o", "nowhere/out.ipynb"], "there is no folder"),
        (["serve", "--port", "70000"], "setting port"),
    ],
)
def test_wrong_use_is_status_2_and_says_what(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.ipynb").write_text("")
    Path("good.ipynb").write_text(json.dumps({"nbformat": 4, "cells": []}))
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ")
    assert said in printed
    assert "Traceback" not in printed


def test_serve_without_a_built_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WASM_RUNTIME_CLIENT", str(tmp_path))
    assert main(["serve"]) == 5
    assert "hint: " in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"Cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err


def test_serve_prints_an_address_that_answers() -> None:
    command = [sys.executable, "-m", "wasm_runtime", "serve", "--env", "core"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        try:
            line = next(line for line in served.stdout if line.startswith("Notebook ready"))
            address = line.removeprefix("Notebook ready at ").strip()
            page = httpx2.get(address)
            listed = httpx2.get(f"{address}environments.json").json()
        finally:
            served.terminate()
            served.communicate()
    assert urlsplit(address).hostname == "127.0.0.1"
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "core" in [environment["name"] for environment in listed["environments"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-1.5", -1.5),
        ("True", True),
        ("true", True),
        ("null", None),
        ("[1, 'a']", [1, "a"]),
        ('{"a": null}', {"a": None}),
        ("plain text", "plain text"),
        ("__import__('os')", "__import__('os')"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_parameter_is_a_literal_or_text(text: str, value: object) -> None:
    assert parse_parameters([f"name={text}"]) == {"name": value}


@pytest.mark.parametrize("value", ["'; import os", '"""', "\\", "a\nb", "\u2028", float("inf")])
def test_an_injected_value_is_exactly_that_value(value: object) -> None:
    notebook = Notebook.create()
    inject_parameters(notebook, {"name": value})
    scope: dict[str, object] = {"inf": float("inf")}
    exec(notebook.cells[0].source, scope)
    assert scope["name"] == value


def test_a_second_injection_replaces_the_first() -> None:
    notebook = Notebook.create()
    notebook.append_cells([CellContent(source="x")])
    inject_parameters(notebook, {"a": 1})
    inject_parameters(notebook, {"a": 2})
    assert [cell.source for cell in notebook.cells] == ["# Parameters\na = 2", "x"]


@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "link/out.txt", "", ".", "a\0b"]
)
def test_no_file_is_carried_outside_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    assert copy_out({name: b"x"}, folder, "/home/notebook") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]


def test_text_of_a_notebook_cannot_steer_the_terminal() -> None:
    hostile = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x1bc\x9b1m bell\x07 tab\tline\n"
    assert plain(hostile) == "red   bell tab\tline\n"


def test_doctor_looks_at_everything_and_names_a_fix(
    capsys: pytest.CaptureFixture[str],
) -> None:
    findings = list(examine())
    names = " ".join(finding.name for finding in findings)
    for expected in ("Python", "Deno", "Node", "Chromium", "Page", "Environment", "Disk", "Memory"):
        assert expected in names
    assert [f.name for f in findings if f.state == "missing" and not f.fix] == []


def test_doctor_fails_only_for_what_notebooks_need() -> None:
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO())
    assert print_table(iter([Finding("Node", "note", "absent", "install it")]), console)
    assert not print_table(iter([Finding("Deno", "missing", "absent", "install it")]), console)


def test_an_exported_site_holds_all_that_the_page_asks_for(tmp_path: Path) -> None:
    client, site = tmp_path / "client", tmp_path / "site"
    client.mkdir()
    (client / "index.html").write_text("page")
    (client / "headless.js").write_text("not for browsers")
    notebook = tmp_path / "a b.ipynb"
    notebook.write_text(json.dumps({"nbformat": 4, "cells": []}))
    cache = Cache.locate()
    environment = cache.environment("core")
    pages = export_site(site, client, cache, [environment], [notebook])
    assert pages == ["index.html", "index.html?url=notebooks/a%20b.ipynb"]
    listed = json.loads((site / "environments.json").read_text())["environments"]
    assert [each["name"] for each in listed] == ["core"]
    missing = [
        file.name
        for file in environment.all_files()
        if not (site / "store" / file.sha256 / file.name).is_file()
    ]
    assert missing == []
    assert not (site / "headless.js").exists()


def test_an_export_does_not_replace_a_folder_that_is_no_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").write_text("precious")
    (tmp_path / "index.html").write_text("page")
    with pytest.raises(UsageError, match="not an exported site"):
        export_site(tmp_path / "site", tmp_path, Cache.locate(), [], [])
    assert (tmp_path / "site" / "thesis.txt").read_text() == "precious"


def test_the_readme_names_only_commands_that_exist() -> None:
    readme = Path(__file__).parents[1] / "README.md"
    used = set(re.findall(r"wasm-runtime ([a-z][a-z-]+)", readme.read_text(encoding="utf-8")))
    assert used <= set(COMMANDS)
