"""`wasm-runtime connection`, `secret` and `audit`, from the declaration to the audit record."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from wasm_runtime.cli import main


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WASM_RUNTIME_DATA_FOLDER", str(tmp_path / "data"))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(arguments)


def test_a_connection_is_kept_tried_and_forgotten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trips.csv").write_text("a\n1\n")
    given = ("--file", "t=trips.csv", "--only-where-chosen")
    assert run(monkeypatch, "connection", "add", "trips", "duckdb:", *given) == 0
    assert run(monkeypatch, "connection", "test", "trips") == 0
    assert "DuckDB v" in capsys.readouterr().out
    assert run(monkeypatch, "connection", "test", "demo") == 0
    run(monkeypatch, "connection", "list")
    listed = capsys.readouterr().out
    assert "demo  sqlite  (built in)" in listed
    assert "trips  duckdb  (store)" in listed
    assert run(monkeypatch, "connection", "remove", "trips") == 0
    assert run(monkeypatch, "connection", "test", "trips") == 1
    assert "no connection 'trips'" in capsys.readouterr().err


def test_a_connection_whose_results_are_never_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(monkeypatch, "connection", "add", "w", "sqlite:///w.sqlite", "--no-kept-results")
    with closing(sqlite3.connect(tmp_path / "data" / "connections.sqlite")) as database:
        ((plain,),) = database.execute("select declaration from connections").fetchall()
    assert json.loads(plain)["keep_results"] is False


def test_a_password_in_the_url_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "connection", "add", "w", "postgresql://me:hunter2@db/shop") == 2
    error = capsys.readouterr().err
    assert "password in it" in error
    assert "hunter2" not in error


def test_every_command_that_touches_a_credential_is_audited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://reader@127.0.0.1:1/shop"
    run(monkeypatch, "connection", "add", "w", url, typed="first-password\n")
    run(monkeypatch, "connection", "rotate", "w", typed="second-password\n")
    run(monkeypatch, "connection", "test", "w")
    run(monkeypatch, "secret", "set", "TEAM", typed="a-team-secret\n")
    run(monkeypatch, "secret", "remove", "TEAM")
    capsys.readouterr()
    assert run(monkeypatch, "audit", "verify") == 0
    assert capsys.readouterr().out.startswith("5 records, none changed or removed.")
    run(monkeypatch, "audit", "export")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["action"], each["object"], each["result"]) for each in records] == [
        ("connection add", "w", "ok"),
        ("connection rotate", "w", "ok"),
        ("connection test", "w", "upstream_failed"),
        ("secret set", "TEAM", "ok"),
        ("secret remove", "TEAM", "ok"),
    ]


def test_nothing_typed_is_nothing_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "secret", "set", "TEAM") == 2
    run(monkeypatch, "secret", "list")
    assert capsys.readouterr().out == ""
