"""http.client without sockets, and with it urllib.request and pandas.read_csv(url)."""

import http.client
import io
from typing import Any

from .host import HttpResponse
from .http_fetch import HttpFetch, longest

# The browser has decoded the body already, and it is here whole.
_NOT_REPEATED = frozenset(
    ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"]
)


class PageSocket:
    """Takes the bytes of a request and, when the response is read, fetches it."""

    def __init__(self, scheme: str, fetch: HttpFetch, timeout: float | None) -> None:
        self._scheme = scheme
        self._fetch = fetch
        self._timeout = timeout
        self._sent = bytearray()

    def sendall(self, data: Any) -> None:
        self._sent += data

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BytesIO:
        method, url, headers, body = parse_request(bytes(self._sent), self._scheme)
        self._sent.clear()
        response = self._fetch.fetch(method, url, headers, body, self._timeout)
        return io.BytesIO(response_bytes(response))

    def close(self) -> None:
        self._sent.clear()

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def setsockopt(self, *_: Any) -> None:
        """There is no socket."""


def install_http_client(fetch: HttpFetch) -> None:
    """Make every HTTP connection of the standard library go through `fetch`."""

    def connect(self: Any) -> None:
        self.sock = PageSocket("http", fetch, longest(self.timeout))

    def connect_securely(self: Any) -> None:
        self.sock = PageSocket("https", fetch, longest(self.timeout))

    http.client.HTTPConnection.connect = connect  # type: ignore[method-assign]
    if hasattr(http.client, "HTTPSConnection"):
        http.client.HTTPSConnection.connect = connect_securely  # type: ignore[method-assign]


def parse_request(sent: bytes, scheme: str) -> tuple[str, str, list[tuple[str, str]], bytes | None]:
    """Method, URL, headers and body of the bytes that http.client wrote."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    named = {name.lower(): value for name, value in headers}
    if named.get("transfer-encoding") == "chunked":
        body = _joined_chunks(body)
    url = target if "://" in target else f"{scheme}://{named['host']}{target}"
    return method, url, headers, body or None


def response_bytes(response: HttpResponse) -> bytes:
    """The response as http.client wants to read it."""
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [
        f"{name}: {value}" for name, value in response.headers if name.lower() not in _NOT_REPEATED
    ]
    lines += [f"Content-Length: {len(response.body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + response.body


def _joined_chunks(data: bytes) -> bytes:
    joined = bytearray()
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        joined += data[:length]
        data = data[length + 2 :]
    return bytes(joined)
