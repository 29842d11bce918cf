"""The benchmarks' own tools: figures, and the slow line."""

import http.server
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.figures import Figures
from tests.bench.line import Line, line_to

BODY = bytes(range(256)) * 400


def test_lists_that_grow_after_they_were_added_count() -> None:
    figures = Figures()
    ours: list[float] = []
    plain: list[float] = []
    figures.add("open", "s", ours, plain, limit=1, ratio_limit=0.5)
    figures.add("never measured", "s", [])
    ours += [1.0, 3.0, 0.9]
    plain += [4.0, 4.0, 4.0]
    assert figures.rows() == [
        ("open", "1 s", "4 s", "0.25", "≤ 1 s, ratio ≤ 0.5", "yes", "3"),
    ]


@pytest.mark.parametrize(
    ("ours", "plain", "met"),
    [(1.1, 4.0, "**no**"), (0.9, 1.0, "**no**"), (0.9, None, ""), (0.9, 4.0, "yes")],
)
def test_a_limit_is_met_by_the_seconds_and_by_the_ratio(
    ours: float, plain: float | None, met: str
) -> None:
    figures = Figures()
    figures.add("open", "s", [ours], [plain] if plain else None, limit=1, ratio_limit=0.5)
    assert figures.rows()[0][5] == met


def test_the_longest_stage_of_any_start_comes_first() -> None:
    figures = Figures()
    figures.add_stages("core", [{"python": 0.2, "link": 0.1}])
    figures.add_stages("data", [{"python": 0.1, "link": 0.9}, {"python": 0.1, "link": 0.7}])
    figures.add_stages("never started", [])
    assert figures.stage_rows() == [
        ("stage", "core", "data"),
        ("link", "0.100", "0.800"),
        ("python", "0.200", "0.100"),
    ]


def test_the_page_and_its_section_on_rooms_are_written_apart(tmp_path: Path) -> None:
    page, rooms = Figures(), Figures()
    page.add("open", "s", [1.0])
    rooms.add("join", "ms", [2.0])
    path = tmp_path / "BENCHMARKS.md"
    page.write(path)
    rooms.write_rooms(path)
    rooms.write_rooms(path)
    page.write(path)
    assert path.read_text() == f"{page.markdown()}\n{rooms.rooms_markdown()}"


def test_two_who_share_a_line_wait_for_each_other() -> None:
    line = Line(bytes_per_second=1000)
    assert line.take(500, now=10.0) == 0.5
    assert line.take(500, now=10.0) == 1.0
    assert line.take(500, now=20.0) == 0.5


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_what_comes_through_the_line_is_whole_counted_and_takes_its_time(server: str) -> None:
    with line_to(server, bytes_per_second=4 * len(BODY)) as line:
        started = time.perf_counter()
        with urllib.request.urlopen(line.address) as answer:
            assert answer.read() == BODY
        assert time.perf_counter() - started >= 0.25
        assert line.bytes_through > len(BODY)
