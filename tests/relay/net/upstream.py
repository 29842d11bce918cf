"""Servers for the gateway to ask: one that answers as a test says, and one that only counts who
comes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answering = Callable[[BaseHTTPRequestHandler, Received], None]


@dataclass
class Upstream:
    """Answers 200 with `hello`, unless there is an answer for the path."""

    port: int
    answers: dict[str, Answering] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.name}"


def plain(
    body: bytes = b"hello", status: int = 200, headers: list[tuple[str, str]] | None = None
) -> Answering:
    def answer(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(status)
        for name, value in headers or []:
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        if received.method != "HEAD":
            handler.wfile.write(body)

    return answer


def sending_on(url: str, status: int = 302) -> Answering:
    return plain(b"elsewhere", status, [("location", url)])


def echo(handler: BaseHTTPRequestHandler, received: Received) -> None:
    """Repeats what it was sent, headers too."""
    lines = [f"{name}: {value}" for name, value in received.headers.items()]
    body = "\n".join([f"{received.method} {received.path}", *lines]).encode()
    plain(body + b"\n\n" + received.body, headers=[("x-echo", "; ".join(lines))])(handler, received)


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing."""

        def handle_any(self) -> None:
            received = Received(self.command, self.path, dict(self.headers.items()), self.body())
            upstream.received.append(received)
            # The gateway may hang up at any time.
            with suppress(ConnectionError):
                upstream.answers.get(self.path.partition("?")[0], plain())(self, received)

        def body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length", 0)))
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    server = _Server(("127.0.0.1", 0), Handler)
    upstream = Upstream(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The gateway hangs up on what it refuses."""


class Canary:
    """Listens at every address of this machine; `connections` are those that came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(
            ("", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
        )
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])

    def connections(self) -> list[str]:
        """A connection is made before it is accepted: none can be missed here."""
        found = []
        with suppress(BlockingIOError):
            while True:
                connection, address = self._socket.accept()
                connection.close()
                found.append(str(address[0]))
        return found

    def close(self) -> None:
        self._socket.close()


def own_address() -> str:
    """An address of this machine that is not loopback, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
