"""What a host sends or does not send, and how often somebody asks, is bounded."""

import asyncio
import gzip
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import psutil
import pytest

from relay.audit import AuditLog
from relay.errors import TooManyRequests
from relay.net.decoding import Decoder
from relay.places import Places
from tests.relay.net.conftest import LIMITS
from tests.relay.net.gateway import Gateway, exchange, toml
from tests.relay.net.upstream import Received, Upstream, plain
from tests.relay.sync.relay_process import running_relay


def test_an_answer_that_is_too_large_does_not_end_as_a_whole_one(
    gateway: Gateway, upstream: Upstream
) -> None:
    upstream.answers["/"] = plain(b"x" * (LIMITS["max_response_bytes"] + 1))
    gateway.fetch(f"{upstream.url}/")
    [record] = gateway.audit
    assert record.result == "too_large"
    assert record.details["bytes"] <= LIMITS["max_response_bytes"]


def test_a_compressed_bomb_is_measured_as_it_is_decoded(
    gateway: Gateway, upstream: Upstream
) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < LIMITS["max_response_bytes"]
    upstream.answers["/"] = plain(bomb, headers=[("content-encoding", "gzip")])
    gateway.fetch(f"{upstream.url}/")
    [record] = gateway.audit
    assert record.result == "too_large"


def test_decoding_never_holds_much_more_than_a_part() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    try:
        largest = max(len(part) for part in Decoder("gzip").feed(bomb))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert largest <= 64 * 1024
    assert peak < 1_000_000


def test_a_request_that_is_too_large_is_refused(gateway: Gateway, upstream: Upstream) -> None:
    body = b"x" * (LIMITS["max_request_bytes"] + 1)
    found = gateway.fetch(f"{upstream.url}/", method="POST", body=body)
    assert (found.http.status_code, found.code) == (413, "too_large")
    assert gateway.fetch(f"{upstream.url}/", method="POST", body=body[1:]).is_answered


def test_a_body_of_no_announced_size_is_measured_as_it_comes(
    gateway: Gateway, upstream: Upstream
) -> None:
    def parts() -> Iterator[bytes]:
        yield exchange(f"{upstream.url}/", method="POST")
        for _ in range(20):
            yield b"x" * 100

    answer = gateway.relay.post("/net/fetch", content=parts())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert [each.body for each in upstream.received if len(each.body) > 1000] == []


def test_a_flood_of_headers_is_refused(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answers["/many"] = plain(headers=[(f"x-{number}", "1") for number in range(150)])
    upstream.answers["/long"] = plain(headers=[("x-long", "1" * 200_000)])
    for path in ("many", "long"):
        found = gateway.fetch(f"{upstream.url}/{path}")
        assert (found.http.status_code, found.code) == (502, "upstream_failed")


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_no_time_at_all_is_no_limit(gateway: Gateway, upstream: Upstream, seconds: float) -> None:
    found = gateway.fetch(f"{upstream.url}/", timeout_seconds=seconds)
    assert (found.code, upstream.received) == ("bad_request", [])


@contextmanager
def raw_server(first: bytes, then: bytes, every: float) -> Iterator[str]:
    """A host that sends `first`, and `then` over and over until the other side has gone."""
    listening = socket.create_server(("127.0.0.1", 0))
    gone = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(every)
            try:
                connection.sendall(first)
                while not gone.is_set():
                    try:
                        if not connection.recv(65536):
                            gone.set()
                    except TimeoutError:
                        connection.sendall(then)
            except OSError:
                gone.set()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        assert gone.wait(20), "the gateway did not let go of the host"
    finally:
        gone.set()
        thread.join()
        listening.close()


@pytest.mark.parametrize(
    ("first", "then", "result"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n", "timeout"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", "timeout"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x", "timeout"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", "timeout"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, "too_large"),
        (b"nonsense\r\n\r\n", b"\0", "upstream_failed"),
    ],
    ids=["headers", "continue", "body", "chunks", "no end", "no HTTP"],
)
def test_a_host_that_drips_is_let_go(
    tmp_path: Path, first: bytes, then: bytes, result: str
) -> None:
    with raw_server(first, then, 0.05) as name, process_gateway(tmp_path, name) as relay:
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.HTTPStatusError)):
            relay.http.post("net/fetch", content=exchange(f"http://{name}/")).raise_for_status()
        assert relay.result() == result


