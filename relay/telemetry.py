"""What is known of each request: an id, one log line, and the numbers of /metrics."""

import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import answer_unexpected_error
from .headers import response_class
from .memory import resident_bytes

_log = structlog.stdlib.get_logger("relay.access")

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """One relay's numbers; labels come from closed lists, so that no request can add a series."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["response_class", "method", "status"]
        self.requests = Counter(
            "relay_requests", "Requests answered", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "relay_request_seconds",
            "Time from the request's head to its last byte",
            ["response_class"],
            registry=self.registry,
        )
        self.sent_bytes = Counter(
            "relay_sent_bytes", "Bytes of bodies sent", ["response_class"], registry=self.registry
        )
        self.not_modified = Counter(
            "relay_not_modified",
            "Requests that a browser's cache could answer (304)",
            ["response_class"],
            registry=self.registry,
        )
        self.snapshot_refusals = Counter(
            "relay_snapshot_refusals",
            "Kernels that were booted because their environment's snapshot did not fit",
            ["environment"],
            registry=self.registry,
        )
        self.in_flight = Gauge("relay_requests_in_flight", "Being answered", registry=self.registry)
        memory = Gauge("relay_memory_bytes", "Resident memory", registry=self.registry)
        memory.set_function(resident_bytes)

    def page(self) -> Response:
        """The numbers in Prometheus's text format."""
        return Response(generate_latest(self.registry), headers={"content-type": METRICS_TYPE})


class Telemetry:
    """Counts, times and logs every request; turns a defect into a logged traceback and a 500."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, request_id=secrets.token_hex(8))
        structlog.contextvars.bind_contextvars(request_id=answer.request_id)
        started = time.perf_counter()
        try:
            with self.metrics.in_flight.track_inprogress():
                await self._answer(scope, receive, answer)
        finally:
            self._record(scope, answer, time.perf_counter() - started)
            structlog.contextvars.unbind_contextvars("request_id")

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            _log.exception("request failed", path=scope["path"])
            if answer.status is not None:
                raise  # Half an answer is out; only closing the connection tells the client.
            response = await answer_unexpected_error(Request(scope), error)
            await response(scope, receive, answer.send)

    def _record(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        name = response_class(scope["path"])
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "other"
        status = answer.status or 499  # the client went away before there was an answer
        self.metrics.requests.labels(name, method, str(status)).inc()
        self.metrics.seconds.labels(name).observe(seconds)
        self.metrics.sent_bytes.labels(name).inc(answer.sent_bytes)
        if status == 304:
            self.metrics.not_modified.labels(name).inc()
        _log.info(
            "request",
            method=method,
            path=scope["path"],  # without the query, which may carry a notebook's private address
            status=status,
            milliseconds=round(seconds * 1000, 1),
            sent_bytes=answer.sent_bytes,
        )


class _Answer:
    """Watches what is sent, and names the request in its answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None
        self.sent_bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self.request_id.encode()),
            ]
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
        await self._send(message)
