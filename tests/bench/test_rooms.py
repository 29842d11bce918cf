"""Rooms under load, beside Hocuspocus and the server of y-websocket on the same work in turns.

The others show an edit before it is written anywhere; ours is on disk first. They are installed
only to be measured: with BENCH_RUNS=1 the loads run on the relay alone.
"""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.conftest import ROOT, RUNS
from tests.bench.figures import Figures
from tests.bench.room_servers import (
    RoomServer,
    bytes_per_idle_client,
    install_peers,
    put_load,
    running,
)

# Three servers, one after the other, each for about a minute and as often as there are runs.
pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

IS_MEASURED = RUNS > 1
SERVERS = ("ours", "Hocuspocus", "y-websocket") if IS_MEASURED else ("ours",)
SECONDS = 6 if IS_MEASURED else 1
RATES = (500, 1000, 1500, 2000, 3000, 4000) if IS_MEASURED else (500,)
IDLE_CLIENTS = 1000 if IS_MEASURED else 100
MANY = {"documents": 20, "clients": 200}
ONE = {"documents": 1, "clients": 100}
WORST_MILLISECONDS = 250.0
DOCUMENT_BYTES = 5_000_000


@pytest.fixture(autouse=True)
def _many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def figures() -> Iterator[Figures]:
    """Rooms are measured by themselves, so that no browser runs beside them."""
    figures = Figures()
    yield figures
    if figures.rows():
        print()
        figures.print()
        if os.environ.get("WRITE"):
            figures.write_rooms(ROOT / "BENCHMARKS.md")


class Measured:
    """For each server what each load gave, run by run."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._values: dict[tuple[str, str], list[float]] = {}

    def add(self, server: RoomServer, what: str, value: float) -> None:
        self._values.setdefault((server.name, what), []).append(value)

    def report(
        self,
        what: str,
        unit: str,
        limit: float | None = None,
        ratio_limits: dict[str, float] | None = None,
    ) -> None:
        """A row beside each other server that was measured; the limit stands in the first."""
        ours = self._values["ours", what]
        others = [name for name in SERVERS[1:] if (name, what) in self._values]
        for name in others or [""]:
            self._figures.add(
                what,
                unit,
                ours,
                self._values.get((name, what)),
                baseline_is=name,
                limit=limit,
                ratio_limit=(ratio_limits or {}).get(name),
            )
            limit = None


def test_rooms_under_load(tmp_path: Path, figures: Figures) -> None:
    if IS_MEASURED:
        install_peers()
    measured = Measured(figures)
    for run in range(RUNS):
        for name in SERVERS:
            with running(name, tmp_path / f"{name}-{run}") as server:
                measure(server, measured)
    measured.report("200 clients on 20 documents, 200 edits/s, p50 to others", "ms")
    measured.report("200 clients on 20 documents, 200 edits/s, p99 to others", "ms", 25)
    measured.report("200 clients on 20 documents, 200 edits/s, p99 to durable", "ms", 75)
    measured.report("100 clients on one document, 50 edits/s, p99 to others", "ms")
    measured.report(
        "time per edit at the highest rate of which p99 is below 250 ms",
        "ms",
        ratio_limits={"Hocuspocus": 1.0},
    )
    measured.report("20 clients join a document of 5 MB at once, p99", "ms")
    measured.report("memory per idle connection", "kB")


def measure(server: RoomServer, measured: Measured) -> None:
    memory = bytes_per_idle_client(server, IDLE_CLIENTS)
    measured.add(server, "memory per idle connection", memory / 1000)
    calm = put_load(server, "edits", name="calm", rate=200, seconds=SECONDS, **MANY)
    work = "200 clients on 20 documents, 200 edits/s"
    assert calm["missing"] == 0
    measured.add(server, f"{work}, p50 to others", calm["shown_p50"])
    measured.add(server, f"{work}, p99 to others", calm["shown_p99"])
    if server.name == "ours":
        assert calm["saved"] == 200 * SECONDS
        measured.add(server, f"{work}, p99 to durable", calm["saved_p99"])
    crowd = put_load(server, "edits", name="crowd", rate=50, seconds=SECONDS, **ONE)
    measured.add(
        server, "100 clients on one document, 50 edits/s, p99 to others", crowd["shown_p99"]
    )
    fastest = highest_rate(server)
    measured.add(
        server, "time per edit at the highest rate of which p99 is below 250 ms", 1000 / fastest
    )
    storm = put_load(
        server, "storm", name="storm", bytes=DOCUMENT_BYTES, clients=20, settle_seconds=3
    )
    measured.add(server, "20 clients join a document of 5 MB at once, p99", storm["joined_p99"])


def highest_rate(server: RoomServer) -> float:
    """Edits a second, of those tried; the lowest when even that is too much."""
    fastest = RATES[0]
    for rate in RATES:
        load = put_load(server, "edits", name=f"rate{rate}", rate=rate, seconds=3, **MANY)
        if load["missing"] or load["shown_p99"] >= WORST_MILLISECONDS:
            break
        fastest = rate
    return fastest
