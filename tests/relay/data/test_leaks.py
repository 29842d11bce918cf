"""Canaries in every secret: none of them leaves the relay, by any way, also when things fail."""

import dataclasses
import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.relay.data.conftest import ENGINES, SERIES, Declarations
from tests.relay.data.leak_scanner import LeakScanner, every_spelling
from tests.relay.data.relay_with_data import DataRelay, data_relay
from tests.relay.data.servers import READER_PASSWORD
from tests.support.canaries import SECRET_KEY

_EVERYWHERE = [
    {"sql": "select nope"},
    {"sql": "select 1", "password": "x"},
    {"sql": "select 1", "max_age_seconds": 60},
    {"sql": "select 1", "parameters": {"a": {"select": 1}}},
]
_REVEALING = {
    "postgresql": ["select * from pg_stat_activity", "show all", "select inet_client_addr()"],
    "mysql": ["select * from information_schema.processlist", "show variables"],
    "sqlite": ["pragma database_list", "select * from pragma_compile_options"],
    "duckdb": ["select * from duckdb_settings()", "select * from request"],
}


def canary(kind: str) -> str:
    return f"{kind}-canary-'{secrets.token_hex(8)}/+ü"


def test_nothing_secret_leaves_the_relay(declarations: Declarations, tmp_path: Path) -> None:
    planted = {
        "reader": READER_PASSWORD,
        "wrong": canary("wrong"),
        "in a url": canary("url"),
        "key": SECRET_KEY,
        "of another service": canary("other"),
    }
    declared = {name: declarations.of(name) for name in ENGINES}
    declared["broken"] = dataclasses.replace(declared["postgresql"], host="no-such-host.invalid")
    quoted = planted["in a url"].replace("/", "%2F").replace("+", "%2B").replace("'", "%27")
    scanner = LeakScanner(planted)
    with data_relay(
        tmp_path,
        declared,
        READER_PASSWORD,
        WASM_RUNTIME_CONNECTION_DENIED=f"mysql://reader:{quoted}@/shop?host={declared['mysql'].host}",
        WASM_RUNTIME_CONNECTION_NOBODY=f"postgresql://reader:{quoted}@127.0.0.1:1/shop",
        WASM_RUNTIME_LOG_LEVEL="debug",
        OTHER_API_KEY=planted["of another service"],
    ) as relay:
        for name in [*declared, "demo", "denied", "nobody"]:
            _drive(relay, name, scanner)
        scanner.feed("log", relay.log.encode())
    scanner.feed("log", relay.log.encode())
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            scanner.feed(f"file {file.name}", file.read_bytes())
    assert {"http", "log", "file audit.sqlite", "command lines", "children"} <= scanner.channels
    assert scanner.hits() == set()


def test_commands_print_no_secret(tmp_path: Path) -> None:
    value = canary("typed")
    scanner = LeakScanner({"typed": value})
    environment = {"WASM_RUNTIME_DATA_FOLDER": str(tmp_path), "HOME": str(tmp_path)}
    for arguments in (
        ["connection", "add", "w", "postgresql://reader@127.0.0.1:1/shop"],
        ["connection", "test", "w"],
        ["connection", "rotate", "w"],
        ["secret", "set", "TEAM"],
        ["audit", "export"],
        ["connection", "add", "x", f"postgresql://reader:{'typed-in-the-url'}@db/shop"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "wasm_runtime", *arguments],
            input=value.encode() + b"\n",
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        scanner.feed("output", done.stdout + b"\n" + done.stderr)
    for file in tmp_path.rglob("*.sqlite*"):
        scanner.feed(file.name, file.read_bytes())
    assert scanner.hits() == set()


@pytest.mark.parametrize("spelling", every_spelling("x").keys())
def test_the_scanner_finds_what_is_planted(spelling: str) -> None:
    value = canary("planted")
    scanner = LeakScanner({"planted": value})
    leak = b"before " + every_spelling(value)[spelling] + b" after"
    for at in range(0, len(leak), 5):
        scanner.feed("http", leak[at : at + 5])
    scanner.feed("log", b"nothing to see")
    assert scanner.hits() == {("http", "planted")}


def _drive(relay: DataRelay, name: str, scanner: LeakScanner) -> None:
    """Use a connection in every way, most of them wrong."""
    paths = ["data/queries/none", "metrics", "health"]
    paths += ["operator/connections", "operator/audit", "operator/audit/export"]
    for path in paths:
        _feed(scanner, relay.http.get(path))
    for place in ("data", "rooms/a/data"):
        for path in (f"{place}/connections", f"{place}/{name}/schema"):
            _feed(scanner, relay.http.get(path))
        for what in ("sample", "profile"):
            asked = {"schema": "public", "table": "people"}
            _feed(scanner, relay.http.post(f"{place}/{name}/{what}", json=asked))
        for given in [*_EVERYWHERE, *({"sql": sql} for sql in _REVEALING.get(name, []))]:
            for what in ("query", "explain"):
                _feed(scanner, relay.http.post(f"{place}/{name}/{what}", json=given))
    for chosen in ([name, "nowhere"], [], [name]):
        asked = {"connections": chosen}
        _feed(scanner, relay.http.put("rooms/a/data/connections", json=asked))
    _feed(scanner, relay.http.post(f"operator/connections/{name}/test"))
    if name in SERIES:
        with relay.stream(name, SERIES[name].format(rows=10**8), max_seconds=20) as answer:
            chunks = answer.iter_raw()
            scanner.feed("http", next(chunks))
            for child in relay.children():
                with suppress(psutil.NoSuchProcess):
                    scanner.feed("command lines", " ".join(child.cmdline()).encode())
                    scanner.feed("children", repr(child.environ()).encode())


def _feed(scanner: LeakScanner, answer: httpx2.Response) -> None:
    scanner.feed("http", repr(answer.headers.raw).encode() + answer.content)