class ProcessGateway:
    """A relay in a process of its own: a cut answer is one on the wire."""

    def __init__(self, address: str, folder: Path, pid: int) -> None:
        self._folder = folder
        self._process = psutil.Process(pid)
        self.http = httpx2.Client(base_url=address, trust_env=False, timeout=30)

    @property
    def memory_bytes(self) -> int:
        return int(self._process.memory_info().rss)

    def result(self) -> str:
        """Of the only request."""
        log = AuditLog(self._folder / "data" / "audit.sqlite")
        try:
            found = [record.result for record in log.records() if record.action == "fetch"]
        finally:
            log.close()
        assert len(found) == 1
        return found[0]


@contextmanager
def process_gateway(folder: Path, name: str, **limits: float) -> Iterator[ProcessGateway]:
    (folder / "gateway.toml").write_text(
        toml(
            {name: {"http": True, "methods": ["GET", "POST"], **LIMITS, **limits}},
            allow_private=[name],
        )
    )
    with running_relay(
        folder,
        WASM_RUNTIME_GATEWAY=str(folder / "gateway.toml"),
        WASM_RUNTIME_DATA_FOLDER=str(folder / "data"),
    ) as process:
        address = process.address.replace("ws://", "http://").removesuffix("rooms")
        assert process.process is not None
        found = ProcessGateway(address, folder, process.process.pid)
        with found.http:
            yield found


def test_the_first_part_comes_before_the_host_has_sent_the_second(
    tmp_path: Path, upstream: Upstream
) -> None:
    go_on = threading.Event()

    def in_two_parts(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "6")
        handler.end_headers()
        handler.wfile.write(b"one")
        assert go_on.wait(20)
        handler.wfile.write(b"two")

    upstream.answers["/"] = in_two_parts
    with (
        process_gateway(tmp_path, upstream.name) as relay,
        relay.http.stream("POST", "net/fetch", content=exchange(f"{upstream.url}/")) as answer,
    ):
        parts = answer.iter_raw()
        seen = b""
        while not seen.endswith(b"one"):
            seen += next(parts)
        go_on.set()
        assert b"".join(parts) == b"two"


def test_a_large_answer_is_never_held_whole(tmp_path: Path, upstream: Upstream) -> None:
    part, parts = b"x" * 2**20, 96

    def large(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(len(part) * parts))
        handler.end_headers()
        for _ in range(parts):
            handler.wfile.write(part)

    upstream.answers |= {"/": large, "/first": plain()}
    limits = {"max_response_bytes": 2**30, "max_seconds": 120, "first_byte_seconds": 60}
    with process_gateway(tmp_path, upstream.name, **limits) as relay:
        relay.http.post("net/fetch", content=exchange(f"{upstream.url}/first"))
        before, most, length = relay.memory_bytes, 0, 0
        asked = exchange(f"{upstream.url}/")
        with relay.http.stream("POST", "net/fetch", content=asked) as answer:
            for received in answer.iter_raw(2**20):
                length += len(received)
                most = max(most, relay.memory_bytes)
    assert length > len(part) * parts
    assert most - before < 32 * 2**20


def test_whoever_leaves_takes_the_hosts_connection_along(tmp_path: Path) -> None:
    first = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nx"
    # The server asserts that the gateway let go, which nothing but the leaving can have caused.
    with (
        raw_server(first, b"", 0.05) as name,
        process_gateway(tmp_path, name) as relay,
        relay.http.stream("POST", "net/fetch", content=exchange(f"http://{name}/")) as answer,
    ):
        next(answer.iter_raw())


def test_somebody_with_too_many_requests_waits_and_nobody_else_does() -> None:
    async def ask() -> None:
        places = Places(per_person=2, wait_seconds=0.05)
        async with places.place("ada"), places.place("ada"):
            with pytest.raises(TooManyRequests):
                async with places.place("ada"):
                    pass
            async with places.place("bob"):
                pass
        async with places.place("ada"):
            pass

    asyncio.run(ask())


def test_a_place_that_comes_free_is_given_to_who_waits() -> None:
    async def ask() -> list[str]:
        places = Places(per_person=1)
        order: list[str] = []

        async def second() -> None:
            async with places.place("ada"):
                order.append("second")

        async with places.place("ada"):
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0)
            order.append("first")
        await waiting
        return order

    assert asyncio.run(ask()) == ["first", "second"]
