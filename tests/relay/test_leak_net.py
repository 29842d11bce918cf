"""The net over the whole suite has no hole: what is let out on purpose, it catches."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.relay.data.leak_scanner import every_spelling
from tests.support.canaries import MARK, canary
from tests.support.leak_net import REPORT_VARIABLE, LeakNet

ROOT = Path(__file__).parents[2]


def lines_of(report: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_a_relay_that_leaks_by_every_way_is_caught_on_each(tmp_path: Path) -> None:
    report = tmp_path / "report"
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.leaking_relay"],
        cwd=ROOT,
        env=os.environ | {REPORT_VARIABLE: str(report)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    caught = {(line["leak"], line["where"]) for line in lines_of(report) if "leak" in line}
    assert caught >= {
        ("http", "/body"),
        ("http", "/headers"),
        ("http", "/compressed (gzip)"),
        ("http", "/failing"),
        ("websocket", "/in_parts"),
        ("children", sys.executable),
        ("output", "stderr"),
        ("files", "a file"),
    }


@pytest.mark.parametrize("spelling", set(every_spelling("x")) - {"gzip", "zlib"})
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_canary_is_caught_however_it_is_spelled_and_cut(
    tmp_path: Path, spelling: str, size: int
) -> None:
    report = tmp_path / "report"
    look = LeakNet(report).stream("http", "/")
    leak = b"before " + every_spelling(canary("x"))[spelling] + b" after"
    for at in range(0, len(leak), size):
        look(leak[at : at + size])
    assert [line["where"] for line in lines_of(report) if "leak" in line] == ["/"]


def test_what_only_resembles_a_canary_is_let_through(tmp_path: Path) -> None:
    report = tmp_path / "report"
    LeakNet(report).stream("http", "/")(MARK[:-1].encode() * 1000)
    assert lines_of(report) == [{"channel": "http"}]
