"""A web server on loopback that misbehaves as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """Bodies by path; `cut_after` breaks the next answers off after so many bytes."""

    address: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    cut_after: list[int] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.requests)


@contextmanager
def serving() -> Iterator[Web]:
    """A server on a free port for the time of the block."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            span = self.headers.get("range", "")
            web.requests.append((self.path, span))
            body = web.bodies.get(self.path)
            if body is None:
                self.send_error(404)
                return
            first, last = _span(span, len(body)) if web.ranges and span else (0, len(body) - 1)
            if first > last:
                self.send_error(416)
                return
            self.send_response(206 if web.ranges and span else 200)
            if web.ranges and span:
                self.send_header("content-range", f"bytes {first}-{last}/{len(body)}")
            self.send_header("content-length", str(last - first + 1))
            self.send_header("content-type", web.types.get(self.path, "text/html"))
            self.end_headers()
            part = body[first : last + 1]
            if web.cut_after and len(part) > web.cut_after[0]:
                part = part[: web.cut_after.pop(0)]
                self.close_connection = True
            self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            """The test reads `requests` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    web.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _span(header: str, size: int) -> tuple[int, int]:
    first, _, last = header.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
