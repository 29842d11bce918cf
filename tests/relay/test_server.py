"""The relay as a process: ready when it says so, hostile bytes on its socket, a clean end."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.canaries import PLANTED
from tests.support.relay_program import RELAY_PROGRAM


class Server:
    """A relay in a process of its own, and plain sockets to it."""

    def __init__(self, client_folder: Path) -> None:
        environment = {
            **PLANTED,
            "WASM_RUNTIME_CLIENT": str(client_folder),
            "WASM_RUNTIME_CACHE": str(client_folder.parent / "cache"),
            "WASM_RUNTIME_LOG_FORMAT": "json",
            "FAKE_API_KEY": "canary-0123456789",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", RELAY_PROGRAM],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = urlsplit(self.process.stdout.readline().strip()).port

    def send(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port or 0), timeout=5) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer

    def get(self, target: bytes, *headers: bytes) -> bytes:
        head = [b"GET " + target + b" HTTP/1.1", b"Connection: close", *headers]
        return self.send(b"\r\n".join([*head, b"", b""]))

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors


@pytest.fixture
def server(client_folder: Path) -> Iterator[Server]:
    running = Server(client_folder)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def test_it_answers_as_soon_as_it_says_so_and_ends_cleanly_on_ctrl_c(server: Server) -> None:
    assert server.get(b"/", b"Host: 127.0.0.1").startswith(b"HTTP/1.1 200")
    status, errors = server.stop()
    assert status == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "target",
    [b"//example.com/x", b"/./index.html", b"/a/../index.html", b"/%2e%2e/x", b"/\xc0\xae/x"],
)
def test_odd_paths_are_neither_found_nor_redirected(server: Server, target: bytes) -> None:
    answer = server.get(target, b"Host: 127.0.0.1")
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"\r\nlocation:" not in answer.lower()


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [b"Host: evil.example"],
        [b"Host: 127.0.0.1", b"Host: evil.example"],
        [b"Host: evil.example", b"X-Forwarded-Host: 127.0.0.1"],
        [b"Host: 127.0.0.1/abc?x"],
    ],
)
def test_a_request_without_one_good_host_is_refused(server: Server, headers: list[bytes]) -> None:
    answer = server.get(b"/health", *headers)
    assert answer.startswith((b"HTTP/1.1 421", b"HTTP/1.1 400"))


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: -1",
    ],
)
def test_an_ambiguous_body_is_refused_and_the_connection_closed(
    server: Server, head: bytes
) -> None:
    smuggled = b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    request = b"POST /health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n" + smuggled
    assert b"relay_requests_total" not in server.send(request)


def test_each_request_is_one_json_line_without_secrets(server: Server) -> None:
    server.get(b"/health?token=abc", b"Host: 127.0.0.1")
    server.get(b"/canary-0123456789", b"Host: 127.0.0.1")
    _, errors = server.stop()
    lines = [json.loads(line) for line in errors.splitlines()]
    paths = [line["path"] for line in lines if line["event"] == "request"]
    assert paths == ["/health", "/health", "/***"]
    assert "token" not in errors
