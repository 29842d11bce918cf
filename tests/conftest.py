"""Over the whole suite hangs a net: no canary leaves a relay, by any way, in any test."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.canaries import PLANTED
from tests.support.leak_net import LeakNet, report_path, watch_this_process

_KEPT_FILES = ("*.sqlite", "*.sqlite-wal", "*.log")


@pytest.fixture(scope="session", autouse=True)
def leak_net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeakNet]:
    """In this process, whose applications the tests call; and at the end over what was kept."""
    net = watch_this_process(is_a_relay=False)
    yield net
    before = len(_leaks())
    for pattern in _KEPT_FILES:
        for path in tmp_path_factory.getbasetemp().rglob(pattern):
            if path.is_file():
                net.stream("files", str(path))(path.read_bytes())
    assert _leaks()[before:] == []


@pytest.fixture(autouse=True)
def nothing_leaks(leak_net: LeakNet, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails the test in which a secret came out."""
    for name in ("OTHER_SERVICE_API_KEY", "WASM_RUNTIME_SECRET_PLANTED"):
        monkeypatch.setenv(name, PLANTED[name])
    before = len(_leaks())
    yield
    assert _leaks()[before:] == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = _lines(report_path())
    channels = sorted({line["channel"] for line in lines if "channel" in line})
    leaks = sum("leak" in line for line in lines)
    terminalreporter.line(f"secrets: {leaks} came out by {', '.join(channels) or 'nothing'}")


def pytest_unconfigure() -> None:
    report_path().unlink(missing_ok=True)


def _leaks() -> list[dict[str, str]]:
    return [line for line in _lines(report_path()) if "leak" in line]


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
