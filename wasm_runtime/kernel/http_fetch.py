"""Blocking HTTP for Python's libraries; every request ends at the page, under its policy."""

from typing import Any

from .blocking import Blocking
from .host import Host, HttpRefused, HttpRequest, HttpResponse
from .http_stream import HttpStream

# Set by the browser, or about the connection, which is the browser's.
_NOT_FORWARDED = frozenset(
    ["host", "connection", "accept-encoding", "content-length", "transfer-encoding", "user-agent"]
)


class HttpFetch:
    """Fetches while the cell waits; Stop ends the wait."""

    def __init__(self, host: Host, blocking: Blocking) -> None:
        self._host = host
        self._blocking = blocking

    def fetch(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        timeout_seconds: float | None = None,
    ) -> HttpResponse:
        """The whole response. Raises HttpRefused for none, HttpTimeout for a late one."""
        self.check_waiting(url)
        return self._blocking.response(_request(method, url, headers, body, timeout_seconds))

    def stream(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        timeout_seconds: float | None = None,
    ) -> HttpStream:
        """A request whose response is read as it comes; it is sent when the response is read."""
        request = _request(method, url, headers, body, timeout_seconds)
        return HttpStream(self._host, self._blocking, request)

    def check_waiting(self, url: str) -> None:
        """Raises HttpRefused where Python cannot wait."""
        if not self._blocking.is_possible():
            raise HttpRefused(
                f"{url}: this browser cannot wait for a response in the middle of Python code.  "
                "hint: from pyodide.http import pyfetch; await pyfetch(URL)"
            )


def longest(*limits: Any) -> float | None:
    """One limit for a server's silence out of a library's several (connect, read); None for none.

    A page sees no connection, only a response that has not begun, so the shorter limit of a pair
    cannot be held without breaking the longer one.
    """
    numbers = [float(limit) for limit in limits if isinstance(limit, int | float) and limit > 0]
    return max(numbers, default=None)


def _request(
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: bytes | None,
    timeout_seconds: float | None,
) -> HttpRequest:
    kept = [[name, value] for name, value in headers if name.lower() not in _NOT_FORWARDED]
    # A browser refuses a body with these, even an empty one.
    return HttpRequest(
        method=method,
        url=url,
        headers=kept,
        body=None if method in ("GET", "HEAD") else body,
        timeout_seconds=timeout_seconds,
    )
