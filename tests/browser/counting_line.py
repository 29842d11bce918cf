"""A line to a relay that writes down what was asked for over it and what came back."""

import http.client
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK_BYTES = 256 * 1024
# Of one connection each, and so not to be passed on.
HOP_HEADERS = {"connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    path: str
    status: int
    bytes: int


@dataclass
class CountingLine:
    url: str = ""
    answers: list[Answer] = field(default_factory=list)


@contextmanager
def counting_line(address: str) -> Iterator[CountingLine]:
    """A line to the relay at `address`. Only what a page fetches: no WebSockets."""
    line = CountingLine()
    target = urlsplit(address).netloc

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            # The origin is the line's to the browser, and so to the relay as well.
            connection = http.client.HTTPConnection(target)
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            self.send_response_only(response.status)
            for name, value in response.getheaders():
                if name.lower() not in HOP_HEADERS:
                    self.send_header(name, value)
            if response.length is None:
                self.close_connection = True
                self.send_header("connection", "close")
            self.end_headers()
            size = 0
            try:
                while chunk := response.read(CHUNK_BYTES):
                    size += len(chunk)
                    self.wfile.write(chunk)
            except ConnectionError:
                # The browser was closed, or gave up; what had come counts.
                self.close_connection = True
            finally:
                connection.close()
                line.answers.append(Answer(self.path, response.status, size))

        do_POST = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            """`answers` is the log."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    line.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
