"""Downloads that go on where they stopped."""

import os
import socket
from pathlib import Path

import pytest

from wasm_runtime.environments.download import (
    NoRanges,
    SourceUnreachable,
    download,
    make_client,
)
from wasm_runtime.environments.errors import DownloadFailed

from .web import Web

BODY = os.urandom(300_000)


def fetch(address: str, partial: Path, span: tuple[int, int] | None = None) -> bool:
    with make_client() as client:
        return download(client, address, partial, lambda done, total: None, span)


def test_a_download_that_breaks_off_goes_on_from_there(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    web.cut_after = [100_000, 50_000]
    assert fetch(f"{web.address}/file", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert [span for _, span in web.requests] == ["", "bytes=100000-", "bytes=150000-"]


def test_bytes_of_an_earlier_run_are_not_fetched_again(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    (tmp_path / "part").write_bytes(BODY[:200_000])
    assert fetch(f"{web.address}/file", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert web.requests == [("/file", "bytes=200000-")]


def test_without_ranges_it_starts_over(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    web.ranges = False
    (tmp_path / "part").write_bytes(b"x" * 1000)
    assert fetch(f"{web.address}/file", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_leftovers_longer_than_the_file_are_dropped(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    (tmp_path / "part").write_bytes(bytes(len(BODY) + 1))
    assert fetch(f"{web.address}/file", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_span_needs_a_server_with_ranges(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    assert fetch(f"{web.address}/file", tmp_path / "part", (10, 19))
    assert (tmp_path / "part").read_bytes() == BODY[10:20]
    web.ranges = False
    with pytest.raises(NoRanges):
        fetch(f"{web.address}/file", tmp_path / "other", (10, 19))


def test_a_missing_file_is_no_error_here(web: Web, tmp_path: Path) -> None:
    assert not fetch(f"{web.address}/absent", tmp_path / "part")


def test_a_server_that_always_breaks_off_is_given_up(web: Web, tmp_path: Path) -> None:
    web.bodies["/file"] = BODY
    web.cut_after = [10] * 10
    with pytest.raises(DownloadFailed) as failed:
        fetch(f"{web.address}/file", tmp_path / "part")
    assert "goes on where it stopped" in failed.value.hint


def test_a_host_that_does_not_answer_is_told_apart(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/file"
        with pytest.raises(SourceUnreachable):
            fetch(address, tmp_path / "part")
